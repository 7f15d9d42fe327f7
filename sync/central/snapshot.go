package central

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"bough/sync/bundle"
	"bough/sync/crowd"
	"bough/sync/rows"
	"bough/sync/seed"
	"bough/sync/wire"
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
	if line, err := e.line(r.Context(), n.Branch); err != nil || line.Kbit > 0 {
		return cmp.Or(err, seed.ErrNone)
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
	w.Header().Set("Content-Type", "application/octet-stream")
	if err := s.Send(w, &q); !errors.Is(err, seed.ErrGone) {
		return err
	}
	return errGone
}

func (c *Central) disk() rows.Disk {
	if c.o.Disk == nil {
		return rows.Platform{}
	}
	return c.o.Disk
}

// line is what the line of a branch carries.
func (e *endpoint) line(ctx context.Context, branch int64) (wire.Share, error) {
	if e.o.Line == nil {
		return wire.Share{}, nil
	}
	return e.o.Line(ctx, branch)
}
