package node

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"bough/node/store/vault"
)

// freshTail is behind the name of a wrapping key that is about to take the place
// of the one before.
const freshTail = ".new"

// NewKey makes a wrapping key at path, which must not exist.
func NewKey(rand io.Reader, path string) error {
	if err := vault.NewSecret(rand, path); err != nil {
		return fmt.Errorf("node: %w", err)
	}
	return nil
}

// Rotate gives the directory of a process that does not run a new wrapping key,
// at the path to or, when that is empty, where the old one lies; and its database
// new keys of its own. A power cut in between leaves a directory that opens. The
// old wrapping key opens nothing here any more, but still the old copies of
// data.key, wherever they are.
func Rotate(o Options, to string) (err error) {
	if !IsCentral(o.Dir) && !IsNode(o.Dir) {
		return ErrNotNode
	}
	d, err := openDir(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if d.has(databaseName) {
		if err := d.rewritten(func() error { return d.vault.Renew(d.file(databaseName)) }); err != nil {
			return fmt.Errorf("node: %w", err)
		}
	}
	return d.rewrap(o, to)
}

func (d *dir) rewrap(o Options, to string) error {
	k := d.keyFile(o)
	fresh := to
	if to == "" || to == k.Secret {
		fresh = k.Secret + freshTail
		if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("node: rotate: %w", err)
		}
	}
	if _, err := os.Stat(fresh); errors.Is(err, fs.ErrNotExist) {
		if err := NewKey(o.Rand, fresh); err != nil {
			return err
		}
	}
	if err := k.Rewrap(o.Rand, fresh); err != nil {
		return fmt.Errorf("node: rotate: %w", err)
	}
	if fresh == k.Secret+freshTail {
		return replaceKey(k.Secret)
	}
	if to != "" && o.KeyFile == "" { // it lay beside, and lies apart now
		if err := os.Remove(k.Secret); err != nil {
			return fmt.Errorf("node: rotate: remove the old wrapping key: %w", err)
		}
	}
	return nil
}

// replaceKey puts a fresh wrapping key in the place of the old one.
func replaceKey(path string) error {
	if err := os.Rename(path+freshTail, path); err != nil {
		return fmt.Errorf("node: rotate: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

// freshKey is the data key of a directory whose rotation was cut short: it is
// wrapped under the fresh key already. nil when that is not so.
func freshKey(k vault.KeyFile) []byte {
	fresh := vault.KeyFile{Path: k.Path, Secret: k.Secret + freshTail}
	key, err := fresh.Load()
	if err != nil || replaceKey(k.Secret) != nil {
		return nil
	}
	return key
}
