package store

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

const searcher crdt.ID = 4711

// townsfolk fills a node with people to be found; it returns their ids by name.
func townsfolk(l *till) map[string]crdt.ID {
	l.t.Helper()
	ids := map[string]crdt.ID{}
	add := func(name string, more ...crdt.FieldSet) crdt.ID {
		op := party(0, name)
		op.Set = append(op.Set, more...)
		ids[name] = l.act(op).Ops[0].ID
		return ids[name]
	}
	home := func(n int64) crdt.FieldSet { return crdt.FieldSet{Field: crm.PartyHome, Value: crdt.IntValue(n)} }
	add("Novákova Anna", crdt.FieldSet{Field: crm.PartyDocument, Value: crdt.TextValue("AB1234567")}, home(branch))
	add("Novák Jan", home(branch+1), crdt.FieldSet{Field: crm.PartyAddress, Value: crdt.TextValue("Dlouhá 5\nTábor")})
	add("王小明", home(branch))
	add("王小红", home(branch+1))
	add("Müller GmbH", home(branch))
	carl := add("Carl Fisher", home(branch))
	l.act(crdt.Op{Kind: crm.Reach, Set: []crdt.FieldSet{{Field: crm.ReachParty, Value: crdt.RefValue(carl)},
		{Field: crm.ReachChannel, Value: crdt.TextValue("phone")}, {Field: crm.ReachValue, Value: crdt.TextValue("+420 601 234 567")}}})
	l.act(crdt.Op{Kind: crm.Reach, Set: []crdt.FieldSet{{Field: crm.ReachParty, Value: crdt.RefValue(carl)},
		{Field: crm.ReachChannel, Value: crdt.TextValue("email")}, {Field: crm.ReachValue, Value: crdt.TextValue("carl@example.org")}}})
	h, role := crdt.MakeID(office, 1), crdt.MakeID(office, 2)
	f := newFeed()
	l.apply(page(0, 0,
		f.take(crdt.Op{Kind: crm.Holding, ID: h, Set: []crdt.FieldSet{{Field: crm.HoldingNumber, Value: crdt.TextValue("0002378765")}}}, by(office, 1)),
		f.take(crdt.Op{Kind: crm.Role, ID: role, Set: []crdt.FieldSet{{Field: crm.RoleParty, Value: crdt.RefValue(carl)}, {Field: crm.RoleHolding, Value: crdt.RefValue(h)}}}, by(office, 2))))
	return ids
}

// index brings the index up to date.
func (l *till) index() {
	l.t.Helper()
	for {
		n, err := l.Index(ctx(), 3)
		if err != nil {
			l.t.Fatal(err)
		}
		if n < 3 {
			break
		}
	}
	if n := l.count(`SELECT count(*) FROM dirty`); n != 0 {
		l.t.Fatalf("%d parties are not indexed", n)
	}
}

// find gives the names that are found, best first.
func (l *till) find(typed string) (names []string) {
	l.t.Helper()
	l.read(func(tx *rows.Tx) error {
		found, err := l.Find(tx, typed, searcher, branch, 20)
		for _, hit := range found {
			r, err := tx.Get(crm.Party, hit.Party)
			if err != nil {
				return err
			}
			names = append(names, r.Get(crm.PartyName).S)
		}
		return err
	})
	return names
}

func TestPeopleAreFoundByWhatAClerkTypes(t *testing.T) {
	for _, indexed := range []bool{false, true} {
		l := open(t)
		townsfolk(l)
		if indexed {
			l.index()
		}
		for typed, want := range map[string][]string{
			"novak":        {"Novák Jan", "Novákova Anna"},
			"Novák Jan":    {"Novák Jan"},
			"anna nov":     {"Novákova Anna"},
			"muller":       {"Müller GmbH"},
			"Mülller":      {"Müller GmbH"}, // a slip of the finger
			"王小明":          {"王小明"},
			"小红":           {"王小红"},
			"王":            {"王小明", "王小红"},
			"wang xiao":    {"王小明", "王小红"},
			"wxm":          {"王小明"},
			"34567":        {"Novákova Anna", "Carl Fisher"}, // tails of a document and of a phone
			"601234567":    {"Carl Fisher"},
			"4567":         {"Novákova Anna", "Carl Fisher"},
			"8765":         {"Carl Fisher"}, // tail of the account
			"carl@example": {"Carl Fisher"},
			"tabor":        {"Novák Jan"},
			"zzzz":         nil,
			"":             nil,
			"  ":           nil,
			`" OR names:*`: nil,
		} {
			got := l.find(typed)
			slices.Sort(got)
			slices.Sort(want)
			if typed == "Mülller" && !indexed {
				want = nil // near misses are the index's: a second after the save
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%q, indexed %t: %s", typed, indexed, d)
			}
		}
	}
}

func TestTheOwnBranchComesBeforeTheRestAndTheLatelyServedFirst(t *testing.T) {
	l := open(t)
	ids := townsfolk(l)
	l.index()
	if d := cmp.Diff([]string{"王小明", "王小红"}, l.find("王小")); d != "" {
		t.Error(d)
	}
	if err := l.Viewed(ctx(), Viewer{Person: searcher, NowMS: startMS + 90_000}, ids["王小红"]); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"王小红", "王小明"}, l.find("王小")); d != "" {
		t.Error(d)
	}
}

func TestTheIndexFollowsEditsAndRemovals(t *testing.T) {
	l := open(t)
	ids := townsfolk(l)
	l.index()
	carl := ids["Carl Fisher"]
	l.act(party(carl, "Karl Fischer", l.row(crm.Party, carl).Clocks.Of(crm.PartyName).Stamp))
	phone := crdt.ID(l.count(`SELECT id FROM reach WHERE channel='phone'`))
	gone := crdt.Op{Kind: crm.Reach, ID: phone}
	for _, w := range l.row(crm.Reach, phone).Clocks {
		gone.Clear = append(gone.Clear, w.Stamp)
	}
	l.act(gone)
	for _, indexed := range []bool{false, true} {
		if indexed {
			l.index()
		}
		if got := l.find("601234567"); len(got) != 0 {
			t.Errorf("indexed %t: by a phone that was removed: %v", indexed, got)
		}
		if got := l.find("karl"); !slices.Equal(got, []string{"Karl Fischer"}) {
			t.Errorf("indexed %t: by the new name: %v", indexed, got)
		}
	}
	// Central does not know her: the row is void.
	lady := ids["Novákova Anna"]
	l.apply(page(2, 99, wire.PageRow{Row: crdt.Row{Kind: crm.Party, ID: lady}, N: 3, Void: true}))
	for range 2 {
		if got := l.find("anna"); len(got) != 0 {
			t.Errorf("a party that is not there was found: %v", got)
		}
		l.index()
	}
	if n := l.count(`SELECT count(*) FROM document WHERE party=?1`, int64(lady)); n != 0 {
		t.Error("the index remembers a party that is not there")
	}
}

func TestTheIndexIsBehindTheSaveAndSurvivesARestart(t *testing.T) {
	l := open(t)
	townsfolk(l)
	if l.count(`SELECT count(*) FROM document`) != 0 {
		t.Error("saving filled the index")
	}
	l.reopen()
	l.index()
	if n := l.count(`SELECT count(*) FROM document`); n != 6 {
		t.Errorf("%d documents", n)
	}
}
