package desk

import (
	"cmp"
	"context"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/match"
	"bough/node/store"
	"bough/node/store/terms"
	"bough/sync/rows"
)

const (
	maxCandidates = 8  // asked about at once
	lookedAt      = 20 // found by each thing that is looked for
)

// Candidate is a record that may be the same person, and why.
type Candidate struct {
	Hit
	Score   int
	Reasons []string // document | reach | name | birth
}

// Candidates finds records that may be the same person as a party, likeliest
// first: none that is linked to it, or that somebody said is another.
func (d *Desk) Candidates(ctx context.Context, who *Who, id crdt.ID) (out []Candidate, err error) {
	if err := d.need(who, crm.ActRead); err != nil {
		return nil, err
	}
	err = d.read(ctx, who, func(r *Reader) error {
		tx := r.Tx
		me, err := record(tx, id)
		if err != nil {
			return err
		}
		passed, err := store.Linked(tx, id)
		if err != nil {
			return err
		}
		others, err := tx.IDs(`SELECT other FROM distinct_pair WHERE one=?1 AND gone IS NULL UNION SELECT one FROM distinct_pair WHERE other=?1 AND gone IS NULL`, int64(id))
		if err != nil {
			return err
		}
		passed = append(passed, others...)
		for _, typed := range append([]string{me.Document, me.Name}, me.Reaches...) {
			if len(typed) < 2 {
				continue
			}
			found, err := d.o.Local.Find(tx, typed, who.Person, d.o.Branch, lookedAt)
			if err != nil {
				return err
			}
			for _, f := range found {
				if slices.Contains(passed, f.Party) {
					continue
				}
				passed = append(passed, f.Party)
				if err := d.candidate(r, me, f.Party, &out); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for i := range out {
		who.veilHit(&out[i].Hit)
	}
	slices.SortStableFunc(out, func(a, b Candidate) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	return out[:min(len(out), maxCandidates)], err
}

func (d *Desk) candidate(r *Reader, me match.Record, id crdt.ID, out *[]Candidate) error {
	other, err := record(r.Tx, id)
	if err != nil {
		return err
	}
	l := match.Compare(me, other, soundsLike)
	if l.Score < match.Enough {
		return nil
	}
	hit, there, err := d.hit(r.names, id)
	if there {
		r.Shows(crm.ViewFind, id)
		*out = append(*out, Candidate{Hit: hit, Score: l.Score, Reasons: l.Reasons})
	}
	return err
}

// record is what is compared of a party.
func record(tx *rows.Tx, id crdt.ID) (r match.Record, err error) {
	row, err := tx.Get(crm.Party, id)
	if err != nil || row == nil {
		return r, err
	}
	r = match.Record{Type: row.Get(crm.PartyType).S, Name: row.Get(crm.PartyName).S, Birth: row.Get(crm.PartyBirth).S, Document: row.Get(crm.PartyDocument).S}
	err = tx.Query(`SELECT value FROM reach WHERE party=?1 AND gone IS NULL AND value IS NOT NULL LIMIT 16`, func(s *rows.Stmt) error {
		r.Reaches = append(r.Reaches, s.ColumnText(0))
		return nil
	}, int64(id))
	return r, err
}

// soundsLike reports whether find would take one name for the other.
func soundsLike(name, other string) bool {
	return terms.Score(name, terms.Document{Names: []string{other}}) > 0
}
