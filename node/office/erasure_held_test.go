package office_test

import (
	"fmt"
	"strings"
	"testing"

	"bough/node/crm"
)

// Head office holds back how to reach a customer, and what a colleague made of
// that; then it orders the customer erased. The row stands nowhere at head office,
// and the workstations have it.
func TestAnOrderNamesWhatHeldChangesWouldMakeOfTheCustomer(t *testing.T) {
	c := newCourt(t)
	maker := c.join(c.here.origin+500, c.here.branch)
	reach := maker.mint()
	nobody := maker.mint()
	if code := maker.write(nobody, set(crm.Reach, reach, crm.ReachParty, c.ada, crm.ReachChannel, "wechat", crm.ReachValue, "secret one")); code != "no_session" {
		t.Fatalf("held as %q", code)
	}
	if code := c.here.write(c.here.session, set(crm.Reach, reach, crm.ReachValue, "secret two")); code != "waits" {
		t.Fatalf("held as %q", code)
	}
	n, err := c.OrderErasure(ctx(), c.person("manager1"), c.ada, "request", "letter 8")
	must(t, err)
	must(t, c.ConfirmErasure(ctx(), c.person("manager2"), n))
	if order := c.text(`SELECT gone_rows FROM erasure ORDER BY id DESC LIMIT 1`); !strings.Contains(order+" ", fmt.Sprintf("%d:%d ", crm.Reach, reach)) {
		t.Errorf("the order says %q", order)
	}
	if n := c.count(`SELECT count(*) FROM refusal WHERE instr(typed, 'secret')>0`); n != 0 {
		t.Errorf("%d refusals say what was typed", n)
	}
	if code := c.here.write(c.here.session, set(crm.Reach, reach, crm.ReachValue, "secret three")); code != "erased" {
		t.Errorf("what is written to it later is %q", code)
	}
}

// The maker's number is the greater one: the history is swept in the order of numbers.
func TestWhatWasTypedToARowThatWasNeverTakenGoesWithItsCustomer(t *testing.T) {
	c := newCourt(t)
	maker := c.join(c.here.origin+500, c.here.branch)
	maker.signIn("teller1")
	maker.aheadMS = 10 * 60_000
	reach := maker.mint()
	if code := maker.write(maker.session, set(crm.Reach, reach, crm.ReachParty, c.ada, crm.ReachChannel, "wechat", crm.ReachValue, "secret one")); code != "clock_ahead" {
		t.Fatalf("refused as %q", code)
	}
	if code := c.here.write(c.here.session, set(crm.Reach, reach, crm.ReachValue, "secret two")); code == "" {
		t.Fatal("it was taken")
	}
	n, err := c.OrderErasure(ctx(), c.person("manager1"), c.ada, "request", "letter 9")
	must(t, err)
	must(t, c.ConfirmErasure(ctx(), c.person("manager2"), n))
	if n := c.count(`SELECT count(*) FROM refusal WHERE instr(typed, 'secret')>0`); n != 0 {
		t.Errorf("%d refusals say what was typed", n)
	}
}
