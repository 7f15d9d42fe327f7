package store

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/rows/rowstest"
	"bough/sync/wire"
)

// Kinds that a newer release of these tests adds: one of the branch, one of
// head office.
const (
	quote uint8 = 250
	rate  uint8 = 251
)

// newerTable is the table of a newer release: two kinds more, and a field more
// of a party.
func newerTable(t testing.TB) *crdt.Schema {
	t.Helper()
	kinds := slices.Clone(crm.Table().Kinds)
	party := *kinds[0]
	party.Fields = append(slices.Clone(party.Fields), crdt.Field{Num: 60, Name: "pronoun", Type: crdt.Text, Doc: "how to speak of them"})
	kinds[0] = &party
	s, err := crdt.NewSchema(append(kinds,
		&crdt.Kind{Num: quote, Name: "quote", Class: crdt.Record, Scope: crdt.ScopeRule{Roots: []uint8{1}}, Doc: "A quote.",
			Fields: []crdt.Field{{Num: 1, Name: "party", Type: crdt.Int, Ref: crm.Party, Index: true, Doc: "for whom"}, {Num: 2, Name: "offer", Type: crdt.Text, Doc: "what"}}},
		&crdt.Kind{Num: rate, Name: "rate", Class: crdt.Record, Scope: crdt.ScopeRule{Everywhere: true}, CentralOnly: true, Doc: "A rate.",
			Fields: []crdt.Field{{Num: 1, Name: "percent", Type: crdt.Text, Owner: crdt.Office, Doc: "of interest"}}})...)
	must(t, err)
	return s
}

func offer(id crdt.ID, what string, saw ...crdt.Stamp) crdt.Op {
	return crdt.Op{Kind: quote, ID: id, Set: []crdt.FieldSet{{Field: 1, Value: crdt.IntValue(5), Saw: saw}, {Field: 2, Value: crdt.TextValue(what), Saw: saw}}}
}

