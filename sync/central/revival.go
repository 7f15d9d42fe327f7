package central

import (
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/wire"
)

// takeBack merges what waits of a row: what central wrote, or all of it. It
// reports whether the row is another one then.
func (b *Batch) takeBack(k key, all bool) (came bool, err error) {
	return b.revive(revival{Batch: b, key: k, all: all})
}

// TakeAwaited takes back what central wrote into a row at a stamp, if it waits for
// what tells of it.
func (b *Batch) TakeAwaited(kind uint8, id crdt.ID, told crdt.Stamp) error {
	_, err := b.revive(revival{Batch: b, key: key{kind, id}, told: told})
	return err
}

// TakeBack merges what central wrote before it was restored, under the stamp of then.
func (b *Batch) TakeBack(op *crdt.Op, w crdt.Written) error {
	if err := b.c.author.Clock.Observe(w.Stamp, b.c.o.NowMS(), -1); err != nil {
		return err
	}
	return b.merge(op, crdt.Written{Stamp: w.Stamp, By: w.By})
}

func (b *Batch) revive(t revival) (came bool, err error) {
	k := t.key
	var frame []byte
	err = b.Tx.Query(`SELECT page FROM recalled WHERE kind=?1 AND row_id=?2 AND page IS NOT NULL`, func(s *sqlite.Stmt) error {
		frame = rows.Blob(s, 0)
		return nil
	}, int64(k.kind), int64(k.id))
	if err != nil || frame == nil {
		return false, err
	}
	page, err := b.c.codec.DecodePage(frame)
	if err != nil {
		return false, err
	}
	t.was = &page.Rows[0]
	whole, err := t.run()
	if err == nil && t.came && b.c.o.Revived != nil {
		err = b.c.o.Revived(b, &t.was.Row)
	}
	if err != nil {
		return false, err
	}
	if whole {
		frame = nil
	}
	return t.came, b.Tx.Exec(`UPDATE recalled SET page=?3, back=max(back, ?4) WHERE kind=?1 AND row_id=?2`, int64(k.kind), int64(k.id), blobOrNull(frame), int64(bit(t.came)))
}

func blobOrNull(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// revival is one row while it is taken back.
type revival struct {
	*Batch
	key  key
	was  *wire.PageRow
	all  bool
	told crdt.Stamp // what was written then waits for nothing
	came bool
}

// ours reports whether a write may be taken back now.
func (t *revival) ours(s crdt.Stamp) bool { return t.all || t.c.recalls.lives[s.Origin] }

// run merges, and reports whether nothing waits any more.
func (t *revival) run() (whole bool, err error) {
	clocks := t.was.Row.Clocks
	now, err := t.Get(t.key.kind, t.key.id)
	if err != nil {
		return false, err
	}
	if now == nil && !t.all && !t.c.recalls.lives[t.key.id.Origin()] {
		return false, nil // who made it has its journal
	}
	whole = true
	for _, w := range clocks {
		left, err := t.fields(w)
		if err != nil {
			return false, err
		}
		whole = whole && !left
	}
	return whole, t.others(clocks)
}

// fields takes back what was written together; left: something of it waits.
func (t *revival) fields(w crdt.Written) (left bool, err error) {
	now, err := t.Get(t.key.kind, t.key.id)
	if err != nil {
		return false, err
	}
	op := crdt.Op{Kind: t.key.kind, ID: t.key.id}
	for f := uint8(1); f <= crdt.MaxField; f++ {
		if w.Mask>>f&1 == 0 {
			continue
		}
		set := crdt.FieldSet{Field: f, Value: t.was.Row.Get(f)}
		if now != nil {
			at := now.Clocks.Of(f).Stamp
			if !at.Less(w.Stamp) {
				continue
			}
			if !at.IsZero() {
				set.Saw = []crdt.Stamp{at}
			}
			if waits, err := t.untold(now, set, w.Stamp); err != nil || waits {
				if left = true; err != nil {
					return false, err
				}
				continue
			}
		}
		op.Set = append(op.Set, set)
	}
	if len(op.Set) == 0 {
		return left, nil
	}
	if !t.ours(w.Stamp) {
		return true, nil
	}
	return left, t.merges(&op, w)
}

// untold reports whether another value waits for the row that tells of it.
func (t *revival) untold(now *rows.Stored, set crdt.FieldSet, at crdt.Stamp) (bool, error) {
	if t.all || t.c.o.Untold == nil || at == t.told || now.Get(set.Field) == set.Value {
		return false, nil
	}
	return t.c.o.Untold(t.Batch, &now.Row, set.Field, at)
}

// others takes back what was cleared, and values that had lost and stood open.
func (t *revival) others(clocks crdt.Clocks) error {
	now, err := t.Get(t.key.kind, t.key.id)
	if err != nil || now == nil {
		return err
	}
	op := crdt.Op{Kind: t.key.kind, ID: t.key.id}
	for _, s := range t.was.Row.Cleared {
		if !slices.Contains(now.Cleared, s) {
			op.Clear = append(op.Clear, s)
		}
	}
	if len(op.Clear) > 0 {
		if err := t.merges(&op, crdt.Written{Stamp: clocks.Latest()}); err != nil {
			return err
		}
	}
	for i := range t.was.Conflicts {
		x := &t.was.Conflicts[i]
		there := slices.ContainsFunc(now.Conflicts, func(y crdt.Conflict) bool { return y.Field == x.Field && y.Stamp == x.Stamp })
		if there || !x.Closed.IsZero() || !t.ours(x.Stamp) || !x.Stamp.Less(now.Clocks.Of(x.Field).Stamp) {
			continue
		}
		lost := crdt.Op{Kind: t.key.kind, ID: t.key.id, Set: []crdt.FieldSet{{Field: x.Field, Value: x.Value}}}
		if err := t.merges(&lost, crdt.Written{Stamp: x.Stamp, By: x.By}); err != nil {
			return err
		}
	}
	return nil
}

func (t *revival) merges(op *crdt.Op, w crdt.Written) error {
	t.came = true
	return t.TakeBack(op, w)
}
