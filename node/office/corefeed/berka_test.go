package corefeed

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"bough/crdt"
	"bough/node/crm"
	"bough/packaging/tidy/require"
)

func berkaFeed(t testing.TB, folder string) *Feed {
	t.Helper()
	m, err := Builtin("berka", crm.Table())
	if err != nil {
		t.Fatal(err)
	}
	feed, err := Load(t.Context(), Options{Folder: os.DirFS(folder), Mapping: m})
	if err != nil {
		t.Fatal(err)
	}
	return feed
}

func commit(t testing.TB, feed *Feed, l *memory) *Plan {
	t.Helper()
	p, err := NewPlan(feed, crm.Table(), l)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Commit(l, Approval{By: 1}); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheWholeBerkaBankIsTakenOnceAndCanBeTakenBack(t *testing.T) {
	folder := filepath.Join(require.Data(t), "berka")
	feed := berkaFeed(t, folder)
	l := newMemory(t)
	p := commit(t, feed, l)

	for kind, want := range map[uint8]int{
		crm.Party: 5369, crm.Holding: 4500, crm.Role: 5369, crm.Loan: 682,
		crm.Card: 892, crm.Order: 6471, crm.BranchKind: 77, crm.External: 77*13 - 2,
	} {
		if got := l.count(kind); got != want {
			t.Errorf("%s: %d rows, want %d", l.schema.Kind(kind).Name, got, want)
		}
	}
	want := []Refused{{File: "trans.asc", Line: 49104, Reason: "4 of 10 columns: column 4: a quote is not closed on its line"}}
	if diff := cmp.Diff(want, p.Refused.Listed, inEnglish); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if l.batches[0].ops != len(l.rows) {
		t.Errorf("%d ops for %d rows", l.batches[0].ops, len(l.rows))
	}

	again, err := NewPlan(berkaFeed(t, folder), crm.Table(), l)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Empty() {
		t.Errorf("the same feed again changes %d rows", len(again.changes))
	}

	u, err := PlanUndo(crm.Table(), l)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Apply(l, Approval{By: 1}); err != nil {
		t.Fatal(err)
	}
	if len(l.rows) != 0 || len(u.Kept)+len(u.Left) != 0 {
		t.Errorf("after undo %d rows are left, %d kept, %d fields left", len(l.rows), len(u.Kept), len(u.Left))
	}
}

// berkaLines reads a Berka file in the plainest way: no value holds a semicolon.
func berkaLines(t *testing.T, folder, name string) [][]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	var out [][]string
	for i, line := range strings.Split(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\n") {
		if cols := strings.Split(strings.ReplaceAll(line, `"`, ""), ";"); i > 0 && len(cols) > 2 {
			out = append(out, cols)
		}
	}
	return out
}

