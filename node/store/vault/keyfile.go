package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// minSecretBytes of a machine secret: what a random key has. It is no password
// and is not stretched like one.
const minSecretBytes = 32

// ErrLoose says that others than the owner may read or write a secret.
var ErrLoose = errors.New("the file is open to others than its owner: chmod 600")

// KeyFile keeps the data key of a node wrapped under a secret of the machine.
//
// It is as good as the place of the secret. A secret on the same disk as the
// database protects against nothing but a lost backup; one that the operator
// brings from elsewhere (a credential of the init system bound to the machine,
// a file on a volume unlocked at start, a removable stick) protects a stolen
// disk. On Windows NewSecret has the system encrypt it for this machine (DPAPI):
// a copy of the file alone is of no use elsewhere, the whole disk still is.
type KeyFile struct {
	Path   string // of the wrapped data key, usually beside the database
	Secret string // path of the machine secret: at least 32 random bytes
}

// Create draws a data key and stores it wrapped. The file must not exist: the
// key of a database is not to be overwritten.
func (k KeyFile) Create(rand io.Reader) ([]byte, error) {
	key, err := NewDataKey(rand)
	if err != nil {
		return nil, err
	}
	return key, k.store(rand, key, os.O_EXCL, k.Path)
}

// NewSecret draws a machine secret and stores it at path, which must not exist.
func NewSecret(rand io.Reader, path string) error {
	secret := make([]byte, minSecretBytes)
	if _, err := io.ReadFull(rand, secret); err != nil {
		return fmt.Errorf("vault: draw a machine secret: %w", err)
	}
	guarded, err := guard(secret)
	if err != nil {
		return fmt.Errorf("vault: protect the machine secret: %w", err)
	}
	return putFile(path, guarded, os.O_EXCL)
}

// Load returns the data key. An error that satisfies errors.Is with
// fs.ErrNotExist means that one of the files is missing.
func (k KeyFile) Load() ([]byte, error) {
	kek, err := k.kek()
	if err != nil {
		return nil, err
	}
	blob, err := os.ReadFile(k.Path)
	if err != nil {
		return nil, fmt.Errorf("vault: read the data key: %w", err)
	}
	key, err := Unwrap(blob, kek)
	if err != nil {
		return nil, fmt.Errorf("vault: read the data key %s: %w", k.Path, err)
	}
	return key, nil
}

// Rewrap puts the data key under another machine secret, in one step: a power
// cut leaves the old file or the new one.
func (k KeyFile) Rewrap(rand io.Reader, secret string) error {
	key, err := k.Load()
	if err != nil {
		return err
	}
	next := KeyFile{Path: k.Path, Secret: secret}
	temp := k.Path + ".new"
	if err := next.store(rand, key, os.O_TRUNC, temp); err != nil {
		return err
	}
	if err := os.Rename(temp, k.Path); err != nil {
		return fmt.Errorf("vault: rewrap: %w", err)
	}
	return syncFolder(k.Path)
}

// store writes the wrapped key to path, durably.
func (k KeyFile) store(rand io.Reader, key []byte, flag int, path string) error {
	kek, err := k.kek()
	if err != nil {
		return err
	}
	blob, err := Wrap(rand, key, kek)
	if err != nil {
		return err
	}
	return putFile(path, blob, flag)
}

// putFile writes a file of the owner's alone, durably.
func putFile(path string, content []byte, flag int) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	if err != nil {
		return fmt.Errorf("vault: store a key: %w", err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("vault: store a key: %w", err)
	}
	return syncFolder(path)
}

// kek derives the wrapping key from the machine secret.
func (k KeyFile) kek() (KEK, error) {
	secret, err := readSecret(k.Secret)
	if err != nil {
		return KEK{}, fmt.Errorf("vault: read the machine secret %s: %w", k.Secret, err)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "bough vault 1: wrapping key", keySize)
	if err != nil {
		return KEK{}, fmt.Errorf("vault: derive the wrapping key: %w", err)
	}
	id, err := hkdf.Key(sha256.New, secret, nil, "bough vault 1: name of the wrapping key", 8)
	if err != nil {
		return KEK{}, fmt.Errorf("vault: derive the wrapping key: %w", err)
	}
	return KEK{ID: "file:" + hex.EncodeToString(id), Key: key}, nil
}

func readSecret(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	// Windows has no such bits: there the folder's access list decides.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, ErrLoose
	}
	secret, err := io.ReadAll(io.LimitReader(f, maxSecretBytes+1))
	if err != nil {
		return nil, err
	}
	if len(secret) < minSecretBytes || len(secret) > maxSecretBytes {
		return nil, fmt.Errorf("a secret has %d bytes to 1 MiB, this has %d", minSecretBytes, len(secret))
	}
	return unguard(secret)
}

// syncFolder makes the entry of a new file durable. Windows does so itself and
// cannot open folders for it.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("vault: sync folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("vault: sync folder: %w", err)
	}
	return nil
}
