package node

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"bough/node/crm"
	"bough/node/store"
	"bough/sync/bundle"
	"bough/sync/lan"
	"bough/sync/rows"
	"bough/sync/seed"
	"bough/sync/wire"
)

// Names of the folders that hold files for new workstations for a while.
const (
	snapshotsName = "snapshots" // at central
	copiesName    = "copies"    // at a workstation
)

// Limits of the copies that a workstation gives to a new one.
const (
	copiesKept   = 1
	copyKept     = time.Hour              // for who was cut off; then it goes from the disk
	settledFor   = 100 * time.Millisecond // between two looks whether the rows are central's alone
	settledTries = 50
	workedWithin = time.Minute // somebody is at this workstation: a copy may wait
	restFactor   = 3           // then it rests so many times as long as a part took
	restLongest  = 500 * time.Millisecond
	proofRows    = 2_000
)

// shelf is where central keeps snapshots. They go before it is said of anything
// that it is gone.
func (h *HeadOffice) shelf() *seed.Shelf {
	s := &seed.Shelf{Dir: h.dir.file(snapshotsName), Rand: h.o.Rand}
	h.Office.Local.OnClean(s.Clear)
	return s
}

// giver is what a workstation gives new ones.
type giver struct {
	shelf *seed.Shelf
	shape []byte // of its files; nil until somebody asks
}

// newGiver forgets what the last process kept.
func (b *Branch) newGiver() *giver {
	g := &giver{shelf: &seed.Shelf{Dir: b.dir.file(copiesName), Rand: b.o.Rand, Kept: copiesKept}}
	b.Store.OnClean(g.shelf.Clear)
	return g
}

// shapeOf is how files of this release are laid out; a new one is made in the
// directory for it.
func shapeOf(d *dir, name string) ([]byte, error) {
	return store.Shape(store.Options{Path: filepath.Join(d.path, name), Schema: crm.Table(), Disk: d.vault})
}

// give writes a copy for a new workstation: one that was begun, or a new one.
func (b *Branch) give(ctx context.Context, q *wire.SnapshotAsk, w io.Writer, may func() error) (err error) {
	g := b.giver
	if g.shape == nil { // one is given at a time: nobody else is here
		if g.shape, err = shapeOf(b.dir, "shape.db"); err != nil {
			return err
		}
	}
	if !bytes.Equal(q.Shape, g.shape) {
		return lan.ErrOtherRelease
	}
	if err := b.dir.health.halt(); err != nil {
		return fmt.Errorf("%w: %w", lan.ErrOccupied, err)
	}
	s := seed.Stream{Central: bundle.CentralOf(b.keys.root.Fingerprint()), Disk: b.dir.vault}
	s.ID, s.Path, err = g.shelf.Find("copy", q.ID, func(path string) error { return b.copyTo(ctx, path) })
	if errors.Is(err, rows.ErrWider) {
		return fmt.Errorf("%w: %w", lan.ErrOtherRelease, err)
	}
	if errors.Is(err, store.ErrUnsettled) {
		return fmt.Errorf("%w: %w", lan.ErrOccupied, err)
	}
	if err != nil {
		return err
	}
	s.Wait = b.rest(ctx, may)
	b.o.Log.Info("a new workstation is given a copy", "parts there", q.Chunk)
	return s.Send(w, q)
}

// copyTo makes a copy as soon as the rows are central's alone.
func (b *Branch) copyTo(ctx context.Context, path string) error {
	for range settledTries {
		is, err := b.Store.Settled(ctx)
		if err != nil {
			return err
		}
		if is {
			err = b.Store.Copy(ctx, path)
			if !errors.Is(err, store.ErrUnsettled) {
				return err
			}
			if err := removeAll(path); err != nil {
				return err
			}
		}
		select {
		case <-b.o.After(settledFor):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return store.ErrUnsettled
}

// rest makes a copy wait between parts while somebody works here, so that they
// do not feel it.
func (b *Branch) rest(ctx context.Context, may func() error) func() error {
	began := b.o.Now()
	return func() error {
		if err := may(); err != nil {
			return err
		}
		took := b.o.Now().Sub(began)
		worked, err := b.worked(ctx)
		if err != nil {
			return err
		}
		if worked {
			select {
			case <-b.o.After(min(restFactor*took, restLongest)):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		began = b.o.Now()
		return nil
	}
}

// worked reports whether somebody did something here just now.
func (b *Branch) worked(ctx context.Context) (is bool, err error) {
	err = b.Store.File.Read(ctx, func(tx *rows.Tx) error {
		_, is, err = tx.Int(`SELECT 1 FROM token WHERE seen>?1 AND locked=0`, b.nowMS()-workedWithin.Milliseconds())
		return err
	})
	return is, err
}

// proofFor gets what central says of a scope, for a new workstation without a line.
func (b *Branch) proofFor(ctx context.Context, scope, since int64) ([]byte, error) {
	if !b.up().State().Online {
		return nil, nil
	}
	page, err := b.up().Lend(ctx, wire.Pull{Scope: scope, Since: since, Limit: proofRows})
	if err != nil {
		b.o.Log.Debug("a proof for a new workstation was not got", "error", err)
		return nil, nil // it asks central itself, or again
	}
	return page, nil
}

// tidyCopies removes copies that nobody goes on with, until ctx ends.
func (b *Branch) tidyCopies(ctx context.Context) {
	for {
		if err := b.giver.shelf.Expire(b.o.Now().Add(-copyKept)); err != nil {
			b.o.Log.Warn("removing a copy for a new workstation failed", "error", err)
		}
		select {
		case <-b.o.After(time.Minute):
		case <-ctx.Done():
			return
		}
	}
}
