package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"bough/node/desk"
	"bough/node/stick"
	"bough/node/store"
	"bough/sync/bundle"
)

// Limits of sticks.
const (
	stickFiles = 100            // files of a stick that are listed
	copyBytes  = 256 << 10      // copied between two looks at whether to stop
	spoolName  = "stick.bundle" // work that is put together, until it is on a stick whole
)

// sticks lists the places where a stick may be, and what is on them.
func (b *Branch) sticks(context.Context) (out []desk.Stick, err error) {
	places := append(slices.Clone(b.o.Sticks), removable()...)
	for i, place := range places {
		if slices.Contains(places[:i], place) {
			continue
		}
		s := desk.Stick{Place: place, FreeBytes: -1}
		if free, known := freeBytes(place); known {
			s.FreeBytes = free
		}
		if s.Files, err = b.stickFiles(place); errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			continue // pulled out, or somebody else's
		}
		if err != nil {
			return nil, fmt.Errorf("node: list stick: %w", err)
		}
		out = append(out, s)
	}
	return out, nil
}

// stickFiles lists the files of ours in a folder, newest first.
func (b *Branch) stickFiles(place string) (out []desk.StickFile, err error) {
	entries, err := os.ReadDir(place)
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{workTail: desk.StickWork, newsTail: desk.StickAnswer, partTail: desk.StickPart}
	for _, e := range entries {
		kind := kinds[filepath.Ext(e.Name())]
		info, err := e.Info()
		if kind == "" || err != nil || !info.Mode().IsRegular() || !strings.HasPrefix(e.Name(), "bough-") {
			continue
		}
		out = append(out, desk.StickFile{Name: e.Name(), Kind: kind, AtMS: info.ModTime().UnixMilli(), SizeBytes: info.Size(),
			Ours: b.isOurs(e.Name())})
	}
	slices.SortFunc(out, func(x, y desk.StickFile) int { return int(y.AtMS - x.AtMS) })
	return out[:min(len(out), stickFiles)], nil
}

// isOurs tells by its name whether a file is of this workstation; browsers add
// a number where there is one of that name.
func (b *Branch) isOurs(name string) bool {
	rest, ours := strings.CutPrefix(name, b.stickName(""))
	return ours && (rest == "" || rest[0] < '0' || rest[0] > '9')
}

// carrying is what is under way; after a start, what was not finished before.
func (b *Branch) carrying() *desk.Carrying {
	c := b.carrier.state()
	if c == nil && b.dir.has(spoolName) {
		return &desk.Carrying{Kind: desk.StickWork, Resumes: true, EndedMS: b.nowMS()}
	}
	return c
}

// carrier is what is being done with a stick; one thing at a time.
type carrier struct {
	mu    sync.Mutex // guards the rest
	at    *desk.Carrying
	quit  context.CancelFunc
	ended sync.WaitGroup
	shut  bool
}

// state is a copy of what is under way.
func (c *carrier) state() *desk.Carrying {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at == nil {
		return nil
	}
	at := *c.at
	return &at
}

// note changes what is told of it.
func (c *carrier) note(fn func(*desk.Carrying)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fn(c.at)
}

// begin runs do, unless something is under way.
func (c *carrier) begin(at desk.Carrying, do func(ctx context.Context)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shut || c.at != nil && c.at.EndedMS == 0 {
		return &desk.Error{Reason: desk.Invalid, Code: "stick_busy", Message: "a stick is being written or read; wait until it is done"}
	}
	ctx, quit := context.WithCancel(context.Background())
	c.at, c.quit = &at, quit
	c.ended.Go(func() {
		defer quit()
		do(ctx)
	})
	return nil
}

// stop ends what is under way and waits for it.
func (c *carrier) stop() error {
	c.mu.Lock()
	c.shut = true
	if c.quit != nil {
		c.quit()
	}
	c.mu.Unlock()
	c.ended.Wait()
	return nil
}

// carry begins to write work to a stick, or to read what it brings.
func (b *Branch) carry(kind, place string) error {
	known, err := b.sticks(context.Background())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(known, func(s desk.Stick) bool { return s.Place == place }) {
		return &desk.Error{Reason: desk.Invalid, Code: "stick_gone", Field: "place", Message: "this stick is not plugged in any more"}
	}
	do := b.writeStick
	if kind == desk.StickAnswer {
		do = b.readStick
	}
	return b.carrier.begin(desk.Carrying{Kind: kind, Place: place}, func(ctx context.Context) {
		err := do(ctx, place)
		if err != nil && ctx.Err() == nil {
			b.o.Log.Warn("carrying by stick failed", "kind", kind, "error", err)
		}
		b.carrier.note(func(c *desk.Carrying) {
			c.EndedMS, c.Fault = b.nowMS(), stickFault(err)
			c.Resumes = err != nil && kind == desk.StickWork && b.dir.has(spoolName)
		})
	})
}

