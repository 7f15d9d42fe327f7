package store

import (
	"encoding/hex"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// maxRests is of how many changes of others an act says that it rests on them:
// more than any form has references.
const maxRests = 16

// RestsOf reads which changes of others a change says that it rests on.
func RestsOf(c *journal.Change) (out []journal.Former, err error) {
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		if op.Kind != crm.Rests || c.Bodies[i].Closed() {
			continue
		}
		var f journal.Former
		for _, set := range op.Set {
			switch set.Field {
			case crm.RestsOrigin:
				f.Origin = crdt.Origin(set.Value.I)
			case crm.RestsSeq:
				f.Seq = uint64(set.Value.I)
			case crm.RestsHash:
				link, err := hex.DecodeString(set.Value.S)
				if err != nil || len(link) != len(f.Hash) {
					return nil, fmt.Errorf("store: a change rests on the link %.20q", set.Value.S)
				}
				copy(f.Hash[:], link)
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// tellRests is the op that says on which change of another an act rests.
func tellRests(id crdt.ID, branch int64, f *journal.Former) crdt.Op {
	return crdt.Op{Kind: crm.Rests, ID: id, Set: []crdt.FieldSet{
		{Field: crm.RestsBranch, Value: crdt.IntValue(branch)},
		{Field: crm.RestsOrigin, Value: crdt.IntValue(int64(f.Origin))},
		{Field: crm.RestsSeq, Value: crdt.IntValue(int64(f.Seq))},
		{Field: crm.RestsHash, Value: crdt.TextValue(hex.EncodeToString(f.Hash[:]))},
	}}
}

// rest makes an act say which changes of neighbours, that central has not taken,
// made the rows it names: should their author turn out to be a copy, whose
// number another customer has at central, the act still says who was meant.
func (s *Store) rest(act *rows.Act) error {
	for _, at := range s.overlay.makers(s.File.Held(), s.Origin(), act.Ops) {
		f := journal.Former{Origin: at.origin, Seq: at.seq}
		err := act.Tx.Query(`SELECT hash FROM neighbour_change WHERE origin=?1 AND seq=?2`, func(st *sqlite.Stmt) error {
			copy(f.Hash[:], rows.Blob(st, 0))
			return nil
		}, int64(f.Origin), int64(f.Seq))
		if err != nil {
			return err
		}
		id, err := act.Mint()
		if err != nil {
			return err
		}
		act.Add(tellRests(id, s.branch, &f))
	}
	return nil
}

// makers are the untaken changes of others that made the rows which ops name.
func (o *overlay) makers(schema *crdt.Schema, own crdt.Origin, ops []crdt.Op) (out []link) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if len(o.others) == 0 {
		return nil
	}
	seen := map[link]bool{}
	note := func(k key) {
		for _, l := range o.byRow[k] {
			at := link{l.origin, l.seq}
			if l.origin == k.id.Origin() && l.origin != own {
				if !seen[at] && len(out) < maxRests {
					out = append(out, at)
				}
				seen[at] = true
				return
			}
		}
	}
	for i := range ops {
		note(key{ops[i].Kind, ops[i].ID})
		kind := schema.Kind(ops[i].Kind)
		for _, set := range ops[i].Set {
			if f := kind.Field(set.Field); f != nil && f.Ref != 0 && !set.Value.IsNull() {
				note(key{f.Ref, set.Value.ID()})
			}
		}
	}
	return out
}

// ownRenamed reads which own changes are read under other names: what they name
// was written again elsewhere.
func ownRenamed(tx *rows.Tx) (map[uint64]*crm.Renaming, error) {
	by, out := map[crdt.Origin]*crm.Renaming{}, map[uint64]*crm.Renaming{}
	type pair struct {
		seq uint64
		to  crdt.Origin
	}
	var pairs []pair
	err := tx.Query(`SELECT seq, now FROM own_renamed ORDER BY seq, now`, func(s *sqlite.Stmt) error {
		pairs = append(pairs, pair{uint64(s.ColumnInt64(0)), crdt.Origin(s.ColumnInt64(1))})
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		if by[p.to] == nil {
			if by[p.to], err = renamingTo(tx, p.to); err != nil {
				return nil, err
			}
		}
		out[p.seq] = both(out[p.seq], by[p.to])
	}
	return out, nil
}

// both are the names of two renamings.
func both(a, b *crm.Renaming) *crm.Renaming {
	if a == nil {
		return b
	}
	out := &crm.Renaming{IDs: map[crdt.ID]crdt.ID{}, Stamps: map[crdt.Stamp]crdt.Stamp{}}
	for _, r := range []*crm.Renaming{a, b} {
		for was, is := range r.IDs {
			out.IDs[was] = is
		}
		for was, is := range r.Stamps {
			out.Stamps[was] = is
		}
	}
	return out
}
