package node

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"bough/node/api"
	"bough/node/desk"
	"bough/node/store/vault"
)

// Limits of a disk that fails.
const (
	ballastName  = "ballast"
	ballastBytes = 8 << 20         // twice what the log grows to before it is moved into the file: any act, and what is noted of it
	roomEvery    = 2 * time.Second // how often room is looked for once there was none
	maxDamages   = 20              // kept to be told: more say nothing new
)

// health is how the disk of a directory is. While all is well a file of ballast
// lies there. The first write that finds no room has it removed, and succeeds:
// what is being saved is saved. Then nothing new is taken, until the ballast can
// be laid again.
type health struct {
	ballast string
	bytes   int64
	rand    io.Reader
	log     *slog.Logger

	mu     sync.Mutex // guards what follows
	full   bool
	damage []vault.Damage
}

func newHealth(d *dir, o Options) *health {
	h := &health{ballast: d.file(ballastName), bytes: o.BallastBytes, rand: o.Rand, log: o.Log}
	if h.bytes == 0 {
		h.bytes = ballastBytes
	}
	return h
}

// release makes room for what is being saved: vault.Options.Full.
func (h *health) release() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.full {
		h.log.Error("The disk is full. What was being saved is saved; nothing new is taken until there is room.", "file", h.ballast)
	}
	h.full = true
	return os.Remove(h.ballast) == nil
}

// found notes damage: vault.Options.Damaged.
func (h *health) found(d vault.Damage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.damage) < maxDamages && !slices.Contains(h.damage, d) {
		h.damage = append(h.damage, d)
		h.log.Error("The file is damaged: what does not verify is not used.", "where", d.String(), "file", d.Path)
	}
}

// lay lays the ballast if there is room for it; then work goes on.
func (h *health) lay() {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.full
	if err := h.write(); err != nil {
		if !was {
			h.log.Error("There is no room on the disk: nothing new is taken until there is.", "err", err)
		}
		h.full = true
		return
	}
	h.full = false
	if was {
		h.log.Warn("There is room on the disk again: work goes on.")
	}
}

func (h *health) write() (err error) {
	if info, err := os.Stat(h.ballast); err == nil && info.Size() == h.bytes {
		return nil
	}
	f, err := os.OpenFile(h.ballast, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	noise, err := newNoise(h.rand)
	if err == nil {
		_, err = io.CopyN(f, noise, h.bytes)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, os.Remove(h.ballast))
	}
	return err
}

// newNoise is an endless source of bytes that no file system can compress.
func newNoise(rand io.Reader) (io.Reader, error) {
	seed := make([]byte, 32)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(seed[:16])
	if err != nil {
		return nil, err
	}
	return cipher.StreamReader{S: cipher.NewCTR(block, seed[16:]), R: zeros{}}, nil
}

// zeros is an endless source of zeros.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// trouble is why nothing can be saved, for people; nil while all is well.
func (h *health) trouble() *desk.Error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case len(h.damage) > 0:
		return desk.FileDamaged()
	case h.full:
		return desk.DiskFull()
	}
	return nil
}

// halt is trouble as an error, for work that can wait.
func (h *health) halt() error {
	if e := h.trouble(); e != nil {
		return fmt.Errorf("node: %w", e)
	}
	return nil
}

// ErrDamaged: a page that is needed to open the file does not verify.
var ErrDamaged = errors.New("node: the file is damaged. Keep a copy of this directory: what was not sent is in it. Central is brought back by 'bough restore', a workstation by joining anew in another directory")

// explain says what is behind an error of opening the file, where that is known.
func (h *health) explain(err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, vault.ErrForeign), len(h.damage) > 0 && !errors.Is(err, vault.ErrWrongKey):
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	case h.full:
		return fmt.Errorf("node: there is no room on the disk: %w", err)
	}
	return err
}

// state is a word of it for programs.
func (h *health) state() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case len(h.damage) > 0:
		return api.DiskDamaged
	case h.full:
		return api.DiskFull
	}
	return api.DiskOK
}

// watch looks for room, once there is none, until it is stopped. tell is called
// when that changes.
func (h *health) watch(o Options, tell func()) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		last := h.state()
		for {
			select {
			case <-ctx.Done():
				return
			case <-o.After(roomEvery):
			}
			if h.state() == api.DiskFull {
				h.lay()
			}
			if now := h.state(); now != last {
				last = now
				tell()
			}
		}
	})
	return func() error {
		cancel()
		done.Wait()
		return nil
	}
}
