package office_test

import (
	"slices"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/trust"
)

// court is what the cases of the judge are about.
type court struct {
	*world
	here, there *pen    // workstations of branches 1 and 2, a teller at each
	ada         crdt.ID // customer of branch 1
	zoe         crdt.ID // customer of branch 2
	core        crdt.ID // customer of branch 1 whom the core knows
	word        crdt.ID // an interaction with ada
	phone       crdt.ID // a way to reach her
	holding     crdt.ID // an account at branch 1
}

func newCourt(t *testing.T) *court {
	c := &court{world: staffed(t)}
	c.here, c.there = c.join(11, 1), c.join(22, 2)
	c.here.signIn("teller1")
	c.there.signIn("teller2")
	c.ada, c.zoe = c.here.party("Ada"), c.there.party("Zoe")
	c.core = c.act(set(crm.Party, 0, crm.PartyName, "Cy", crm.PartyHome, 1, crm.PartyKey, "17"))
	c.holding = c.act(set(crm.Holding, 0, crm.HoldingBranch, 1))
	c.word = c.here.good(set(crm.Interaction, 0, crm.InteractionParty, c.ada, crm.InteractionText, "came in"))
	c.phone = c.here.good(set(crm.Reach, 0, crm.ReachParty, c.ada, crm.ReachValue, "+42"))
	return c
}

func (w *world) row(kind uint8, id crdt.ID) (r *rows.Stored) {
	w.t.Helper()
	must(w.t, w.Central.File.Read(ctx(), func(tx *rows.Tx) (err error) {
		r, err = tx.Get(kind, id)
		return err
	}))
	return r
}

func (c *court) note(party crdt.ID, more ...any) crdt.Op {
	return set(crm.Interaction, c.here.mint(), append([]any{crm.InteractionParty, party, crm.InteractionText, "typed words"}, more...)...)
}

// reason is a change that is refused, and for what.
type reason struct {
	name, code string
	write      func(c *court) string // writes one change at the workstation of branch 1
}

func sessionCases() []reason {
	return []reason{
		{"nobody signed in", "no_session", func(c *court) string { return c.here.write(12345, c.note(c.ada)) }},
		{"no session at all", "no_session", func(c *court) string { return c.here.write(0, c.note(c.ada)) }},
		{"the session of another workstation", "session_elsewhere", func(c *court) string { return c.here.write(c.there.session, c.note(c.ada)) }},
		{"a session opened for another workstation", "session_elsewhere", func(c *court) string {
			id := c.here.mint()
			return c.here.write(id, c.there.opening(id, c.person("teller1"), c.keyOf("teller1")))
		}},
		{"after twelve hours", "session_over", func(c *court) string {
			c.now += 13 * 3600_000
			return c.here.write(c.here.session, c.note(c.ada))
		}},
		{"before the session", "session_over", func(c *court) string {
			c.here.aheadMS = -3600_000
			defer func() { c.here.aheadMS = 0 }()
			return c.here.write(c.here.session, c.note(c.ada))
		}},
		{"a session that nobody signed", "session_unsigned", func(c *court) string {
			id := c.here.mint()
			op := c.here.opening(id, c.person("teller1"), c.keyOf("teller1"))
			return c.here.write(id, without(op, crm.SessionSignature))
		}},
		{"a session signed by another", "session_unsigned", func(c *court) string {
			id := c.here.mint()
			return c.here.write(id, c.here.opening(id, c.person("manager1"), c.keyOf("teller1")))
		}},
		{"a session that was made longer", "session_unsigned", func(c *court) string {
			id := c.here.mint()
			op := c.here.opening(id, c.person("teller1"), c.keyOf("teller1"))
			return c.here.write(id, with(op, crm.SessionUntil, crdt.IntValue(c.now+24*3600_000)))
		}},
		{"a session of nobody", "person_ended", func(c *court) string {
			id := c.here.mint()
			return c.here.write(id, c.here.opening(id, 4711, c.keyOf("teller1")))
		}},
		{"somebody who left", "person_ended", func(c *court) string {
			c.act(set(crm.Person, c.person("teller1"), crm.PersonEnded, 1))
			return c.here.write(c.here.session, c.note(c.ada))
		}},
		{"somebody of another branch", "person_elsewhere", func(c *court) string {
			id := c.here.mint()
			return c.here.write(id, c.here.opening(id, c.person("teller2"), c.keyOf("teller2")))
		}},
	}
}

