package office_test

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
)

// saw is a row of viewings as a workstation of branch 1 writes it.
func (c *court) saw(change func(*crm.Viewed)) crdt.Op {
	v := crm.Viewed{Branch: 1, Person: int64(c.person("teller1")), Quarter: c.now - c.now%crm.QuarterMS, How: crm.ViewRead, Parties: []crdt.ID{c.ada}, Total: 1}
	change(&v)
	return v.Op(c.here.mint())
}

func TestWhomSomebodySawIsTakenWhateverTheyMayDoByNow(t *testing.T) {
	c := newCourt(t)
	session := c.here.session
	c.act(set(crm.Person, c.person("teller1"), crm.PersonEnded, 1))
	c.now += 40 * 24 * 3600_000 // the session is long over
	if code := c.here.write(session, c.saw(func(v *crm.Viewed) { v.Parties = append(v.Parties, c.zoe); v.Total = 2 })); code != "" {
		t.Fatalf("refused: %s", code)
	}
	if n := c.count(`SELECT count(*) FROM viewed WHERE person=?1`, int64(c.person("teller1"))); n != 2 {
		t.Errorf("%d entries", n)
	}
	if n := c.count(`SELECT count(*) FROM feed WHERE kind=?1 AND void=0`, int64(crm.Viewings)); n != 0 {
		t.Errorf("%d rows of who looked go to a branch", n)
	}
	row := crdt.ID(c.count(`SELECT id FROM viewings`))
	for name, bad := range map[string]crdt.Op{
		"bad_value":    c.saw(func(v *crm.Viewed) { v.Person++ }),
		"other_branch": c.saw(func(v *crm.Viewed) { v.Branch = 2 }),
		"written_once": {Kind: crm.Viewings, ID: row, Set: []crdt.FieldSet{{Field: crm.ViewingsHow, Value: crdt.TextValue(crm.ViewFind)}}},
	} {
		if code := c.here.write(session, bad); code != name {
			t.Errorf("%q, want %q", code, name)
		}
	}
	for name, bad := range map[string]crdt.Op{
		"a sort nobody knows": c.saw(func(v *crm.Viewed) { v.How = "guess" }),
		"the future":          c.saw(func(v *crm.Viewed) { v.Quarter += 2 * crm.QuarterMS }),
		"no quarter":          c.saw(func(v *crm.Viewed) { v.Quarter++ }),
		"too few in all":      c.saw(func(v *crm.Viewed) { v.Total = 0 }),
		"of another file":     {Kind: crm.Viewings, ID: crdt.MakeID(77, 1), Set: c.saw(func(*crm.Viewed) {}).Set},
	} {
		if code := c.here.write(session, bad); code != "bad_value" {
			t.Errorf("%s: %q", name, code)
		}
	}
	if code := c.here.write(crdt.MakeID(11, 999), c.saw(func(*crm.Viewed) {})); code != "no_session" {
		t.Errorf("without a session: %q", code)
	}
}

func TestWhoWasTurnedAwayIsToldByWhoeverSignsInNext(t *testing.T) {
	c := newCourt(t)
	tried := func(change func(*crm.TurnedAway)) crdt.Op {
		v := crm.TurnedAway{Branch: 1, Person: int64(c.person("teller2")), Quarter: c.now - c.now%crm.QuarterMS, Times: 3}
		change(&v)
		return v.Op(c.here.mint())
	}
	c.here.good(tried(func(*crm.TurnedAway) {}), tried(func(v *crm.TurnedAway) { v.Person = 0; v.Times = 1 }))
	c.answer(office.AuditQuestion{Branch: -1, Sort: office.AuditTurned}, "sign_in_refused teller2  1 3", "sign_in_refused   1 1")
	c.answer(office.AuditQuestion{Branch: -1, Sort: office.AuditTurned, Person: c.person("teller2")}, "sign_in_refused teller2  1 3")
	if n := c.count(`SELECT count(*) FROM feed WHERE kind=?1 AND void=0`, int64(crm.RefusedSignIn)); n != 0 {
		t.Errorf("%d rows of refused sign-ins go to a branch", n)
	}
	for want, bad := range map[string]crdt.Op{
		"other_branch": tried(func(v *crm.TurnedAway) { v.Branch = 2 }),
		"bad_value":    tried(func(v *crm.TurnedAway) { v.Quarter += 2 * crm.QuarterMS }),
	} {
		if code := c.here.write(c.here.session, bad); code != want {
			t.Errorf("%q, want %q", code, want)
		}
	}
	if code := c.here.write(c.here.session, tried(func(v *crm.TurnedAway) { v.Times = 0 })); code != "bad_value" {
		t.Errorf("none at all: %q", code)
	}
}
