package rows

import (
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
	"bough/crdt/crdttest"
)

// shelf is a replica whose row lies in a file, one of many in it: each replica
// moves the ids of the suite to its own.
type shelf struct {
	t     *rapid.T
	file  *File
	moved crdt.ID
	todo  []crdttest.Write
}

func (s *shelf) Merge(w crdttest.Write) {
	w.Op.ID += s.moved
	s.todo = append(s.todo, w)
}

func (s *shelf) State(kind uint8, id crdt.ID) (out crdttest.State) {
	err := s.file.Write(ctx(), func(tx *Tx) error {
		for i := range s.todo {
			w := &s.todo[i]
			old, err := tx.Get(w.Op.Kind, w.Op.ID)
			if err != nil {
				return err
			}
			if err := tx.Swap(old, Merge(s.file.schema, old, &w.Op, w.At), 1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.todo = nil
	err = s.file.Read(ctx(), func(tx *Tx) error {
		r, err := tx.Get(kind, id+s.moved)
		if err != nil || r == nil {
			out.Row = crdt.Row{Kind: kind, ID: id}
			return err
		}
		s.checkGone(tx, r)
		r.ID = id
		for i := range r.Conflicts {
			r.Conflicts[i].Row = id
		}
		out = crdttest.State{Row: r.Row, Conflicts: r.Conflicts}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

// checkGone: queries see an element of a set as the merge does.
func (s *shelf) checkGone(tx *Tx, r *Stored) {
	k := s.file.schema.Kind(r.Kind)
	if k.Class != crdt.Set {
		return
	}
	n, _, err := tx.Int(`SELECT count(*) FROM "`+k.Name+`" WHERE id=?1 AND gone IS NULL`, int64(r.ID))
	if err != nil {
		s.t.Fatal(err)
	}
	if gone := n == 0; gone != r.Gone(r.Conflicts...) {
		s.t.Fatalf("the column says gone: %t", gone)
	}
}

func TestMergingThroughAFileObeysTheLaws(t *testing.T) {
	f := bank(t, Options{Schema: crdttest.Schema()})
	var next atomic.Int64
	open := func(rt *rapid.T) crdttest.Replica {
		return &shelf{t: rt, file: f, moved: crdt.ID(next.Add(100))}
	}
	t.Run("laws", func(t *testing.T) { crdttest.Suite{Open: open}.Run(t) })
	checkDigests(t, f, 1)
}
