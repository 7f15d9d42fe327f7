package office_test

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
)

func TestOnlyItsAuthorThatDayOrAManagerTakesANoteAway(t *testing.T) {
	c := newCourt(t)
	take := func(note, party crdt.ID) crdt.Op {
		return set(crm.Removal, c.here.mint(), crm.RemovalParty, party, crm.RemovalInteraction, note, crm.RemovalReason, "wrong customer")
	}
	mine := c.here.good(c.note(c.ada))
	c.here.signIn("banker1")
	session := c.here.session
	for name, x := range map[string]struct {
		op   crdt.Op
		want string
	}{
		"another's": {take(mine, c.ada), "not_allowed"}, "of another customer": {take(mine, c.core), "bad_value"}, "one that is not there": {take(crdt.MakeID(11, 99999), c.ada), "missing_row"},
	} {
		if code := c.here.write(session, x.op); code != x.want {
			t.Errorf("%s: %q, want %q", name, code, x.want)
		}
	}
	c.here.signIn("teller1")
	if code := c.here.write(c.here.session, take(mine, c.ada)); code != "" {
		t.Errorf("its author that day: %q", code)
	}
	c.now += 27 * 3600_000
	c.here.signIn("teller1")
	if code := c.here.write(c.here.session, take(c.word, c.ada)); code != "not_allowed" {
		t.Errorf("its author the day after: %q", code)
	}
	c.here.signIn("manager1")
	if code := c.here.write(c.here.session, take(c.word, c.ada)); code != "" {
		t.Errorf("a manager the day after: %q", code)
	}
}
