package store

import (
	"errors"
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// snapshot is a file as central makes it: rows and cursors, no origin.
func snapshot(t *testing.T, spoil func(*rows.Tx) error) Options {
	t.Helper()
	o := Options{Path: filepath.Join(t.TempDir(), "snapshot.db"), Schema: crm.Table(), Branch: branch, NoSync: true}
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
