package node

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"bough/node/crm"
	"bough/node/store"
	"bough/sync/bundle"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
	"bough/webui/join"
)

// Names of the files of a bootstrap.
const (
	snapshotName    = "snapshot.part" // what has come so far
	snapshotKeyName = "snapshot.key"  // what it is encrypted with
	settlingName    = "bough.db.settling"
	shapeName       = "bough.db.shape"
)

// snapshotState is what snapshot.key holds.
type snapshotState struct {
	Box    []byte `json:"box"` // secret of the reply box
	Key    []byte `json:"key"` // of snapshot.part
	Part   []byte `json:"part"`
	From   string `json:"from"` // address of the neighbour it comes from; empty: central
	ID     string `json:"id"`   // the giver's name for it; empty: none was begun
	Chunks int    `json:"chunks"`
}

// errForgotten: what was begun is not kept any more where it came from.
var errForgotten = errors.New("node: what was begun is not kept any more")

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

// begunFrom is the address that a file was begun from; nil: none was.
func (b *Branch) begunFrom() *string {
	s := &snapshotState{}
	data, err := b.dir.read(snapshotKeyName)
	if err != nil || json.Unmarshal(data, s) != nil || s.ID == "" {
		return nil
	}
	return &s.From
}

// begun reads how a bootstrap from an address stands, or begins one.
func (b *Branch) begun(from string) (s *snapshotState, err error) {
	s = &snapshotState{}
	if data, err := b.dir.read(snapshotKeyName); err == nil && json.Unmarshal(data, s) == nil && s.From == from {
		return s, nil
	}
	b.forgetSnapshot()
	random := make([]byte, 32+32+16)
	if _, err := io.ReadFull(b.o.Rand, random); err != nil {
		return nil, err
	}
	*s = snapshotState{Box: random[:32], Key: random[32:64], Part: random[64:], From: from}
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
func (b *Branch) fetch(ctx context.Context, w *way) (have int, err error) {
	s, err := b.begun(w.at)
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
	err = w.fetch(ctx, ask, func(r io.Reader) error { return b.take(ctx, r, box, &part{s, &have, out}) })
	if have > 0 && troubleOf(err) == join.None {
		err = errForgotten
	}
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
func (b *Branch) take(ctx context.Context, body io.Reader, box *trust.ReplyBox, part *part) error {
	r := &counted{r: body}
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
		*part.have++
		b.arriving.came(*part.have, part.s.Chunks, r.take())
	}
	return ctx.Err()
}

// counted counts the bytes that are read.
type counted struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// take tells how many bytes were read since it was asked last.
func (c *counted) take() (n int64) {
	n, c.n = c.n, 0
	return n
}

// settle makes the part file the node's file: whole, checked, then in place.
func (b *Branch) settle(ctx context.Context, w *way) (err error) {
	b.arriving.set(func(v *join.Arrival) { v.Step = join.Checking })
	s, err := b.begun(w.at)
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
	o := store.Options{Path: path, Schema: crm.Table(), Origin: b.me.Origin, Branch: b.me.Branch, Disk: b.dir.vault, Rand: b.o.Rand, NowMS: b.nowMS}
	if err := w.settle(ctx, o); err != nil {
		return err
	}
	if err := os.Rename(path, b.dir.file(databaseName)); err != nil {
		return fmt.Errorf("node: bootstrap: %w", err)
	}
	b.forgetSnapshot()
	return syncDir(b.dir.path)
}
