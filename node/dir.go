package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"bough/node/store/vault"
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

// dir is a directory that this process has locked, and has the key of.
type dir struct {
	path   string
	lock   *os.File
	vault  *vault.Disk
	health *health
}

// openDir locks a directory, which it makes if need be, and finds its key.
func openDir(o Options) (*dir, error) {
	d, err := lockDir(o.Dir)
	if err != nil {
		return nil, err
	}
	if err := d.unlock(o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func lockDir(path string) (*dir, error) {
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
	return &dir{path: path, lock: f}, nil
}

func (d *dir) file(name string) string { return filepath.Join(d.path, name) }

func (d *dir) has(name string) bool {
	_, err := os.Stat(d.file(name))
	return err == nil
}

// Close forgets the key and lets go of the directory.
func (d *dir) Close() error {
	if d.vault == nil {
		return d.lock.Close()
	}
	return errors.Join(d.vault.Close(), d.lock.Close())
}

// write puts a file in place whole or not at all, for the owner only; a private
// key is encrypted.
func (d *dir) write(name string, data []byte) error {
	data, err := d.seal(name, data)
	if err != nil {
		return fmt.Errorf("node: write %s: %w", name, err)
	}
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
	b, err := d.read(name)
	if err != nil {
		return err
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
	if b, err = d.unseal(name, b); err != nil {
		return nil, fmt.Errorf("node: read %s: %w", name, err)
	}
	return b, nil
}

// IsCentral reports whether a directory holds a central.
func IsCentral(path string) bool { return (&dir{path: path}).has(centralName) }

// IsNode reports whether a directory holds a node that joined.
func IsNode(path string) bool { return (&dir{path: path}).has(nodeName) }
