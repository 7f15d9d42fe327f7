package store

import (
	"errors"
	"strings"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// renameRows gives rows their new ids, and follows references to them and to
// stamps, wherever untaken changes lie.
func (n *renewal) renameRows(tx *rows.Tx) error {
	if len(n.names.Stamps) == 0 && len(n.names.IDs) == 0 {
		return nil
	}
	if err := n.s.renameRows(tx, n.over, &n.names); err != nil {
		return err
	}
	return tx.Exec(`UPDATE neighbour_change SET renamed=?1 WHERE merged=1 AND origin<>?2`, int64(n.Origin), int64(n.own))
}

func (s *Store) renameRows(tx *rows.Tx, keys []key, names *crm.Renaming) error {
	for _, k := range keys {
		old, err := tx.Get(k.kind, k.id)
		if err != nil || old == nil {
			if err != nil {
				return err
			}
			continue
		}
		row, lost := names.Row(s.File.Held(), &old.Row, old.Conflicts)
		next := &rows.Stored{Row: row, Conflicts: lost, N: old.N}
		if next.ID != old.ID {
			if err := tx.Swap(old, nil, s.ScopeOf(k.kind)); err != nil {
				return err
			}
			if _, err := s.Touch(tx, old, nil); err != nil {
				return err
			}
			if old, err = tx.Get(k.kind, next.ID); err != nil {
				return err
			}
			if old != nil {
				continue // the feed brought it already
			}
			next.N = 0
		}
		if err := tx.Swap(old, next, s.ScopeOf(k.kind)); err != nil {
			return err
		}
		if _, err := s.Touch(tx, next, nil); err != nil {
			return err
		}
	}
	return nil
}

// renameLocal follows the new ids in what never travels.
func (n *renewal) renameLocal(tx *rows.Tx) error {
	for was, is := range n.names.IDs {
		a, b := int64(was), int64(is)
		err := errors.Join(tx.Exec(`UPDATE OR REPLACE recent SET party=?2 WHERE party=?1`, a, b),
			tx.Exec(`UPDATE token SET session=?2 WHERE session=?1`, a, b),
			tx.Exec(`UPDATE OR REPLACE looked SET session=?2 WHERE session=?1`, a, b),
			tx.Exec(`UPDATE OR REPLACE looked SET party=?2 WHERE party=?1`, a, b))
		if err != nil {
			return err
		}
	}
	return n.renameDrafts(tx)
}

func (n *renewal) renameDrafts(tx *rows.Tx) error {
	if len(n.names.IDs) == 0 {
		return nil
	}
	type draft struct {
		person     int64
		form, body string
	}
	var all []draft
	err := tx.Query(`SELECT person, form, body FROM draft`, func(s *sqlite.Stmt) error {
		all = append(all, draft{s.ColumnInt64(0), s.ColumnText(1), s.ColumnText(2)})
		return nil
	})
	if err != nil {
		return err
	}
	pairs := make([]string, 0, 2*len(n.names.IDs))
	for was, is := range n.names.IDs {
		pairs = append(pairs, was.String(), is.String())
	}
	// Ids are 19 digits of their own: nothing else that a clerk types looks so.
	follow := strings.NewReplacer(pairs...)
	for _, d := range all {
		form, body := follow.Replace(d.form), follow.Replace(d.body)
		if form == d.form && body == d.body {
			continue
		}
		if err := tx.Exec(`UPDATE OR REPLACE draft SET form=?3, body=?4 WHERE person=?1 AND form=?2`, d.person, d.form, form, body); err != nil {
			return err
		}
	}
	return nil
}

// link names a change.
type link struct {
	origin crdt.Origin
	seq    uint64
}

// renamedChanges reads which changes of neighbours are read under new names.
func renamedChanges(tx *rows.Tx) (map[link]*crm.Renaming, error) {
	by, out := map[crdt.Origin]*crm.Renaming{}, map[link]*crm.Renaming{}
	err := tx.Query(`SELECT origin, seq, renamed FROM neighbour_change WHERE renamed<>0`, func(s *sqlite.Stmt) error {
		to := crdt.Origin(s.ColumnInt64(2))
		by[to] = nil
		out[link{crdt.Origin(s.ColumnInt64(0)), uint64(s.ColumnInt64(1))}] = &crm.Renaming{IDs: map[crdt.ID]crdt.ID{0: crdt.ID(to)}}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for to := range by {
		if by[to], err = renamingTo(tx, to); err != nil {
			return nil, err
		}
	}
	for at, r := range out {
		out[at] = by[crdt.Origin(r.IDs[0])]
	}
	return out, nil
}

// rename puts a change under the names that hold now.
func rename(schema *crdt.Schema, names *crm.Renaming, c *journal.Change) {
	c.Session = names.ID(c.Session)
	for i := range c.Bodies {
		if !c.Bodies[i].Erased {
			c.Bodies[i].Op = names.Op(schema, &c.Bodies[i].Op)
		}
	}
}
