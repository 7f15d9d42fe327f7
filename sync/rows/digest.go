package rows

import (
	"fmt"
	"strings"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
)

// Count changes the digest of a scope: plus comes in, minus goes out. It is
// written with the transaction.
func (tx *Tx) Count(scope int64, plus, minus crdt.Digest) {
	if plus == minus {
		return
	}
	if tx.digests == nil {
		tx.digests = map[int64]crdt.Digest{}
	}
	d := tx.digests[scope]
	d.Add(plus)
	d.Sub(minus)
	tx.digests[scope] = d
}

func (tx *Tx) flushDigests() error {
	for scope, delta := range tx.digests {
		sc, err := tx.Scope(scope)
		if err != nil {
			return err
		}
		sc.Digest.Add(delta)
		if err := tx.SetScope(sc); err != nil {
			return err
		}
	}
	tx.digests = nil
	return nil
}

// Scope is what the file knows of a scope.
type Scope struct {
	Scope  int64
	Digest crdt.Digest
	Feed   int64  // feed number read or written so far
	Epoch  uint64 // feed epoch
}

// Reading is how a node reads the feed of a scope from 0 though it holds rows
// already.
type Reading struct {
	On    bool
	Whole int64 // leave entries after this number are needed
	Sweep bool  // at the end the rows that were not met go
	Round int64 // rows that were met are marked with it
}

// Aside is a row of a feed that was set aside: it could not be read.
type Aside struct {
	Scope int64
	N     int64   // feed number
	Since int64   // in a page from here it is the first
	Kind  uint8   // 0: not known, and ID neither
	ID    crdt.ID // 0: not known
	Why   string  // holds nothing of the row
	AtMS  int64   // first, ms UTC
}

// Scope reads a scope; zero digest and feed for one never met. Changes counted
// in this transaction are not in it yet.
func (tx *Tx) Scope(scope int64) (Scope, error) {
	sc := Scope{Scope: scope}
	err := tx.Query(`SELECT digest, feed, epoch FROM scope WHERE scope=?1`, func(s *sqlite.Stmt) error {
		var buf [32]byte
		var err error
		sc.Digest, err = crdt.DecodeDigest(buf[:s.ColumnBytes(0, buf[:])])
		sc.Feed, sc.Epoch = s.ColumnInt64(1), uint64(s.ColumnInt64(2))
		return err
	}, scope)
	if err != nil {
		return sc, fmt.Errorf("rows: scope %d: %w", scope, err)
	}
	return sc, nil
}

// SetScope writes what the file knows of a scope.
func (tx *Tx) SetScope(sc Scope) error {
	return tx.Exec(`INSERT INTO scope (scope, digest, feed, epoch) VALUES (?1, ?2, ?3, ?4)
		ON CONFLICT (scope) DO UPDATE SET digest=?2, feed=?3, epoch=?4`,
		sc.Scope, sc.Digest.Bytes(), sc.Feed, int64(sc.Epoch))
}

// Scopes reads every scope of the file.
func (tx *Tx) Scopes() ([]Scope, error) {
	var nums []int64
	err := tx.Query(`SELECT scope FROM scope ORDER BY scope`, func(s *sqlite.Stmt) error {
		nums = append(nums, s.ColumnInt64(0))
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []Scope
	for _, n := range nums {
		sc, err := tx.Scope(n)
		if err != nil {
			return nil, err
		}
		out = append(out, sc)
	}
	return out, nil
}

// Each reads every row of every kind, known or not: for checks and repairs.
func (tx *Tx) Each(fn func(*Stored) error) error {
	kinds, err := tx.inUse()
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		if err := tx.Rows(kind, "1=1 ORDER BY id", fn); err != nil {
			return err
		}
	}
	unknown, err := tx.unknownRows(`1=1`)
	for i := range unknown {
		if err == nil {
			err = fn(unknown[i])
		}
	}
	return err
}

// inUse are the kinds whose tables have rows. One statement asks for all: most
// tables are empty, and to prepare the reading of one costs more than to read it.
func (tx *Tx) inUse() (kinds []uint8, err error) {
	held := tx.file.held.Kinds
	asked := make([]string, len(held))
	for i, k := range held {
		asked[i] = "EXISTS (SELECT 1 FROM " + quote(k.Name) + ")"
	}
	err = tx.Query("SELECT "+strings.Join(asked, ", "), func(s *sqlite.Stmt) error {
		for i, k := range held {
			if s.ColumnInt64(i) == 1 {
				kinds = append(kinds, k.Num)
			}
		}
		return nil
	})
	return kinds, err
}
