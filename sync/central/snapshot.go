package central

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"bough/sync/bundle"
	"bough/sync/crowd"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Limits of snapshots.
const (
	snapshotPages = 256     // of a chunk: 1 MiB before it is packed
	snapshotsKept = 8       // files that may be asked for again after a cut line
	snapshotTail  = ".snap" // of their names
)

// ErrNoSnapshot is a snapshot that is not kept any more.
var ErrNoSnapshot = errors.New("central: this snapshot is not kept any more; begin a new one")

// snapshots is where central keeps them.
type snapshots struct {
	mu sync.Mutex // one is made at a time
}

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
		return cmp.Or(err, ErrNoSnapshot)
	}
	done, err := e.work(r.Context(), crowd.Read, LargeWork)
	if err != nil {
		return err
	}
	id, path, err := e.snapshotOf(r.Context(), n, q.ID)
	if done(); err != nil { // the line may be slow
		return err
	}
	h := bundle.Header{Kind: bundle.Snapshot, Lock: bundle.ToReply, Central: bundle.CentralOf(e.o.Authority.Root().Fingerprint()), ID: id}
	key, sealed, err := trust.SealReply(q.Reply, h.Info())
	if err != nil {
		return fmt.Errorf("%w: the reply box", wire.ErrMalformed)
	}
	h.Sealed = sealed
	w.Header().Set("Content-Type", "application/octet-stream")
	return e.stream(w, &h, key, path, q.Chunk)
}

// line is what the line of a branch carries.
func (e *endpoint) line(ctx context.Context, branch int64) (wire.Share, error) {
	if e.o.Line == nil {
		return wire.Share{}, nil
	}
	return e.o.Line(ctx, branch)
}

// stream writes the chunks of a snapshot: a letter, then pages. A reader who has
// the first chunks gets those that follow, under a key of this answer.
func (e *endpoint) stream(w io.Writer, h *bundle.Header, key []byte, path string, from int) error {
	out, err := bundle.NewWriter(w, h, key)
	if err != nil {
		return err
	}
	sent := false
	err = rows.Pages(e.c.disk(), path, 1+from*snapshotPages, snapshotPages, func(_, total int, data []byte) error {
		if !sent {
			sent = true
			letter, err := json.Marshal(wire.SnapshotLetter{Chunks: (total + snapshotPages - 1) / snapshotPages, From: from})
			if err != nil {
				return err
			}
			if err := out.Chunk(letter, false); err != nil {
				return errGone
			}
		}
		if err := out.Chunk(data, true); err != nil {
			return errGone
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return errGone
	}
	return nil
}

func (c *Central) disk() rows.Disk {
	if c.o.Disk == nil {
		return rows.Platform{}
	}
	return c.o.Disk
}

// snapshotOf finds a kept snapshot of a node, or makes one. Its name tells whose
// it is, so that nobody gets that of another branch.
func (e *endpoint) snapshotOf(ctx context.Context, n *Node, asked string) (id [16]byte, path string, err error) {
	e.snaps.mu.Lock()
	defer e.snaps.mu.Unlock()
	dir := e.o.Snapshots
	if dir == "" {
		return id, "", ErrNoSnapshot
	}
	name := func() string {
		return filepath.Join(dir, fmt.Sprintf("%d-%d-%s%s", n.Branch, n.Origin, hex.EncodeToString(id[:]), snapshotTail))
	}
	if asked != "" {
		if b, err := hex.DecodeString(asked); err == nil && len(b) == len(id) {
			copy(id[:], b)
			if _, err := os.Stat(name()); err == nil {
				return id, name(), nil
			}
		}
		return id, "", ErrNoSnapshot
	}
	if _, err := io.ReadFull(e.o.Rand, id[:]); err != nil {
		return id, "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return id, "", err
	}
	if err := e.forgetSnapshots(dir); err != nil {
		return id, "", err
	}
	part := name() + ".part"
	if err := e.c.Snapshot(ctx, n, part); err != nil {
		return id, "", errors.Join(err, os.Remove(part))
	}
	return id, name(), os.Rename(part, name())
}

// forgetSnapshots makes room: the oldest go.
func (e *endpoint) forgetSnapshots(dir string) error {
	parts, err := filepath.Glob(filepath.Join(dir, "*.part*"))
	kept, err2 := filepath.Glob(filepath.Join(dir, "*"+snapshotTail))
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	for len(kept) >= snapshotsKept {
		oldest := 0
		for i := range kept {
			if age(kept[i]) < age(kept[oldest]) {
				oldest = i
			}
		}
		parts, kept = append(parts, kept[oldest]), append(kept[:oldest], kept[oldest+1:]...)
	}
	for _, path := range parts {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// age is when a file was made, ms UTC; 0 when it is gone.
func age(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.ModTime().UnixMilli()
}
