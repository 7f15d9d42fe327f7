package central_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
)

func TestPagesEndAtTheirLimitAndTheLastSaysSo(t *testing.T) {
	b := newBank(t)
	l := b.join(11, 1)
	for i := range 7 {
		b.act(party(1, fmt.Sprint("party ", i)))
	}
	head := b.count(`SELECT feed FROM scope WHERE scope=1`)
	var seen []int64
	since := int64(0)
	for _, want := range []int{3, 3, 1, 0} {
		p := l.ask(1, since, 3)
		if len(p.Rows) != want || p.More != (want == 3) || p.Since != since || p.Epoch != b.Epoch() {
			t.Errorf("after %d: %d rows up to %d, more %t", since, len(p.Rows), p.Until, p.More)
		}
		if p.More != (p.Digest == (crdt.Digest{})) {
			t.Errorf("after %d: more %t, digest %s", since, p.More, p.Digest)
		}
		for _, r := range p.Rows {
			seen = append(seen, r.N)
		}
		since = p.Until
	}
	if since != head || !slices.IsSorted(seen) || len(slices.Compact(seen)) != 7 {
		t.Errorf("numbers %v, the head is %d", seen, head)
	}
	if p := l.ask(1, 0, 7); p.More || p.Until != head {
		t.Errorf("a page that just fits: more %t", p.More)
	}
	if p := l.ask(1, 0, 0); len(p.Rows) != 7 {
		t.Errorf("no limit: %d rows", len(p.Rows))
	}
	if p := l.ask(1, head+50, 3); len(p.Rows) != 0 || p.Until < p.Since {
		t.Errorf("from beyond the head: %+v", p)
	}
}

func TestAPageCarriesTheVectorOfItsBranch(t *testing.T) {
	b := newBank(t)
	l, mate, other := b.join(11, 1), b.join(12, 1), b.join(22, 2)
	for i, n := range []*till{l, mate, other} {
		for range i + 2 {
			n.act(party(int(n.Branch()), "x"))
		}
		n.push(1)
	}
	got := l.ask(1, 0, 1).Vector
	if len(got) != 2 || got[11] != 2 || got[12] != 3 {
		t.Errorf("%v", got)
	}
}

func TestNumbersGoOnAfterARestart(t *testing.T) {
	b := newBank(t)
	l := b.join(11, 1)
	id := b.act(party(1, "Ada")).Ops[0].ID
	bad := l.act(party(1, "never")).Ops[0].ID
	l.push(9)
	before := b.row(crm.Party, id).N
	must(t, b.Close())
	b.open()
	l.act(set(crm.Party, bad, crm.PartyMemo, "x"))
	l.push(9)
	b.act(set(crm.Party, id, crm.PartyGreeting, "Dear Ada"))
	if n := b.row(crm.Party, id).N; n <= before {
		t.Errorf("number %d after %d", n, before)
	}
	b.sound()
	l.pull(9)
	l.agree()
}

func TestAnActThatFailsTakesNoNumber(t *testing.T) {
	b := newBank(t)
	id := b.act(party(1, "Ada")).Ops[0].ID
	n := b.row(crm.Party, id).N
	mine := errors.New("second thoughts")
	if _, err := b.Act(ctx(), rows.Actor{}, func(a *rows.Act) error { a.Add(set(crm.Party, id, crm.PartyName, "Bee")); return mine }); !errors.Is(err, mine) {
		t.Error(err)
	}
	if _, err := b.Act(ctx(), rows.Actor{}, func(a *rows.Act) error { a.Add(set(crm.Party, id, crm.PartyName, 5)); return nil }); err == nil {
		t.Error("a number was taken for a name")
	}
	if r, err := b.Act(ctx(), rows.Actor{}, func(*rows.Act) error { return nil }); err != nil || r.Seq != 0 {
		t.Errorf("an act of nothing: %+v %v", r, err)
	}
	b.act(set(crm.Party, id, crm.PartyGreeting, "x"))
	if r := b.row(crm.Party, id); r.N != n+1 || r.Get(crm.PartyName).S != "Ada" {
		t.Errorf("%+v", r)
	}
	b.sound()
}

func TestAnActOfManyOpsBecomesManyChanges(t *testing.T) {
	b := newBank(t)
	var ops []crdt.Op
	for range 600 {
		ops = append(ops, party(1, "x"))
	}
	r := b.act(ops...)
	if len(r.Ops) != 600 || r.Seq != 3 || b.count(`SELECT count(*) FROM party`) != 600 {
		t.Errorf("%d ops up to number %d", len(r.Ops), r.Seq)
	}
	must(t, b.File.Read(ctx(), func(tx *rows.Tx) error {
		_, err := tx.CheckChain(b.Origin())
		return err
	}))
	b.sound()
}

