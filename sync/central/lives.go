package central

import (
	"errors"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// maxLives is how many former lives of central a seal names, the latest: 60 bytes each
// in the header of every page, and nobody restores it once a month.
const maxLives = 20

// Lives are who central was when it sealed a page.
type Lives struct {
	Own    crdt.Origin
	Former map[crdt.Origin]uint64 // lives that it knew of: the epochs of their feeds
}

// Has reports whether an origin is one of them.
func (l Lives) Has(origin crdt.Origin) bool {
	_, former := l.Former[origin]
	return former || origin == l.Own
}

// lives are who central is, and was before: in the heads of a seal, each with the
// epoch in the place of a number, its own with none.
func (c *Central) lives(tx *rows.Tx) (map[crdt.Origin]wire.Head, error) {
	heads := map[crdt.Origin]wire.Head{}
	err := tx.Query(`SELECT origin, epoch FROM life ORDER BY epoch DESC LIMIT ?1`, func(s *sqlite.Stmt) error {
		heads[crdt.Origin(s.ColumnInt64(0))] = wire.Head{Seq: uint64(s.ColumnInt64(1))}
		return nil
	}, maxLives)
	heads[c.Origin()] = wire.Head{}
	return heads, err
}

// livesOf reads the heads of a seal; not ok: it was made for neighbours.
func livesOf(heads map[crdt.Origin]wire.Head) (l Lives, ok bool) {
	l.Former = map[crdt.Origin]uint64{}
	for origin, h := range heads {
		switch {
		case h == (wire.Head{}) && l.Own == 0:
			l.Own = origin
		case h.Hash == (journal.Hash{}) && h.Seq > 0:
			l.Former[origin] = h.Seq
		default:
			return Lives{}, false
		}
	}
	return l, l.Own != 0
}

// learn notes who central was; fresh: it did not know of all of them.
func (b *Batch) learn(epoch uint64, l Lives) (fresh bool, err error) {
	note := func(origin crdt.Origin, epoch uint64) error {
		_, known, err := b.Tx.Int(`SELECT 1 FROM life WHERE origin=?1`, int64(origin))
		if err != nil {
			return err
		}
		fresh = fresh || !known
		b.c.recalls.lives[origin] = true
		return b.Tx.Exec(`INSERT OR IGNORE INTO life (epoch, origin) VALUES (?1, ?2)`, int64(epoch), int64(origin))
	}
	err = note(l.Own, epoch)
	for origin, epoch := range l.Former {
		err = errors.Join(err, note(origin, epoch))
	}
	return fresh, err
}