func rightCases() []reason {
	return []reason{
		{"a teller warns", "not_allowed", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Warning, c.here.mint(), crm.WarningParty, c.ada, crm.WarningLevel, "stop"))
		}},
		{"a right that was taken away", "not_allowed", func(c *court) string {
			c.act(set(crm.Right, crdt.ID(c.count(`SELECT id FROM access_right WHERE role='teller' AND act=?1`, string(crm.ActRecord))), crm.RightAllowed, 0))
			return c.here.write(c.here.session, c.note(c.ada))
		}},
		{"a field that the role may not change", "not_allowed", func(c *court) string {
			c.act(set(crm.FieldRight, 0, crm.FieldRightRole, "teller", crm.FieldRightKind, "party", crm.FieldRightField, "memo", crm.FieldRightSees, 1, crm.FieldRightEdits, 0))
			return c.here.write(c.here.session, set(crm.Party, c.ada, crm.PartyMemo, "x"))
		}},
		{"a phone of somebody new, where the role does not see phones", "not_allowed", func(c *court) string {
			c.act(set(crm.FieldRight, 0, crm.FieldRightRole, "teller", crm.FieldRightKind, "reach", crm.FieldRightField, "value", crm.FieldRightSees, 0, crm.FieldRightEdits, 1))
			return c.here.write(c.here.session, set(crm.Reach, c.here.mint(), crm.ReachParty, c.ada, crm.ReachChannel, "phone", crm.ReachValue, "+4912345"))
		}},
		{"a balance", "central_only", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Holding, c.holding, crm.HoldingBalanceMinor, 1))
		}},
		{"a role for oneself", "central_only", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Person, c.person("teller1"), crm.PersonRole, "admin"))
		}},
		{"a right for oneself", "central_only", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Right, c.here.mint(), crm.RightRole, "teller", crm.RightAct, string(crm.ActWarn), crm.RightAllowed, 1))
		}},
		{"a kind of a newer release", "future", func(c *court) string { return c.here.write(c.here.session, set(200, c.here.mint(), uint8(1), "x")) }},
		{"a core field", "core_field", func(c *court) string { return c.here.write(c.here.session, set(crm.Party, c.ada, crm.PartyTier, "A")) }},
		{"a core field of a new party", "core_field", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Party, c.here.mint(), crm.PartyName, "Eve", crm.PartyHome, 1, crm.PartyKey, "17"))
		}},
		{"another home", "core_field", func(c *court) string { return c.here.write(c.here.session, set(crm.Party, c.ada, crm.PartyHome, 1)) }},
		{"a guarded field that the core knows", "core_field", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Party, c.core, crm.PartyName, "Cyrus"))
		}},
	}
}

