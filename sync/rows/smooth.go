package rows

import (
	"context"
	"encoding/binary"
	"fmt"

	"zombiezen.com/go/sqlite"
)

// smoothPages is how many pages are looked at in one snapshot, so that the log
// can be emptied in between, and how many are written in one transaction.
const smoothPages = 1000

// Pages of b-trees, as SQLite's file format numbers them, and their headers.
const (
	innerIndex, innerTable = 2, 5
	leafIndex, leafTable   = 10, 13
	leafHeader             = 8
	innerHeader            = 12
	fileHeader             = 100 // before that of page 1
)

// Smooth writes zeroes over what stands in the unused middle of pages. Deleting
// writes zeroes over a row, but where pages were divided or joined before, a copy
// of a row that moved to another page stays in the middle of the old one, and
// secure_delete does not know of it. It tells how many pages had such a middle.
func (f *File) Smooth(ctx context.Context) (smoothed int, err error) {
	for first, more := int64(1), true; more; first += smoothPages {
		var rough []int64
		if rough, more, err = f.rough(ctx, first); err != nil {
			return smoothed, fmt.Errorf("rows: smooth: %w", err)
		}
		if len(rough) == 0 {
			continue
		}
		if err := f.Write(ctx, func(tx *Tx) error { return smooth(tx, rough) }); err != nil {
			return smoothed, fmt.Errorf("rows: smooth: %w", err)
		}
		smoothed += len(rough)
	}
	return smoothed, nil
}

// rough lists the pages with something in their middle, of those from first on;
// more tells whether others follow.
func (f *File) rough(ctx context.Context, first int64) (out []int64, more bool, err error) {
	err = f.Read(ctx, func(tx *Tx) error {
		last, _, err := tx.Int(`PRAGMA page_count`)
		if err != nil {
			return err
		}
		more = last >= first+smoothPages
		buf := []byte(nil)
		for page := first; page <= min(last, first+smoothPages-1); page++ {
			if buf, err = pageOf(tx, page, buf); err != nil {
				return err
			}
			if at, end := middle(page, buf); filled(buf[at:end]) {
				out = append(out, page)
			}
		}
		return nil
	})
	return out, more, err
}

func smooth(tx *Tx, pages []int64) error {
	buf := []byte(nil)
	for _, page := range pages {
		var err error
		if buf, err = pageOf(tx, page, buf); err != nil {
			return err
		}
		at, end := middle(page, buf) // as it is by now
		if !filled(buf[at:end]) {
			continue
		}
		clear(buf[at:end])
		if err := tx.Exec(`UPDATE sqlite_dbpage SET data=?2 WHERE pgno=?1`, page, buf); err != nil {
			return err
		}
	}
	return nil
}

func pageOf(tx *Tx, page int64, buf []byte) ([]byte, error) {
	err := tx.Query(`SELECT data FROM sqlite_dbpage WHERE pgno=?1`, func(s *sqlite.Stmt) error {
		n := s.ColumnLen(0)
		if cap(buf) < n {
			buf = make([]byte, n)
		}
		buf = buf[:n]
		s.ColumnBytes(0, buf)
		return nil
	}, page)
	return buf, err
}

// middle is the part of a page between the list of its cells and the cells; of
// what is no page of a b-tree, nothing. A page that continues a long value begins
// with the number of the next, and so with a zero in files below 64 GiB.
func middle(page int64, data []byte) (at, end int) {
	if page == 1 {
		at = fileHeader
	}
	if len(data) < at+innerHeader {
		return 0, 0
	}
	head := data[at:]
	size := leafHeader
	switch head[0] {
	case innerIndex, innerTable:
		size = innerHeader
	case leafIndex, leafTable:
	default:
		return 0, 0
	}
	cells := int(binary.BigEndian.Uint16(head[3:]))
	at, end = at+size+2*cells, int(binary.BigEndian.Uint16(head[5:]))
	if end > len(data) || end < at { // 0 stands for 65,536: such pages are not ours
		return 0, 0
	}
	return at, end
}

func filled(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return true
		}
	}
	return false
}
