package store

import (
	"sync"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

const factTaken = "taken" // up to which own number central has taken changes

type key struct {
	kind uint8
	id   crdt.ID
}

// layer is one op that central has not taken, for one row.
type layer struct {
	origin crdt.Origin
	seq    uint64
	w      crdt.Written
	op     crdt.Op
}

// overlay is what central has not taken, behind its own lock.
type overlay struct {
	mu sync.RWMutex // guards layers
	layers
}

// layers holds the untaken changes by the rows they touch, in the order of
// their stamps. It is small: what was written since the line went down.
type layers struct {
	byRow  map[key][]layer
	stamps []untaken // own, ascending by number
	upTo   uint64    // own number taken
}

type untaken struct {
	seq  uint64
	ms   int64
	keys []key
}

// untakenSince reads the own changes after number taken from the journal.
func untakenSince(tx *rows.Tx, origin crdt.Origin, taken uint64) (layers, error) {
	l := layers{byRow: map[key][]layer{}, upTo: taken}
	since, err := tx.Trimmed()
	if err != nil {
		return l, err
	}
	for since = max(since, taken); ; {
		_, changes, err := tx.Changes(origin, since, 1000)
		if err != nil || len(changes) == 0 {
			return l, err
		}
		for i := range changes {
			by, err := personOf(tx, changes[i].Session)
			if err != nil {
				return l, err
			}
			l.add(&changes[i], by)
			since = changes[i].Seq
		}
	}
}

// personOf is who a session of this file belongs to; 0 when central voided it.
func personOf(tx *rows.Tx, session crdt.ID) (crdt.ID, error) {
	n, _, err := tx.Int(`SELECT person FROM session WHERE id=?1`, int64(session))
	return crdt.ID(n), err
}

func (l *layers) add(c *journal.Change, by crdt.ID) {
	u := untaken{seq: c.Seq, ms: c.Stamp.Millis()}
	for i := range c.Bodies {
		op := c.Bodies[i].Op
		k := key{op.Kind, op.ID}
		l.byRow[k] = append(l.byRow[k], layer{c.Origin, c.Seq, c.Written(by), op})
		u.keys = append(u.keys, k)
	}
	l.stamps = append(l.stamps, u)
}

func (o *overlay) add(c *journal.Change, by crdt.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.layers.add(c, by)
}

// set makes the overlay what was read from the journal.
func (o *overlay) set(l layers) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.layers = l
}

// over merges onto base (nil: central has no such row) the untaken ops that
// the vector does not cover.
func (o *overlay) over(schema *crdt.Schema, k key, base *rows.Stored, vector map[crdt.Origin]uint64) *rows.Stored {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for i := range o.byRow[k] {
		l := &o.byRow[k][i]
		if l.seq > vector[l.origin] {
			base = rows.Merge(schema, base, &l.op, l.w)
		}
	}
	return base
}

func (o *overlay) has(k key) bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return len(o.byRow[k]) > 0
}

// take forgets the changes up to number upTo.
func (o *overlay) take(upTo uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for n < len(o.stamps) && o.stamps[n].seq <= upTo {
		for _, k := range o.stamps[n].keys {
			o.drop(k, o.stamps[n].seq)
		}
		n++
	}
	o.stamps = append([]untaken(nil), o.stamps[n:]...)
	o.upTo = max(o.upTo, upTo)
}

func (o *overlay) drop(k key, seq uint64) {
	var rest []layer
	for _, l := range o.byRow[k] {
		if l.seq != seq {
			rest = append(rest, l)
		}
	}
	if len(rest) == 0 {
		delete(o.byRow, k)
		return
	}
	o.byRow[k] = rest
}

func (o *overlay) taken() (upTo uint64, oldestMS int64) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if len(o.stamps) > 0 {
		oldestMS = o.stamps[0].ms
	}
	return o.upTo, oldestMS
}

// count is how many own changes central has not taken.
func (o *overlay) count() uint64 {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return uint64(len(o.stamps))
}

// Untaken lists the numbers of the own changes that central has not taken,
// newest first, at most limit.
func (s *Store) Untaken(limit int) (seqs []uint64) {
	s.overlay.mu.RLock()
	defer s.overlay.mu.RUnlock()
	for i := len(s.overlay.stamps) - 1; i >= 0 && len(seqs) < limit; i-- {
		seqs = append(seqs, s.overlay.stamps[i].seq)
	}
	return seqs
}
