package stick

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"bough/sync/bundle"
	"bough/sync/journal"
	"bough/sync/trust"
	"bough/sync/wire"
)

// ErrNotOurs: an answer to a bundle that this workstation did not write, or
// long ago.
var ErrNotOurs = errors.New("stick: this file is for another workstation, or answers a bundle from too long ago; write a new bundle")

// News tells what an answer of central brought.
type News struct {
	AtMS    int64 // when central wrote it, ms UTC
	Taken   int   // of the bundle that it answers
	Known   int
	Refused int
	Rows    int  // rows of the feed
	Cut     bool // it ends early; what stood before the cut was taken
}

// Read takes the answer to a bundle: pages of the feed that central signed,
// as they would have come over the line.
func (w *Workstation) Read(ctx context.Context, r io.Reader) (out News, err error) {
	h, err := bundle.ReadHeader(r)
	if err != nil {
		return out, fmt.Errorf("stick: read answer: %w", err)
	}
	switch {
	case h.Kind != bundle.News || h.Lock != bundle.ToReply:
		return out, fmt.Errorf("stick: read answer: %w", bundle.ErrKind)
	case h.Central != bundle.CentralOf(w.Root.Fingerprint()):
		return out, fmt.Errorf("stick: read answer: %w", bundle.ErrOtherBank)
	}
	secret, err := w.Store.ReplyBox(ctx, h.ID[:])
	if err != nil || secret == nil {
		return out, errors.Join(err, ErrNotOurs)
	}
	box, err := trust.ParseReplyBox(secret)
	if err != nil {
		return out, fmt.Errorf("stick: read answer: %w", err)
	}
	key, err := box.OpenKey(h.Sealed, h.Info())
	if err != nil {
		return out, fmt.Errorf("stick: read answer: %w: %w", bundle.ErrDamaged, err)
	}
	in, err := bundle.NewReader(r, h, key)
	if err != nil {
		return out, fmt.Errorf("stick: read answer: %w", err)
	}
	if err := w.readLetter(ctx, in, h, &out); err != nil {
		return out, fmt.Errorf("stick: read answer: %w", err)
	}
	err = w.unpack(ctx, in, &out)
	return out, err
}

// readLetter checks that the answer is central's, for this very file.
func (w *Workstation) readLetter(ctx context.Context, in *bundle.Reader, h *bundle.Header, out *News) error {
	chunk, err := in.Next()
	if err != nil {
		return err
	}
	body, err := bundle.Signed(h, 0, chunk, w.Root.Check)
	if err != nil {
		return err
	}
	var letter bundle.NewsLetter
	if err := json.Unmarshal(body, &letter); err != nil || len(letter.Hash) != len(journal.Hash{}) {
		return fmt.Errorf("%w: its letter cannot be read", bundle.ErrDamaged)
	}
	if letter.Origin != w.Store.Origin() {
		return ErrNotOurs
	}
	out.AtMS, out.Taken, out.Known, out.Refused = letter.AtMS, letter.Taken, letter.Known, letter.Refused
	return w.Store.Confirm(ctx, letter.Seq, journal.Hash(letter.Hash))
}

// unpack applies the pages of an answer.
func (w *Workstation) unpack(ctx context.Context, in *bundle.Reader, out *News) error {
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
			return fmt.Errorf("stick: read answer: %w", err)
		}
		page, err := w.openPage(ctx, codec, chunk)
		if err == nil {
			err = w.takePage(ctx, page, out)
		}
		if err != nil {
			return fmt.Errorf("stick: read answer: part %d: %w", in.Index()-1, err)
		}
	}
}

// openPage checks that central sealed a page, for this file as it is.
func (w *Workstation) openPage(ctx context.Context, codec *wire.Codec, chunk []byte) (*wire.Page, error) {
	s, err := wire.Unseal(chunk)
	if err != nil {
		return nil, err
	}
	err = s.Check(func(message, signature []byte) error {
		return w.Root.Check(trust.ContextFeedPage, message, signature)
	})
	if err != nil {
		return nil, err
	}
	own := s.Heads[w.Store.Origin()]
	if err := w.Store.Confirm(ctx, own.Seq, own.Hash); err != nil {
		return nil, err
	}
	page, err := codec.DecodePage(s.Frame)
	if err == nil {
		page.Vector[w.Store.Origin()] = min(page.Vector[w.Store.Origin()], own.Seq)
	}
	return page, err
}

// takePage applies a page; one from 0 that the file did not ask for begins its
// feed anew.
func (w *Workstation) takePage(ctx context.Context, page *wire.Page, out *News) error {
	if page.Scope != w.Store.Scopes()[0] && page.Scope != w.Branch {
		return fmt.Errorf("%w: a page of scope %d", ErrNotOurs, page.Scope)
	}
	at, err := w.Store.Cursor(ctx, page.Scope)
	if err != nil {
		return err
	}
	if page.Since == 0 && at.Feed > 0 {
		from, err := w.Store.Reading(ctx, page.Scope)
		if err != nil {
			return err
		}
		read := at.Feed
		if from.On {
			read = from.Whole
		}
		if err := w.Store.Rewind(ctx, page.Scope, page.Epoch, page.Floor > read); err != nil {
			return err
		}
		at.Feed = 0
	}
	if page.Since == at.Feed {
		out.Rows += len(page.Rows)
	}
	return w.Store.Apply(ctx, page)
}
