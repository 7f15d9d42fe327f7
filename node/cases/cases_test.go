package cases_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"bough/crdt"
	"bough/node/cases"
	"bough/node/clocks"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
	"bough/webui/pagetest"
)

// book is a desk with jana (a teller) at it, one customer and the cases.
type book struct {
	*cases.Book
	*pagetest.Counter
	t     *testing.T
	who   *desk.Who
	party crdt.ID
}

func open(t *testing.T) *book {
	c := pagetest.Open(t, func(*echo.Echo, webui.Options) error { return nil })
	b := &book{Book: cases.New(c.Desk), Counter: c, t: t}
	b.party = c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Anna Nováková"), pagetest.Text(crm.PartyLanguage, "en"))
	b.who = b.as("jana")
	return b
}

func (b *book) as(login string) *desk.Who {
	b.t.Helper()
	_, who, err := b.Desk.SignIn(context.Background(), login, pagetest.Password, false)
	if err != nil {
		b.t.Fatal(err)
	}
	return who
}

func (b *book) opened(in cases.NewCase) crdt.ID {
	b.t.Helper()
	s, err := b.Open(context.Background(), b.who, b.party, in)
	if err != nil {
		b.t.Fatal(err)
	}
	return s.ID
}

func (b *book) step(id crdt.ID, in cases.Step) {
	b.t.Helper()
	if _, err := b.Take(context.Background(), b.who, id, in); err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) view(id crdt.ID) *cases.View {
	b.t.Helper()
	v, err := b.Case(context.Background(), b.who, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b *book) refused(err error, code string) {
	b.t.Helper()
	var e *desk.Error
	if !errors.As(err, &e) || e.Code != code {
		b.t.Errorf("got %v, not %s", err, code)
	}
}

func TestAComplaintRunsFromAcknowledgementToAnswer(t *testing.T) {
	b := open(t)
	said := b.Now() - time.Hour.Milliseconds()
	id := b.opened(cases.NewCase{Type: "complaint", Text: "Waited forty minutes", HappenedMS: said})
	v := b.view(id)
	if v.Next.Name != clocks.Acknowledge || v.Overdue || v.State != "open" || v.Owner != "Jana Dvořáková" || v.PartyName != "Anna Nováková" {
		t.Fatalf("a new complaint: %+v", v.Line)
	}
	b.step(id, cases.Step{Type: "acknowledged"})
	if v = b.view(id); v.Next.Name != clocks.Answer || !v.Next.CanExtend {
		t.Fatalf("after the acknowledgement: %+v", v.Next)
	}
	short := v.Next.DueMS
	b.step(id, cases.Step{Type: "extended", Text: "The camera's pictures are still to come"})
	if v = b.view(id); !v.Next.Extended || v.Next.DueMS <= short {
		t.Fatalf("after the holding reply: %+v", v.Next)
	}
	b.step(id, cases.Step{Type: "resolved", Text: "Apologised; a second counter opens at noon"})
	v = b.view(id)
	if v.State != "resolved" || v.Next.Name != "" || v.Outcome == "" || len(v.Steps) != 3 {
		t.Fatalf("after the answer: %+v", v)
	}
	_, err := b.Take(context.Background(), b.who, id, cases.Step{Type: "acknowledged"})
	b.refused(err, "case_closed")
	b.step(id, cases.Step{Type: "reopened", Text: "It happened again"})
	if v = b.view(id); v.State != "open" || v.Next.Name != clocks.Answer {
		t.Fatalf("opened again: %+v", v.Line)
	}
}

func TestAProvisionalCreditGivesATransferErrorItsFortyFiveDays(t *testing.T) {
	b := open(t)
	id := b.opened(cases.NewCase{Type: "transfer_error", Text: "Charged twice", Amount: cases.Money{Minor: 12900, Currency: "usd"}})
	first := b.view(id).Next.DueMS
	_, err := b.Take(context.Background(), b.who, id, cases.Step{Type: "credited"})
	b.refused(err, "bad_amount")
	b.step(id, cases.Step{Type: "credited", Amount: cases.Money{Minor: 12900, Currency: "USD"}})
	v := b.view(id)
	if days := (v.Next.DueMS - v.HappenedMS) / (24 * 3600_000); !v.Next.Extended || days != 45 || v.Next.DueMS <= first {
		t.Errorf("%d days: %+v", days, v.Next)
	}
	lines, err := b.List(context.Background(), b.who, cases.Filter{Mine: true})
	if err != nil || len(lines) != 1 || lines[0].Next.DueMS != v.Next.DueMS {
		t.Errorf("the list: %+v %v", lines, err)
	}
}

func TestTheClockRunsFromWhenTheCustomerSaidSo(t *testing.T) {
	b := open(t)
	id := b.opened(cases.NewCase{Type: "service", Text: "From the paper list of the outage", HappenedMS: b.Now() - 20*24*3600_000})
	if v := b.view(id); !v.Overdue {
		t.Errorf("twenty days old and not overdue: %+v", v.Line)
	}
	_, err := b.Take(context.Background(), b.who, id, cases.Step{Type: "note", Text: "x", HappenedMS: b.Now() - 30*24*3600_000})
	b.refused(err, "before_case")
}

func TestALostCardStaysOpenUntilTheCoreHasIt(t *testing.T) {
	b := open(t)
	id := b.opened(cases.NewCase{Type: "service", Text: "Card lost in the tram", Key: cases.NewKeying{Type: "card_block"}})
	open, err := b.Keyings(context.Background(), b.who, false)
	if err != nil || len(open) != 1 || open[0].Text != "Card lost in the tram" || open[0].Case != id || open[0].Owner != "Jana Dvořáková" {
		t.Fatalf("to be keyed: %+v %v", open, err)
	}
	_, err = b.Settle(context.Background(), b.who, open[0].ID, cases.Keyed{State: "keyed", Receipt: " "})
	b.refused(err, "receipt_missing")
	if _, err := b.Settle(context.Background(), b.as("petr"), open[0].ID, cases.Keyed{State: "keyed", Receipt: "CB-4411", Saw: []string{open[0].Stamp}}); err != nil {
		t.Fatal(err)
	}
	if open, err = b.Keyings(context.Background(), b.who, false); err != nil || len(open) != 0 {
		t.Errorf("still to be keyed: %+v %v", open, err)
	}
	v := b.view(id)
	if k := v.Keyings[0]; k.State != "keyed" || k.Receipt != "CB-4411" || k.Owner != "Petr Malý" {
		t.Errorf("keyed as %+v", k)
	}
}

func TestAHandOverNamesSomebodyOfTheBank(t *testing.T) {
	b := open(t)
	id := b.opened(cases.NewCase{Type: "enquiry", Text: "A rate"})
	_, err := b.Take(context.Background(), b.who, id, cases.Step{Type: "handed_over"})
	b.refused(err, "missing")
	_, err = b.Take(context.Background(), b.who, id, cases.Step{Type: "handed_over", Owner: 5})
	b.refused(err, "person")
	b.step(id, cases.Step{Type: "handed_over", Owner: b.as("petr").Person})
	if v := b.view(id); v.Owner != "Petr Malý" {
		t.Errorf("it is %s's", v.Owner)
	}
}

func TestARuleOfHeadOfficeBeatsTheLawsDefault(t *testing.T) {
	b := open(t)
	id := b.opened(cases.NewCase{Type: "enquiry", Text: "A rate"})
	before := b.view(id).Next.DueMS
	b.Put(crm.CaseRule, pagetest.Text(crm.CaseRuleType, "enquiry"), pagetest.Text(crm.CaseRuleAnswer, "nonsense"))
	if b.view(id).Next.DueMS != before {
		t.Error("a rule that is none moved the clock")
	}
	b.Put(crm.CaseRule, pagetest.Text(crm.CaseRuleType, "enquiry"), pagetest.Text(crm.CaseRuleAnswer, "1b"))
	if got := b.view(id).Next.DueMS; got >= before {
		t.Error("head office's rule does not count")
	}
}

func TestAHolidayMovesTheDeadline(t *testing.T) {
	b := open(t)
	id := b.opened(cases.NewCase{Type: "enquiry", Text: "A rate"})
	before := b.view(id).Next.DueMS
	day := time.UnixMilli(before).UTC().Format(time.DateOnly)
	b.Put(crm.Holiday, pagetest.Text(crm.HolidayDate, day), pagetest.Text(crm.HolidayName, "A holiday"))
	after := b.view(id).Next.DueMS
	if after <= before {
		t.Error("the holiday does not count")
	}
	c, err := b.Desk.Customer(t.Context(), b.who, b.view(id).Party)
	if err != nil || len(c.Cases) != 1 || c.Cases[0].DueMS != after {
		t.Errorf("the page of the customer tells another deadline: %+v, %v", c.Cases, err)
	}
}

// plain is a voice that needs no catalogue.
type plain struct{}

func (plain) Day(ms int64) string               { return time.UnixMilli(ms).UTC().Format(time.DateOnly) }
func (plain) Money(_ int64, code string) string { return code }
func (plain) CaseType(code string) string       { return code }

func TestALetterIsFilledInInTheCustomersLanguage(t *testing.T) {
	b := open(t)
	id := b.opened(cases.NewCase{Type: "complaint", Text: "A {brace} in the matter"})
	v := b.view(id)
	if len(v.Letters) != 3 || v.Letters[0].Type != "acknowledgement" {
		t.Fatalf("letters: %+v", v.Letters)
	}
	l, err := b.Letter(context.Background(), b.who, id, 0, func(language string) cases.Voice {
		if language != "en" {
			t.Errorf("written in %s", language)
		}
		return plain{}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{v.Reference, "A {brace} in the matter", "Dear Anna Nováková", "Jana Dvořáková"} {
		if !strings.Contains(l.Subject+l.Body, want) {
			t.Errorf("the letter does not say %q:\n%s", want, l.Body)
		}
	}
	b.Put(crm.Template, pagetest.Text(crm.TemplateType, "letter"), pagetest.Text(crm.TemplateName, "Ours"), pagetest.Text(crm.TemplateLanguage, "en"), pagetest.Text(crm.TemplateBody, "{reference}"))
	if v = b.view(id); len(v.Letters) != 4 || v.Letters[0].Name != "Ours" {
		t.Errorf("head office's letter: %+v", v.Letters)
	}
}

func TestATemplateWithAnUnknownPlaceIsRefused(t *testing.T) {
	for body, wrong := range map[string]bool{"{customer}": false, "{{customer}": false, "{nobody}": true, "{customer": true, "": false} {
		if err := cases.CheckTemplate(body); (err != nil) != wrong {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestWhatMakesNoSenseIsRefused(t *testing.T) {
	b := open(t)
	for code, in := range map[string]cases.NewCase{
		"bad_word":     {Type: "ticket", Text: "x"},
		"missing":      {Type: "complaint", Text: "  "},
		"bad_currency": {Type: "complaint", Text: "x", Amount: cases.Money{Minor: 5, Currency: "EURO"}},
		"bad_amount":   {Type: "complaint", Text: "x", Amount: cases.Money{Minor: -5, Currency: "EUR"}},
		"in_future":    {Type: "complaint", Text: "x", HappenedMS: b.Now() + 3600_000},
		"no_holding":   {Type: "complaint", Text: "x", Holding: 77},
	} {
		_, err := b.Open(context.Background(), b.who, b.party, in)
		b.refused(err, code)
	}
	_, err := b.Open(context.Background(), b.who, 77, cases.NewCase{Type: "complaint", Text: "x"})
	b.refused(err, "customer")
	_, err = b.Open(context.Background(), nil, b.party, cases.NewCase{Type: "complaint", Text: "x"})
	b.refused(err, "signed_out")
}
