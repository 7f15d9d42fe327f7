package desk

import (
	"cmp"
	"context"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// Limits of what is told of copies.
const (
	maxCopies = 200 // the newest: a bank has a few a year
	maxTwice  = 50  // customers of one number, of one copy
)

// Renewal is a file that went on under another number, as the process knows it.
type Renewal struct {
	Was, Now  crdt.Origin
	Reason    string // of CopyReasons, or a word of a later release
	AtMS      int64  // when it was known here, ms UTC
	Last      uint64 // the last change that head office took under the former number; 0: not known here
	WasSeenMS int64  // when who bears the former number called last, ms UTC; 0: not known here
	NowSeenMS int64
	Here      bool   // it is this workstation's own file
	After     uint64 // up to this number both have the same; 0: not known
	Again     uint64 // changes after it that this file wrote again under its new number
}

// CopyReasons are why a file goes on under another number.
var CopyReasons = []string{string(store.Restored), string(store.Copied), string(store.Forked), string(store.Clock), string(store.Followed)}

// Copy tells of a file that went on under another number, and what it and the one
// that kept the number have.
type Copy struct {
	Renewal
	Workstation string
	Twice       []Twice
}

// Kept is how many changes came under the former number after the two parted; 0 also
// where that is not known.
func (c *Copy) Kept() uint64 {
	if c.Again == 0 || c.Last <= c.After {
		return 0
	}
	return c.Last - c.After
}

// Twins reports whether both have called since: two files of one workstation are
// alive.
func (c *Copy) Twins() bool { return c.AtMS > 0 && c.WasSeenMS > c.AtMS }

// Twice is a number that both files gave to a customer.
type Twice struct {
	Number  crdt.ID // whose it is now
	Name    string
	Other   crdt.ID // the number that the other one has now
	OtherIs string
}

// Copies lists the files that went on under another number, the newest first, as
// far as this file knows. Customers are named to who may see them.
func (d *Desk) Copies(ctx context.Context, who *Who) (out []Copy, err error) {
	if err := signedIn(who); err != nil {
		return nil, err
	}
	if d.o.Renewals != nil {
		known, err := d.o.Renewals(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range known {
			out = append(out, Copy{Renewal: r})
		}
	}
	return out, d.read(ctx, who, func(r *Reader) error {
		if out, err = writtenAgain(r.Tx, out); err != nil {
			return err
		}
		slices.SortStableFunc(out, func(a, b Copy) int { return cmp.Or(cmp.Compare(b.AtMS, a.AtMS), cmp.Compare(b.Now, a.Now)) })
		out = out[:min(len(out), maxCopies)]
		for i := range out {
			if out[i].Workstation, err = r.names.place(out[i].Now); err != nil {
				return err
			}
			if who.May(crm.ActRead) {
				if err := out[i].twice(r); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// writtenAgain adds what rows of kind reissue tell.
func writtenAgain(tx *rows.Tx, out []Copy) ([]Copy, error) {
	err := tx.Query(`SELECT origin, id>>32, min(seq)-1, count(*) FROM reissue WHERE id>>32 IN (SELECT origin FROM node) GROUP BY 1, 2`, func(s *rows.Stmt) error {
		was, now := crdt.Origin(s.ColumnInt64(0)), crdt.Origin(s.ColumnInt64(1))
		i := slices.IndexFunc(out, func(c Copy) bool { return c.Was == was && c.Now == now })
		if i < 0 {
			i, out = len(out), append(out, Copy{Renewal: Renewal{Was: was, Now: now}})
		}
		out[i].After, out[i].Again = uint64(s.ColumnInt64(2)), uint64(s.ColumnInt64(3))
		return nil
	})
	return out, err
}

// twice finds the customers to whom both files gave one number.
func (c *Copy) twice(r *Reader) error {
	both, err := r.Tx.IDs(`SELECT id FROM party WHERE id IN (SELECT was FROM alias WHERE was>>32=?1 AND now>>32=?2) ORDER BY id LIMIT ?3`, int64(c.Was), int64(c.Now), maxTwice)
	if err != nil {
		return err
	}
	for _, id := range both {
		t := Twice{Number: id}
		if t.Other, err = store.HadToo(r.Tx, "party", id); err != nil {
			return err
		}
		if t.Other == 0 {
			continue // the other one left the branch, or was no customer
		}
		if t.Name, err = r.PartyName(t.Number); err != nil {
			return err
		}
		if t.OtherIs, err = r.PartyName(t.Other); err != nil {
			return err
		}
		c.Twice = append(c.Twice, t)
	}
	return nil
}
