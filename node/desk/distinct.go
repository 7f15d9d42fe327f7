package desk

import (
	"cmp"
	"context"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/match"
	"bough/sync/rows"
)

// DistinctLine is a record of which somebody said that it is another one, though
// it looks alike.
type DistinctLine struct {
	ID     crdt.ID // of the pair, to take it back
	Party  crdt.ID
	Name   string
	Reason string
	Author Author
}

// Distinct lists who was said not to be the same as a party, newest first.
func (d *Desk) Distinct(ctx context.Context, who *Who, id crdt.ID) (out []DistinctLine, err error) {
	if err := d.need(who, crm.ActRead); err != nil {
		return nil, err
	}
	err = d.read(ctx, who, func(seen *Reader) error {
		n := seen.names
		if err := mustHave(n.tx, crm.Party, id); err != nil {
			return err
		}
		return n.tx.Rows(crm.Distinct, "(one=?1 OR other=?1) AND gone IS NULL ORDER BY id DESC", func(r *rows.Stored) error {
			line := DistinctLine{ID: r.ID, Party: r.Get(crm.LinkOne).ID(), Reason: r.Get(crm.LinkReason).S}
			if line.Party == id {
				line.Party = r.Get(crm.LinkOther).ID()
			}
			other, err := n.party(line.Party)
			if err != nil {
				return err
			}
			line.Name = other.name
			line.Author, err = d.rowAuthor(n, r)
			out = append(out, line)
			return err
		}, int64(id))
	})
	return out, err
}

// Alike says in what two records are alike; empty when in nothing that is looked
// at.
func (d *Desk) Alike(ctx context.Context, who *Who, one, other crdt.ID) (reasons []string, err error) {
	if err := d.need(who, crm.ActRead); err != nil {
		return nil, err
	}
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		if err := cmp.Or(mustHave(tx, crm.Party, one), mustHave(tx, crm.Party, other)); err != nil {
			return err
		}
		a, err := record(tx, one)
		if err != nil {
			return err
		}
		b, err := record(tx, other)
		reasons = match.Compare(a, b, soundsLike).Reasons
		return err
	})
	return reasons, err
}
