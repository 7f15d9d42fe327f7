package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"bough/crdt"
	"bough/sync/bundle"
	"bough/sync/journal"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Names and limits of bundles.
const (
	workTail     = ".bundle" // of what goes to central
	newsTail     = ".answer" // of what comes back
	partTail     = ".part"   // of a file that is being written
	stickChanges = 5_000     // changes of a frame: less than fits into one
	shrinkFrame  = 12        // halvings of a frame that is too large
)

// Errors of bundles.
var (
	// ErrNotOurs: an answer to a bundle that this workstation did not write, or
	// long ago.
	ErrNotOurs = errors.New("node: this file is for another workstation, or answers a bundle from too long ago; write a new bundle")
	// ErrNoBundle: a folder without a bundle.
	ErrNoBundle = errors.New("node: there is no bundle in this folder")
)

// PathIn names a file or folder.
type PathIn struct{ Path string }

// WorkOut tells what a bundle holds.
type WorkOut struct {
	Path    string
	Changes int // own and neighbours'
	Bytes   int64
}

// stickName is what the files of a workstation are called on a stick.
func (b *Branch) stickName(tail string) string {
	return fmt.Sprintf("bough-%d-%d%s", b.me.Branch, b.Origin(), tail)
}

// WriteWork writes all that central is not known to have, own and neighbours',
// so that central alone can read it.
func (b *Branch) WriteWork(ctx context.Context, w io.Writer) (changes int, err error) {
	h := bundle.Header{Kind: bundle.Work, Lock: bundle.ToCentral, Central: bundle.CentralOf(b.keys.root.Fingerprint())}
	if _, err := io.ReadFull(b.o.Rand, h.ID[:]); err != nil {
		return 0, fmt.Errorf("node: write bundle: %w", err)
	}
	key, sealed, err := b.keys.root.SealKey(h.Info())
	if err != nil {
		return 0, fmt.Errorf("node: write bundle: %w", err)
	}
	h.Sealed = sealed
	out, err := bundle.NewWriter(w, &h, key)
	if err != nil {
		return 0, fmt.Errorf("node: write bundle: %w", err)
	}
	if err := b.writeLetter(ctx, out, &h); err != nil {
		return 0, fmt.Errorf("node: write bundle: %w", err)
	}
	if changes, err = b.pack(ctx, out); err != nil {
		return 0, fmt.Errorf("node: write bundle: %w", err)
	}
	return changes, out.Close()
}

// writeLetter begins a bundle: who sends it, and where the answer goes.
func (b *Branch) writeLetter(ctx context.Context, out *bundle.Writer, h *bundle.Header) error {
	box, err := trust.NewReplyBox(b.o.Rand)
	if err != nil {
		return err
	}
	if err := b.Store.KeepReplyBox(ctx, h.ID[:], box.Bytes()); err != nil {
		return err
	}
	p, err := b.Store.Progress(ctx)
	if err != nil {
		return err
	}
	letter := bundle.WorkLetter{Origin: b.Origin(), Branch: b.me.Branch, AtMS: b.nowMS(), Reply: box.Public(), Unsent: p.Unsent, OldestMS: p.OldestMS, Version: b.o.Version}
	for _, scope := range b.Store.Scopes() {
		at, err := b.Store.Cursor(ctx, scope)
		if err != nil {
			return err
		}
		from, err := b.Store.Reading(ctx, scope)
		if err != nil {
			return err
		}
		letter.Cursors = append(letter.Cursors, bundle.Cursor{Scope: scope, Feed: at.Feed, Epoch: at.Epoch, From0: from.On, Whole: from.Whole, Sweep: from.Sweep})
	}
	chunk, err := bundle.Letter(h, letter, func(c trust.Context, message []byte) ([]byte, error) {
		return b.keys.identity.Sign(c, message), nil
	})
	if err != nil {
		return err
	}
	return out.Chunk(chunk, true)
}

// pack writes the changes, a frame after the other.
func (b *Branch) pack(ctx context.Context, out *bundle.Writer) (changes int, err error) {
	codec, err := wire.NewCodec()
	if err != nil {
		return 0, err
	}
	sign := func(message []byte) []byte { return b.keys.identity.Sign(trust.ContextJournalHead, message) }
	after := map[crdt.Origin]uint64{}
	for limit, tries := stickChanges, 0; ; {
		ranges, err := b.Store.Luggage(ctx, after, limit, sign)
		if err != nil || len(ranges) == 0 {
			return changes, err
		}
		frame, err := codec.EncodePush(&wire.Push{Ranges: ranges})
		if errors.Is(err, wire.ErrTooLarge) && tries < shrinkFrame {
			limit, tries = max(1, limit/2), tries+1
			continue
		}
		if err != nil {
			return changes, err
		}
		if err := out.Chunk(frame, false); err != nil {
			return changes, err
		}
		for i := range ranges {
			after[ranges[i].Head.Origin] = ranges[i].Head.Seq
			changes += len(ranges[i].Changes)
		}
	}
}

// NewsOut tells what an answer of central brought.
type NewsOut struct {
	Path    string
	AtMS    int64 // when central wrote it, ms UTC
	Taken   int   // of the bundle that it answers
	Known   int
	Refused int
	Rows    int  // rows of the feed
	Cut     bool // it ends early; what stood before the cut was taken
}

