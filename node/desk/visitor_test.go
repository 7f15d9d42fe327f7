package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/tasks"
	"bough/node/visitors"
	"bough/sync/wire"
)

// lodge is branch 1 with a till, and customers at home in branch 2.
type lodge struct {
	*place
	book *visitors.Book
	who  *desk.Who
}

func newLodge(t *testing.T) *lodge {
	p := workstation(t)
	return &lodge{p, visitors.New(p.till.desk), p.signIn("teller1")}
}

// stranger is somebody of branch 2 of whom this branch has the entry.
func (l *lodge) stranger(name, birth string) crdt.ID {
	l.t.Helper()
	return l.core(set(crm.Party, 0, crm.PartyName, name, crm.PartyType, "person", crm.PartyHome, 2, crm.PartyBirth, birth, crm.PartyLanguage, "cs", crm.PartyMemo, "likes chess"))
}

func (l *lodge) find(typed string) visitors.Answer {
	l.t.Helper()
	a, err := l.book.Find(ctx(), l.who, typed)
	must(l.t, err)
	return a
}

func TestAVisitorIsFoundOfflineByANameAndOneThingMore(t *testing.T) {
	l := newLodge(t)
	anna := l.stranger("Anna Nováková", "1980-03-04")
	here := l.core(set(crm.Party, 0, crm.PartyName, "Anna Nowak", crm.PartyHome, 1, crm.PartyBirth, "1980-03-04"))
	l.till.online = false
	if a := l.find("an"); a.Enough || len(a.Lines) > 0 {
		t.Errorf("a name alone: %+v", a)
	}
	a := l.find("an 1980-03-04")
	if !a.Enough || len(a.Lines) != 1 || a.Lines[0].ID != anna || a.Lines[0].Name != "A••• N•••" || a.Lines[0].HomeName != "Branch 2" {
		t.Errorf("found %+v; %d is of this branch", a, here)
	}
	v, here2, err := l.book.Open(ctx(), l.who, anna)
	must(t, err)
	if here2 || v.Language != "cs" || strings.Contains(fmt.Sprint(v), "chess") || strings.Contains(fmt.Sprint(v), "Anna") {
		t.Errorf("the page shows %+v", v)
	}
	if _, here, err := l.book.Open(ctx(), l.who, here); !here || err != nil {
		t.Errorf("a customer of this branch is taken for a visitor: %v", err)
	}
	if _, _, err := l.book.Open(ctx(), l.who, 12345); trouble(err) != "not found customer" {
		t.Errorf("nobody: %v", err)
	}
}

func TestAtMostTenStrangersAreShownAndMoreThanThirtyInAnHourAlertHeadOffice(t *testing.T) {
	l := newLodge(t)
	for i := range 36 {
		l.stranger(fmt.Sprintf("Anna Nov%c", 'a'+i), fmt.Sprintf("19%d-03-04", 60+i/12))
	}
	looks := func(want int64) {
		t.Helper()
		l.till.sync()
		list, err := l.Curious(ctx())
		must(t, err)
		switch {
		case want == 0 && len(list) > 0, want > 0 && (len(list) != 1 || list[0].Strangers != want || list[0].Person != l.who.Person || list[0].Branch != 1):
			t.Errorf("head office is told %+v, want %d", list, want)
		}
	}
	if a := l.find("an 1960-03-04"); len(a.Lines) != 10 || !a.More {
		t.Errorf("%d are shown, more: %t", len(a.Lines), a.More)
	}
	l.find("an 1960-03-04") // the same ten
	l.find("an 1961-03-04")
	a := l.find("an 1962-03-04")
	looks(0)
	_, _, err := l.book.Open(ctx(), l.who, a.Lines[0].ID) // one of the thirty
	must(t, err)
	looks(0)
	l.find("nova 1960-03-04") // nothing new
	l.find("nov 1962-03-04")
	looks(0)
	for _, name := range []string{"Berta Nova", "Berta Novb"} {
		l.stranger(name, "1970-01-01")
	}
	l.find("ber 1970-01-01")
	looks(32)
	l.bank.mu.Lock()
	l.bank.now += 61 * 60 * 1000
	l.bank.mu.Unlock()
	l.find("an 1961-03-04")
	looks(32)
}

func TestEveryLookIsWrittenDownOnceAQuarterOfAnHourAndOnlyByWhoLooks(t *testing.T) {
	l := newLodge(t)
	anna := l.stranger("Anna Nováková", "1980-03-04")
	for range 3 {
		_, _, err := l.book.Open(ctx(), l.who, anna)
		must(t, err)
	}
	l.find("an 1999-01-01") // nobody: a question all the same
	l.till.sync()
	looks, err := l.Looks(ctx())
	must(t, err)
	if len(looks) != 2 || looks[1].Party != anna || looks[1].Fresh != 1 || looks[0].Party != 0 || looks[0].Person != l.who.Person {
		t.Errorf("%+v", looks)
	}
	l.bank.mu.Lock()
	l.bank.now += 16 * 60 * 1000
	l.bank.mu.Unlock()
	_, _, err = l.book.Open(ctx(), l.who, anna)
	must(t, err)
	l.till.sync()
	if looks, err = l.Looks(ctx()); err != nil || len(looks) != 3 || looks[0].Fresh != 0 {
		t.Errorf("%+v %v", looks, err)
	}
}

