package store

import (
	"slices"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// catchUp merges what neighbours wrote to rows of kinds that the file knows
// since this opening: until now that was kept and passed on, but not shown.
// What the feed says that central has taken is in its rows, or comes with them.
func (s *Store) catchUp(tx *rows.Tx) error {
	gained := s.File.Gained()
	if len(gained) == 0 {
		return nil
	}
	known, err := loadNeighbours(tx)
	if err != nil {
		return err
	}
	var late []journal.Change
	err = eachOfNeighbours(tx, `merged=1 ORDER BY stamp`, func(c *journal.Change) error {
		if n := known[c.Origin]; c.Seq > n.taken {
			late = append(late, *admitted(s.File.Held(), c))
		}
		return nil
	})
	if err != nil {
		return err
	}
	var touched []crdt.ID
	for i := range late {
		by, err := personOf(tx, late[i].Session)
		if err != nil {
			return err
		}
		for j := range late[i].Bodies {
			op := &late[i].Bodies[j].Op
			if !slices.Contains(gained, op.Kind) {
				continue
			}
			if touched, err = s.mergeOp(tx, op, late[i].Written(by), touched); err != nil {
				return err
			}
		}
	}
	return nil
}
