package hq

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/webui"
)

const (
	auditLines = 100                     // of one page
	auditDays  = 7                       // looked at where nobody says from when
	auditHits  = 20                      // customers to choose from
	dayMS      = int64(24 * 3600 * 1000) // ms
)

// auditAsked is what stands in the form.
type auditAsked struct {
	Customer, Party, Who, Branch, Sort, From, Until, Own string
	Page                                                 int
}

// Link is the address of a page of the same question, or of its file.
func (a auditAsked) Link(path string, page int) string {
	q := url.Values{}
	for name, value := range map[string]string{"party": a.Party, "who": a.Who, "branch": a.Branch, "sort": a.Sort, "from": a.From, "until": a.Until, "own": a.Own} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if page > 0 {
		q.Set("page", strconv.Itoa(page))
	}
	return path + "?" + q.Encode()
}

// Of is the same question about one customer.
func (a auditAsked) Of(party crdt.ID) string {
	a.Party = party.String()
	return a.Link("/audit", 0)
}

// Next is the address of the page after this one.
func (a auditAsked) Next() string { return a.Link("/audit", a.Page+1) }

// Before is that of the page before.
func (a auditAsked) Before() string { return a.Link("/audit", a.Page-1) }

// File is that of all of it as a file.
func (a auditAsked) File() string { return a.Link("/audit.csv", 0) }

type auditView struct {
	Asked     auditAsked
	PartyName string
	Hits      []desk.Hit // to choose from
	Lines     []office.AuditLine
	More      bool
	Sorts     []string
	Branches  []desk.BranchLine
	Names     map[int64]string
	Proof     office.Proving
	Form      webui.Form
}

// proofView is how a proof stands.
type proofView struct {
	office.Proving
	Names map[int64]string
	OOB   bool // a refresh: htmx puts the part in its place
}

// Percent is how far a proof is.
func (p proofView) Percent() int64 {
	if p.EndedMS > 0 {
		return 100
	}
	return p.Done * 100 / max(p.All, 1)
}

// Faults is how many things are wrong.
func (p proofView) Faults() (n int64) {
	for i := range p.Proofs {
		n += int64(len(p.Proofs[i].Faults))
	}
	return n
}

// Looks is how many entries of who saw whom were counted.
func (p proofView) Looks() (n int64) {
	for i := range p.Proofs {
		n += p.Proofs[i].Looks
	}
	return n
}

// Changes is how many changes were hashed.
func (p proofView) Changes() (n int64) {
	for i := range p.Proofs {
		n += p.Proofs[i].Changes
	}
	return n
}

func (p Panels) auditForm(v *webui.Visit) (*auditView, error) {
	if err := v.Site.Desk.Allow(v.Who, crm.ActAudit); err != nil {
		return nil, err
	}
	page, _ := strconv.Atoi(v.QueryParam("page"))
	view := &auditView{Sorts: office.AuditSorts(), Proof: p.Prover.Now(), Asked: auditAsked{Customer: strings.TrimSpace(v.QueryParam("customer")), Party: v.QueryParam("party"),
		Who: strings.TrimSpace(v.QueryParam("who")), Branch: v.QueryParam("branch"), Sort: v.QueryParam("sort"), From: v.QueryParam("from"), Until: v.QueryParam("until"), Own: v.QueryParam("own"), Page: max(page, 0)}}
	var err error
	view.Branches, view.Names, err = branchNames(v)
	return view, err
}

// question reads the form; field names what of it cannot be read.
func (p Panels) question(v *webui.Visit, view *auditView) (q office.AuditQuestion, err error) {
	a := &view.Asked
	q = office.AuditQuestion{Branch: branchOf(a.Branch, -1), Sort: a.Sort, Own: a.Own != "", Skip: a.Page * auditLines, Limit: auditLines}
	q.UntilMS = v.Site.Now()
	q.FromMS = q.UntilMS - auditDays*dayMS
	if a.Sort != "" && desk.OneOf("sort", a.Sort, view.Sorts) != nil {
		return q, desk.Mistyped("sort", "audit_sort", "there is no such sort of act")
	}
	for _, day := range []struct {
		name, typed string
		first, last *int64
	}{{"from", a.From, &q.FromMS, new(int64)}, {"until", a.Until, new(int64), &q.UntilMS}} {
		if day.typed == "" {
			continue
		}
		first, last, err := v.L.ReadPast(day.typed)
		if err != nil {
			return q, desk.Mistyped(day.name, "bad_day", "this is no day")
		}
		*day.first, *day.last = first, last
	}
	if a.Who != "" {
		if q.Person, err = p.Moves.PersonID(v.Ctx(), a.Who); errors.Is(err, office.ErrPerson) {
			return q, desk.Mistyped("who", "audit_who", "nobody signs in under this name")
		} else if err != nil {
			return q, err
		}
	}
	return q, p.party(v, view, &q)
}

