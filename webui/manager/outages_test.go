package manager

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/huddle"
	"bough/node/store"
	"bough/webui/pagetest"
)

// outagePages are literal views of outages and of what comes of work.
func outagePages() []pagetest.Page {
	now := pagetest.NowMS
	const hourMS = 3600 * 1000
	author := func(name, place string, ago int64, state desk.State) desk.Author {
		return desk.Author{Name: name, Place: place, Branch: 1, AtMS: now - ago, State: state}
	}
	one := store.Outage{BeganMS: now - 5*hourMS, EndedMS: now - 3*hourMS}
	in := &huddle.InOutage{Outage: one, NowMS: now, Counts: map[string]int{"interaction": 14, "task": 3, "case_file": 1, "party": 1}, Accepted: 16, Here: 2, Held: 1,
		Written: []huddle.Written{
			{Kind: "interaction", ID: 1, Party: 5, Name: "Anna Nováková", Text: "Asked for the rate of a five-year fixing", New: true, Author: author("Jana Dvořáková", "counter-2", 5*hourMS-9000, desk.AtHeadOffice)},
			{Kind: "task", ID: 2, Party: 6, Name: "王小明", Text: "把合同寄给客户", New: true, Author: author("李娜", "柜台 1", 4*hourMS, desk.SafeInBranch)},
			{Kind: "case_file", ID: 3, Party: 7, Name: "Nord Holz s.r.o.", Text: "Card was charged twice", Author: author("Petr Malý", "counter-1", 4*hourMS-60_000, desk.SavedHere)}},
		Refused: []huddle.Judged{{Kind: "warning", Code: "not_allowed", By: "Petr Malý", AtMS: now - 2*hourMS, Held: true}, {Kind: "reach", Code: "unknown_reason", By: "Jana Dvořáková", AtMS: now - 2*hourMS}}}
	weeks := func(good, all int) []huddle.Outcomes {
		s := func(g, a int) huddle.Share { return huddle.Share{Good: g, All: a} }
		return []huddle.Outcomes{{Visits: s(good, all), Promises: s(good/8, all/7), Cases: s(1, 2)}, {}, {}, {}, {}, {}, {}, {}}
	}
	var ends []int64
	for i := range int64(8) {
		ends = append(ends, now-7*i*dayMS)
	}
	adoption := &huddle.Adoption{NowMS: now, EndMS: ends, Branch: weeks(212, 240), People: []huddle.PersonOutcomes{{Person: 1, Name: "Jana Dvořáková", Weeks: weeks(118, 121)}, {Person: 2, Name: "李娜", Weeks: weeks(90, 115)}}}
	own := *adoption
	own.Own, own.People = true, own.People[:1]
	return []pagetest.Page{
		{Name: "outages", Page: "outages", View: &huddle.Outages{NowMS: now, Lines: []store.Outage{{BeganMS: now - hourMS/3}, one, {BeganMS: now - 9*dayMS, EndedMS: now - 8*dayMS}}}, Down: true},
		{Name: "outages-none", Page: "outages", View: &huddle.Outages{NowMS: now}},
		{Name: "inoutage", Page: "inoutage", View: in},
		{Name: "inoutage-lasts", Page: "inoutage", View: &huddle.InOutage{Outage: store.Outage{BeganMS: now - hourMS/3}, NowMS: now, Counts: map[string]int{}}, Down: true},
		{Name: "adoption", Page: "adoption", View: adoptionView{adoption, 0}},
		{Name: "adoption-own", Page: "adoption", View: adoptionView{&own, 0}},
	}
}