// ReadNews takes the answer to a bundle: pages of the feed that central signed,
// as they would have come over the line.
func (b *Branch) ReadNews(ctx context.Context, r io.Reader) (out NewsOut, err error) {
	h, err := bundle.ReadHeader(r)
	if err != nil {
		return out, fmt.Errorf("node: read answer: %w", err)
	}
	switch {
	case h.Kind != bundle.News || h.Lock != bundle.ToReply:
		return out, fmt.Errorf("node: read answer: %w", bundle.ErrKind)
	case h.Central != bundle.CentralOf(b.keys.root.Fingerprint()):
		return out, fmt.Errorf("node: read answer: %w", bundle.ErrOtherBank)
	}
	secret, err := b.Store.ReplyBox(ctx, h.ID[:])
	if err != nil || secret == nil {
		return out, errors.Join(err, ErrNotOurs)
	}
	box, err := trust.ParseReplyBox(secret)
	if err != nil {
		return out, fmt.Errorf("node: read answer: %w", err)
	}
	key, err := box.OpenKey(h.Sealed, h.Info())
	if err != nil {
		return out, fmt.Errorf("node: read answer: %w: %w", bundle.ErrDamaged, err)
	}
	in, err := bundle.NewReader(r, h, key)
	if err != nil {
		return out, fmt.Errorf("node: read answer: %w", err)
	}
	if err := b.readLetter(ctx, in, h, &out); err != nil {
		return out, fmt.Errorf("node: read answer: %w", err)
	}
	err = b.unpack(ctx, in, &out)
	b.up().Kick()
	return out, err
}

// readLetter checks that the answer is central's, for this very file.
func (b *Branch) readLetter(ctx context.Context, in *bundle.Reader, h *bundle.Header, out *NewsOut) error {
	chunk, err := in.Next()
	if err != nil {
		return err
	}
	body, err := bundle.Signed(h, 0, chunk, b.keys.root.Check)
	if err != nil {
		return err
	}
	var letter bundle.NewsLetter
	if err := json.Unmarshal(body, &letter); err != nil || len(letter.Hash) != len(journal.Hash{}) {
		return fmt.Errorf("%w: its letter cannot be read", bundle.ErrDamaged)
	}
	if letter.Origin != b.Origin() {
		return ErrNotOurs
	}
	out.AtMS, out.Taken, out.Known, out.Refused = letter.AtMS, letter.Taken, letter.Known, letter.Refused
	return b.Store.Confirm(ctx, letter.Seq, journal.Hash(letter.Hash))
}

// unpack applies the pages of an answer.
func (b *Branch) unpack(ctx context.Context, in *bundle.Reader, out *NewsOut) error {
	codec, err := wire.NewCodec()
	if err != nil {
		return err
	}
	for {
		chunk, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, bundle.ErrCut):
			out.Cut = true
			return nil
		case err != nil:
			return fmt.Errorf("node: read answer: %w", err)
		}
		page, err := b.openPage(ctx, codec, chunk)
		if err == nil {
			err = b.takePage(ctx, page, out)
		}
		if err != nil {
			return fmt.Errorf("node: read answer: part %d: %w", in.Index()-1, err)
		}
	}
}

// openPage checks that central sealed a page, for this file as it is.
func (b *Branch) openPage(ctx context.Context, codec *wire.Codec, chunk []byte) (*wire.Page, error) {
	s, err := wire.Unseal(chunk)
	if err != nil {
		return nil, err
	}
	err = s.Check(func(message, signature []byte) error {
		return b.keys.root.Check(trust.ContextFeedPage, message, signature)
	})
	if err != nil {
		return nil, err
	}
	own := s.Heads[b.Origin()]
	if err := b.Store.Confirm(ctx, own.Seq, own.Hash); err != nil {
		return nil, err
	}
	page, err := codec.DecodePage(s.Frame)
	if err == nil {
		page.Vector[b.Origin()] = min(page.Vector[b.Origin()], own.Seq)
	}
	return page, err
}

// takePage applies a page; one from 0 that the file did not ask for begins its
// feed anew.
func (b *Branch) takePage(ctx context.Context, page *wire.Page, out *NewsOut) error {
	if page.Scope != b.Store.Scopes()[0] && page.Scope != b.me.Branch {
		return fmt.Errorf("%w: a page of scope %d", ErrNotOurs, page.Scope)
	}
	at, err := b.Store.Cursor(ctx, page.Scope)
	if err != nil {
		return err
	}
	if page.Since == 0 && at.Feed > 0 {
		from, err := b.Store.Reading(ctx, page.Scope)
		if err != nil {
			return err
		}
		read := at.Feed
		if from.On {
			read = from.Whole
		}
		if err := b.Store.Rewind(ctx, page.Scope, page.Epoch, page.Floor > read); err != nil {
			return err
		}
		at.Feed = 0
	}
	if page.Since == at.Feed {
		out.Rows += len(page.Rows)
	}
	return b.Store.Apply(ctx, page)
}

// stickCommands are the commands of a machine about bundles, at a node.
func (b *Branch) stickCommands(mux *http.ServeMux) {
	command(mux, "/bundle/write", func(ctx context.Context, in PathIn) (out WorkOut, err error) {
		if b.Store == nil {
			return out, ErrNotNode
		}
		out.Path = within(in.Path, b.stickName(workTail))
		out.Bytes, err = writeWhole(out.Path, func(w io.Writer) (err error) {
			out.Changes, err = b.WriteWork(ctx, w)
			return err
		})
		return out, err
	})
	command(mux, "/bundle/read", func(ctx context.Context, in PathIn) (out ReadOut, err error) {
		if b.Store == nil {
			return out, ErrNotNode
		}
		path := within(in.Path, b.stickName(newsTail))
		f, err := os.Open(path)
		if err != nil {
			return out, fmt.Errorf("node: read answer: %w", err)
		}
		defer f.Close() // read only: nothing can be lost
		news, err := b.ReadNews(ctx, f)
		news.Path = path
		return ReadOut{News: &news}, err
	})
}
