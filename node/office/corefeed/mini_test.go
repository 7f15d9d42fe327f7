package corefeed

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office/corefeed/mapping"
)

// folder is the made-up feed in memory, for tests to change.
func miniFolder(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	root := os.DirFS("testdata/mini")
	files, err := fs.Glob(root, "*.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: text}
	}
	return out
}

func replace(t testing.TB, folder fstest.MapFS, name, from, to string) {
	t.Helper()
	before := string(folder[name].Data)
	after := strings.Replace(before, from, to, 1)
	if before == after {
		t.Fatalf("%s has no %q", name, from)
	}
	folder[name] = &fstest.MapFile{Data: []byte(after)}
}

func miniMapping(t testing.TB, edit ...string) *mapping.Mapping {
	t.Helper()
	text, err := os.ReadFile("testdata/mini.toml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse("mini.toml", strings.NewReplacer(edit...).Replace(string(text)), crm.Table())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func load(t testing.TB, folder fs.FS, m *mapping.Mapping) *Feed {
	t.Helper()
	feed, err := Load(t.Context(), Options{Folder: folder, Mapping: m})
	if err != nil {
		t.Fatal(err)
	}
	return feed
}

func plan(t testing.TB, folder fs.FS, m *mapping.Mapping, l *memory) *Plan {
	t.Helper()
	p, err := NewPlan(load(t, folder, m), crm.Table(), l)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// loaded is a central that has taken the made-up feed once.
func loaded(t testing.TB) *memory {
	t.Helper()
	l := newMemory(t)
	commit(t, load(t, miniFolder(t), miniMapping(t)), l)
	return l
}

func (p *Plan) of(kind uint8) KindPlan {
	for _, k := range p.Kinds {
		if k.Kind.Num == kind {
			return k
		}
	}
	return KindPlan{}
}

func TestTheMiniFeedBecomesRows(t *testing.T) {
	l := loaded(t)
	for kind, want := range map[uint8]int{crm.BranchKind: 2, crm.Party: 3, crm.Holding: 3, crm.Role: 4, crm.Card: 2} {
		if got := l.count(kind); got != want {
			t.Errorf("%s: %d rows, want %d", l.schema.Kind(kind).Name, got, want)
		}
	}
	for _, c := range []struct {
		kind  uint8
		key   string
		field uint8
		want  crdt.Value
	}{
		{crm.Party, "P1", crm.PartyBirth, crdt.TextValue("1971-04-03")},
		{crm.Party, "P1", crm.PartyType, crdt.TextValue("person")},
		{crm.Party, "P2", crm.PartyName, crdt.TextValue("王小明")},
		{crm.Party, "P3", crm.PartyName, crdt.TextValue(`Marlow "M" Ltd; Partners`)},
		{crm.Party, "P3", crm.PartyBirth, crdt.Value{}},
		{crm.Holding, "A1", crm.HoldingBalanceMinor, crdt.IntValue(120450)},
		{crm.Holding, "A1", crm.HoldingAsOf, crdt.IntValue(1774978200000)},
		{crm.Holding, "A2", crm.HoldingBalanceMinor, crdt.IntValue(-7)},
		{crm.Role, "1/A3", crm.RoleRole, crdt.TextValue("signatory")},
		{crm.Card, "K2", crm.CardHolding, crdt.RefValue(l.row(crm.Holding, "A2").ID)},
		{crm.Card, "K2", crm.CardLast4, crdt.TextValue("0093")},
	} {
		if got := l.row(c.kind, c.key).Get(c.field); got != c.want {
			t.Errorf("kind %d %s field %d: %+v, want %+v", c.kind, c.key, c.field, got, c.want)
		}
	}
	if p := plan(t, miniFolder(t), miniMapping(t), l); !p.Empty() || len(p.Refused.Listed) > 0 {
		t.Errorf("the same feed again: %+v, refused %+v", p.changes, p.Refused.Listed)
	}
}

func TestAFullFeedEndsWhatIsMissingOnlyWithASecondPerson(t *testing.T) {
	l := loaded(t)
	folder := miniFolder(t)
	replace(t, folder, "cards.csv", "K2;2;A2;0093\n", "")
	p := plan(t, folder, miniMapping(t), l)
	if k := p.of(crm.Card); k.Ended != 1 || !p.NeedsSecond {
		t.Fatalf("ended %d, needs second %v", k.Ended, p.NeedsSecond)
	}
	if _, err := p.Commit(l, Approval{By: 1}); !errors.Is(err, ErrNeedsSecond) {
		t.Errorf("alone: %v", err)
	}
	if _, err := p.Commit(l, Approval{By: 1, ApprovedBy: 1}); !errors.Is(err, ErrSamePerson) {
		t.Errorf("approved by oneself: %v", err)
	}
	if len(l.batches) != 1 {
		t.Fatal("something was written")
	}
	if _, err := p.Commit(l, Approval{By: 1, ApprovedBy: 2}); err != nil {
		t.Fatal(err)
	}
	if got := l.row(crm.Card, "K2").Get(crm.CardEnded); got != crdt.TextValue("2026-03-31") {
		t.Errorf("ended %v", got)
	}
	if p := plan(t, folder, miniMapping(t), l); !p.Empty() {
		t.Errorf("the same feed again: %+v", p.changes)
	}
	back := plan(t, miniFolder(t), miniMapping(t), l)
	if _, err := back.Commit(l, Approval{By: 1}); err != nil {
		t.Fatal(err)
	}
	if got := l.row(crm.Card, "K2").Get(crm.CardEnded); !got.IsNull() {
		t.Errorf("a card that is back ended %v", got)
	}
}

func TestAPartyThatAFullFeedNoLongerHasIsFormer(t *testing.T) {
	l := loaded(t)
	folder := miniFolder(t)
	replace(t, folder, "people.csv", "2;;王小明;12.11.1985;2\n", "")
	p := plan(t, folder, miniMapping(t), l)
	if _, err := p.Commit(l, Approval{By: 1, ApprovedBy: 2}); err != nil {
		t.Fatal(err)
	}
	if got := l.row(crm.Party, "P2").Get(crm.PartyStatus); got != crdt.TextValue("former") {
		t.Errorf("status %v", got)
	}
}

// many is the made-up feed with n accounts, without those that drop names.
func many(t testing.TB, n, drop int) fstest.MapFS {
	folder := miniFolder(t)
	var b strings.Builder
	b.WriteString("no;ledger;branch;type;balance;when\n")
	for i := 1; i <= n; i++ {
		if i <= 3 || i > 3+drop {
			fmt.Fprintf(&b, "A%d;retail;1;C;0,00;2026-03-31T17:30\n", i)
		}
	}
	folder["accounts.csv"] = &fstest.MapFile{Data: []byte(b.String())}
	return folder
}

func TestOneInAHundredMayEndWithoutASecondPerson(t *testing.T) {
	for drop, needs := range map[int]bool{0: false, 1: false, 2: false, 3: true} {
		l := newMemory(t)
		commit(t, load(t, many(t, 200, 0), miniMapping(t)), l)
		p := plan(t, many(t, 200, drop), miniMapping(t), l)
		if p.NeedsSecond != needs || p.of(crm.Holding).Ended != drop {
			t.Errorf("%d of 200: ended %d, needs second %v", drop, p.of(crm.Holding).Ended, p.NeedsSecond)
		}
	}
}

func TestWhatIsMissingFromAFeedThatIsNotFullMeansNothing(t *testing.T) {
	l := loaded(t)
	folder := miniFolder(t)
	replace(t, folder, "cards.csv", "K2;2;A2;0093\n", "")
	replace(t, folder, "accounts.csv", "A2;private;2;S;-0,07;2026-03-31T17:30\n", "")
	if p := plan(t, folder, miniMapping(t, "full = true", "full = false"), l); !p.Empty() || p.Refused.Total > 0 {
		t.Errorf("%+v, refused %+v", p.changes, p.Refused.Listed)
	}
}

func TestARefusedRowHasNotEnded(t *testing.T) {
	l := loaded(t)
	folder := miniFolder(t)
	replace(t, folder, "accounts.csv", "A2;private;2;S;-0,07", "A2;private;2;S;-0,075")
	if p := plan(t, folder, miniMapping(t), l); !p.Empty() || p.of(crm.Holding).Refused != 1 {
		t.Errorf("%+v, refused %+v", p.changes, p.Refused.Listed)
	}
	// A line whose key cannot be read could be any row: nothing of the kind ends.
	replace(t, folder, "accounts.csv", "A2;private;2;S;-0,075;2026-03-31T17:30", "A2")
	p := plan(t, folder, miniMapping(t), l)
	if k := p.of(crm.Holding); !p.Empty() || !k.Held || k.Ended != 0 {
		t.Errorf("%+v, %+v", p.changes, k)
	}
}

func TestReferencesThatLeadNowhereAreRefusedAllTheWay(t *testing.T) {
	folder := miniFolder(t)
	replace(t, folder, "people.csv", "王小明;12.11.1985;2", "王小明;31.2.1985;2")
	replace(t, folder, "accounts.csv", "A3;retail;1", "A3;retail;9")
	replace(t, folder, "cards.csv", "K1;1;A1", "K1;1;A9")
	p := plan(t, folder, miniMapping(t), newMemory(t))
	want := []Refused{
		{File: "people.csv", Line: 3, Column: "born", Kind: "party", Reason: `not a date of the form D.M.YYYY: "31.2.1985"`},
		{File: "cards.csv", Line: 2, Column: "person, account", Kind: "card", Reason: `"1/A9" is not in roles.csv`},
		{File: "accounts.csv", Line: 4, Column: "branch", Kind: "holding", Reason: `branch "9" is neither in the feed nor at central`},
		{File: "roles.csv", Line: 2, Column: "person", Kind: "role", Reason: `party "P2" was refused`},
		{File: "roles.csv", Line: 3, Column: "account", Kind: "role", Reason: `holding "A3" was refused`},
		{File: "roles.csv", Line: 4, Column: "account", Kind: "role", Reason: `holding "A3" was refused`},
		{File: "cards.csv", Line: 3, Column: "roles.person", Kind: "card", Reason: `party "P2" was refused`},
	}
	if diff := cmp.Diff(want, p.Refused.Listed, inEnglish); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

func TestARowMayReferToWhatAnEarlierFeedBrought(t *testing.T) {
	l := loaded(t)
	text := "name = 'later'\n[file.r]\npath = 'r.csv'\n[rows.role]\nfile = 'r'\nkey = '{p}/{a}'\nfields = { party = 'P{p}', holding = '{a}', role = 'joint' }\n"
	m, err := mapping.Parse("later", text, crm.Table())
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{"r.csv": {Data: []byte("p,a\n2,A1\n1,A1\n2,A7\n")}}
	p := plan(t, folder, m, l)
	if k := p.of(crm.Role); k.New != 1 || k.Changed != 1 || k.Refused != 1 {
		t.Errorf("%+v", k)
	}
	if _, err := p.Commit(l, Approval{By: 1}); err != nil {
		t.Fatal(err)
	}
	if got := l.keyOf(crm.Holding, l.row(crm.Role, "2/A1").Get(crm.RoleHolding).ID()); got != "A1" {
		t.Errorf("refers to %q", got)
	}
}

func TestUndoKeepsWhatBranchesWorkedOn(t *testing.T) {
	l := loaded(t)
	party := l.row(crm.Party, "P2")
	l.work[party.ID] = 3
	u, err := PlanUndo(crm.Table(), l)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Apply(l, Approval{By: 1}); err != nil {
		t.Fatal(err)
	}
	want := []Kept{
		{Kind: "party", ID: party.ID, Key: "P2", Work: 3},
		{Kind: "branch", ID: l.row(crm.BranchKind, "2").ID, Key: "2"},
	}
	if diff := cmp.Diff(want, u.Kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	if len(l.rows) != 2 || u.Removed[crm.Party] != 2 || u.Removed[crm.Card] != 2 {
		t.Errorf("%d rows are left, removed %v", len(l.rows), u.Removed)
	}
	// The feed taken again finds the party that stayed.
	p := plan(t, miniFolder(t), miniMapping(t), l)
	if k := p.of(crm.Party); k.New != 2 || k.Unchanged != 1 {
		t.Errorf("%+v", k)
	}
}

func TestARoleThatStaysKeepsItsPartyItsAccountAndTheirBranches(t *testing.T) {
	l := loaded(t)
	l.work[l.row(crm.Role, "2/A2").ID] = 1
	u, err := PlanUndo(crm.Table(), l)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Apply(l, Approval{By: 1}); err != nil {
		t.Fatal(err)
	}
	var kept []string
	for _, k := range u.Kept {
		kept = append(kept, k.Kind+" "+k.Key)
	}
	if diff := cmp.Diff([]string{"role 2/A2", "holding A2", "party P2", "branch 2"}, kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func TestUndoRestoresBatchAfterBatchButNotWhatSomebodyChangedSince(t *testing.T) {
	l := loaded(t)
	first := l.values()
	folder := miniFolder(t)
	replace(t, folder, "people.csv", "Ada Marlow;3.4.1971", "Ada Marlowe;4.4.1971")
	replace(t, folder, "accounts.csv", "A1;retail;1;C;1.204,50", "A1;retail;2;C;99,00")
	commit(t, load(t, folder, miniMapping(t)), l)

	ada := l.row(crm.Party, "P1")
	saw := []crdt.Stamp{ada.Clocks.Of(crm.PartyName).Stamp}
	name := crdt.FieldSet{Field: crm.PartyName, Value: crdt.TextValue("Ada Marlowe-Finch"), Saw: saw}
	l.apply([]crdt.Op{{Kind: crm.Party, ID: ada.ID, Set: []crdt.FieldSet{name}}})

	u, err := PlanUndo(crm.Table(), l)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.Apply(l, Approval{By: 1}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Left{{Kind: "party", ID: ada.ID, Key: "P1", Field: "name"}}, u.Left); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
	after := l.values()
	first[RowID{crm.Party, ada.ID}][crm.PartyName] = crdt.TextValue("Ada Marlowe-Finch")
	if diff := cmp.Diff(first, after); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if u, err = PlanUndo(crm.Table(), l); err != nil {
		t.Fatal(err)
	}
	if err := u.Apply(l, Approval{By: 1}); err != nil || len(l.rows) != 0 {
		t.Errorf("%v, %d rows are left", err, len(l.rows))
	}
	if _, err := PlanUndo(crm.Table(), l); !errors.Is(err, ErrNoBatch) {
		t.Errorf("a third undo: %v", err)
	}
}

func TestAPlanIsCommittedOnceAndOnlyAgainstWhatItSaw(t *testing.T) {
	l := newMemory(t)
	a, b := plan(t, miniFolder(t), miniMapping(t), l), plan(t, miniFolder(t), miniMapping(t), l)
	if a.Fingerprint() != b.Fingerprint() {
		t.Error("two plans of one feed differ")
	}
	if _, err := a.Commit(l, Approval{By: 1}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Plan{a, b} {
		if _, err := p.Commit(l, Approval{By: 1}); !errors.Is(err, ErrStale) {
			t.Errorf("an old plan: %v", err)
		}
	}
	if _, err := plan(t, miniFolder(t), miniMapping(t), l).Commit(l, Approval{By: 1}); !errors.Is(err, ErrNothing) {
		t.Errorf("an empty plan: %v", err)
	}
}

func TestPlanningAndDryRunWriteNothing(t *testing.T) {
	l := loaded(t)
	before, counter := maps.Clone(l.values()), l.counter
	folder := miniFolder(t)
	replace(t, folder, "people.csv", "Ada", "Eva")
	p := plan(t, folder, miniMapping(t), l)
	if err := p.Table(&strings.Builder{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, l.values()); diff != "" || l.counter != counter {
		t.Errorf("rows changed or ids were used:\n%s", diff)
	}
}
