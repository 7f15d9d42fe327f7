package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// ErrSecret is a small file that does not verify.
var ErrSecret = errors.New("the file is damaged, or was encrypted with another key or for another name")

// A sealed small file: "bgs1", a nonce of 12 bytes, the content encrypted by
// AES-256-GCM under a key of its own, a tag of 16. The name is bound to it.
const secretMark = "bgs1"

// SealSecret encrypts the content of a small file (a private key) that lies
// beside the database under this name.
func (d *Disk) SealSecret(name string, content []byte) ([]byte, error) {
	key, err := d.vault.keys(name)
	if err != nil {
		return nil, fmt.Errorf("vault: seal %s: no key: %w", name, err)
	}
	gcm, err := secretCipher(key)
	if err != nil {
		return nil, err
	}
	blob := append([]byte(secretMark), make([]byte, nonceSize)...)
	nonce := blob[len(secretMark):]
	if _, err := io.ReadFull(d.vault.opt.Rand, nonce); err != nil {
		return nil, fmt.Errorf("vault: seal %s: %w", name, err)
	}
	return gcm.Seal(blob, nonce, content, []byte(name)), nil
}

// OpenSecret is what SealSecret sealed. ErrPlain when it never was, ErrSecret
// when it does not verify.
func (d *Disk) OpenSecret(name string, blob []byte) ([]byte, error) {
	key, err := d.vault.keys(name)
	if err != nil {
		return nil, fmt.Errorf("vault: open %s: no key: %w", name, err)
	}
	return OpenSecretWith(key, name, blob)
}

// SecretSealed says whether SealSecret made the content of a file.
func SecretSealed(blob []byte) bool { return bytes.HasPrefix(blob, []byte(secretMark)) }

// OpenSecretWith is OpenSecret for who has the data key, and no Disk.
func OpenSecretWith(key []byte, name string, blob []byte) ([]byte, error) {
	if !SecretSealed(blob) {
		return nil, fmt.Errorf("vault: open %s: %w", name, ErrPlain)
	}
	gcm, err := secretCipher(key)
	if err != nil {
		return nil, err
	}
	rest := blob[len(secretMark):]
	if len(rest) < nonceSize+tagSize {
		return nil, fmt.Errorf("vault: open %s: %w", name, ErrSecret)
	}
	content, err := gcm.Open(nil, rest[:nonceSize], rest[nonceSize:], []byte(name))
	if err != nil {
		return nil, fmt.Errorf("vault: open %s: %w", name, ErrSecret)
	}
	return content, nil
}

func secretCipher(key []byte) (cipher.AEAD, error) {
	sub, err := hkdf.Key(sha256.New, key, nil, "bough vault 1: small files", keySize)
	if err != nil {
		return nil, fmt.Errorf("vault: derive keys: %w", err)
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return nil, fmt.Errorf("vault: derive keys: %w", err)
	}
	return cipher.NewGCM(block)
}
