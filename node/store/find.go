package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/store/terms"
	"bough/sync/rows"
)

// Limits of find.
const (
	candidates = 200 // read from the index before they are ranked
	enough     = 8   // fewer than this: look for near misses too
	maxTail    = 500 // parties not indexed yet that find looks through
)

// Found is a party that find found, best first.
type Found struct {
	Party crdt.ID
	Score int
}

// Index brings the entries of at most limit parties up to date and tells how
// many it did; fewer than limit means that none is left.
func (l *Local) Index(ctx context.Context, limit int) (n int, err error) {
	err = l.File.Write(ctx, func(tx *rows.Tx) error {
		parties, err := tx.IDs(`SELECT party FROM dirty LIMIT ?1`, limit)
		if err != nil {
			return err
		}
		n = len(parties)
		for _, id := range parties {
			if err := index(tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func index(tx *rows.Tx, id crdt.ID) error {
	if err := tx.Exec(`DELETE FROM find WHERE rowid=(SELECT doc FROM document WHERE party=?1)`, int64(id)); err != nil {
		return err
	}
	if err := tx.Exec(`DELETE FROM document WHERE party=?1`, int64(id)); err != nil {
		return err
	}
	d, there, err := documentOf(tx, id)
	if err != nil {
		return err
	}
	if there {
		if err := tx.Exec(`INSERT INTO document (party) VALUES (?1)`, int64(id)); err != nil {
			return err
		}
		c := d.Columns()
		err := tx.Exec(`INSERT INTO find (rowid, names, sounds, digits, words)
			SELECT doc, ?2, ?3, ?4, ?5 FROM document WHERE party=?1`, int64(id), c.Names, c.Sounds, c.Digits, c.Words)
		if err != nil {
			return err
		}
	}
	return tx.Exec(`DELETE FROM dirty WHERE party=?1`, int64(id))
}

// documentOf gathers what a party can be found by.
func documentOf(tx *rows.Tx, id crdt.ID) (d terms.Document, there bool, err error) {
	err = tx.Query(`SELECT name, document, key, address FROM party WHERE id=?1`, func(s *sqlite.Stmt) error {
		there = true
		d.Names = append(d.Names, s.ColumnText(0))
		d.Digits = appendText(d.Digits, s.ColumnText(1), s.ColumnText(2))
		lines := strings.Split(s.ColumnText(3), "\n")
		d.Words = appendText(d.Words, lines[len(lines)-1])
		return nil
	}, int64(id))
	if err != nil || !there {
		return d, there, err
	}
	err = tx.Query(`SELECT channel, value FROM reach WHERE party=?1 AND gone IS NULL LIMIT 32`, func(s *sqlite.Stmt) error {
		if s.ColumnText(0) == "phone" {
			d.Digits = appendText(d.Digits, s.ColumnText(1))
		} else {
			d.Words = appendText(d.Words, s.ColumnText(1))
		}
		return nil
	}, int64(id))
	if err != nil {
		return d, there, err
	}
	err = tx.Query(`SELECT holding.number FROM role JOIN holding ON holding.id=role.holding WHERE role.party=?1 LIMIT 32`, func(s *sqlite.Stmt) error {
		d.Digits = appendText(d.Digits, s.ColumnText(0))
		return nil
	}, int64(id))
	return d, there, err
}

func appendText(to []string, texts ...string) []string {
	for _, t := range texts {
		if t != "" {
			to = append(to, t)
		}
	}
	return to
}

// Find looks parties up by what a clerk typed, at most limit, best first: what
// the person opened lately, then the own branch, then the rest, each by how
// well it fits.
func (l *Local) Find(tx *rows.Tx, typed string, person crdt.ID, home int64, limit int) ([]Found, error) {
	q := terms.Parse(typed)
	if q.Empty() {
		return nil, nil
	}
	ids, err := l.matching(tx, q)
	if err != nil {
		return nil, err
	}
	recent, err := tx.IDs(`SELECT party FROM recent WHERE person=?1`, int64(person))
	if err != nil {
		return nil, err
	}
	var out []Found
	for _, id := range ids {
		d, there, err := documentOf(tx, id)
		if err != nil {
			return nil, err
		}
		score := q.Score(d)
		if !there || score == 0 {
			continue
		}
		if slices.Contains(recent, id) {
			score += 2000
		}
		at, _, err := tx.Int(`SELECT home FROM party WHERE id=?1`, int64(id))
		if err != nil {
			return nil, err
		}
		if at == home {
			score += 1000
		}
		out = append(out, Found{id, score})
	}
	slices.SortStableFunc(out, func(a, b Found) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(len(out), limit)], nil
}

// matching reads candidates from the index and from what is not indexed yet.
func (l *Local) matching(tx *rows.Tx, q terms.Query) ([]crdt.ID, error) {
	const fromIndex = `SELECT party FROM find JOIN document ON doc=find.rowid WHERE find MATCH ?1 LIMIT ?2`
	var ids []crdt.ID
	var err error
	if m := q.Match(); m != "" {
		if ids, err = tx.IDs(fromIndex, m, candidates); err != nil {
			return nil, err
		}
	}
	if m := q.Near(); m != "" && len(ids) < enough {
		near, err := tx.IDs(fromIndex, m, candidates)
		if err != nil {
			return nil, err
		}
		ids = append(ids, near...)
	}
	tail, err := tx.IDs(`SELECT party FROM dirty LIMIT ?1`, maxTail)
	if err != nil {
		return nil, err
	}
	for _, id := range tail {
		d, there, err := documentOf(tx, id)
		if err != nil {
			return nil, err
		}
		if there && q.Finds(d) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