func placeCases() []reason {
	return []reason{
		{"a customer of another branch", "other_branch", func(c *court) string { return c.here.write(c.here.session, set(crm.Party, c.zoe, crm.PartyMemo, "x")) }},
		{"a phone of one", "other_branch", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Reach, c.here.mint(), crm.ReachParty, c.zoe, crm.ReachChannel, "phone", crm.ReachValue, "+4912345"))
		}},
		{"a new customer for another branch", "other_branch", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Party, c.here.mint(), crm.PartyName, "Eve", crm.PartyHome, 2))
		}},
		{"a household for another branch", "other_branch", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Group, c.here.mint(), crm.GroupType, "household", crm.GroupHome, 2))
		}},
		{"a session for another branch", "other_branch", func(c *court) string {
			id := c.here.mint()
			op := c.here.opening(id, c.person("teller1"), c.keyOf("teller1"))
			return c.here.write(id, with(op, crm.SessionBranch, crdt.IntValue(2)))
		}},
		{"a customer nobody knows", "missing_row", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Party, crdt.MakeID(55, 1), crm.PartyMemo, "x"))
		}},
		{"a note about one", "missing_row", func(c *court) string { return c.here.write(c.here.session, c.note(crdt.MakeID(55, 1))) }},
		{"a note about an account nobody knows", "missing_row", func(c *court) string {
			return c.here.write(c.here.session, c.note(c.ada, crm.InteractionHolding, crdt.MakeID(55, 2)))
		}},
		{"a phone to be removed that nobody knows", "missing_row", func(c *court) string {
			return c.here.write(c.here.session, crdt.Op{Kind: crm.Reach, ID: c.here.mint(), Clear: []crdt.Stamp{{Time: 1, Origin: 11}}})
		}},
		{"what hangs on a held row", "waits", func(c *court) string {
			eve := c.here.mint()
			c.here.write(12345, set(crm.Party, eve, crm.PartyName, "Eve", crm.PartyHome, 1))
			return c.here.write(c.here.session, c.note(eve))
		}},
		{"an edit of a held row", "waits", func(c *court) string {
			eve := c.here.mint()
			c.here.write(12345, set(crm.Party, eve, crm.PartyName, "Eve", crm.PartyHome, 1))
			return c.here.write(c.here.session, set(crm.Party, eve, crm.PartyName, "Eva", crm.PartyHome, 1))
		}},
		{"what was done under a held session", "waits", func(c *court) string {
			id := c.here.mint()
			c.here.write(id, without(c.here.opening(id, c.person("teller1"), c.keyOf("teller1")), crm.SessionSignature))
			return c.here.write(id, c.note(c.ada))
		}},
		{"what hangs on a refused row", "missing_row", func(c *court) string {
			eve := c.here.mint()
			c.here.write(c.here.session, set(crm.Party, eve, crm.PartyName, "Eve", crm.PartyHome, 2))
			return c.here.write(c.here.session, c.note(eve))
		}},
		{"an edit of a refused row", "missing_row", func(c *court) string {
			eve := c.here.mint()
			c.here.write(c.here.session, set(crm.Party, eve, crm.PartyName, "Eve", crm.PartyHome, 2))
			return c.here.write(c.here.session, set(crm.Party, eve, crm.PartyName, "Eva", crm.PartyHome, 1))
		}},
	}
}

func shapeCases() []reason {
	return []reason{
		{"a customer of no branch", "bad_value", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Party, c.here.mint(), crm.PartyName, "Eve"))
		}},
		{"a note about nobody", "bad_value", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Interaction, c.here.mint(), crm.InteractionText, "typed words"))
		}},
		{"half a relation", "bad_value", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Relation, c.here.mint(), crm.RelationFrom, c.ada))
		}},
		{"a number for a name", "bad_value", func(c *court) string { return c.here.write(c.here.session, set(crm.Party, c.ada, crm.PartyName, 5)) }},
		{"a text for a date", "bad_value", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Interaction, c.here.mint(), crm.InteractionParty, c.ada, crm.InteractionHappened, "now"))
		}},
		{"a note rewritten", "written_once", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Interaction, c.word, crm.InteractionText, "never came"))
		}},
		{"a phone given to another", "written_once", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Reach, c.phone, crm.ReachParty, c.core))
		}},
		{"a customer removed", "not_a_set", func(c *court) string {
			return c.here.write(c.here.session, crdt.Op{Kind: crm.Party, ID: c.ada, Clear: []crdt.Stamp{{Time: 1, Origin: 11}}})
		}},
		{"one row twice", "twice", func(c *court) string {
			return c.here.write(c.here.session, set(crm.Party, c.ada, crm.PartyMemo, "x"), set(crm.Party, c.ada, crm.PartyGreeting, "y"))
		}},
		{"a wrong clock", "clock_ahead", func(c *court) string {
			c.here.aheadMS = central.MaxAheadMS + 3600_000
			defer func() { c.here.aheadMS = 0 }()
			return c.here.write(c.here.session, c.note(c.ada))
		}},
		{"one good op, one bad", "other_branch", func(c *court) string {
			return c.here.write(c.here.session, c.note(c.ada), set(crm.Party, c.zoe, crm.PartyMemo, "hers"))
		}},
	}
}

