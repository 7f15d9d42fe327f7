package store

import (
	"cmp"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/store/terms"
	"bough/sync/rows"
)

// Limits of find.
const (
	candidates = 100 // read from the index before they are ranked
	maxTail    = 500 // parties not indexed yet that find looks through
)

// Found is a party that find found, best first.
type Found struct {
	Party crdt.ID
	Score int
}

// candidate is a party before it is ranked.
type candidate struct {
	id   crdt.ID
	home int64
	row  terms.Document // what its own row says
}

// ofCandidate are the columns that candidateOf reads.
const ofCandidate = `party.id, home, name, document, key, address`

func candidateOf(s *rows.Stmt) candidate {
	address := s.ColumnText(5)
	return candidate{crdt.ID(s.ColumnInt64(0)), s.ColumnInt64(1), terms.Document{
		Names:  []string{s.ColumnText(2)},
		Digits: appendText(nil, s.ColumnText(3), s.ColumnText(4)),
		Words:  appendText(nil, address[strings.LastIndexByte(address, '\n')+1:]),
	}}
}

// candidateAt reads a party by its id.
func candidateAt(tx *rows.Tx, id crdt.ID) (c candidate, there bool, err error) {
	err = tx.Query(`SELECT `+ofCandidate+` FROM party WHERE id=?1`, func(s *rows.Stmt) error {
		c, there = candidateOf(s), true
		return nil
	}, int64(id))
	return c, there, err
}

// document is what a party can be found by; without the numbers of accounts
// unless numbers matter.
func (c *candidate) document(tx *rows.Tx, numbers bool) (terms.Document, error) {
	d := c.row
	err := tx.Query(`SELECT channel, value FROM reach WHERE party=?1 AND gone IS NULL LIMIT 32`, func(s *rows.Stmt) error {
		if s.ColumnText(0) == "phone" {
			d.Digits = appendText(d.Digits, s.ColumnText(1))
		} else {
			d.Words = appendText(d.Words, s.ColumnText(1))
		}
		return nil
	}, int64(c.id))
	if err != nil || !numbers {
		return d, err
	}
	err = tx.Query(`SELECT holding.number FROM role JOIN holding ON holding.id=role.holding WHERE role.party=?1 LIMIT 32`, func(s *rows.Stmt) error {
		d.Digits = appendText(d.Digits, s.ColumnText(0))
		return nil
	}, int64(c.id))
	return d, err
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
	recent, err := tx.IDs(`SELECT party FROM recent WHERE person=?1`, int64(person))
	if err != nil {
		return nil, err
	}
	s := search{tx: tx, q: q, names: &l.names, numbers: q.Numbers()}
	if err := s.gather(recent); err != nil {
		return nil, err
	}
	var out []Found
	for i := range s.found {
		c := &s.found[i]
		score, err := s.rank(c)
		if err != nil {
			return nil, err
		}
		if score == 0 {
			continue
		}
		if slices.Contains(recent, c.id) {
			score += 2000
		}
		if c.home == home {
			score += 1000
		}
		out = append(out, Found{c.id, score})
	}
	slices.SortStableFunc(out, func(a, b Found) int { return cmp.Compare(b.Score, a.Score) })
	return out[:min(len(out), limit)], nil
}

// search is one find at work.
type search struct {
	tx      *rows.Tx
	q       terms.Query
	names   *terms.Memory
	numbers bool // of accounts and phones matter
	found   []candidate
}

func (s *search) has(id crdt.ID) bool {
	return slices.ContainsFunc(s.found, func(c candidate) bool { return c.id == id })
}

// rank scores a candidate by its name, and by all that is known of it where
// the name alone does not fit.
func (s *search) rank(c *candidate) (int, error) {
	name := c.row.Names[0]
	if score := s.names.Score(s.q, name, terms.Document{}); score > 0 {
		return score, nil
	}
	d, err := c.document(s.tx, s.numbers)
	return s.names.Score(s.q, name, d), err
}

// gather reads candidates: from the index, what is not indexed yet, and what the
// person opened lately, where that may not be among the first of so many; where
// nothing fits, near misses.
func (s *search) gather(recent []crdt.ID) error {
	if err := s.index(s.q.Match()); err != nil {
		return err
	}
	all := len(s.found) < candidates
	if !all {
		if err := s.index(s.q.Whole()); err != nil {
			return err
		}
	}
	tail, err := s.tx.IDs(`SELECT party FROM dirty LIMIT ?1`, maxTail)
	if err != nil {
		return err
	}
	if !all || len(tail) == maxTail {
		tail = append(tail, recent...)
	}
	for _, id := range tail {
		if err := s.look(id); err != nil {
			return err
		}
	}
	if len(s.found) == 0 {
		s.numbers = true
		if err := s.index(s.q.Near()); err != nil {
			return err
		}
	}
	slices.SortFunc(s.found, func(a, b candidate) int { return cmp.Compare(a.id, b.id) })
	return nil
}

// index reads the candidates that fit an expression from the index, the latest
// first.
func (s *search) index(match string) error {
	if match == "" {
		return nil
	}
	return s.tx.Query(`SELECT `+ofCandidate+` FROM find JOIN document ON doc=find.rowid JOIN party ON party.id=document.party
		WHERE find MATCH ?1 ORDER BY find.rowid DESC LIMIT ?2`, func(row *rows.Stmt) error {
		if c := candidateOf(row); !s.has(c.id) {
			s.found = append(s.found, c)
		}
		return nil
	}, match, candidates)
}

// look takes a party that the index may not know, where it fits.
func (s *search) look(id crdt.ID) error {
	if s.has(id) {
		return nil
	}
	c, there, err := candidateAt(s.tx, id)
	if err != nil || !there {
		return err
	}
	d, err := c.document(s.tx, s.q.Numbers())
	if err == nil && s.q.Finds(d) {
		s.found = append(s.found, c)
	}
	return err
}