func TestRowsOfANewerReleaseAreKeptAndCountedAndComeToLifeAtTheUpgrade(t *testing.T) {
	l, f := open(t), newFeed()
	f.schema = newerTable(t)
	f.take(offer(77, "2 %"), by(there, 1))
	one := f.take(offer(77, "3 %"), by(there, 2)) // with a conflict
	two := f.take(offer(78, "4 %"), by(there, 3))
	lady := f.take(party(5, "Ada"), by(there, 4))
	l.apply(page(0, 0, one, two, lady))
	percent := f.take(field(rate, 9, 1, crdt.TextValue("7")), by(office, 4))
	ofOffice := page(0, 0, percent)
	ofOffice.Scope = OfficeScope
	l.apply(ofOffice, page(4, 0, f.void(quote, 78)))
	l.reopen()
	if r := l.row(quote, 77); r == nil || len(r.Conflicts) != 2 || l.row(quote, 78) != nil {
		t.Errorf("%+v", r)
	}
	l.read(func(tx *rows.Tx) error {
		for scope, want := range map[int64]crdt.Digest{branch: digest(f, key{quote, 77}, key{crm.Party, 5}), OfficeScope: digest(f, key{rate, 9})} {
			if sc, err := tx.Scope(scope); err != nil || sc.Digest != want {
				t.Errorf("scope %d: the digest differs from central's: %v", scope, err)
			}
		}
		return nil
	})
	l.schema = f.schema
	l.reopen()
	l.read(func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM quote, rate WHERE party=5 AND offer='3 %' AND percent='7'`)
		if n != 1 {
			t.Error("the rows did not come to life")
		}
		return err
	})
	if d := cmp.Diff(f.rows[key{quote, 77}].Conflicts, l.row(quote, 77).Conflicts); d != "" {
		t.Error(d)
	}
	l.checkDigests()
}

func digest(f *feed, keys ...key) (sum crdt.Digest) {
	for _, k := range keys {
		sum.Add(f.rows[k].Digest())
	}
	return sum
}

func TestWhatANeighbourOfANewerReleaseWroteIsPassedOnAndComesToLifeAtTheUpgrade(t *testing.T) {
	l, c := open(t), newColleague()
	mine, theirs, ada := crdt.MakeID(there, 3), crdt.MakeID(there, 4), crdt.MakeID(there, 5)
	first := c.writes(0, offer(mine, "2 %"), prospect(ada, "Ada"))
	second := c.writes(1, offer(theirs, "9 %"), offer(mine, "3 %", at(there, 0)), field(crm.Party, ada, 60, crdt.TextValue("she")))
	_, err := l.receive(first, second)
	must(t, err)
	l.act(party(ada, "Ada L", at(there, 0)))
	if l.row(quote, mine) != nil {
		t.Error("a kind that nobody here can judge is believed of a neighbour")
	}
	_, ranges, err := l.Sideways(ctx(), nil, 10, func([]byte) []byte { return make([]byte, 64) })
	must(t, err)
	var passed []journal.Body
	for _, r := range ranges {
		for _, c := range r.Changes {
			passed = append(passed, c.Bodies...)
		}
	}
	for i, op := range []crdt.Op{first.Changes[0].Bodies[0].Op, second.Changes[0].Bodies[1].Op} {
		if !slices.ContainsFunc(passed, func(b journal.Body) bool { return cmp.Equal(b.Op, op) }) {
			t.Errorf("op %d is not passed on as it was", i)
		}
	}
	l.schema = newerTable(t)
	for range 2 { // once for the upgrade, and once more
		l.reopen()
		if r := l.row(quote, mine); r == nil || r.Get(2).S != "3 %" || len(r.Conflicts) != 0 || l.row(quote, theirs) == nil {
			t.Errorf("%+v", r)
		}
		if r := l.row(crm.Party, ada); r.Get(60).S != "she" || r.Get(crm.PartyName).S != "Ada L" || len(r.Conflicts) != 0 {
			t.Errorf("%+v", r)
		}
	}
	l.checkDigests()
}

// betweenPages is a file of the release before, two pages into the branch's feed, whose
// neighbour wrote a quote. The first page says that central has judged it; the
// second, if any, brings what central made of it.
func betweenPages(t *testing.T, of func(*feed, crdt.Op, crdt.Written) wire.PageRow) (l *till, q crdt.ID, before, judged *wire.Page) {
	l = open(t)
	c, f := newColleague(), newFeed()
	f.schema = newerTable(t)
	q = crdt.MakeID(there, 3)
	ada := f.take(party(5, "Ada"), by(there, 1))
	l.apply(page(0, 0, ada))
	op := offer(q, "2 %")
	written := c.writes(2, op)
	_, err := l.receive(written)
	must(t, err)
	before = page(ada.N, 0, f.take(party(6, "Bo"), by(there, 3)))
	judged = page(before.Until, 0, of(f, op, written.Changes[0].Written(0)))
	for _, p := range []*wire.Page{before, judged} {
		p.More, p.Vector[there] = true, 1
	}
	l.apply(before)
	return l, q, before, judged
}

func TestWhatANeighbourWroteComesToLifeAlsoBetweenThePagesOfAReading(t *testing.T) {
	l, q, before, taken := betweenPages(t, (*feed).take)
	l.schema = newerTable(t)
	l.reopen()
	if r := l.row(quote, q); r == nil || r.Get(2).S != "2 %" {
		t.Errorf("what central says that it has judged, and has not sent yet, is not shown: %+v", r)
	}
	taken.More = false
	l.apply(before, taken)
	if r := l.row(quote, q); r == nil || r.N != taken.Until || len(r.Conflicts) != 0 || l.Pending(quote, q) {
		t.Errorf("%+v", r)
	}
	l.checkDigests()
}

func TestWhatCentralRefusedMeanwhileIsGoneAtTheEndOfTheReading(t *testing.T) {
	l, q, before, refused := betweenPages(t, func(f *feed, op crdt.Op, _ crdt.Written) wire.PageRow { return f.void(op.Kind, op.ID) })
	l.apply(refused)
	l.schema = newerTable(t)
	l.reopen()
	end := page(refused.Until, 0)
	end.Vector[there] = 1
	l.apply(before, refused, end)
	if r := l.row(quote, q); r != nil || l.row(crm.Party, 6) == nil {
		t.Errorf("what central refused came to life: %+v", r)
	}
	l.checkDigests()
}

func TestAReadingFromZeroBeginsAgainWhereWhatWasJudgedComesToLife(t *testing.T) {
	l, q, _, _ := betweenPages(t, (*feed).take)
	l.rewind(true)
	first := from0(0, 0, 40, true, newFeed().take(party(7, "Cy"), by(there, 4)))
	first.Vector[there] = 1
	l.apply(first)
	l.schema = newerTable(t)
	l.reopen()
	r, err := l.Reading(ctx(), branch)
	if err != nil || !r.On || !r.Sweep || r.Round != 2 || l.row(quote, q) == nil {
		t.Errorf("%+v %v", r, err)
	}
	if sc, err := l.Cursor(ctx(), branch); err != nil || sc.Feed != 0 {
		t.Errorf("the feed goes on from %d: %v", sc.Feed, err)
	}
	first.More = false
	l.apply(first)
	if l.row(quote, q) != nil || l.holds(5, 6, 7) != "C" {
		t.Error("what the reading did not meet, and central has judged, is still here")
	}
	l.checkDigests()
}

func TestAnOlderReleaseWorksOnTheFileOfANewerOne(t *testing.T) {
	l := open(t)
	l.schema = newerTable(t)
	l.reopen()
	lady := l.act(party(0, "Ada")).Ops[0].ID
	q := l.act(crdt.Op{Kind: quote, Set: []crdt.FieldSet{{Field: 1, Value: crdt.RefValue(lady)}, {Field: 2, Value: crdt.TextValue("2 %")}}}).Ops[0].ID
	l.act(field(crm.Party, lady, 60, crdt.TextValue("she")))
	l.schema = crm.Table()
	l.reopen()
	if r := l.row(quote, q); r == nil || r.Get(2).S != "2 %" || !l.Pending(quote, q) {
		t.Errorf("%+v", r)
	}
	l.act(field(crm.Party, lady, crm.PartyMemo, crdt.TextValue("rang")))
	up, err := l.Upward(ctx(), 0, 10, func([]byte) []byte { return make([]byte, 64) })
	if err != nil || len(up) != 1 || len(up[0].Changes) != 4 || up[0].Changes[1].Bodies[0].Op.Kind != quote {
		t.Errorf("what the newer release wrote does not go up: %v %v", up, err)
	}
	l.schema = newerTable(t)
	l.reopen()
	if r := l.row(crm.Party, lady); r.Get(60).S != "she" || r.Get(crm.PartyMemo).S != "rang" || l.row(quote, q).Get(2).S != "2 %" {
		t.Errorf("%+v", r)
	}
	l.checkDigests()
}

func TestTheMigrationsOfANodeOnlyExpand(t *testing.T) {
	rowstest.Expand(t, crm.Table(), localTables, oldestReader)
}
