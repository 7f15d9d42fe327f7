package node

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"bough/node/crm"
	"bough/node/store"
	"bough/sync/bundle"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/uplink"
	"bough/sync/wire"
)

// Names of the files of a bootstrap.
const (
	snapshotName    = "snapshot.part" // what has come so far
	snapshotKeyName = "snapshot.key"  // what it is encrypted with
	settlingName    = "bough.db.settling"
)

// Limits of a bootstrap.
const (
	bootstrapTries  = 5           // without anything coming; then the feed is read row by row
	bootstrapPause  = time.Second // between tries
	bootstrapFaulty = 3           // snapshots that were not what they should be
)

// snapshotState is what snapshot.key holds.
type snapshotState struct {
	Box    []byte `json:"box"` // secret of the reply box
	Key    []byte `json:"key"` // of snapshot.part
	Part   []byte `json:"part"`
	ID     string `json:"id"` // central's name for it; empty: none was begun
	Chunks int    `json:"chunks"`
}

// bootstrap fetches a snapshot of the branch from central and makes it the file
// of this node. What came before a kill or a cut stays, and is gone on with.
// Without one the node reads the feed from the beginning.
func (b *Branch) bootstrap(ctx context.Context) error {
	had, idle, faulty := -1, 0, 0
	for {
		have, err := b.fetch(ctx)
		if err == nil {
			err = b.settle(ctx)
		}
		if err == nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if have == 0 && errors.Is(err, uplink.ErrNoSnapshot) {
			b.forgetSnapshot()
			b.o.Log.Info("central makes no snapshot for this branch; the feed is read from the beginning")
			return nil
		}
		if idle++; have > had {
			had, idle = have, 0
		}
		if damaged(err) {
			b.forgetSnapshot()
			had, faulty = -1, faulty+1
		}
		if idle >= bootstrapTries || faulty >= bootstrapFaulty {
			b.forgetSnapshot()
			b.o.Log.Warn("no snapshot came; the feed is read from the beginning", "error", err)
			return nil
		}
		b.o.Log.Info("the snapshot is not whole yet; it is gone on with", "parts", have, "error", err)
		select {
		case <-b.o.After(bootstrapPause):
		case <-ctx.Done():
		}
	}
}

// damaged reports whether what is there is of no use; a cut line is not that.
func damaged(err error) bool {
	for _, is := range []error{bundle.ErrDamaged, bundle.ErrForeign, bundle.ErrNewer, bundle.ErrKind, store.ErrSnapshot, uplink.ErrNoSnapshot} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}

func (b *Branch) forgetSnapshot() {
	for _, name := range []string{snapshotName, snapshotKeyName} {
		if err := os.Remove(b.dir.file(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			b.o.Log.Warn("removing a part of a snapshot failed", "error", err)
		}
	}
	if err := removeAll(b.dir.file(settlingName)); err != nil {
		b.o.Log.Warn("removing a part of a snapshot failed", "error", err)
	}
}

func (s *snapshotState) header() *bundle.Header {
	h := &bundle.Header{Kind: bundle.Snapshot, Lock: bundle.ToReply}
	copy(h.ID[:], s.Part)
	return h
}

// begun reads how a bootstrap stands, or begins one.
func (b *Branch) begun() (s *snapshotState, err error) {
	s = &snapshotState{}
	if data, err := b.dir.read(snapshotKeyName); err == nil && json.Unmarshal(data, s) == nil {
		return s, nil
	}
	b.forgetSnapshot()
	random := make([]byte, 32+32+16)
	if _, err := io.ReadFull(b.o.Rand, random); err != nil {
		return nil, err
	}
	*s = snapshotState{Box: random[:32], Key: random[32:64], Part: random[64:]}
	return s, b.keepBegun(s)
}

func (b *Branch) keepBegun(s *snapshotState) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return b.dir.write(snapshotKeyName, data)
}