func TestAVisitorIsServedOfflineAndIsHereOnceTheLineIsBack(t *testing.T) {
	l := newLodge(t)
	anna := l.stranger("Anna Nováková", "1980-03-04")
	l.act(set(crm.Warning, 0, crm.WarningParty, anna, crm.WarningLevel, "stop", crm.WarningText, "her purse was stolen"),
		set(crm.Consent, 0, crm.ConsentParty, anna, crm.ConsentPurpose, "marketing", crm.ConsentChannel, "phone", crm.ConsentAct, "withdraw"))
	l.till.pull()
	l.till.online = false
	v, _, err := l.book.Open(ctx(), l.who, anna)
	must(t, err)
	if v.Warning != "stop" || len(v.Refused) != 1 || v.Refused[0] != (visitors.Refused{Purpose: "marketing", Channel: "phone"}) {
		t.Errorf("a branch that only has the directory shows %+v", v)
	}
	l.saved(l.RecordInteraction(ctx(), l.who, anna, desk.Interaction{Channel: "counter", Text: "lost her card", PromiseText: "call her", PromiseDueMS: l.now + dayMS}))
	l.saved(tasks.New(l.till.desk).Add(ctx(), l.who, anna, tasks.Task{Type: "task", Text: "send the form"}))
	l.saved(l.RecordConsent(ctx(), l.who, anna, desk.ConsentAct{Purpose: "service", Channel: "sms", Withdraw: true}))
	if _, err := l.RecordConsent(ctx(), l.who, anna, desk.ConsentAct{Purpose: "marketing", Channel: "phone", Evidence: "form"}); trouble(err) != "invalid visitor_grant act" {
		t.Errorf("a grant without the withdrawals: %v", err)
	}
	if _, err := l.AddReach(ctx(), l.who, anna, desk.Reach{Channel: "phone", Value: "+420601234567"}); trouble(err) != "not found customer" {
		t.Errorf("details of a stranger: %v", err)
	}
	if v, _, err = l.book.Open(ctx(), l.who, anna); err != nil || len(v.Written) != 4 || v.State != desk.SavedHere {
		t.Errorf("%+v %v", v, err)
	}
	l.till.sync()
	l.till.pull()
	if _, here, err := l.book.Open(ctx(), l.who, anna); !here || err != nil {
		t.Fatalf("she is not here: %v", err)
	}
	c := l.customer(l.who, anna)
	if c.Name != "Anna Nováková" || len(c.Timeline) != 1 || len(c.Tasks) != 2 || len(c.Warnings) != 1 || c.State != desk.AtHeadOffice {
		t.Errorf("%+v", c)
	}
	if a := l.find("an 1980-03-04"); len(a.Lines) != 0 {
		t.Errorf("she is still a stranger: %+v", a)
	}
}

func TestAManagerTakesAVisitorInOffline(t *testing.T) {
	l := newLodge(t)
	anna := l.stranger("Anna Nováková", "1980-03-04")
	l.till.online = false
	if _, err := l.book.TakeIn(ctx(), l.who, anna, "moved house"); trouble(err) != "denied not_allowed" {
		t.Errorf("a teller takes her in: %v", err)
	}
	boss := l.signIn("manager1")
	if _, err := l.book.TakeIn(ctx(), boss, anna, " "); trouble(err) != "invalid missing reason" {
		t.Errorf("without a reason: %v", err)
	}
	l.saved(l.book.TakeIn(ctx(), boss, anna, "moved house"))
	l.till.sync()
	if c := l.customer(l.who, anna); c.Home != 1 {
		t.Errorf("her home is %d", c.Home)
	}
}

// TestWhoComesIntoTheScopeIsNotContactedBeforeTheirConsentsAreHere: the page
// that brings the party is cut off before the one that brings the withdrawal.
func TestWhoComesIntoTheScopeIsNotContactedBeforeTheirConsentsAreHere(t *testing.T) {
	l := newLodge(t)
	anna := l.stranger("Anna Nováková", "1980-03-04")
	l.act(set(crm.Consent, 0, crm.ConsentParty, anna, crm.ConsentPurpose, "service", crm.ConsentChannel, "phone", crm.ConsentAct, "withdraw"))
	l.till.sync()
	l.saved(l.RecordInteraction(ctx(), l.who, anna, desk.Interaction{Channel: "counter", Text: "lost her card"}))
	l.till.push()
	n, err := l.Central.Node(ctx(), l.till.origin)
	must(t, err)
	may := func() bool {
		for _, line := range l.customer(l.who, anna).Consents {
			if line.Purpose == "service" && line.Channel == "phone" {
				return line.Allowed
			}
		}
		return true
	}
	for came := false; ; {
		sc, err := l.till.Cursor(ctx(), 1)
		must(t, err)
		page, err := l.Central.Page(ctx(), n, wire.Pull{Scope: 1, Since: sc.Feed, Limit: 1})
		must(t, err)
		must(t, l.till.Apply(ctx(), page))
		came = came || l.row(crm.Party, anna) != nil
		if came && may() {
			t.Fatal("she may be called though she refused it at home")
		}
		if !page.More {
			break
		}
	}
	if may() || l.row(crm.Consent, 0) != nil {
		t.Error("the refusal is not here")
	}
	other := false
	for _, line := range l.customer(l.who, anna).Consents {
		other = other || line.Allowed && line.Purpose == "service"
	}
	if !other {
		t.Error("the gate does not open at the end of the feed")
	}
}
