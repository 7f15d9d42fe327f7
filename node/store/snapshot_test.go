package store

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// snapshot is a file as central makes it: rows and cursors, no origin.
func snapshot(t *testing.T, spoil func(*rows.Tx) error) Options {
	t.Helper()
	o := Options{Path: filepath.Join(t.TempDir(), "snapshot.db"), Schema: crm.Table(), Branch: branch, NowMS: func() int64 { return startMS }, NoSync: true}
	f, err := rows.Open(rows.Options{Path: o.Path, Schema: o.Schema, Migrations: localTables, Oldest: oldestReader, NoSync: true})
	must(t, err)
	must(t, f.Write(ctx(), func(tx *rows.Tx) error {
		row := rows.Merge(o.Schema, nil, &crdt.Op{Kind: crm.Party, ID: crdt.MakeID(office, 1), Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue("Ada")}}}, by(office, 1))
		return tx.Swap(nil, row, branch)
	}))
	if spoil != nil {
		must(t, f.Write(ctx(), spoil))
	}
	must(t, f.Close())
	return o
}

func TestASnapshotThatDoesNotAddUpIsRefused(t *testing.T) {
	if err := Settle(ctx(), snapshot(t, nil)); err != nil {
		t.Errorf("a sound one: %v", err)
	}
	for name, spoil := range map[string]func(*rows.Tx) error{
		"a value that was changed": func(tx *rows.Tx) error { return tx.Exec(`UPDATE party SET name='Eve'`) },
		"a row that is missing":    func(tx *rows.Tx) error { return tx.Exec(`DELETE FROM party`) },
	} {
		if err := Settle(ctx(), snapshot(t, spoil)); !errors.Is(err, ErrSnapshot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Settle(ctx(), snapshot(t, func(tx *rows.Tx) error { return tx.SetFact("origin", int64(7)) })); !errors.Is(err, ErrSnapshot) {
		t.Errorf("a file of a workstation: %v", err)
	}
}

// reissue is a row that tells that a customer had another number before.
func reissue(was, is crdt.ID) crdt.Op {
	return TellFormer(crdt.MakeID(is.Origin(), 99), branch, &journal.Former{Origin: was.Origin(), Seq: 1, Stamp: at(was.Origin(), 1), IDs: map[crdt.ID]crdt.ID{was: is}})
}

// checkResolves: a number that a customer had opens them.
func checkResolves(t *testing.T, o Options, was, is crdt.ID) {
	t.Helper()
	s, err := Open(ctx(), o)
	must(t, err)
	must(t, s.File.Read(ctx(), func(tx *rows.Tx) error {
		found, err := Resolve(tx, "party", was)
		if found != is {
			t.Errorf("the number %d, which %d had, opens %d", was, is, found)
		}
		return err
	}))
	must(t, s.File.Close())
}

func TestNumbersFromBeforeASnapshotOpenWhatTheyWereGivenFor(t *testing.T) {
	was, ada := crdt.MakeID(here, 5), crdt.MakeID(office, 1)
	o := snapshot(t, func(tx *rows.Tx) error {
		op := reissue(was, ada)
		return tx.Swap(nil, rows.Merge(crm.Table(), nil, &op, by(office, 2)), branch)
	})
	must(t, Settle(ctx(), o))
	o.Origin, o.NowMS, o.Rand = there, func() int64 { return startMS }, bytes.NewReader(make([]byte, 1<<16))
	checkResolves(t, o, was, ada)
}

func TestNumbersFromBeforeANeighboursCopyOpenWhatTheyWereGivenFor(t *testing.T) {
	l, ada := settled(t)
	was := crdt.MakeID(here, 5)
	cursor, err := l.Cursor(ctx(), branch)
	must(t, err)
	since := cursor.Feed
	row := newFeed().take(reissue(was, ada), by(office, 4))
	row.N = since + 1
	l.apply(page(since, 0, row))
	o := copied(t, l)
	must(t, SettleCopy(ctx(), o, proofOf(t, l)))
	checkResolves(t, o, was, ada)
}
