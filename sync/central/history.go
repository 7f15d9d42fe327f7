package central

import (
	"context"
	"fmt"
	"math"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// How much of the history is read in one snapshot: who looks through it does not
// hold the log of the file.
const (
	rangesAtOnce  = 64
	changesAtOnce = 512 // of central's own journal
)

// kept is a range as it was taken.
type kept struct {
	first, last uint64
	frame       []byte
}

// Span is a time, ms UTC, both ends included.
type Span struct{ FromMS, UntilMS int64 }

// History hands fn what an origin wrote in a time, as it was signed, the newest
// first, until fn says that it is enough. Of central's own there are no ranges:
// they are read from its journal.
func (c *Central) History(ctx context.Context, origin crdt.Origin, s Span, fn func(*journal.Change) (more bool, err error)) error {
	if origin == c.Origin() {
		return c.ownHistory(ctx, s, fn)
	}
	for before := uint64(math.MaxInt64); ; {
		var list []kept
		err := c.File.Read(ctx, func(tx *rows.Tx) (err error) {
			list, err = ranges(tx, `origin=?1 AND last<?2 AND since<=?3 AND (until=0 OR until>=?4) ORDER BY last DESC LIMIT ?5`,
				int64(origin), int64(before), s.UntilMS, s.FromMS, rangesAtOnce)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, k := range list {
			p, err := c.codec.DecodePush(k.frame)
			if err != nil {
				return fmt.Errorf("central: taken range %d to %d of %d: %w", k.first, k.last, origin, err)
			}
			more, err := backwards(p.Ranges[0].Changes, before, s, fn)
			if err != nil || !more {
				return err
			}
			before = min(before, k.first)
		}
	}
}

// backwards hands over changes with a number below before, the last one first.
func backwards(list []journal.Change, before uint64, s Span, fn func(*journal.Change) (bool, error)) (more bool, err error) {
	for i := len(list) - 1; i >= 0; i-- {
		c := &list[i]
		at := c.Stamp.Millis()
		if c.Seq >= before || at > s.UntilMS {
			continue
		}
		if at < s.FromMS {
			return false, nil // and all that is before it: an author's stamps ascend
		}
		if more, err := fn(c); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

func ranges(tx *rows.Tx, where string, args ...any) (out []kept, err error) {
	err = tx.Query(`SELECT first, last, frame FROM taken INDEXED BY taken_when WHERE `+where, func(st *rows.Stmt) error {
		out = append(out, kept{uint64(st.ColumnInt64(0)), uint64(st.ColumnInt64(1)), rows.Blob(st, 2)})
		return nil
	}, args...)
	return out, err
}

// ownHistory is that of central's own journal.
func (c *Central) ownHistory(ctx context.Context, s Span, fn func(*journal.Change) (bool, error)) error {
	for before := int64(math.MaxInt64); before > 1; {
		var list []journal.Change
		err := c.File.Read(ctx, func(tx *rows.Tx) error {
			last, _, err := tx.Int(`SELECT coalesce(max(seq), 0) FROM journal WHERE seq<?1`, before)
			if err != nil || last == 0 {
				return err
			}
			_, list, err = tx.Changes(c.Origin(), uint64(max(last-changesAtOnce, 0)), int(min(last, changesAtOnce)))
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		more, err := backwards(list, uint64(before), s, fn)
		if err != nil || !more {
			return err
		}
		before = int64(list[0].Seq)
	}
	return nil
}

// spanOf is the time in which the changes of a range were written.
func spanOf(r *journal.Range) (sinceMS, untilMS int64) {
	return r.Changes[0].Stamp.Millis(), r.Changes[len(r.Changes)-1].Stamp.Millis()
}