func TestEveryReasonToRefuse(t *testing.T) {
	for _, c := range slices.Concat(sessionCases(), rightCases(), placeCases(), shapeCases()) {
		t.Run(c.code+" "+c.name, func(t *testing.T) {
			court := newCourt(t)
			before := court.digest()
			if got := c.write(court); got != c.code {
				t.Fatalf("refused for %q, want %q: %s", got, c.code, court.text(`SELECT message FROM refusal ORDER BY id DESC LIMIT 1`))
			}
			if after := court.digest(); before != after {
				t.Error("something of the refused change was taken")
			}
			// The stream goes on: the manager signs in and wraps up.
			court.here.signIn("manager1")
			court.here.good(court.note(court.ada))
		})
	}
}

// digest is of all rows that workstations write.
func (c *court) digest() (d crdt.Digest) {
	c.t.Helper()
	must(c.t, c.Central.File.Read(ctx(), func(tx *rows.Tx) error {
		return tx.Each(func(r *rows.Stored) error {
			if k := crm.Table().Kind(r.Kind); !k.CentralOnly && r.Kind != crm.Session {
				d.Add(r.Digest())
			}
			return nil
		})
	}))
	return d
}

func without(op crdt.Op, field uint8) crdt.Op {
	out := op
	out.Set = nil
	for _, f := range op.Set {
		if f.Field != field {
			out.Set = append(out.Set, f)
		}
	}
	return out
}

func with(op crdt.Op, field uint8, v crdt.Value) crdt.Op {
	out := without(op, field)
	out.Set = append(out.Set, crdt.FieldSet{Field: field, Value: v})
	return out
}

func TestWhatHonestPeopleWriteIsTaken(t *testing.T) {
	c := newCourt(t)
	for name, op := range map[string]crdt.Op{
		"a memo on a customer of the core": set(crm.Party, c.core, crm.PartyMemo, "likes trains"),
		"a guarded field of a prospect":    set(crm.Party, c.ada, crm.PartyName, "Ada L."),
		"a household":                      set(crm.Group, 0, crm.GroupType, "household", crm.GroupHome, 1),
		"a relation":                       set(crm.Relation, 0, crm.RelationFrom, c.ada, crm.RelationTo, c.core, crm.RelationType, "spouse"),
		"a consent":                        set(crm.Consent, 0, crm.ConsentParty, c.ada, crm.ConsentAct, "grant"),
		"a task for a colleague":           set(crm.Task, 0, crm.TaskParty, c.ada, crm.TaskOwner, c.person("manager1")),
		"a field of a newer release":       set(crm.Party, c.ada, uint8(60), "x"),
		"a removed phone":                  {Kind: crm.Reach, ID: c.phone, Clear: []crdt.Stamp{c.row(crm.Reach, c.phone).Clocks.Latest()}},
	} {
		t.Run(name, func(*testing.T) { c.here.good(op) })
	}
	if r := c.row(crm.Party, c.ada); r.Get(60).S != "x" || r.Get(crm.PartyName).S != "Ada L." {
		t.Errorf("%+v", r)
	}
	if r := c.row(crm.Party, c.ada); r.Clocks.Of(crm.PartyName).By != c.person("teller1") {
		t.Errorf("written by %d", r.Clocks.Of(crm.PartyName).By)
	}
}

func TestARefusalTellsTheBranchWhatWasTyped(t *testing.T) {
	c := newCourt(t)
	c.here.write(c.here.session, set(crm.Party, c.zoe, crm.PartyMemo, "a long story", crm.PartyGreeting, "Dear Zoe"))
	id := crdt.ID(c.count(`SELECT id FROM refusal`))
	r := c.row(crm.Refusal, id)
	if r.Get(crm.RefusalTyped).S != "greeting=Dear Zoe\nmemo=a long story\n" || r.Get(crm.RefusalBranch).I != 1 || r.Get(crm.RefusalRow).ID() != c.zoe ||
		r.Get(crm.RefusalKind).I != int64(crm.Party) || r.Get(crm.RefusalSession).ID() != c.here.session || r.Get(crm.RefusalMessage).IsNull() {
		t.Errorf("%+v", r)
	}
	c.here.write(c.here.session, set(crm.Party, c.zoe, crm.PartyMemo, strings.Repeat("漢", crdt.MaxText/3)))
	if s := c.text(`SELECT typed FROM refusal ORDER BY id DESC LIMIT 1`); len(s) > crdt.MaxText || !strings.HasSuffix(s, "…") || strings.ContainsRune(s, '\uFFFD') {
		t.Errorf("%d bytes that end with %q", len(s), s[len(s)-9:])
	}
}

