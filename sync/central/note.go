package central

import (
	"slices"

	"bough/crdt"
	"bough/sync/rows"
)

// Mint makes the id of a row for Write.
func (b *Batch) Mint() (crdt.ID, error) { return b.c.author.Mint(b.Tx) }

// Naming are the rows of a kind that name a row in a field, as merged so far; also
// those that were made since the table was written.
func (b *Batch) Naming(kind, field uint8, id crdt.ID) (out []*rows.Stored, err error) {
	k := b.c.File.Held().Kind(kind)
	ids, err := b.Tx.IDs(`SELECT id FROM "`+k.Name+`" WHERE "`+k.Field(field).Name+`"=?1`, int64(id))
	for made, e := range b.rows {
		if made.kind == kind && e.old == nil {
			ids = append(ids, made.id)
		}
	}
	slices.Sort(ids)
	for _, made := range slices.Compact(ids) {
		if err != nil {
			return nil, err
		}
		var row *rows.Stored
		if row, err = b.Get(kind, made); err == nil && row != nil && row.Get(field).ID() == id {
			out = append(out, row)
		}
	}
	return out, err
}

// Each reads the rows of a kind that a condition on its columns selects, as
// merged so far; those that this batch made are not among them.
func (b *Batch) Each(kind uint8, where string, fn func(*rows.Stored) error, args ...any) error {
	ids, err := b.Tx.IDs(`SELECT id FROM "`+b.c.File.Held().Kind(kind).Name+`" WHERE `+where, args...)
	for _, id := range ids {
		if err != nil {
			return err
		}
		var row *rows.Stored
		if row, err = b.Get(kind, id); err == nil && row != nil {
			err = fn(row)
		}
	}
	return err
}
