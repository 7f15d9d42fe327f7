package seed

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Limits of a shelf.
const (
	kept = 8       // files that may be asked for again after a cut line
	tail = ".snap" // of their names
)

// ErrNone is a file that is not kept any more, or none that can be made.
var ErrNone = errors.New("seed: this snapshot is not kept any more; begin a new one")

// Shelf is where files for new workstations are kept for a while.
type Shelf struct {
	Dir  string // made when needed; empty: none are made
	Rand io.Reader
	// Kept is how many files stay; 0: 8.
	Kept int

	mu sync.Mutex // one is made at a time
}

// Find gives the file that was begun under the id asked for (hex), or, where none
// is asked for, has a new one made. Its name tells whose it is.
func (s *Shelf) Find(whose, asked string, make func(path string) error) (id [16]byte, path string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Dir == "" {
		return id, "", ErrNone
	}
	name := func() string {
		return filepath.Join(s.Dir, whose+"-"+hex.EncodeToString(id[:])+tail)
	}
	if asked != "" {
		b, err := hex.DecodeString(asked)
		if err != nil || len(b) != len(id) {
			return id, "", ErrNone
		}
		copy(id[:], b)
		if _, err := os.Stat(name()); err != nil {
			return id, "", ErrNone
		}
		return id, name(), nil
	}
	if _, err := io.ReadFull(s.Rand, id[:]); err != nil {
		return id, "", fmt.Errorf("seed: %w", err)
	}
	if err := errors.Join(os.MkdirAll(s.Dir, 0o700), s.forget()); err != nil {
		return id, "", fmt.Errorf("seed: make room: %w", err)
	}
	part := name() + ".part"
	if err := make(part); err != nil {
		return id, "", errors.Join(err, drop(part))
	}
	return id, name(), os.Rename(part, name())
}

// Clear forgets all files.
func (s *Shelf) Clear() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Dir == "" {
		return nil
	}
	return os.RemoveAll(s.Dir)
}

// forget makes room: what was not finished goes, and the oldest.
func (s *Shelf) forget() error {
	most := s.Kept
	if most == 0 {
		most = kept
	}
	gone, err := filepath.Glob(filepath.Join(s.Dir, "*.part*"))
	files, err2 := filepath.Glob(filepath.Join(s.Dir, "*"+tail))
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	for len(files) >= most {
		oldest := 0
		for i := range files {
			if age(files[i]) < age(files[oldest]) {
				oldest = i
			}
		}
		gone, files = append(gone, files[oldest]), append(files[:oldest], files[oldest+1:]...)
	}
	for _, path := range gone {
		if err := drop(path); err != nil {
			return err
		}
	}
	return nil
}

func drop(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// age is when a file was made, ms UTC; 0 when it is gone.
func age(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.ModTime().UnixMilli()
}

// Expire forgets what was made before a time, and what was not finished.
func (s *Shelf) Expire(before time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	files, err := filepath.Glob(filepath.Join(s.Dir, "*"+tail+"*"))
	for _, path := range files {
		if age(path) < before.UnixMilli() {
			err = errors.Join(err, drop(path))
		}
	}
	return err
}
