package store

import (
	"cmp"
	"slices"
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
	mu sync.RWMutex // guards layers and copies
	layers
	copies copies
}

// layers holds the untaken changes, own and neighbours', by the rows they
// touch, in the order of their stamps. It is small: what was written since the
// line went down.
type layers struct {
	byRow  map[key][]layer
	stamps []untaken                 // own, ascending by number
	others map[crdt.Origin][]untaken // of neighbours, likewise
	upTo   uint64                    // own number taken
}

type untaken struct {
	seq     uint64
	ms      int64
	keys    []key
	parties []crdt.ID // whose pages show it; unknown after a restart
}

// untakenSince reads the changes of origin own after number taken from the
// journal, and those of neighbours that stand in the rows.
func (s *Store) untakenSince(tx *rows.Tx, own crdt.Origin, taken uint64) (layers, error) {
	l := layers{byRow: map[key][]layer{}, others: map[crdt.Origin][]untaken{}, upTo: taken}
	since, err := tx.Trimmed()
	if err != nil {
		return l, err
	}
	renamed, err := ownRenamed(tx)
	if err != nil {
		return l, err
	}
	for since = max(since, taken); ; {
		_, changes, err := tx.Changes(own, since, 1000)
		if err != nil {
			return l, err
		}
		if len(changes) == 0 {
			return l, l.addMerged(tx, s.File.Held())
		}
		for i := range changes {
			if r := renamed[changes[i].Seq]; r != nil {
				rename(s.File.Held(), r, &changes[i])
			}
			by, err := personOf(tx, changes[i].Session)
			if err != nil {
				return l, err
			}
			l.stamps = append(l.stamps, l.add(&changes[i], by))
			since = changes[i].Seq
		}
	}
}

// addMerged reads the changes of neighbours that stand in the rows, under the
// names that hold now.
func (l *layers) addMerged(tx *rows.Tx, schema *crdt.Schema) error {
	renamed, err := renamedChanges(tx)
	if err != nil {
		return err
	}
	const standing = `merged=1 AND seq>(SELECT settled FROM neighbour AS n WHERE n.origin=neighbour_change.origin) ORDER BY origin, seq`
	return eachOfNeighbours(tx, standing, func(c *journal.Change) error {
		if r := renamed[link{c.Origin, c.Seq}]; r != nil {
			rename(schema, r, c)
		}
		by, err := personOf(tx, c.Session)
		if err == nil {
			l.others[c.Origin] = append(l.others[c.Origin], l.add(admitted(schema, c), by))
		}
		return err
	})
}

// personOf is who a session of this file belongs to; 0 when central voided it.
func personOf(tx *rows.Tx, session crdt.ID) (crdt.ID, error) {
	n, _, err := tx.Int(`SELECT person FROM session WHERE id=?1`, int64(session))
	return crdt.ID(n), err
}

// add lays the ops of a change over their rows.
func (l *layers) add(c *journal.Change, by crdt.ID) untaken {
	u := untaken{seq: c.Seq, ms: c.Stamp.Millis()}
	for i := range c.Bodies {
		if c.Bodies[i].Closed() {
			continue
		}
		op := c.Bodies[i].Op
		k := key{op.Kind, op.ID}
		over := l.byRow[k]
		at := len(over)
		for at > 0 && c.Stamp.Less(over[at-1].w.Stamp) {
			at--
		}
		l.byRow[k] = slices.Insert(over, at, layer{c.Origin, c.Seq, c.Written(by), op})
		u.keys = append(u.keys, k)
	}
	return u
}

// add lays an own change over the rows.
func (o *overlay) add(c *journal.Change, by crdt.ID, parties []crdt.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	u := o.layers.add(c, by)
	u.parties = parties
	o.stamps = append(o.stamps, u)
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

// take forgets the changes that a vector covers; own is who writes here.
func (o *overlay) take(own crdt.Origin, vector map[crdt.Origin]uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stamps = o.forget(own, o.stamps, vector[own])
	o.upTo = max(o.upTo, vector[own])
	for origin, list := range o.others {
		if o.others[origin] = o.forget(origin, list, vector[origin]); len(o.others[origin]) == 0 {
			delete(o.others, origin)
		}
	}
}

// forget drops the changes up to number upTo from a list, and their ops.
func (o *overlay) forget(origin crdt.Origin, list []untaken, upTo uint64) []untaken {
	n := 0
	for n < len(list) && list[n].seq <= upTo {
		for _, k := range list[n].keys {
			o.drop(k, origin, list[n].seq)
		}
		n++
	}
	return append([]untaken(nil), list[n:]...)
}

func (o *overlay) drop(k key, origin crdt.Origin, seq uint64) {
	var rest []layer
	for _, l := range o.byRow[k] {
		if l.seq != seq || l.origin != origin {
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

// empty reports whether the rows are as the feed gave them.
func (o *overlay) empty() bool {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return len(o.byRow) == 0
}

// countOf is how many changes of a neighbour stand in the rows that central has
// not taken.
func (o *overlay) countOf(origin crdt.Origin) uint64 {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return uint64(len(o.others[origin]))
}

// rowsOver are the rows that untaken changes lie over.
func (o *overlay) rowsOver() (keys []key) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	for k := range o.byRow {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.id, b.id)) })
	return keys
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
