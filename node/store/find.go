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
	candidates = 100 // read from the index before they are ranked
	enough     = 1   // fewer than this: look for near misses too
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

// candidate is a party of the index before it is ranked.
type candidate struct {
	id   crdt.ID
	name string
	home int64
}

// Find looks parties up by what a clerk typed, at most limit, best first: what
// the person opened lately, then the own branch, then the rest, each by how
// well it fits.
func (l *Local) Find(tx *rows.Tx, typed string, person crdt.ID, home int64, limit int) ([]Found, error) {
	q := terms.Parse(typed)
	if q.Empty() {
		return nil, nil
	}
	recent, err := tx.IDs(`SELECT party FROM recent WHERE person=?1`, int64(person))
	if err != nil {
		return nil, err
	}
	cands, err := l.matching(tx, q, recent)
	if err != nil {
		return nil, err
	}
	var out []Found
	for i := range cands {
		score, err := l.rank(tx, q, &cands[i])
		if err != nil {
			return nil, err
		}
		if score == 0 {
			continue
		}
		if slices.Contains(recent, cands[i].id) {
			score += 2000
		}
		if cands[i].home == home {
			score += 1000
		}
		out = append(out, Found{cands[i].id, score})
	}
	slices.SortStableFunc(out, func(a, b Found) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(len(out), limit)], nil
}

// rank scores a candidate by its name, and by all that is known of it where
// the name alone does not fit.
func (l *Local) rank(tx *rows.Tx, q terms.Query, c *candidate) (int, error) {
	if score := l.names.Score(q, c.name); score > 0 {
		return score, nil
	}
	d, _, err := documentOf(tx, c.id)
	return q.Score(d), err
}

// matching reads candidates: from the index, what the person opened lately,
// and what is not indexed yet.
func (l *Local) matching(tx *rows.Tx, q terms.Query, recent []crdt.ID) ([]candidate, error) {
	out, err := indexed(tx, q.Match())
	if err != nil {
		return nil, err
	}
	if len(out) == candidates {
		exact, err := indexed(tx, q.Whole())
		if err != nil {
			return nil, err
		}
		out = append(out, exact...)
	}
	if len(out) < enough {
		near, err := indexed(tx, q.Near())
		if err != nil {
			return nil, err
		}
		out = append(out, near...)
	}
	tail, err := tx.IDs(`SELECT party FROM dirty LIMIT ?1`, maxTail)
	if err != nil {
		return nil, err
	}
	for _, id := range append(tail, recent...) {
		d, there, err := documentOf(tx, id)
		if err != nil {
			return nil, err
		}
		if !there || !q.Finds(d) {
			continue
		}
		home, _, err := tx.Int(`SELECT home FROM party WHERE id=?1`, int64(id))
		if err != nil {
			return nil, err
		}
		out = append(out, candidate{id, d.Names[0], home})
	}
	slices.SortFunc(out, func(a, b candidate) int { return cmp.Compare(a.id, b.id) })
	return slices.CompactFunc(out, func(a, b candidate) bool { return a.id == b.id }), nil
}

// indexed reads the candidates that fit an expression, the latest first.
func indexed(tx *rows.Tx, match string) (out []candidate, err error) {
	if match == "" {
		return nil, nil
	}
	err = tx.Query(`SELECT party.id, name, home FROM find JOIN document ON doc=find.rowid JOIN party ON party.id=document.party
		WHERE find MATCH ?1 ORDER BY find.rowid DESC LIMIT ?2`, func(s *rows.Stmt) error {
		out = append(out, candidate{crdt.ID(s.ColumnInt64(0)), s.ColumnText(1), s.ColumnInt64(2)})
		return nil
	}, match, candidates)
	return out, err
}
