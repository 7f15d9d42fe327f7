package central

import (
	"context"
	"fmt"
	"math"
	"sync"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/wire"
)

// LeaseMS is for how long central waits for a node that does not call, unless
// head office says otherwise, ms: as long as the node may work by itself.
const LeaseMS = 14 * 24 * 60 * 60 * 1000

// trimAtOnce is how many entries one transaction takes out of a feed.
const trimAtOnce = 1000

// place is where a node reads the feed of a scope.
type place struct {
	origin crdt.Origin
	scope  int64
}

// position is how far it has come.
type position struct {
	n     int64 // what is after it is still needed
	began int64 // head of the feed when a reading from 0 began; 0: none is under way
	atMS  int64 // when it asked, ms UTC
}

// readers remembers how far nodes have read, between the times that trimming
// writes it down. What is forgotten by a crash only makes trimming wait.
type readers struct {
	mu sync.Mutex // guards at
	at map[place]position
}

// asked notes what a node asked for: it has durably what is before. While it
// reads from 0 it needs what left since it began.
func (r *readers) asked(origin crdt.Origin, q wire.Pull, head, nowMS int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil {
		r.at = map[place]position{}
	}
	at := place{origin, q.Scope}
	is := position{n: q.Since, atMS: nowMS}
	switch was := r.at[at]; {
	case q.Since == 0:
		is.n, is.began = head, head
	case q.Since < was.began:
		is.n, is.began = was.n, was.began
	}
	r.at[at] = is
}

func (r *readers) all() map[place]position {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make(map[place]position, len(r.at))
	for k, v := range r.at {
		out[k] = v
	}
	return out
}

// floorOf is up to which number void entries were taken out of a feed.
func floorOf(tx *rows.Tx, scope int64) (int64, error) {
	n, _, err := tx.Int(`SELECT n FROM feed_floor WHERE scope=?1`, scope)
	return n, err
}

// Trimmed tells what a trimming took out.
type Trimmed struct {
	Entries int
	Away    int // nodes beyond their lease: nobody waits for them
}

// Trim takes out of the feeds the void entries that every node has read which
// called within leaseMS; a node that was away longer reads from 0. Rows
// themselves are never trimmed: the feed has each but once.
func (c *Central) Trim(ctx context.Context, leaseMS int64) (t Trimmed, err error) {
	floors, away, err := c.floors(ctx, leaseMS)
	if err != nil {
		return t, fmt.Errorf("central: trim: %w", err)
	}
	t.Away = away
	for scope, floor := range floors {
		for {
			n, err := c.trimScope(ctx, scope, floor)
			if err != nil {
				return t, fmt.Errorf("central: trim scope %d: %w", scope, err)
			}
			t.Entries += n
			if n < trimAtOnce {
				break
			}
		}
	}
	return t, nil
}

// floors is by scope up to where all have read who are waited for.
func (c *Central) floors(ctx context.Context, leaseMS int64) (floors map[int64]int64, away int, err error) {
	floors = map[int64]int64{}
	err = c.File.Write(ctx, func(tx *rows.Tx) error {
		if err := keepReaders(tx, c.readers.all()); err != nil {
			return err
		}
		if err := everyScope(tx, floors); err != nil {
			return err
		}
		called := c.o.NowMS() - leaseMS
		err := tx.Query(`SELECT count(*) FROM origin WHERE revoked=0 AND seen<=?1`, func(s *sqlite.Stmt) error {
			away = s.ColumnInt(0)
			return nil
		}, called)
		if err != nil {
			return err
		}
		// A node of a scope that never read it is at 0, unless it never called.
		return tx.Query(`SELECT f.scope, coalesce(r.n, 0)
			FROM (SELECT DISTINCT scope FROM void) AS f
			JOIN origin AS o ON f.scope=?1 OR o.branch=f.scope
			LEFT JOIN feed_reader AS r ON r.origin=o.origin AND r.scope=f.scope
			LEFT JOIN lease_code AS l ON l.origin=o.origin
			WHERE o.revoked=0 AND max(o.seen, coalesce(r.at, 0), coalesce(l.at, 0))>?2`, func(s *sqlite.Stmt) error {
			scope := s.ColumnInt64(0)
			floors[scope] = min(floors[scope], s.ColumnInt64(1))
			return nil
		}, OfficeScope, called)
	})
	return floors, away, err
}

// everyScope lists the scopes that have something to trim.
func everyScope(tx *rows.Tx, floors map[int64]int64) error {
	return tx.Query(`SELECT DISTINCT scope FROM void`, func(s *sqlite.Stmt) error {
		floors[s.ColumnInt64(0)] = math.MaxInt64
		return nil
	})
}

func keepReaders(tx *rows.Tx, at map[place]position) error {
	for p, is := range at {
		err := tx.Exec(`INSERT INTO feed_reader (origin, scope, n, began, at) VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (origin, scope) DO UPDATE SET n=?3, began=?4, at=?5`, int64(p.origin), p.scope, is.n, is.began, is.atMS)
		if err != nil {
			return err
		}
	}
	return nil
}

// trimScope takes out the first void entries of a feed, up to floor.
func (c *Central) trimScope(ctx context.Context, scope, floor int64) (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	err = c.File.Write(ctx, func(tx *rows.Tx) error {
		gone, err := voidsUpTo(tx, scope, floor)
		if err != nil || len(gone) == 0 {
			return err
		}
		n = len(gone)
		for _, e := range gone {
			if err := tx.Exec(`DELETE FROM feed WHERE scope=?1 AND n=?2`, scope, e.n); err != nil {
				return err
			}
			if err := tx.Exec(`DELETE FROM void WHERE kind=?1 AND row_id=?2 AND scope=?3`, int64(e.kind), int64(e.id), scope); err != nil {
				return err
			}
		}
		return tx.Exec(`INSERT INTO feed_floor (scope, n) VALUES (?1, ?2) ON CONFLICT (scope) DO UPDATE SET n=max(n, ?2)`, scope, gone[len(gone)-1].n)
	})
	return n, err
}

// voided is a void entry of a feed.
type voided struct {
	key
	n int64
}

func voidsUpTo(tx *rows.Tx, scope, floor int64) (out []voided, err error) {
	err = tx.Query(`SELECT v.n, v.kind, v.row_id FROM void AS v JOIN feed AS f ON f.scope=v.scope AND f.n=v.n
		WHERE v.scope=?1 AND v.n<=?2 ORDER BY v.n LIMIT ?3`, func(s *sqlite.Stmt) error {
		out = append(out, voided{key{uint8(s.ColumnInt64(1)), crdt.ID(s.ColumnInt64(2))}, s.ColumnInt64(0)})
		return nil
	}, scope, floor, trimAtOnce)
	return out, err
}
