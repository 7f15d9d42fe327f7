package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Errors of a directory.
var (
	// ErrRunning: another process works in the directory.
	ErrRunning = errors.New("node: a bough process is running in this directory; stop it first")
	// ErrNotCentral: the directory holds no central.
	ErrNotCentral = errors.New("node: this directory holds no central; start one with 'bough central --dir'")
	// ErrNotNode: the directory holds no node that joined.
	ErrNotNode = errors.New("node: no workstation has joined in this directory; use 'bough join --dir'")
)

// dir is a directory that this process has locked.
type dir struct {
	path string
	lock *os.File
}

func openDir(path string) (*dir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("node: make %s: %w", path, err)
	}
	f, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("node: lock %s: %w", path, err)
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s", err, path), f.Close())
	}
	return &dir{path, f}, nil
}

func (d *dir) file(name string) string { return filepath.Join(d.path, name) }

func (d *dir) has(name string) bool {
	_, err := os.Stat(d.file(name))
	return err == nil
}

func (d *dir) Close() error { return d.lock.Close() }

// write puts a file in place whole or not at all, for the owner only.
func (d *dir) write(name string, data []byte) error {
	tmp := d.file(name + ".new")
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("node: write %s: %w", name, err)
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("node: write %s: %w", name, err)
	}
	if err := os.Rename(tmp, d.file(name)); err != nil {
		return fmt.Errorf("node: write %s: %w", name, err)
	}
	return nil
}

func (d *dir) writeJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return d.write(name, append(b, '\n'))
}

func (d *dir) readJSON(name string, v any) error {
	b, err := os.ReadFile(d.file(name))
	if err != nil {
		return fmt.Errorf("node: read %s: %w", name, err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("node: read %s: %w", d.file(name), err)
	}
	return nil
}

func (d *dir) read(name string) ([]byte, error) {
	b, err := os.ReadFile(d.file(name))
	if err != nil {
		return nil, fmt.Errorf("node: read %s: %w", name, err)
	}
	return b, nil
}

// IsCentral reports whether a directory holds a central.
func IsCentral(path string) bool { return (&dir{path: path}).has(centralName) }

// IsNode reports whether a directory holds a node that joined.
func IsNode(path string) bool { return (&dir{path: path}).has(nodeName) }