func TestWhoWaitsForAFeedIsWokenByItAlone(t *testing.T) {
	b := newBank(t)
	b.act(party(1, "Ada"))
	var wg sync.WaitGroup
	head := b.count(`SELECT feed FROM scope WHERE scope=1`)
	woken := make(chan map[int64]int64, 1)
	wg.Go(func() {
		feeds, err := b.AwaitAny(ctx(), map[int64]int64{0: 1 << 40, 1: head})
		if err != nil {
			t.Error(err)
		}
		woken <- feeds
	})
	b.act(party(2, "elsewhere"))
	b.act(party(1, "here"))
	wg.Wait()
	if feeds := <-woken; len(feeds) != 1 || feeds[1] <= head {
		t.Errorf("%v", feeds)
	}
	if moved, err := b.Await(ctx(), 1, 0); !moved || err != nil {
		t.Errorf("a feed that is ahead already: %t %v", moved, err)
	}
	gone, cancel := context.WithCancel(ctx())
	cancel()
	if moved, err := b.Await(gone, 1, 1<<40); moved || err != nil {
		t.Errorf("who hung up: %t %v", moved, err)
	}
}

func TestListenersHearWhichCustomersChanged(t *testing.T) {
	b := newBank(t)
	var heard []crdt.ID
	b.OnChange(func(ids []crdt.ID) { heard = append(heard, ids...) })
	id := b.act(party(1, "Ada")).Ops[0].ID
	b.act(talk(id, "called"))
	nowhere := b.act(set(crm.Party, 0, crm.PartyName, "of head office")).Ops[0].ID
	if !slices.Equal(heard, []crdt.ID{id, id, nowhere}) {
		t.Errorf("%v, want %v", heard, []crdt.ID{id, id, nowhere})
	}
}

func TestAnImportIsOneBatchAndCanBeTakenBack(t *testing.T) {
	b := newBank(t)
	l := b.join(11, 1)
	old := b.act(party(1, "Ada")).Ops[0].ID
	ids, err := b.MintMany(ctx(), 3)
	must(t, err)
	who := rows.Actor{Session: 1, Person: 1}
	first, err := b.Import(ctx(), who, central.Part{Ops: []crdt.Op{set(crm.Party, ids[0], crm.PartyHome, 1, crm.PartyName, "Bee")}, Record: []byte("one")})
	must(t, err)
	second, err := b.Import(ctx(), who, central.Part{Ops: []crdt.Op{set(crm.Party, old, crm.PartyName, "Ada L."), set(crm.Party, ids[1], crm.PartyHome, 1, crm.PartyName, "Cy")}, Record: []byte("two"), After: first})
	must(t, err)
	l.pull(9)
	if _, err := b.Import(ctx(), who, central.Part{Ops: []crdt.Op{set(crm.Party, ids[2], crm.PartyHome, 1)}, After: first}); !errors.Is(err, central.ErrStale) {
		t.Errorf("an import planned before the last one: %v", err)
	}
	if err := b.Undo(ctx(), who, central.Undoing{Batch: first}); !errors.Is(err, central.ErrStale) {
		t.Errorf("an older import is taken back: %v", err)
	}
	if id, records, err := b.LatestBatch(ctx()); id != second || len(records) != 1 || string(records[0]) != "two" || err != nil {
		t.Errorf("%d %q %v", id, records, err)
	}
	must(t, b.Undo(ctx(), who, central.Undoing{Batch: second, Restore: []crdt.Op{set(crm.Party, old, crm.PartyName, "Ada")}, Remove: []central.RowID{{Kind: crm.Party, ID: ids[1]}}}))
	b.sound()
	if b.row(crm.Party, ids[1]) != nil || b.row(crm.Party, old).Get(crm.PartyName).S != "Ada" || b.row(crm.Party, ids[0]) == nil {
		t.Error("the batch was not taken back, or more than it")
	}
	l.pull(9)
	l.agree()
	if l.row(crm.Party, ids[1]) != nil {
		t.Error("the workstation keeps what was taken back")
	}
	if id, _, err := b.LatestBatch(ctx()); id != first || err != nil {
		t.Errorf("%d %v", id, err)
	}
}

func TestACodeOpensOnceWithinItsDay(t *testing.T) {
	b := newBank(t)
	hash, late := []byte("hash"), []byte("late")
	must(t, b.PutCode(ctx(), hash, 7, b.now+24*3600_000))
	must(t, b.PutCode(ctx(), late, 8, b.now+10))
	if branch, err := b.UseCode(ctx(), hash); branch != 7 || err != nil {
		t.Errorf("%d %v", branch, err)
	}
	b.now += 1000
	for name, h := range map[string][]byte{"used": hash, "too old": late, "unknown": []byte("other")} {
		if branch, err := b.UseCode(ctx(), h); branch != 0 || !errors.Is(err, central.ErrCode) {
			t.Errorf("%s: %d %v", name, branch, err)
		}
	}
}

