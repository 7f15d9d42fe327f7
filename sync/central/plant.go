package central

import (
	"context"
	"fmt"

	"bough/crdt"
	"bough/sync/rows"
)

// Past is an act as it was written some time ago: a made-up bank consists of
// these, and so does the history that an older system hands over.
type Past struct {
	AtMS int64   // when, ms UTC
	By   crdt.ID // the person; 0: the bank itself
	// Blind: whoever wrote this had not seen what stands in the rows; where they
	// differ, both are kept as a conflict.
	Blind bool
	// Ops edit what is in the rows: whoever wrote them had it on screen.
	Ops []crdt.Op
}

// Plant writes acts in one transaction, each a change of its own, stamped with
// its own time and person. The clock only goes forward: an act before what
// central has written already is stamped after it. Acts come in the order in
// which they were written, and none with more than journal.MaxOps ops.
func (c *Central) Plant(ctx context.Context, acts []Past) error {
	return c.write(ctx, func(b *Batch) error {
		for i := range acts {
			if err := b.plant(&acts[i]); err != nil {
				return fmt.Errorf("central: plant act %d: %w", i, err)
			}
		}
		return nil
	})
}

func (b *Batch) plant(p *Past) error {
	if len(p.Ops) == 0 {
		return nil
	}
	for i := range p.Ops {
		row, err := b.Get(p.Ops[i].Kind, p.Ops[i].ID)
		if err != nil {
			return err
		}
		if !p.Blind {
			seen(&p.Ops[i], row)
		}
	}
	change, err := b.c.author.Append(b.Tx, b.c.author.Clock.Now(p.AtMS), p.Ops[0].ID, p.Ops)
	if err != nil {
		return err
	}
	for i := range p.Ops {
		if err := b.merge(&p.Ops[i], change.Written(p.By)); err != nil {
			return err
		}
	}
	return nil
}

// seen names in an op the values that stand in its row.
func seen(op *crdt.Op, row *rows.Stored) {
	if row == nil {
		return
	}
	for i := range op.Set {
		if s := row.Clocks.Of(op.Set[i].Field).Stamp; !s.IsZero() {
			op.Set[i].Saw = []crdt.Stamp{s}
		}
	}
}
