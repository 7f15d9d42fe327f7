package vault

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Place is where something stands in the files of a database.
type Place struct {
	File   FileKind
	Page   int64 // its number, from 1
	Offset int64 // of the page image, or of its frame, in the file
}

// String says it in words.
func (p Place) String() string {
	return fmt.Sprintf("page %d, in the %s at byte %d", p.Page, p.File, p.Offset)
}

// Verify reads every page of the files of the database at path, free pages
// included, and returns what does not verify and is needed: none when the files
// are sound. The database may be in use: what does not verify because it is
// being written does so when it is looked at again.
func (d *Disk) Verify(path string) ([]Damage, error) {
	var bad []Damage
	for try := range verifyTries {
		now, err := d.verify(path)
		if err != nil {
			return nil, fmt.Errorf("vault: verify %s: %w", path, err)
		}
		if try > 0 {
			now = both(bad, now)
		}
		if bad = now; len(bad) == 0 {
			break
		}
	}
	return bad, nil
}

func both(a, b []Damage) (out []Damage) {
	for _, x := range b {
		for _, y := range a {
			if x == y {
				out = append(out, x)
			}
		}
	}
	return out
}

func (d *Disk) verify(path string) ([]Damage, error) {
	db, err := d.look(path)
	if err != nil {
		return nil, err
	}
	w, err := d.walker(path, db)
	if err != nil {
		return nil, err
	}
	log, covered, err := w.verifyLog(path)
	if err != nil {
		return nil, err
	}
	var bad []Damage
	err = w.database(db, func(p Place, page []byte) {
		if page == nil && !covered[p.Page] && p.Page != lockPage && len(bad) < maxDamages {
			bad = append(bad, Damage{Path: path, File: Database, Offset: p.Offset, Reason: "page does not verify"})
		}
	})
	return append(bad, log...), err
}

// Scan looks for needle in everything that the files of the database at path
// hold, decrypted: pages in use and free ones, and page images of the log, also
// those of earlier rounds that nobody reads any more. It is how a test proves
// that something is gone: no Place, no trace. Text stands in a page as UTF-8,
// but what is longer than some hundred bytes may be cut by the end of a page,
// and a term in a full-text index is stored without what it shares with the term
// before: look for something short, and ask the index as well.
func (d *Disk) Scan(path string, needle []byte) ([]Place, error) {
	db, err := d.look(path)
	if err != nil {
		return nil, fmt.Errorf("vault: scan %s: %w", path, err)
	}
	w, err := d.walker(path, db)
	if err != nil {
		return nil, fmt.Errorf("vault: scan %s: %w", path, err)
	}
	return w.scan(path, db, needle)
}

// Pages visits every page image that Scan looks through, decrypted; the bytes are
// visit's until it returns. It is for who looks for many things at once.
func (d *Disk) Pages(path string, visit func(Place, []byte)) error {
	db, err := d.look(path)
	if err != nil {
		return fmt.Errorf("vault: read %s: %w", path, err)
	}
	w, err := d.walker(path, db)
	if err != nil {
		return fmt.Errorf("vault: read %s: %w", path, err)
	}
	return w.each(path, db, visit)
}

// ScanPlain is Scan for a file that is not encrypted, as tests of what lies
// above the vault use it.
func ScanPlain(path string, needle []byte) ([]Place, error) {
	db, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vault: scan %s: %w", path, err)
	}
	places, err := (&walker{}).scan(path, db, needle)
	return places, errors.Join(err, db.Close())
}

func (d *Disk) walker(path string, db *os.File) (*walker, error) {
	var salt [saltSize]byte
	switch _, err := db.ReadAt(salt[:], 0); {
	case err == io.EOF:
		return &walker{}, nil // an empty file: nothing is read with the keys
	case err != nil:
		return nil, err
	case looksPlain(salt[:]):
		return nil, ErrPlain
	case allZero(salt[:]):
		return nil, ErrForeign
	}
	key, err := d.vault.keys(path)
	if err != nil {
		return nil, fmt.Errorf("no key: %w", err)
	}
	keys, err := deriveKeys(key, salt)
	return &walker{keys: keys}, err
}

// walker reads the files of a database page by page, beside the engine.
type walker struct {
	sealer
	keys *fileKeys // nil: the files are plain
}

