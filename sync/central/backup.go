package central

import (
	"context"
	"encoding/binary"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
)

const keptBackups = 7 // the oldest mark of these decides what nodes may trim

// Backup copies the file to path and remembers what it covers.
func (c *Central) Backup(ctx context.Context, path string) error {
	// What it covers is read first: the copy covers at least that.
	v, n, err := c.covers(ctx)
	if err != nil {
		return err
	}
	if err := c.File.Backup(ctx, path); err != nil {
		return fmt.Errorf("central: backup to %s: %w", path, err)
	}
	return c.mark(ctx, path, v, n)
}

// MarkBackup remembers that a dump made by others covers all that is taken now.
func (c *Central) MarkBackup(ctx context.Context) error {
	v, n, err := c.covers(ctx)
	if err != nil {
		return err
	}
	return c.mark(ctx, "", v, n)
}

// covers is what a copy that is made now has: changes of nodes, and numbers of
// the feeds.
func (c *Central) covers(ctx context.Context) (v map[crdt.Origin]uint64, number int64, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		if v, err = vectorOf(tx); err != nil {
			return err
		}
		number, err = tx.FactInt(factNumber)
		return err
	})
	return v, number, err
}

// Vector is how far the changes of every node are taken.
func (c *Central) Vector(ctx context.Context) (out map[crdt.Origin]uint64, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		out, err = vectorOf(tx)
		return err
	})
	return out, err
}

func vectorOf(tx *rows.Tx) (map[crdt.Origin]uint64, error) {
	out := map[crdt.Origin]uint64{}
	return out, tx.Query(`SELECT origin, seq FROM origin`, func(s *sqlite.Stmt) error {
		out[crdt.Origin(s.ColumnInt64(0))] = uint64(s.ColumnInt64(1))
		return nil
	})
}

// putMark notes a backup and what it covers. Of two at the same time the earlier
// stays: it covers less.
func putMark(tx *rows.Tx, atMS int64, path string, v map[crdt.Origin]uint64, number int64) error {
	var b []byte
	for o, seq := range v {
		b = binary.AppendUvarint(b, uint64(o))
		b = binary.AppendUvarint(b, seq)
	}
	return tx.Exec(`INSERT OR IGNORE INTO backup (at, path, vector, number) VALUES (?1, ?2, ?3, ?4)`, atMS, path, b, number)
}

func (c *Central) mark(ctx context.Context, path string, v map[crdt.Origin]uint64, number int64) error {
	return c.File.Write(ctx, func(tx *rows.Tx) error {
		if err := putMark(tx, c.o.NowMS(), path, v, number); err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM backup WHERE at NOT IN (SELECT at FROM backup ORDER BY at DESC LIMIT ?1)`, keptBackups)
	})
}

// backed is up to which number the oldest backup that is kept covers a node.
func backed(tx *rows.Tx, origin crdt.Origin) (seq uint64, err error) {
	err = tx.Query(`SELECT vector FROM backup ORDER BY at LIMIT 1`, func(s *sqlite.Stmt) error {
		d := crdt.Decoder{B: rows.Blob(s, 0)}
		for len(d.B) > 0 && d.Err == nil {
			if o, n := d.Uvarint(), d.Uvarint(); crdt.Origin(o) == origin {
				seq = n
			}
		}
		return d.Err
	})
	return seq, err
}
