package stick

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"bough/crdt"
	"bough/node/store"
	"bough/sync/bundle"
	"bough/sync/journal"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Limits of a frame.
const (
	maxChanges  = 5_000 // less than fits into one
	shrinkFrame = 12    // halvings of one that is too large
)

// Workstation is whose work goes and whose news come.
type Workstation struct {
	Store    *store.Store
	Identity *trust.Identity // that it writes with
	Root     *trust.Root     // central's
	Branch   int64
	Version  string
	// Credential proves who it is where central has not certified its number yet;
	// Reason is why it has a new one.
	Credential []byte
	Reason     string
	Rand       io.Reader
	NowMS      func() int64
	Packed     func(changes int) // told how many are in, as they are packed; nil: nobody
}

// Write writes all that central is not known to have, own and neighbours',
// so that central alone can read it.
func (w *Workstation) Write(ctx context.Context, to io.Writer) (changes int, err error) {
	h := bundle.Header{Kind: bundle.Work, Lock: bundle.ToCentral, Central: bundle.CentralOf(w.Root.Fingerprint())}
	if _, err := io.ReadFull(w.Rand, h.ID[:]); err != nil {
		return 0, fmt.Errorf("stick: write bundle: %w", err)
	}
	key, sealed, err := w.Root.SealKey(h.Info())
	if err != nil {
		return 0, fmt.Errorf("stick: write bundle: %w", err)
	}
	h.Sealed = sealed
	out, err := bundle.NewWriter(to, &h, key)
	if err != nil {
		return 0, fmt.Errorf("stick: write bundle: %w", err)
	}
	if err := w.writeLetter(ctx, out, &h); err != nil {
		return 0, fmt.Errorf("stick: write bundle: %w", err)
	}
	if changes, err = w.pack(ctx, out); err != nil {
		return 0, fmt.Errorf("stick: write bundle: %w", err)
	}
	return changes, out.Close()
}

// writeLetter begins a bundle: who sends it, and where the answer goes.
func (w *Workstation) writeLetter(ctx context.Context, out *bundle.Writer, h *bundle.Header) error {
	box, err := trust.NewReplyBox(w.Rand)
	if err != nil {
		return err
	}
	if err := w.Store.KeepReplyBox(ctx, h.ID[:], box.Bytes()); err != nil {
		return err
	}
	p, err := w.Store.Progress(ctx)
	if err != nil {
		return err
	}
	letter := bundle.WorkLetter{Origin: w.Store.Origin(), Branch: w.Branch, AtMS: w.NowMS(), Reply: box.Public(), Unsent: p.Unsent, OldestMS: p.OldestMS, Version: w.Version,
		Credential: w.Credential, Reason: w.Reason}
	for _, scope := range w.Store.Scopes() {
		at, err := w.Store.Cursor(ctx, scope)
		if err != nil {
			return err
		}
		from, err := w.Store.Reading(ctx, scope)
		if err != nil {
			return err
		}
		letter.Cursors = append(letter.Cursors, bundle.Cursor{Scope: scope, Feed: at.Feed, Epoch: at.Epoch, From0: from.On, Whole: from.Whole, Sweep: from.Sweep})
	}
	chunk, err := bundle.Letter(h, letter, func(c trust.Context, message []byte) ([]byte, error) {
		return w.Identity.Sign(c, message), nil
	})
	if err != nil {
		return err
	}
	return out.Chunk(chunk, true)
}

// pack writes the changes, a frame after the other.
func (w *Workstation) pack(ctx context.Context, out *bundle.Writer) (changes int, err error) {
	codec, err := wire.NewCodec()
	if err != nil {
		return 0, err
	}
	sign := func(message []byte) []byte { return w.Identity.Sign(trust.ContextJournalHead, message) }
	after := map[crdt.Origin]uint64{}
	for limit, tries := maxChanges, 0; ; {
		ranges, err := w.Store.Luggage(ctx, after, limit, sign)
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
		if err := w.envelopes(ctx, out, ranges); err != nil {
			return changes, err
		}
		if err := out.Chunk(frame, false); err != nil {
			return changes, err
		}
		for i := range ranges {
			after[ranges[i].Head.Origin] = ranges[i].Head.Seq
			changes += len(ranges[i].Changes)
		}
		if w.Packed != nil {
			w.Packed(changes)
		}
	}
}

// envelopes writes, before the frame of their ranges, what central alone can open of
// them: it lost them with a backup, so they go once more.
func (w *Workstation) envelopes(ctx context.Context, out *bundle.Writer, ranges []journal.Range) error {
	closed, err := w.Store.Enclosed(ctx, ranges)
	if err != nil {
		return err
	}
	for i := range closed {
		b, err := json.Marshal(closed[i])
		if err != nil {
			return fmt.Errorf("stick: envelope of change %d: %w", closed[i].Seq, err)
		}
		if err := out.Chunk(b, false); err != nil {
			return err
		}
	}
	return nil
}