// party finds whom the question is about: by number, or by what find knows.
func (p Panels) party(v *webui.Visit, view *auditView, q *office.AuditQuestion) error {
	a := &view.Asked
	if _, err := crdt.ParseID(a.Customer); err == nil {
		a.Party, a.Customer = a.Customer, ""
	}
	if a.Customer != "" {
		var err error
		if view.Hits, err = v.Site.Desk.FindFor(v.Ctx(), v.Who, crm.ActAudit, a.Customer, auditHits); err == nil && len(view.Hits) == 0 {
			err = desk.Mistyped("customer", "audit_customer", "nobody is found under this; an erased customer is asked for by number")
		}
		return err
	}
	if a.Party == "" {
		return nil
	}
	id, err := crdt.ParseID(a.Party)
	if err != nil {
		return desk.Mistyped("customer", "audit_customer", "nobody is found under this; an erased customer is asked for by number")
	}
	q.Party = id
	return nil
}

// ask answers a question, after it was written down that it was asked.
func (p Panels) ask(v *webui.Visit, how string, q office.AuditQuestion) (lines []office.AuditLine, more bool, err error) {
	if lines, more, err = p.Moves.Audit(v.Ctx(), q); err != nil {
		return nil, false, err
	}
	ids := []crdt.ID{q.Party}
	for i := range lines {
		ids = append(ids, lines[i].Party)
	}
	if err := v.Site.Desk.Shown(v.Ctx(), v.Who, how, ids...); err != nil {
		return nil, false, err
	}
	return lines, more, nil
}

// audit answers who saw and who wrote what.
func (p Panels) audit(v *webui.Visit) error {
	view, err := p.auditForm(v)
	if err != nil {
		return err
	}
	q, err := p.question(v, view)
	if err == nil && len(view.Hits) == 0 {
		view.Lines, view.More, err = p.ask(v, crm.ViewAudit, q)
	}
	if err != nil {
		return v.Again("audit", view, &view.Form, err)
	}
	return v.Show(http.StatusOK, "audit", view)
}

// auditFile gives the answer as a file, up to as many lines as can be paged through.
func (p Panels) auditFile(v *webui.Visit) error {
	view, err := p.auditForm(v)
	if err != nil {
		return err
	}
	q, err := p.question(v, view)
	if err != nil {
		return err
	}
	q.Skip, q.Limit = 0, office.MaxAudit-1
	lines, _, err := p.ask(v, crm.ViewExport, q)
	if err != nil {
		return err
	}
	v.Response().Header().Set("Content-Disposition", `attachment; filename="audit.csv"`)
	return v.Blob(http.StatusOK, "text/csv; charset=utf-8", auditCSV(lines))
}

// prove begins a proof of the histories.
func (p Panels) prove(v *webui.Visit) error {
	if err := v.Site.Desk.Allow(v.Who, crm.ActAudit); err != nil {
		return err
	}
	p.Prover.Start(v.Who.Name)
	return v.Go("/audit/proof")
}

// proof shows how it stands.
func (p Panels) proof(v *webui.Visit) error {
	if err := v.Site.Desk.Allow(v.Who, crm.ActAudit); err != nil {
		return err
	}
	_, names, err := branchNames(v)
	if err != nil {
		return err
	}
	view := proofView{Proving: p.Prover.Now(), Names: names}
	if v.QueryParam("parts") != "" {
		view.OOB = true
		return v.Block("proof", "part-proof", view)
	}
	return v.Show(http.StatusOK, "proof", view)
}
