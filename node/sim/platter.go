package sim

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"bough/node/store/vault"
)

// platter is the disk of a workstation: the vault, and what goes wrong below it.
// While nothing is armed, everything passes.
type platter struct {
	*vault.Disk
	w     *World
	path  string // of the database
	how   Fault  // what is armed; empty: nothing
	left  int    // operations until it happens
	gone  bool   // the power went: nothing is written or synced any more
	quiet bool   // the process is over: what its end would write is lost without a word
	told  int    // what the vault noticed
	undo  []piece
}

// piece is what a write that is not synced yet replaced.
type piece struct {
	file vault.FileKind
	at   int64
	old  []byte
	size int64 // of the file before
}

// platterKey is the data key of all make-believe workstations: the disk is the
// point here, not the secret.
func platterKey() []byte { return []byte("the data key of a made-up branch") }

// newPlatter mounts the disk of a workstation's file. Nonces come from a stream
// of their own: what is on the disk decides nothing in a run.
func newPlatter(w *World, path string) (*platter, error) {
	p := &platter{w: w, path: path}
	var err error
	p.Disk, err = vault.Mount("sim:"+path, vault.OneKey(platterKey()), vault.Options{
		Rand: newDice(w.o.Seed, streamNonces), Fault: p.fault, Damaged: func(vault.Damage) { p.told++ }})
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	return p, nil
}

// arm makes a fault happen at the n-th operation from now, counted from 0.
func (p *platter) arm(how Fault, n int) { p.how, p.left = how, n }

// calm ends what is armed. Between two transactions all is synced.
func (p *platter) calm() { p.how, p.undo = "", nil }

// fault is the seam: vault.Options.Fault. Nothing is ever synced really, for
// nobody pulls the plug of this machine.
func (p *platter) fault(a vault.Access) vault.Action {
	switch {
	case p.quiet && a.Op == vault.OpRead:
		return vault.EIO() // or its end would move the log into the file, in vain
	case p.quiet:
		return vault.Drop()
	case p.how == "":
		return vault.Action{}
	case p.how == BitFlip:
		return p.bend(a)
	case a.Op == vault.OpRead:
		return vault.Action{}
	}
	if !p.gone {
		p.left--
	}
	switch {
	case p.how == FullDisk && p.left < 0 && a.Op == vault.OpWrite:
		p.w.blackout = true
		return vault.NoSpace()
	case p.how == BadSector && p.left == -1:
		p.w.blackout = true
		return vault.EIO()
	case p.how == PowerCut:
		return p.powered(a)
	}
	return vault.Action{}
}

// bend flips a bit of a page that is read, once.
func (p *platter) bend(a vault.Access) vault.Action {
	if a.Op != vault.OpRead || a.File != vault.Database || a.Bytes != pageBytes || a.Offset == 0 {
		return vault.Action{}
	}
	if p.left--; p.left != -1 {
		return vault.Action{}
	}
	p.w.blackout = true
	return vault.Flip(p.w.faults.IntN(8 * pageBytes))
}

// powered keeps what unsynced writes replace, until the power goes.
func (p *platter) powered(a vault.Access) vault.Action {
	if p.left < 0 {
		p.gone = true
		p.w.blackout = true
		return vault.EIO()
	}
	switch a.Op {
	case vault.OpSync:
		p.synced(a.File)
	case vault.OpWrite, vault.OpTruncate:
		p.keep(a)
	}
	return vault.Action{}
}

func (p *platter) synced(file vault.FileKind) {
	var left []piece
	for _, u := range p.undo {
		if u.file != file {
			left = append(left, u)
		}
	}
	p.undo = left
}

// keep reads what an operation is about to replace.
func (p *platter) keep(a vault.Access) {
	f, err := os.Open(p.path + tailOf(a.File))
	if err != nil {
		return // it does not exist yet
	}
	defer f.Close()
	info, err := f.Stat()
	if !p.w.must("look at the disk", err) {
		return
	}
	u := piece{file: a.File, at: a.Offset, size: info.Size()}
	n := max(0, min(int64(a.Bytes), u.size-a.Offset))
	if a.Op == vault.OpTruncate {
		n = max(0, u.size-a.Offset)
	}
	u.old = make([]byte, n)
	if _, err := f.ReadAt(u.old, a.Offset); n > 0 && !p.w.must("read the disk", err) {
		return
	}
	p.undo = append(p.undo, u)
}

func tailOf(file vault.FileKind) string {
	switch file {
	case vault.Log:
		return sqliteFiles
	case vault.Journal:
		return "-journal"
	}
	return ""
}

// forget makes the copy of the files at path what the disk held when the power
// went: of what was not synced some is there, some is not, some is torn. What
// nobody synced the disk writes in any order.
func (p *platter) forget(path string) error {
	for i := len(p.undo) - 1; i >= 0; i-- {
		u := &p.undo[i]
		switch kept := p.w.faults.IntN(3); kept {
		case 0: // it reached the disk
		case 1: // a part of it did
			u.old = u.old[:len(u.old)/2/sectorBytes*sectorBytes]
			fallthrough
		default:
			if err := u.restore(path + tailOf(u.file)); err != nil {
				return fmt.Errorf("sim: the disk after a power cut: %w", err)
			}
		}
	}
	p.undo = nil
	return nil
}

func (u *piece) restore(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteAt(u.old, u.at)
	if info, serr := f.Stat(); serr == nil && info.Size() > u.size && len(u.old) == 0 {
		err = errors.Join(err, f.Truncate(u.size))
	}
	return errors.Join(err, f.Close())
}