func TestTheOldestBackupThatIsKeptSaysWhatNodesMayForget(t *testing.T) {
	b := newBank(t)
	l := b.join(11, 1)
	backed := func() uint64 { return l.ask(1, 0, 1).Backed }
	l.act(party(1, "x"))
	l.push(9)
	if got := backed(); got != 0 {
		t.Errorf("without a backup %d may go", got)
	}
	path := filepath.Join(t.TempDir(), "central.bak")
	must(t, b.Backup(ctx(), path))
	for range 9 {
		l.act(party(1, "x"))
		l.push(9)
		must(t, b.MarkBackup(ctx()))
	}
	// Seven are kept: the marks of 4 … 10.
	if got := backed(); got != 4 {
		t.Errorf("%d may go, the oldest of seven backups covers 4", got)
	}
	old := &bank{t: t, path: path}
	old.open()
	defer func() { must(t, old.Close()) }()
	if n := old.count(`SELECT count(*) FROM party`); n != 1 {
		t.Errorf("the backup holds %d parties", n)
	}
	old.sound()
	l.pull(9)
	if p, err := l.Progress(ctx()); err != nil || p.Written != 10 || p.Unsent != 0 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestCentralKnowsItsWorkstations(t *testing.T) {
	b := newBank(t)
	l := b.join(11, 1)
	b.join(12, 1)
	for range 3 {
		b.act(party(1, "x"))
	}
	must(t, b.Heard(ctx(), 11, central.Report{Unsent: 4, OldestMS: 77, Feed: 5, Version: "1.2"}))
	must(t, b.Heard(ctx(), 11, central.Report{Feed: 3, Version: "1.2"}))
	nodes, err := b.Nodes(ctx())
	must(t, err)
	if len(nodes) != 2 || nodes[0].Origin != 11 || nodes[0].Feed != 5 || nodes[0].Unsent != 0 || nodes[0].Version != "1.2" || nodes[0].SeenMS == 0 {
		t.Errorf("%+v", nodes[0])
	}
	if lag, err := b.Lag(ctx(), 1, l.ask(1, 0, 2).Until); lag != 1 || err != nil {
		t.Errorf("lag %d %v", lag, err)
	}
	if err := b.Join(ctx(), central.Node{Origin: 11, Branch: 2, Key: []byte{1}}, mint([]crdt.Op{set(crm.Node, 0, crm.NodeOrigin, 11)})); err == nil {
		t.Error("an origin joined twice")
	}
	if n := b.count(`SELECT count(*) FROM node`); n != 2 {
		t.Errorf("%d rows of nodes", n)
	}
	b.sound()
}

func TestThePartsOfAJobAreOneBatchAndNobodyWritesBetweenThem(t *testing.T) {
	b := newBank(t)
	ids, err := b.MintMany(ctx(), 3)
	must(t, err)
	who := rows.Actor{Session: 1, Person: 1}
	job := func(state string) {
		t.Helper()
		_, err := b.Act(ctx(), who, func(a *rows.Act) error {
			return a.Tx.Exec(`INSERT INTO import_job (id, state, body) VALUES (5, ?1, '') ON CONFLICT (id) DO UPDATE SET state=?1`, state)
		})
		must(t, err)
	}
	job("writing")
	part := func(i int, after crdt.ID, number int64) (crdt.ID, error) {
		return b.Import(ctx(), who, central.Part{Ops: []crdt.Op{set(crm.Party, ids[i], crm.PartyHome, 1, crm.PartyName, "Bee")}, Record: []byte{byte(i)}, After: after, Job: number})
	}
	first, err := part(0, 0, 5)
	must(t, err)
	if _, err := part(1, first, 0); !errors.Is(err, central.ErrUnderWay) {
		t.Errorf("another import writes between two parts: %v", err)
	}
	second, err := part(1, first, 5)
	must(t, err)
	job("done")
	if id, records, err := b.LatestBatch(ctx()); id != second || string(bytes.Join(records, nil)) != "\x00\x01" || err != nil {
		t.Errorf("%d %q %v", id, records, err)
	}
	must(t, b.Undo(ctx(), who, central.Undoing{Batch: second, Remove: []central.RowID{{Kind: crm.Party, ID: ids[0]}, {Kind: crm.Party, ID: ids[1]}}}))
	if id, _, err := b.LatestBatch(ctx()); id != 0 || err != nil {
		t.Errorf("a part is left: %d %v", id, err)
	}
}
