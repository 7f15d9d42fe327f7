package office_test

import (
	"fmt"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/sync/central"
)

// answers asks the audit and writes what it says, a line each.
func (w *world) answers(q office.AuditQuestion) (out []string, more bool) {
	w.t.Helper()
	if q.Limit == 0 {
		q.Limit = 50
	}
	if q.UntilMS == 0 {
		q.UntilMS = 1 << 60
	}
	lines, more, err := w.Audit(ctx(), q)
	must(w.t, err)
	for _, l := range lines {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %d %s", l.Sort, w.text(`SELECT login FROM person WHERE id=?1`, int64(l.Person)), l.PartyName, l.Branch, l.What)))
	}
	return out, more
}

func (w *world) answer(q office.AuditQuestion, want ...string) {
	w.t.Helper()
	if got, _ := w.answers(q); strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.t.Errorf("%+v:\n%s\nwant\n%s", q, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheAuditIsSearchedByPartyPersonBranchTimeAndSort(t *testing.T) {
	c := newCourt(t)
	c.now += crm.QuarterMS
	from := c.now
	c.now += 3 * crm.QuarterMS
	c.here.good(c.saw(func(v *crm.Viewed) { v.Parties = []crdt.ID{c.ada, c.core}; v.Total = 2 }))
	c.now++
	c.here.good(saw(set(crm.Reach, c.phone, crm.ReachValue, "+43"), c.row(crm.Reach, c.phone).Clocks.Of(crm.ReachValue).Stamp))
	c.there.good(set(crm.Interaction, 0, crm.InteractionParty, c.zoe, crm.InteractionText, "came in"))
	since := central.Span{FromMS: from}
	everything := []string{"write teller2 Zoe 2 interaction", "write teller1 Ada 1 reach", "read teller1 Ada 1", "read teller1 Cy 1"}
	c.answer(office.AuditQuestion{Branch: -1, Span: since}, everything...)
	c.answer(office.AuditQuestion{Branch: -1, Party: c.ada, Span: since}, everything[1], everything[2])
	c.answer(office.AuditQuestion{Branch: -1, Person: c.person("teller1"), Span: since}, everything[1:]...)
	c.answer(office.AuditQuestion{Branch: 2, Span: since}, everything[0])
	c.answer(office.AuditQuestion{Branch: -1, Sort: crm.ViewRead, Span: since}, everything[2:]...)
	c.answer(office.AuditQuestion{Branch: -1, Sort: office.AuditSignIn}, "sign_in teller2  2 session", "sign_in teller1  1 session")
	c.answer(office.AuditQuestion{Branch: -1, Span: central.Span{FromMS: c.now + crm.QuarterMS}})
	c.answer(office.AuditQuestion{Branch: 0, Party: c.core, Sort: office.AuditWrite})
	c.answer(office.AuditQuestion{Branch: 0, Party: c.core, Sort: office.AuditWrite, Own: true}, "write  Cy 0 party")
	if got, more := c.answers(office.AuditQuestion{Branch: -1, Span: since, Skip: 1, Limit: 2}); !more || strings.Join(got, "\n") != strings.Join(everything[1:3], "\n") {
		t.Errorf("the second page: %v, more: %t", got, more)
	}
	if _, _, err := c.Audit(ctx(), office.AuditQuestion{Skip: office.MaxAudit}); err == nil {
		t.Error("the whole of a bank's audit may be paged through")
	}
}

func TestWhoDecidedAndWhoErasedStandsInTheAudit(t *testing.T) {
	c := newCourt(t)
	from := c.now
	n, err := c.OrderErasure(ctx(), c.person("manager1"), c.core, "request", "file 7")
	must(t, err)
	must(t, c.ConfirmErasure(ctx(), c.person("manager2"), n))
	got, _ := c.answers(office.AuditQuestion{Branch: -1, Sort: office.AuditErase, Span: central.Span{FromMS: from}})
	if len(got) != 2 || !strings.HasSuffix(got[0], "confirmed") || !strings.HasSuffix(got[1], "ordered") {
		t.Errorf("%q", got)
	}
}

func TestTheProofCountsTheLooksAndNamesThoseThatWereNeverTold(t *testing.T) {
	c := newCourt(t)
	c.here.good(c.saw(func(v *crm.Viewed) { v.Total = 1 }))
	c.here.good(c.saw(func(v *crm.Viewed) { v.How, v.Total = crm.ViewFind, 2 }))
	proof := func() office.Proof {
		t.Helper()
		all, err := c.Prove(ctx(), nil)
		must(t, err)
		return all[0]
	}
	if p := proof(); p.Looks != 2 || len(p.Faults) > 0 || p.Origin != 11 {
		t.Fatalf("%+v", p)
	}
	c.here.good(c.saw(func(v *crm.Viewed) { v.How, v.Total = crm.ViewPrint, 4 })) // the third was left out
	if p := proof(); len(p.Faults) != 1 || p.Faults[0] != (central.Fault{Code: office.FaultUntold, First: p.Seq, Last: p.Seq}) {
		t.Errorf("%+v", p.Faults)
	}
	prover := office.NewProver(c.Office, func(err error) { t.Error(err) })
	prover.Start("me")
	must(t, prover.Stop())
	if now := prover.Now(); now.By != "me" || now.EndedMS == 0 {
		t.Errorf("%+v", now)
	}
}
