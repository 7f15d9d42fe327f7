package central

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"bough/sync/bundle"
	"bough/sync/crowd"
	"bough/sync/rows"
	"bough/sync/seed"
	"bough/sync/wire"
)

// Limits of snapshots.
const (
	snapshotWithin = 15 * time.Minute // on a line that is to be shared; else the feed comes
	snapshotPacked = 3                // what packing makes of it, about
)

// Snapshot makes the file that a new node of a branch begins with: the rows of
// its scopes, how far its feeds have come, what central has taken of its
// neighbours. It holds no journal and belongs to no origin.
func (c *Central) Snapshot(ctx context.Context, n *Node, path string) error {
	to := rows.Options{Path: path, Schema: c.o.Schema, Migrations: c.o.Migrations, NoSync: true, Disk: c.o.Disk}
	return c.File.Extract(ctx, to, func(x *rows.Extract) error {
		for _, k := range c.o.Schema.Kinds {
			scope := n.Branch
			if k.Scope.Everywhere {
				scope = OfficeScope
			}
			err := x.Copy(k.Num, `SELECT row_id FROM main.feed WHERE scope=?1 AND kind=?2 AND void=0`, scope, int64(k.Num))
			if err != nil {
				return err
			}
		}
		return errors.Join(
			x.Exec(`INSERT INTO snap.scope (scope, digest, feed, epoch) SELECT scope, digest, feed, ?1 FROM main.scope WHERE scope IN (?2, ?3)`, int64(c.epoch), OfficeScope, n.Branch),
			x.Exec(`INSERT INTO snap.neighbour (origin, taken) SELECT origin, seq FROM main.origin WHERE branch=?1 AND origin<>?2`, n.Branch, int64(n.Origin)))
	})
}

// snapshot streams a snapshot, from a chunk on: one that is kept, or a new one.
func (e *endpoint) snapshot(w http.ResponseWriter, r *http.Request, n *Node) error {
	var q wire.SnapshotAsk
	if err := readJSON(w, r, &q); err != nil {
		return err
	}
	done, err := e.work(r.Context(), crowd.Read, LargeWork)
	if err != nil {
		return err
	}
	s := seed.Stream{Central: bundle.CentralOf(e.o.Authority.Root().Fingerprint()), Disk: e.c.disk()}
	s.ID, s.Path, err = e.o.Shelf.Find(fmt.Sprintf("%d-%d", n.Branch, n.Origin), q.ID, func(path string) error { return e.c.Snapshot(r.Context(), n, path) })
	if done(); err != nil { // the line may be slow
		return err
	}
	if q.ID == "" {
		if err := e.soon(r.Context(), n.Branch, s.Path); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	out := &seed.Pace{Ctx: r.Context(), To: w, Flush: http.NewResponseController(w).Flush, After: e.o.After,
		Rate: func() (int64, error) { return e.rate(r.Context(), n.Branch) }}
	if err := s.Send(out, &q); !errors.Is(err, seed.ErrGone) {
		return err
	}
	return errGone
}

// soon refuses a snapshot that would take too long at what the line is to carry:
// the feed, which keeps to its part, too, can be worked with while it comes.
func (e *endpoint) soon(ctx context.Context, branch int64, path string) error {
	rate, err := e.rate(ctx, branch)
	if err != nil || rate == 0 {
		return err
	}
	info, err := os.Stat(path)
	if err == nil && info.Size()/snapshotPacked/rate > int64(snapshotWithin/time.Second) {
		err = seed.ErrNone
	}
	return err
}

func (c *Central) disk() rows.Disk {
	if c.o.Disk == nil {
		return rows.Platform{}
	}
	return c.o.Disk
}

// rate is how many bytes a second a workstation of a branch may take of the line;
// 0: all.
func (e *endpoint) rate(ctx context.Context, branch int64) (int64, error) {
	if e.o.Rate == nil || e.o.After == nil {
		return 0, nil
	}
	return e.o.Rate(ctx, branch)
}

// line is what the line of a branch carries.
func (e *endpoint) line(ctx context.Context, branch int64) (wire.Share, error) {
	if e.o.Line == nil {
		return wire.Share{}, nil
	}
	return e.o.Line(ctx, branch)
}
