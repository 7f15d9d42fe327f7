package store

import (
	"cmp"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// Two copies of a file gave one number to two customers. Head office has one of them
// under it and orders them erased; what was written here may be about the other one.
// A change says on whose untaken change it rests, and head office alone can tell which
// copy that is. So what rests on a change of the workstation whose number it is stays
// until head office has judged it: it sends a row that it took, under the right name,
// and nothing of one that it erased. No receipt goes out meanwhile.

// factSpared is 1 while the history keeps what may be about somebody erased.
const factSpared = "spared of an erasure"

// codeCopied is what head office says of a change that waits for what a copy wrote.
const codeCopied = "rests_on_copy"

// restsOn are the workstations on whose changes a change rests.
func restsOn(bodies []journal.Body) (out []crdt.Origin) {
	rests, err := RestsOf(&journal.Change{Bodies: bodies})
	if err != nil {
		return nil // taken as it is
	}
	for i := range rests {
		out = append(out, rests[i].Origin)
	}
	return out
}

// besides tells what is gone of what a change names that rests on changes of others:
// their numbers may mean a copy's rows.
func (g *gone) besides(others []crdt.Origin) func(kind uint8, id crdt.ID) bool {
	if len(others) == 0 {
		return g.has
	}
	return func(kind uint8, id crdt.ID) bool { return g.has(kind, id) && !slices.Contains(others, id.Origin()) }
}

// meant tells what is gone of what a change of the history names, and whether that
// waits for head office.
func (s *Store) meant(tx *rows.Tx, id rows.ChangeID, bodies []journal.Body) (has func(uint8, crdt.ID) bool, waits bool, err error) {
	others := restsOn(bodies)
	if len(others) == 0 {
		return s.gone.has, false, nil
	}
	has = s.gone.besides(others)
	at := slices.IndexFunc(bodies, func(b journal.Body) bool {
		return !b.Closed() && names(s.File.Held(), &b.Op, s.gone.has) && !names(s.File.Held(), &b.Op, has)
	})
	if at < 0 {
		return has, false, nil
	}
	if waits, err := lacks(tx, id); err != nil || waits {
		return has, waits, err
	}
	op := &bodies[at].Op
	row, err := tx.Get(op.Kind, op.ID)
	if err != nil || row != nil && !s.gone.has(op.Kind, op.ID) {
		return has, false, err
	}
	_, copied, err := tx.Int(`SELECT 1 FROM refusal WHERE origin=?1 AND seq=?2 AND code=?3 AND state='held'`, int64(s.writer(id)), int64(id.Seq), codeCopied)
	if err != nil || copied {
		return has, false, err
	}
	return s.gone.has, false, nil
}

// writer is whose change it is.
func (s *Store) writer(id rows.ChangeID) crdt.Origin {
	if id.Origin == 0 {
		return s.Origin()
	}
	return id.Origin
}

// lacks reports whether central has not taken a change of the history. What it took of
// others is kept no longer.
func lacks(tx *rows.Tx, id rows.ChangeID) (bool, error) {
	if id.Origin == 0 {
		taken, err := tx.FactInt(factTaken)
		return id.Seq > uint64(taken), err
	}
	taken, own, err := tx.Int(`SELECT settled FROM neighbour WHERE origin=?1 AND own=1`, int64(id.Origin))
	return !own || id.Seq > uint64(taken), err
}

// eraseSpared erases, once head office has judged it, what was spared of an erasure.
func (s *Store) eraseSpared(tx *rows.Tx) error {
	if spared, err := tx.FactInt(factSpared); err != nil || spared == 0 {
		return err
	}
	s.soiled.Store(true)
	return s.eraseHistory(tx)
}

// restsOn reports whether an untaken change of a row rests on one of another
// workstation; own is who writes here.
func (o *overlay) restsOn(own crdt.Origin, k key, other crdt.Origin) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, l := range o.byRow[k] {
		list := o.others[l.origin]
		if l.origin == own {
			list = o.stamps
		}
		i, found := slices.BinarySearchFunc(list, l.seq, func(u untaken, seq uint64) int { return cmp.Compare(u.seq, seq) })
		if found && slices.ContainsFunc(list[i].keys, func(k key) bool { return k.kind == crm.Rests && o.names(k, other) }) {
			return true
		}
	}
	return false
}

// names reports whether the row that says on whom a change rests names somebody.
func (o *overlay) names(k key, other crdt.Origin) bool {
	return slices.ContainsFunc(o.byRow[k], func(l layer) bool {
		return slices.ContainsFunc(l.op.Set, func(f crdt.FieldSet) bool { return f.Field == crm.RestsOrigin && f.Value.I == int64(other) })
	})
}

// returns takes a row of the feed for what it is: head office sends nothing that was
// ordered erased, so one that is not in an order, and belongs to nobody who is, was
// another's here.
func (g *gone) returns(tx *rows.Tx, schema *crdt.Schema, row *crdt.Row) error {
	k := key{row.Kind, row.ID}
	if kind := schema.Kind(row.Kind); kind == nil || crm.Belongs(kind, row.Get, g.has) {
		return nil
	}
	_, listed, err := tx.Int(`SELECT 1 FROM erasure WHERE instr(' ' || gone_rows || ' ', ' ' || ?1 || ':' || ?2 || ' ')>0`, int64(k.kind), int64(k.id))
	if err != nil || listed {
		return err
	}
	delete(g.known, k)
	g.back = append(g.back, k)
	return tx.Exec(`DELETE FROM erased WHERE kind=?1 AND row_id=?2`, int64(k.kind), int64(k.id))
}
