package store

import (
	"errors"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// rootRefs are the fields of a kind that name the rows it hangs on.
func rootRefs(k *crdt.Kind) []*crdt.Field {
	var out []*crdt.Field
	for _, f := range k.Scope.Roots {
		out = append(out, k.Field(f))
	}
	return out
}

// rootKinds are the kinds that rows of other kinds hang on.
func rootKinds(schema *crdt.Schema) map[uint8]bool {
	out := map[uint8]bool{}
	for _, k := range schema.Kinds {
		for _, f := range rootRefs(k) {
			out[f.Ref] = true
		}
	}
	return out
}

// leaving is a row that leaves.
type leaving struct {
	key
	old   *rows.Stored // nil: it is not here
	n     int64        // number of the feed entry that says so
	scope int64
}

// left takes a row out of the tables that the scope does not hold any more: it
// is hidden at once. What is left on the disk goes with the next purge. Untaken
// changes that name it stay in the journal and go up; they show nowhere here.
func (s *Store) left(tx *rows.Tx, l leaving, touched []crdt.ID) ([]crdt.ID, error) {
	kind, old := s.File.Held().Kind(l.kind), l.old
	if kind != nil && l.scope == s.branch {
		if err := s.stub(tx, kind, l.key, old, l.n); err != nil {
			return touched, err
		}
	}
	if old == nil {
		return touched, nil
	}
	if err := tx.Swap(old, nil, l.scope); err != nil {
		return touched, err
	}
	return s.Touch(tx, old, touched)
}

// stub notes what left, by ids alone: of a root row also the order to purge it
// with all that hung on it, of another one what it hung on. Where that is not
// here any more, this was written here after the purge: it has to go as well.
func (s *Store) stub(tx *rows.Tx, kind *crdt.Kind, k key, old *rows.Stored, n int64) error {
	if rootKinds(s.File.Held())[k.kind] {
		return errors.Join(putStub(tx, k, k, n), s.OrderPurge(tx, wire.Receipt{Why: wire.WhyLeft, Kind: k.kind, Row: k.id, N: n}))
	}
	row := old
	if row == nil {
		row = s.overlay.over(s.File.Held(), k, nil, nil)
	}
	if row == nil {
		return nil
	}
	for _, f := range rootRefs(kind) {
		v := row.Get(f.Num)
		if v.IsNull() {
			continue
		}
		root := key{f.Ref, v.ID()}
		here, err := tx.Get(root.kind, root.id)
		if err == nil && here == nil {
			err = s.OrderPurge(tx, wire.Receipt{Why: wire.WhyLeft, Kind: root.kind, Row: root.id, N: n})
		}
		if err := errors.Join(err, putStub(tx, k, root, n)); err != nil {
			return err
		}
	}
	return nil
}

func putStub(tx *rows.Tx, k, root key, n int64) error {
	return tx.Exec(`INSERT OR REPLACE INTO stub (kind, row_id, root_kind, root, n) VALUES (?1, ?2, ?3, ?4, ?5)`,
		int64(k.kind), int64(k.id), int64(root.kind), int64(root.id), n)
}

// came forgets that a row left: the scope holds it again.
func came(tx *rows.Tx, k key) error {
	if _, stub, err := tx.Int(`SELECT 1 FROM stub WHERE kind=?1 AND row_id=?2`, int64(k.kind), int64(k.id)); err != nil || !stub {
		return err
	}
	return errors.Join(
		tx.Exec(`DELETE FROM stub WHERE kind=?1 AND row_id=?2`, int64(k.kind), int64(k.id)),
		tx.Exec(`DELETE FROM receipt WHERE why=?1 AND kind=?2 AND row_id=?3`, wire.WhyLeft, int64(k.kind), int64(k.id)))
}

// Left reports whether a row left the scopes of this node, and did not come back.
func (l *Local) Left(tx *rows.Tx, kind uint8, id crdt.ID) (left bool, err error) {
	_, left, err = tx.Int(`SELECT 1 FROM stub WHERE kind=?1 AND row_id=?2`, int64(kind), int64(id))
	return left, err
}

// foreign reports whether an op of a neighbour is about what is not here: a row
// that left, something new on roots that did, or an edit of what hangs on them.
// It is kept and passed on, and central knows where it belongs.
func (s *Store) foreign(tx *rows.Tx, op *crdt.Op, old *rows.Stored) (bool, error) {
	if old != nil {
		return false, nil
	}
	if left, err := s.Left(tx, op.Kind, op.ID); err != nil || left {
		return left, err
	}
	kind := s.File.Held().Kind(op.Kind)
	if kind.Scope.Home != 0 && !sets(op, kind.Scope.Home) {
		return true, nil // whoever made it said where it belongs
	}
	hangs := rootRefs(kind)
	for _, f := range hangs {
		i := slices.IndexFunc(op.Set, func(set crdt.FieldSet) bool { return set.Field == f.Num && !set.Value.IsNull() })
		if i < 0 {
			continue
		}
		if left, err := s.Left(tx, f.Ref, op.Set[i].Value.ID()); err != nil || !left {
			return false, err
		}
	}
	return len(hangs) > 0, nil
}

// sets reports whether an op gives a field a value.
func sets(op *crdt.Op, field uint8) bool {
	return slices.ContainsFunc(op.Set, func(f crdt.FieldSet) bool { return f.Field == field && !f.Value.IsNull() })
}

// naming are the roots that untaken changes name, own ones and all that is held
// of neighbours: what left of them may not go yet. What was written again does
// not count: central may never take it in its first form.
func (s *Store) naming(tx *rows.Tx) (map[key]bool, error) {
	out := map[key]bool{}
	note := func(op *crdt.Op) error { return s.namedBy(tx, op, out) }
	for _, op := range s.overlay.ops() {
		if err := note(&op); err != nil {
			return nil, err
		}
	}
	const untaken = `seq>(SELECT settled FROM neighbour AS n WHERE n.origin=neighbour_change.origin) AND merged<>?1`
	err := eachOfNeighbours(tx, untaken, func(c *journal.Change) error {
		for i := range c.Bodies {
			if err := note(&c.Bodies[i].Op); err != nil {
				return err
			}
		}
		return nil
	}, countsNoMore)
	return out, err
}

// namedBy adds the roots that an op is about: those its row hung on when it
// left, and those its fields name.
func (s *Store) namedBy(tx *rows.Tx, op *crdt.Op, to map[key]bool) error {
	to[key{op.Kind, op.ID}] = true
	err := tx.Query(`SELECT root_kind, root FROM stub WHERE kind=?1 AND row_id=?2`, func(st *sqlite.Stmt) error {
		to[key{uint8(st.ColumnInt64(0)), crdt.ID(st.ColumnInt64(1))}] = true
		return nil
	}, int64(op.Kind), int64(op.ID))
	if kind := s.File.Held().Kind(op.Kind); kind != nil {
		for i := range op.Set {
			if f := kind.Field(op.Set[i].Field); f != nil && f.Ref != 0 && !op.Set[i].Value.IsNull() {
				to[key{f.Ref, op.Set[i].Value.ID()}] = true
			}
		}
	}
	return err
}

// ops are the untaken ops, own and neighbours'.
func (o *overlay) ops() (out []crdt.Op) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, over := range o.byRow {
		for i := range over {
			out = append(out, over[i].op)
		}
	}
	return out
}

// forgetTraces removes what never travels and tells of a party: half-typed
// forms, who opened it lately, answers of the API.
func forgetTraces(tx *rows.Tx, party crdt.ID) error {
	id := party.String()
	return errors.Join(
		tx.Exec(`DELETE FROM recent WHERE party=?1`, int64(party)),
		tx.Exec(`DELETE FROM draft WHERE instr(form, ?1)>0`, id),
		tx.Exec(`DELETE FROM answered WHERE instr(CAST(body AS TEXT), ?1)>0`, id))
}
