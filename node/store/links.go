package store

import (
	"cmp"
	"slices"

	"bough/crdt"
	"bough/sync/rows"
)

// linked are the parties that a standing link ties to one.
const linked = `SELECT other FROM link WHERE one=?1 AND gone IS NULL
UNION SELECT one FROM link WHERE other=?1 AND gone IS NULL`

// Linked are the parties that are one person or organisation with id, itself
// among them, by the links that stand: all that can be reached over links. The
// canonical one comes first: one that the core-banking feed knows before one
// that it does not, then the smallest id. A party whose row is not here yet
// comes last. It is a function of the links and of the core's keys, so every
// file that holds these says the same.
func Linked(tx *rows.Tx, id crdt.ID) ([]crdt.ID, error) {
	group := []crdt.ID{id}
	for i := 0; i < len(group); i++ {
		near, err := tx.IDs(linked, int64(group[i]))
		if err != nil {
			return nil, err
		}
		for _, n := range near {
			if n > 0 && !slices.Contains(group, n) {
				group = append(group, n)
			}
		}
	}
	if len(group) == 1 {
		return group, nil
	}
	rank := map[crdt.ID]int64{}
	for _, one := range group {
		known, here, err := tx.Int(`SELECT key IS NOT NULL FROM party WHERE id=?1`, int64(one))
		if err != nil {
			return nil, err
		}
		if rank[one] = known; !here {
			rank[one] = -1
		}
	}
	slices.SortFunc(group, func(a, b crdt.ID) int { return cmp.Or(cmp.Compare(rank[b], rank[a]), cmp.Compare(a, b)) })
	return group, nil
}