// quarrel makes two values of ada's name: one stands, one lost.
func (c *court) quarrel() (stands, lost crdt.Stamp) {
	was := c.row(crm.Party, c.ada).Clocks.Of(crm.PartyName).Stamp
	c.here.good(saw(set(crm.Party, c.ada, crm.PartyName, "Adda"), was))
	c.here.signIn("banker1")
	c.here.good(saw(set(crm.Party, c.ada, crm.PartyName, "Aida"), was))
	r := c.row(crm.Party, c.ada)
	if len(r.Conflicts) != 1 {
		c.t.Fatalf("%+v", r)
	}
	return r.Clocks.Of(crm.PartyName).Stamp, r.Conflicts[0].Stamp
}

func TestAConflictOfAGuardedFieldIsSettledByAManagerWhoWroteNeither(t *testing.T) {
	c := newCourt(t)
	stands, lost := c.quarrel()
	settle := func() crdt.Op { return saw(set(crm.Party, c.ada, crm.PartyName, "Adda"), stands, lost) }
	if code := c.here.write(c.here.session, settle()); code != "not_allowed" {
		t.Errorf("a banker settled it: %q", code)
	}
	c.here.signIn("manager1")
	c.here.good(settle())
	if r := c.row(crm.Party, c.ada); r.Conflicts[0].Closed.IsZero() || r.Get(crm.PartyName).S != "Adda" {
		t.Errorf("%+v", r)
	}
	// The manager wrote the value that stands now: of the next conflict, somebody else decides.
	stands = c.row(crm.Party, c.ada).Clocks.Of(crm.PartyName).Stamp
	c.here.good(saw(set(crm.Party, c.ada, crm.PartyName, "Eda"), lost))
	r := c.row(crm.Party, c.ada)
	mine := saw(set(crm.Party, c.ada, crm.PartyName, "Eda"), r.Clocks.Of(crm.PartyName).Stamp, stands)
	if code := c.here.write(c.here.session, mine); code != "settle_second" {
		t.Errorf("the author settled it: %q", code)
	}
}

func TestAConflictThatTheCoreOvertookCanStillBeEnded(t *testing.T) {
	c := newCourt(t)
	stands, lost := c.quarrel()
	c.act(set(crm.Party, c.ada, crm.PartyKey, "42"))
	c.here.signIn("manager1")
	if code := c.here.write(c.here.session, saw(set(crm.Party, c.ada, crm.PartyName, "Adda"), stands, lost)); code != "core_field" {
		t.Errorf("a value of a branch against the core: %q", code)
	}
	c.here.good(saw(set(crm.Party, c.ada, crm.PartyName, "Aida"), stands, lost))
	if r := c.row(crm.Party, c.ada); r.Conflicts[0].Closed.IsZero() {
		t.Errorf("%+v", r)
	}
}

func TestASimulatorsVetoIsARefusalLikeAnyOther(t *testing.T) {
	w := staffed(t)
	must(t, w.Close())
	var err error
	w.Office, err = office.Open(ctx(), office.Options{Path: w.path, Authority: w.authority, Rand: w.random, NowMS: func() int64 { return w.now },
		Cost: trust.Cost{Time: 1, MemoryKiB: 8, Threads: 1}, NoSync: true, Veto: func(_ *central.Node, seq uint64) *central.Refusal {
			if seq%2 == 0 {
				return &central.Refusal{Code: "veto", Message: "for the test"}
			}
			return nil
		}})
	must(t, err)
	p := w.join(11, 1)
	p.signIn("teller1")
	if code := p.write(p.session, set(crm.Party, p.mint(), crm.PartyName, "Ada", crm.PartyHome, 1)); code != "veto" {
		t.Errorf("%q", code)
	}
	p.party("Bee")
}