// stickFaults are the faults of sticks.
var stickFaults = []faultWord{
	{fs.ErrNotExist, "stick_gone", "this stick is not plugged in any more"},
	{syscall.EIO, "stick_gone", "this stick is not plugged in any more"},
	{syscall.ENOSPC, "stick_full", "there is no room left on the stick"},
	{fs.ErrPermission, "stick_locked", "this stick cannot be written"},
	{syscall.EROFS, "stick_locked", "this stick cannot be written"},
	{ErrNoBundle, "stick_nothing", "there is no answer for this workstation on the stick"},
	{stick.ErrNotOurs, "stick_other", "the answer on this stick is for another workstation, or from too long ago"},
	{bundle.ErrOtherBank, "stick_other", "the answer on this stick is of another bank"},
	{store.ErrOldNews, "stick_other", "the answer on this stick is from too long ago"},
	{bundle.ErrDamaged, "stick_damaged", "the answer on this stick is damaged"},
	{bundle.ErrForeign, "stick_damaged", "the answer on this stick is damaged"},
	{bundle.ErrKind, "stick_damaged", "the answer on this stick is damaged"},
	{bundle.ErrCut, "stick_damaged", "the answer on this stick is damaged"},
	{bundle.ErrNewer, "stick_newer", "the answer was written by a newer release; upgrade this program first"},
}

func stickFault(err error) *desk.Error {
	if err == nil {
		return nil
	}
	if said := inWords(err, "", stickFaults); said != nil {
		return said
	}
	return &desk.Error{Reason: desk.Invalid, Code: "stick_failed", Message: "this did not go well; the reason is in the log of this workstation"}
}

// writeStick puts the unsent work together, unless that was done and only not
// copied to its end, and copies it to a stick.
func (b *Branch) writeStick(ctx context.Context, place string) error {
	spool := b.dir.file(spoolName)
	if !b.dir.has(spoolName) {
		if err := b.spool(ctx, spool); err != nil {
			return err
		}
	}
	if err := b.toStick(ctx, spool, filepath.Join(place, b.stickName(workTail))); err != nil {
		return err
	}
	return os.Remove(spool)
}

// spool puts the work together in the node's own directory: a stick that is
// pulled out does not have to wait for that again.
func (b *Branch) spool(ctx context.Context, path string) error {
	p, err := b.Store.Progress(ctx)
	if err != nil {
		return err
	}
	b.carrier.note(func(c *desk.Carrying) { c.All = int64(p.Unsent + b.Store.Relayable()) })
	_, err = writeWhole(path, func(w io.Writer) error {
		changes, err := b.WriteWork(ctx, w, func(n int) {
			b.carrier.note(func(c *desk.Carrying) { c.Done = int64(n); c.All = max(c.All, c.Done) })
		})
		b.carrier.note(func(c *desk.Carrying) { c.Changes = changes })
		return err
	})
	return err
}

// toStick copies a file to a stick: what is there of it from a copy that was
// interrupted is compared and gone on from.
func (b *Branch) toStick(ctx context.Context, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() // read only: nothing can be lost
	info, err := in.Stat()
	if err != nil {
		return err
	}
	part := to + partTail
	out, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	b.carrier.note(func(c *desk.Carrying) { c.Copying, c.Done, c.All = true, 0, info.Size() })
	err = copyOn(ctx, out, in, func(n int64) { b.carrier.note(func(c *desk.Carrying) { c.Done = n }) })
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// copyOn makes out the same as in; told is how far it is.
func copyOn(ctx context.Context, out *os.File, in *os.File, told func(n int64)) error {
	want, have := make([]byte, copyBytes), make([]byte, copyBytes)
	for at, same := int64(0), true; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := in.ReadAt(want, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if n == 0 {
			return out.Truncate(at)
		}
		if same {
			m, err := out.ReadAt(have[:n], at)
			same = m == n && (err == nil || errors.Is(err, io.EOF)) && slices.Equal(have[:n], want[:n])
		}
		if !same {
			if _, err := out.WriteAt(want[:n], at); err != nil {
				return err
			}
		}
		at += int64(n)
		told(at)
	}
}

// readStick takes the answers on a stick that are for this workstation, the
// oldest first.
func (b *Branch) readStick(ctx context.Context, place string) error {
	files, err := b.stickFiles(place)
	if err != nil {
		return err
	}
	slices.Reverse(files)
	err = ErrNoBundle
	for _, f := range files {
		if f.Kind != desk.StickAnswer || !f.Ours {
			continue
		}
		if err = b.readAnswer(ctx, filepath.Join(place, f.Name), f.SizeBytes); err != nil {
			return err
		}
	}
	return err
}

func (b *Branch) readAnswer(ctx context.Context, path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() // read only: nothing can be lost
	b.carrier.note(func(c *desk.Carrying) { c.Done, c.All = 0, size })
	news, err := b.ReadNews(ctx, &followed{r: f, told: func(n int64) { b.carrier.note(func(c *desk.Carrying) { c.Done = n }) }})
	b.carrier.note(func(c *desk.Carrying) {
		c.AtMS, c.Taken, c.Refused, c.Cut = news.AtMS, news.Taken+news.Known-news.Refused, news.Refused, news.Cut
		c.Rows += news.Rows
	})
	return err
}

// followed tells how much was read.
type followed struct {
	r    io.Reader
	n    int64
	told func(n int64)
}

func (c *followed) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.told(c.n)
	return n, err
}