// minor makes minor units of an amount with two decimals or none.
func minor(t *testing.T, text string) int64 {
	t.Helper()
	whole, fraction, found := strings.Cut(text, ".")
	if !found {
		fraction = "00"
	}
	if len(fraction) != 2 {
		t.Fatalf("unexpected amount %q", text)
	}
	n, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMonthlyFiguresAreTheSumsOfTheTransactions(t *testing.T) {
	folder := filepath.Join(require.Data(t), "berka")
	l := newMemory(t)
	commit(t, berkaFeed(t, folder), l)

	type month struct{ Credit, Debit, Count, Balance int64 }
	want := map[string]month{}
	last := map[string][2]string{}
	for _, c := range berkaLines(t, folder, "trans.asc") {
		if len(c) != 10 {
			continue
		}
		key := fmt.Sprintf("%s 19%s-%s", c[1], c[2][:2], c[2][2:4])
		m := want[key]
		if c[3] == "PRIJEM" {
			m.Credit += minor(t, c[5])
		} else {
			m.Debit += minor(t, c[5])
		}
		m.Count++
		m.Balance = minor(t, c[6])
		want[key] = m
		last[c[1]] = [2]string{c[6], c[2]}
	}
	got := map[string]month{}
	rows, _ := l.Keyed(crm.Figure)
	for key, r := range rows {
		got[key] = month{r.Get(crm.FigureCreditMinor).I, r.Get(crm.FigureDebitMinor).I, r.Get(crm.FigureCount).I, r.Get(crm.FigureBalanceMinor).I}
		if key != l.keyOf(crm.Holding, r.Get(crm.FigureHolding).ID())+" "+r.Get(crm.FigureMonth).S {
			t.Fatalf("figure %q is of another account or month", key)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	if len(last) != 1229 {
		t.Fatalf("%d accounts have transactions, want 1229", len(last))
	}
	holdings, _ := l.Keyed(crm.Holding)
	for key, h := range holdings {
		seen, any := last[key]
		if any != !h.Get(crm.HoldingBalanceMinor).IsNull() || any && h.Get(crm.HoldingBalanceMinor).I != minor(t, seen[0]) {
			t.Errorf("account %s: balance %v, want %v", key, h.Get(crm.HoldingBalanceMinor), seen)
		}
		if asOf := time.UnixMilli(h.Get(crm.HoldingAsOf).I).UTC().Format("060102"); any && asOf != seen[1] {
			t.Errorf("account %s: balance as of %s, want %s", key, asOf, seen[1])
		}
	}
}

// berkaFile says what a line of a file must have become.
type berkaFile struct {
	name string
	kind uint8
	want func(c []string) map[uint8]string
}

func day(text string) string { return "19" + text[:2] + "-" + text[2:4] + "-" + text[4:6] }

func customerFiles() []berkaFile {
	often := map[string]string{"POPLATEK MESICNE": "monthly", "POPLATEK TYDNE": "weekly", "POPLATEK PO OBRATU": "after_transaction"}
	word := map[string]string{"OWNER": "owner", "DISPONENT": "signatory"}
	return []berkaFile{
		{"client.asc", crm.Party, func(c []string) map[uint8]string {
			birth, sex := c[1], "m"
			if birth[2] >= '5' {
				birth, sex = birth[:2]+string(birth[2]-5)+birth[3:], "f"
			}
			return map[uint8]string{
				crm.PartyName: "Client " + c[0], crm.PartyBirth: day(birth), crm.PartySex: sex,
				crm.PartyHome: c[2], crm.PartyType: "person", crm.PartyStatus: "customer",
			}
		}},
		{"account.asc", crm.Holding, func(c []string) map[uint8]string {
			return map[uint8]string{
				crm.HoldingNumber: c[0], crm.HoldingBranch: c[1], crm.HoldingFrequency: often[c[2]],
				crm.HoldingOpened: day(c[3]), crm.HoldingCurrency: "CZK", crm.HoldingType: "current",
			}
		}},
		{"disp.asc", crm.Role, func(c []string) map[uint8]string {
			return map[uint8]string{crm.RoleParty: c[1], crm.RoleHolding: c[2], crm.RoleRole: word[c[3]]}
		}},
		{"district.asc", crm.BranchKind, func(c []string) map[uint8]string {
			return map[uint8]string{crm.BranchNumber: c[0], crm.BranchName: c[1], crm.BranchRegion: c[2]}
		}},
	}
}

func contractFiles(t *testing.T, disp map[string][]string) []berkaFile {
	state := map[string]string{"A": "finished", "B": "defaulted", "C": "running", "D": "in_arrears"}
	return []berkaFile{
		{"loan.asc", crm.Loan, func(c []string) map[uint8]string {
			return map[uint8]string{
				crm.LoanHolding: c[1], crm.LoanGranted: day(c[2]), crm.LoanAmountMinor: fmt.Sprint(minor(t, c[3])),
				crm.LoanMonths: c[4], crm.LoanPaymentMinor: fmt.Sprint(minor(t, c[5])), crm.LoanState: state[c[6]],
			}
		}},
		{"card.asc", crm.Card, func(c []string) map[uint8]string {
			d := disp[c[1]]
			return map[uint8]string{crm.CardParty: d[1], crm.CardHolding: d[2], crm.CardType: c[2], crm.CardIssued: day(c[3])}
		}},
		{"order.asc", crm.Order, func(c []string) map[uint8]string {
			return map[uint8]string{
				crm.OrderHolding: c[1], crm.OrderToBank: c[2], crm.OrderToAccount: c[3],
				crm.OrderAmountMinor: fmt.Sprint(minor(t, c[4])), crm.OrderPurpose: strings.TrimSpace(c[5]),
			}
		}},
	}
}

func TestEveryRowOfTheBerkaBankSaysWhatItsLineSays(t *testing.T) {
	folder := filepath.Join(require.Data(t), "berka")
	l := newMemory(t)
	commit(t, berkaFeed(t, folder), l)
	disp := map[string][]string{}
	for _, c := range berkaLines(t, folder, "disp.asc") {
		disp[c[0]] = c
	}
	for _, file := range append(customerFiles(), contractFiles(t, disp)...) {
		rows, _ := l.Keyed(file.kind)
		for _, c := range berkaLines(t, folder, file.name) {
			for field, want := range file.want(c) {
				got := rows[c[0]].Get(field)
				text := got.String()
				if f := l.schema.Kind(file.kind).Field(field); f.Ref != 0 {
					text = l.keyOf(f.Ref, got.ID())
				}
				if text != want {
					t.Errorf("%s, key %s, field %d: %q, want %q", file.name, c[0], field, text, want)
				}
			}
		}
	}
	external, _ := l.Keyed(crm.External)
	for _, c := range berkaLines(t, folder, "district.asc") {
		for i, item := range map[int]string{3: "inhabitants", 10: "average salary, CZK a month", 11: "unemployment 1995, percent", 15: "crimes 1996"} {
			row := external[c[0]+" "+item]
			if (row == nil) != (c[i] == "?") || row != nil && row.Get(crm.ExternalValue).S != c[i] {
				t.Errorf("district %s: %s is %v, want %q", c[0], item, row, c[i])
			}
		}
	}
}

func TestALaterBerkaFeedWritesOnlyWhatDiffers(t *testing.T) {
	folder := filepath.Join(require.Data(t), "berka")
	l := newMemory(t)
	commit(t, berkaFeed(t, folder), l)
	before := l.values()

	other := t.TempDir()
	if err := os.CopyFS(other, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	loans, err := os.ReadFile(filepath.Join(folder, "loan.asc"))
	if err != nil {
		t.Fatal(err)
	}
	var loan string
	for _, c := range berkaLines(t, folder, "loan.asc") {
		if c[6] == "B" {
			loan = c[0]
			break
		}
	}
	changed := strings.Replace(string(loans), `"B"`, `"A"`, 1)
	path := filepath.Join(other, "loan.asc")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	p := commit(t, berkaFeed(t, other), l)
	if l.batches[1].ops != 1 || l.row(crm.Loan, loan).Get(crm.LoanState) != crdt.TextValue("finished") {
		t.Errorf("%d ops, want one that finishes loan %s", l.batches[1].ops, loan)
	}
	want := []Example{{Key: loan, Field: "state", Old: "defaulted", New: "finished"}}
	for _, k := range p.Kinds {
		if k.Kind.Num == crm.Loan {
			if diff := cmp.Diff(want, k.Examples, cmpopts.IgnoreFields(Example{}, "ID")); diff != "" {
				t.Errorf("examples (-want +got):\n%s", diff)
			}
		}
	}
	u, err := PlanUndo(crm.Table(), l)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Apply(l, Approval{By: 1}); err != nil {
		t.Fatal(err)
	}
	if after := l.values(); !maps.EqualFunc(before, after, func(a, b []crdt.Value) bool { return cmp.Equal(a, b) }) {
		t.Error("undo did not restore what was before")
	}
}

func BenchmarkReadAndPlanBerka(b *testing.B) {
	folder := filepath.Join(require.Data(b), "berka")
	for b.Loop() {
		if _, err := NewPlan(berkaFeed(b, folder), crm.Table(), newMemory(b)); err != nil {
			b.Fatal(err)
		}
	}
}
