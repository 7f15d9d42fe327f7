package rows

import (
	"errors"
	"testing"

	"bough/crdt"
)

func TestAFileWorkedWithAloneReadsWhereItWrites(t *testing.T) {
	f := bank(t, Options{Alone: true})
	names := func() (n int64) {
		t.Helper()
		read(t, f, func(tx *Tx) (err error) {
			n, _, err = tx.Int(`SELECT count(*) FROM person`)
			return err
		})
		return n
	}
	add := func(tx *Tx, id crdt.ID) error {
		return tx.Swap(nil, &Stored{Row: crdt.Row{Kind: person, ID: id, Fields: []crdt.Value{{}, crdt.TextValue("Ada")}}})
	}
	write(t, f, func(tx *Tx) error {
		if err := add(tx, 1); err != nil {
			return err
		}
		if n := names(); n != 0 {
			t.Errorf("a read within the write that adds the first saw %d people", n)
		}
		return nil
	})
	read(t, f, func(tx *Tx) error { return add(tx, 2) })
	if n := names(); n != 1 {
		t.Errorf("after a write of one, and a read that wrote another, there are %d people", n)
	}
	read(t, f, func(*Tx) error {
		if err := f.Write(ctx(), func(*Tx) error { return nil }); !errors.Is(err, errWithin) {
			t.Errorf("a write within a read: %v", err)
		}
		return nil
	})
}
