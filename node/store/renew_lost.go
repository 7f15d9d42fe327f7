package store

import (
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// takeLost reads what of former origins is written again, because central has a
// twin's changes under those numbers, and which of their ids stay.
func (n *renewal) takeLost(tx *rows.Tx, known map[crdt.Origin]uint32) error {
	for origin, after := range n.Lost {
		if err := n.takeOf(tx, origin, after, known); err != nil {
			return err
		}
	}
	slices.SortStableFunc(n.again, func(a, b rewritten) int { return a.Stamp.Compare(b.Stamp) })
	n.coverAgain()
	return nil
}

func (n *renewal) takeOf(tx *rows.Tx, origin crdt.Origin, after uint64, known map[crdt.Origin]uint32) error {
	var list []rewritten
	upTo, err := wroteUpTo(tx, origin)
	if err != nil {
		return err
	}
	const counting = `origin=?1 AND seq>?2 AND seq<=?3 AND merged<>?4 ORDER BY seq`
	err = eachOfNeighbours(tx, counting, func(c *journal.Change) error {
		list = append(list, rewritten{Change: *c})
		return nil
	}, int64(origin), int64(after), int64(upTo), countsNoMore)
	if err != nil || len(list) == 0 {
		return err
	}
	for i := range list {
		if list[i].link, err = linkOf(tx, origin, &neighbour{}, list[i].Seq); err != nil {
			return err
		}
	}
	if known[origin], err = madeBefore(tx, n.s.File.Held(), origin, list[0].Stamp); err != nil {
		return err
	}
	n.again = append(n.again, list...)
	return tx.Exec(`UPDATE neighbour_change SET merged=?4 WHERE origin=?1 AND seq>?2 AND seq<=?3`, int64(origin), int64(after), int64(upTo), countsNoMore)
}

// coverAgain has the rows of what is written again renamed also where nothing
// untaken lies over them: they are as central gave them back before it lost that.
func (n *renewal) coverAgain() {
	over := map[key]bool{}
	for _, k := range n.over {
		over[k] = true
	}
	for i := range n.again {
		for _, b := range n.again[i].Bodies {
			k := key{b.Op.Kind, b.Op.ID}
			if !b.Closed() && n.s.File.Held().Kind(k.kind) != nil && !over[k] {
				over[k], n.over = true, append(n.over, k)
			}
		}
	}
}

// madeBefore is the greatest counter of an id of an origin whose row central gave
// back and that was made before a stamp: one of its fields always keeps the stamp
// it was made with.
func madeBefore(tx *rows.Tx, schema *crdt.Schema, origin crdt.Origin, stamp crdt.Stamp) (upTo uint32, err error) {
	low, high := crdt.MakeID(origin, 0), crdt.MakeID(origin, 1<<32-1)
	for _, k := range schema.Kinds {
		if k.CentralOnly {
			continue
		}
		var ids []crdt.ID
		err := tx.Query(`SELECT id FROM "`+k.Name+`" WHERE id BETWEEN ?1 AND ?2 AND n>0 ORDER BY id DESC`, func(s *sqlite.Stmt) error {
			ids = append(ids, crdt.ID(s.ColumnInt64(0)))
			return nil
		}, int64(low), int64(high))
		if err != nil {
			return 0, err
		}
		for _, id := range ids {
			row, err := tx.Get(k.Num, id)
			if err != nil {
				return 0, err
			}
			if len(row.Clocks) > 0 && row.Clocks[0].Stamp.Less(stamp) {
				upTo = max(upTo, id.Counter())
				break
			}
		}
	}
	return upTo, nil
}