func TestAnOutageTellsWhatWasDoneInIt(t *testing.T) {
	c := pagetest.Open(t, register)
	at := func(field uint8) crdt.FieldSet { return crdt.FieldSet{Field: field, Value: crdt.IntValue(c.Now())} }
	note := func(party crdt.ID, text string) {
		c.Put(crm.Interaction, pagetest.Ref(crm.InteractionParty, party), pagetest.Text(crm.InteractionChannel, "counter"), pagetest.Text(crm.InteractionText, text), at(crm.InteractionHappened))
	}
	anna := party(c, "Anna Nováková")
	note(anna, "written before it")
	must(t, c.Office.Local.LineIs(t.Context(), true, c.Now()))
	c.Advance(time.Hour)
	began := c.Now()
	must(t, c.Office.Local.LineIs(t.Context(), false, began))
	c.Advance(time.Minute)
	note(anna, "asked for a loan")
	eva := party(c, "Eva Malá")
	c.Put(crm.Task, pagetest.Ref(crm.TaskParty, eva), pagetest.Text(crm.TaskType, "promise"), pagetest.Text(crm.TaskText, "Send her the form"), pagetest.Text(crm.TaskState, "open"))
	c.Put(crm.Refusal, pagetest.Text(crm.RefusalCode, "not_allowed"), crdt.FieldSet{Field: crm.RefusalKind, Value: crdt.IntValue(int64(crm.Warning))},
		crdt.FieldSet{Field: crm.RefusalAt, Value: crdt.IntValue(c.Now() + 3600_000)}, pagetest.Text(crm.RefusalState, crm.RefusalHeld))
	c.Advance(time.Hour)
	must(t, c.Office.Local.LineIs(t.Context(), true, c.Now()))
	c.Advance(time.Hour)
	note(anna, "written after it")
	c.SignIn("petr")
	page := "/outages/" + strconv.FormatInt(began, 10)
	c.Get("/outages").Says(t, `href="`+page+`"`, "1 hour")
	a := c.Get(page)
	a.Says(t, "asked for a loan", "Send her the form", "Eva Malá", "Anna Nováková", "Held", "Warning", `href="/customers/`+eva.String()+`"`)
	for _, other := range []string{"written before it", "written after it"} {
		if strings.Contains(a.Body, other) {
			t.Errorf("the outage tells of what was %s", other)
		}
	}
	if a := c.Get("/outages/5"); a.Status != http.StatusNotFound {
		t.Errorf("an outage that never was: %d", a.Status)
	}
	c.SignIn("jana")
	if a := c.Get(page); a.Status != http.StatusForbidden {
		t.Errorf("a teller reads it: %d", a.Status)
	}
}

func TestWhatComesOfWorkIsCountedByWeekAndEverybodySeesTheirOwn(t *testing.T) {
	c := pagetest.Open(t, register)
	anna := party(c, "Anna Nováková")
	jana, petr := id(t, c, "jana"), id(t, c, "petr")
	number := func(field uint8, ms int64) crdt.FieldSet {
		return crdt.FieldSet{Field: field, Value: crdt.IntValue(ms)}
	}
	now := c.Now()
	for i := range int64(6) {
		writer := pagetest.Ref(crm.InteractionWriter, jana)
		happened := now - i*60_000
		if i == 5 {
			happened = now - 2*dayMS // written down two days later
		}
		c.Put(crm.Interaction, pagetest.Ref(crm.InteractionParty, anna), number(crm.InteractionHappened, happened), writer)
		c.Put(crm.Task, pagetest.Ref(crm.TaskParty, anna), pagetest.Text(crm.TaskType, "promise"), number(crm.TaskDue, now-i*60_000-1), pagetest.Text(crm.TaskState, []string{"kept", "open"}[i%2]), pagetest.Ref(crm.TaskOwner, petr))
	}
	c.Put(crm.Case, pagetest.Ref(crm.CaseParty, anna), number(crm.CaseDue, now+1000), pagetest.Text(crm.CaseState, "resolved"), pagetest.Ref(crm.CaseOwner, jana))
	c.Put(crm.Case, pagetest.Ref(crm.CaseParty, anna), number(crm.CaseDue, now-dayMS), pagetest.Text(crm.CaseState, "open"), pagetest.Ref(crm.CaseOwner, jana))
	c.SignIn("petr")
	c.Get("/adoption").Says(t, "The branch", "Jana Dvořáková", "Petr Malý", "83%", "5 of 6", "50%", "3 of 6", "1 of 2")
	c.Get("/adoption?week=7").Says(t, "0 of 0")
	c.SignIn("jana")
	a := c.Get("/adoption")
	a.Says(t, "The branch", "Jana Dvořáková", "your manager sees everybody")
	if strings.Contains(a.Body, "Petr Malý") {
		t.Error("a teller sees what came of another's work")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func id(t *testing.T, c *pagetest.Counter, login string) crdt.ID {
	t.Helper()
	id, err := crdt.ParseID(c.Person(login))
	must(t, err)
	return id
}
