package vault_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"bough/node/store/vault"
)

func TestAWrappedKeyComesBackUnderItsKeyOnly(t *testing.T) {
	key, kek := newKey(), vault.KEK{ID: "tpm:1", Key: newKey()}
	blob, err := vault.Wrap(rand.Reader, key, kek)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(blob, key[:8]) {
		t.Error("the key stands in the clear")
	}
	if got, err := vault.Unwrap(blob, kek); err != nil || !bytes.Equal(got, key) {
		t.Errorf("got %x, %v", got, err)
	}
	if id, err := vault.WrappedBy(blob); id != "tpm:1" || err != nil {
		t.Errorf("wrapped by %q, %v", id, err)
	}
	if _, err := vault.Unwrap(blob, vault.KEK{ID: "tpm:2", Key: kek.Key}); !errors.Is(err, vault.ErrOtherKEK) {
		t.Errorf("another name: %v", err)
	}
	if _, err := vault.Unwrap(blob, vault.KEK{ID: "tpm:1", Key: newKey()}); !errors.Is(err, vault.ErrWrapped) {
		t.Errorf("another key: %v", err)
	}
	for at := range blob {
		for bit := range 8 {
			bad := bytes.Clone(blob)
			bad[at] ^= 1 << bit
			if _, err := vault.Unwrap(bad, kek); err == nil {
				t.Errorf("bit %d of byte %d flipped, and nobody noticed", bit, at)
			}
		}
	}
}

func TestKeysOfTheWrongLengthAreRefused(t *testing.T) {
	kek := vault.KEK{Key: newKey()}
	if _, err := vault.Wrap(rand.Reader, newKey()[:16], kek); err == nil {
		t.Error("a short data key was wrapped")
	}
	if _, err := vault.Wrap(rand.Reader, newKey(), vault.KEK{Key: newKey()[:31]}); err == nil {
		t.Error("a short wrapping key was used")
	}
	if _, err := vault.Wrap(rand.Reader, newKey(), vault.KEK{ID: string(make([]byte, 256)), Key: newKey()}); err == nil {
		t.Error("a long name was taken")
	}
}

func FuzzUnwrap(f *testing.F) {
	kek := vault.KEK{ID: "k", Key: make([]byte, 32)}
	blob, err := vault.Wrap(zeros{}, make([]byte, 32), kek)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(blob)
	f.Add([]byte("bgk1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := vault.Unwrap(b, kek)
		if err == nil && (len(key) != 32 || len(b) != len(blob)) {
			t.Errorf("unwrapped %x", b)
		}
	})
}

func secretFile(t *testing.T, dir, name string, bytes int) string {
	t.Helper()
	path := filepath.Join(dir, name)
	secret := make([]byte, bytes)
	_, _ = rand.Read(secret)
	if err := os.WriteFile(path, secret, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAKeyFileNeedsItsMachineSecret(t *testing.T) {
	dir := t.TempDir()
	k := vault.KeyFile{Path: filepath.Join(dir, "data.key"), Secret: secretFile(t, dir, "secret", 32)}
	if _, err := k.Load(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before it exists: %v", err)
	}
	key, err := k.Create(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Create(rand.Reader); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second one: %v", err)
	}
	if got, err := k.Load(); err != nil || !bytes.Equal(got, key) {
		t.Errorf("got %x, %v", got, err)
	}
	other := secretFile(t, dir, "other", 64)
	if _, err := (vault.KeyFile{Path: k.Path, Secret: other}).Load(); !errors.Is(err, vault.ErrOtherKEK) {
		t.Errorf("under another secret: %v", err)
	}
	if err := k.Rewrap(rand.Reader, other); err != nil {
		t.Fatal(err)
	}
	if got, err := (vault.KeyFile{Path: k.Path, Secret: other}).Load(); err != nil || !bytes.Equal(got, key) {
		t.Errorf("rewrapped: %x, %v", got, err)
	}
	if _, err := k.Load(); !errors.Is(err, vault.ErrOtherKEK) {
		t.Errorf("the old secret: %v", err)
	}
	short := vault.KeyFile{Path: filepath.Join(dir, "x"), Secret: secretFile(t, dir, "short", 31)}
	if _, err := short.Create(rand.Reader); err == nil {
		t.Error("a short secret was taken")
	}
}

func TestASecretThatOthersReadIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps access lists, not mode bits")
	}
	dir := t.TempDir()
	k := vault.KeyFile{Path: filepath.Join(dir, "data.key"), Secret: secretFile(t, dir, "secret", 32)}
	if err := os.Chmod(k.Secret, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Create(rand.Reader); !errors.Is(err, vault.ErrLoose) {
		t.Errorf("got %v", err)
	}
}
