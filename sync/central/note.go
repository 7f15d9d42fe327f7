package central

import (
	"bough/crdt"
	"bough/sync/rows"
)

// Mint makes the id of a row for Write.
func (b *Batch) Mint() (crdt.ID, error) { return b.c.author.Mint(b.Tx) }

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