// fetch brings the part file to its end; it tells how many chunks are there.
func (b *Branch) fetch(ctx context.Context) (have int, err error) {
	s, err := b.begun()
	if err != nil {
		return 0, err
	}
	f, err := os.OpenFile(b.dir.file(snapshotName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return 0, fmt.Errorf("node: bootstrap: %w", err)
	}
	defer f.Close() //nolint:errcheck // what counts is synced below
	have, err = whole(f, s)
	if err != nil || s.Chunks > 0 && have == s.Chunks {
		return have, err
	}
	out, err := bundle.Resume(f, s.header(), s.Key, uint64(have))
	if err != nil {
		return have, err
	}
	if have == 0 {
		s.ID = "" // nothing is lost by a new one
	}
	box, err := trust.ParseReplyBox(s.Box)
	if err != nil {
		return have, err
	}
	ask := wire.SnapshotAsk{ID: s.ID, Chunk: have, Reply: box.Public()}
	o := uplink.Options{Central: b.me.Central, Identity: b.keys.identity, Certificate: b.keys.cert.Load(), Root: b.keys.root, Proxy: b.o.Proxy, Now: func() int64 { return b.o.Now().UnixMilli() }}
	err = uplink.FetchSnapshot(ctx, o, ask, func(r io.Reader) error { return b.take(ctx, r, box, &part{s, &have, out}) })
	return have, errors.Join(err, f.Sync())
}

// whole counts the chunks of a part file that are whole, and cuts off the rest.
func whole(f *os.File, s *snapshotState) (n int, err error) {
	if info, err := f.Stat(); err != nil || info.Size() == 0 {
		if err == nil {
			_, err = f.Write(s.header().Bytes())
		}
		return 0, err
	}
	if _, err := bundle.ReadHeader(f); err != nil {
		return 0, err
	}
	r, err := bundle.NewReader(f, s.header(), s.Key)
	if err != nil {
		return 0, err
	}
	good, err := f.Seek(0, io.SeekCurrent)
	for err == nil {
		if _, err = r.Next(); err == nil {
			n++
			good, err = f.Seek(0, io.SeekCurrent)
		}
	}
	if !errors.Is(err, bundle.ErrCut) {
		return 0, err
	}
	if err := f.Truncate(good); err != nil {
		return 0, err
	}
	_, err = f.Seek(good, io.SeekStart)
	return n, err
}

// part is the part file while it grows.
type part struct {
	s    *snapshotState
	have *int // chunks that are whole
	out  *bundle.Writer
}

// take appends what central sends to the part file.
func (b *Branch) take(ctx context.Context, r io.Reader, box *trust.ReplyBox, part *part) error {
	h, err := bundle.ReadHeader(r)
	if err != nil {
		return err
	}
	if h.Kind != bundle.Snapshot || h.Lock != bundle.ToReply {
		return bundle.ErrKind
	}
	key, err := box.OpenKey(h.Sealed, h.Info())
	if err != nil {
		return err
	}
	in, err := bundle.NewReader(r, h, key)
	if err != nil {
		return err
	}
	chunk, err := in.Next()
	if err != nil {
		return err
	}
	var letter wire.SnapshotLetter
	if err := json.Unmarshal(chunk, &letter); err != nil || letter.From != *part.have {
		return fmt.Errorf("%w: its letter does not fit", bundle.ErrDamaged)
	}
	part.s.ID, part.s.Chunks = hex.EncodeToString(h.ID[:]), letter.Chunks
	if err := b.keepBegun(part.s); err != nil {
		return err
	}
	for ctx.Err() == nil {
		pages, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := part.out.Chunk(pages, true); err != nil {
			return err
		}
		if *part.have++; b.o.Progress != nil {
			b.o.Progress(*part.have, part.s.Chunks)
		}
	}
	return ctx.Err()
}

// settle makes the part file the node's file: whole, checked, then in place.
func (b *Branch) settle(ctx context.Context) (err error) {
	s, err := b.begun()
	if err != nil {
		return err
	}
	path := b.dir.file(settlingName)
	if err := removeAll(path); err != nil {
		return err
	}
	f, err := os.Open(b.dir.file(snapshotName))
	if err != nil {
		return fmt.Errorf("node: bootstrap: %w", err)
	}
	defer f.Close() // read only
	if _, err := bundle.ReadHeader(f); err != nil {
		return err
	}
	in, err := bundle.NewReader(f, s.header(), s.Key)
	if err != nil {
		return err
	}
	n := 0
	err = rows.FromPages(b.dir.vault, path, func() ([]byte, error) {
		if n == s.Chunks {
			return nil, io.EOF
		}
		n++
		return in.Next()
	})
	if err != nil {
		return fmt.Errorf("node: bootstrap: %w", err)
	}
	if err := store.Settle(ctx, store.Options{Path: path, Schema: crm.Table(), Branch: b.me.Branch, Disk: b.dir.vault}); err != nil {
		return err
	}
	if err := os.Rename(path, b.dir.file(databaseName)); err != nil {
		return fmt.Errorf("node: bootstrap: %w", err)
	}
	b.forgetSnapshot()
	return syncDir(b.dir.path)
}