func (w *walker) scan(path string, db *os.File, needle []byte) (found []Place, err error) {
	err = w.each(path, db, func(p Place, page []byte) {
		if bytes.Contains(page, needle) {
			found = append(found, p)
		}
	})
	return found, err
}

// each visits all pages, and fails if one of the file does not verify.
func (w *walker) each(path string, db *os.File, visit func(Place, []byte)) error {
	if info, err := os.Stat(path + "-journal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("vault: scan %s: it has a rollback journal: open and close the file first", path)
	}
	damaged := 0
	err := w.database(db, func(p Place, page []byte) {
		if page == nil && p.Page != lockPage {
			damaged++
			return
		}
		visit(p, page)
	})
	if err == nil && damaged > 0 {
		err = fmt.Errorf("%d pages do not verify", damaged)
	}
	if err == nil {
		// A frame that does not verify was torn, and nobody can read it.
		err = w.log(path, func(f logFrame) { visit(Place{Log, f.page, f.at}, f.plain) })
	}
	if err != nil {
		return fmt.Errorf("vault: scan %s: %w", path, err)
	}
	return nil
}

// database visits the pages of the file; a nil page does not verify.
func (w *walker) database(db *os.File, visit func(Place, []byte)) error {
	r := io.NewSectionReader(db, 0, 1<<62)
	buf := make([]byte, walkPages*pageSize)
	for at := int64(0); ; {
		n, err := io.ReadFull(r, buf)
		for b := buf[:n]; len(b) >= pageSize; b, at = b[pageSize:], at+pageSize {
			page, p := b[:pageSize], Place{Database, pageNumber(at), at}
			if w.keys != nil {
				m := w.dbPage(w.keys, p.Page, page)
				if string(page[footAt:]) != mark || !m.open(page, page) {
					page = nil
				}
			}
			visit(p, page)
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil
		default:
			return err
		}
	}
}

// logFrame is a frame of the log as the walker found it.
type logFrame struct {
	frame
	page    int64
	current bool   // of this round of the log
	plain   []byte // nil: it does not verify
}

// log visits the frames of the log, also those of earlier rounds.
func (w *walker) log(path string, visit func(logFrame)) error {
	f, err := os.Open(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	head, buf := make([]byte, walHeader), make([]byte, frameSize)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil // empty, or its header was never written whole
	}
	for at := int64(walHeader); ; at += frameSize {
		if _, err := io.ReadFull(f, buf); err != nil {
			return tail(err)
		}
		visit(w.openFrame(buf, head, at))
	}
}

// tail lets the end of a file pass.
func tail(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

func (w *walker) openFrame(b, head []byte, at int64) logFrame {
	if w.keys != nil {
		w.keys.showHead(b, b)
	}
	f := logFrame{frame: frame{at: at, ends: endsTransaction(b)}, page: int64(binary.BigEndian.Uint32(b)), current: bytes.Equal(b[8:16], head[16:24])}
	f.plain = b[frameHeader:]
	if w.keys == nil {
		return f
	}
	f.commits = binary.BigEndian.Uint32(f.plain[footAt:])
	m := w.logPage(w.keys, at, b, f.commits)
	if !m.open(f.plain, f.plain) {
		f.plain = nil
	}
	return f
}

// verifyLog finds damage in this round of the log, as the engine's recovery
// does (recover.go), and the pages of the database that the log holds newer.
func (w *walker) verifyLog(path string) (bad []Damage, covered map[int64]bool, err error) {
	covered = map[int64]bool{}
	var pending []int64
	commits, broken := uint32(0), int64(0)
	err = w.log(path, func(f logFrame) {
		switch {
		case f.plain == nil || !f.current:
			if broken == 0 {
				broken = f.at
			}
		case broken != 0:
			if f.commits > commits && len(bad) == 0 {
				bad = append(bad, Damage{Path: path, File: Log, Offset: broken, Reason: "frame does not verify, and commits follow it"})
			}
		default:
			pending = append(pending, f.page)
			if commits = f.next(); f.ends {
				for _, n := range pending {
					covered[n] = true
				}
				pending = pending[:0]
			}
		}
	})
	return bad, covered, err
}
