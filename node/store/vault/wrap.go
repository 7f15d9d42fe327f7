package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
)

// KEK is a key that encrypts data keys, with the name under which its provider
// knows it. The name is readable in what is wrapped.
type KEK struct {
	ID  string // at most 255 bytes
	Key []byte // 32 bytes
}

// Errors of wrapping.
var (
	ErrOtherKEK = errors.New("the data key is wrapped under another key")
	ErrWrapped  = errors.New("the wrapped data key is damaged, or the wrapping key is not its")
)

// A wrapped data key: "bgk1", one byte with the length of the id, the id, a
// nonce of 12 bytes, 32 bytes encrypted by AES-256-GCM, a tag of 16. All before
// the nonce is bound to it.
const wrapMark = "bgk1"

// NewDataKey draws a data key.
func NewDataKey(rand io.Reader) ([]byte, error) {
	key := make([]byte, keySize)
	if _, err := io.ReadFull(rand, key); err != nil {
		return nil, fmt.Errorf("vault: draw a data key: %w", err)
	}
	return key, nil
}

// Wrap encrypts a data key (32 bytes) under a KEK.
func Wrap(rand io.Reader, dataKey []byte, kek KEK) ([]byte, error) {
	if len(dataKey) != keySize || len(kek.ID) > maxKeyIDBytes {
		return nil, fmt.Errorf("vault: wrap: a data key has %d bytes, an id at most %d", keySize, maxKeyIDBytes)
	}
	gcm, err := kek.gcm()
	if err != nil {
		return nil, err
	}
	blob := append([]byte(wrapMark), byte(len(kek.ID)))
	blob = append(blob, kek.ID...)
	head := len(blob)
	blob = append(blob, make([]byte, nonceSize)...)
	nonce := blob[head:]
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return nil, fmt.Errorf("vault: wrap: %w", err)
	}
	return gcm.Seal(blob, nonce, dataKey, blob[:head]), nil
}

// Unwrap returns the data key that Wrap encrypted. ErrOtherKEK when it was
// under a KEK of another name, ErrWrapped when it does not verify.
func Unwrap(blob []byte, kek KEK) ([]byte, error) {
	id, rest, err := splitWrapped(blob)
	if err != nil {
		return nil, fmt.Errorf("vault: unwrap: %w", err)
	}
	if id != kek.ID {
		return nil, fmt.Errorf("vault: unwrap: %w: %q, not %q", ErrOtherKEK, id, kek.ID)
	}
	gcm, err := kek.gcm()
	if err != nil {
		return nil, err
	}
	head := len(blob) - len(rest)
	key, err := gcm.Open(nil, rest[:nonceSize], rest[nonceSize:], blob[:head])
	if err != nil {
		return nil, fmt.Errorf("vault: unwrap: %w", ErrWrapped)
	}
	return key, nil
}

// WrappedBy is the name of the KEK that a wrapped data key needs.
func WrappedBy(blob []byte) (string, error) {
	id, _, err := splitWrapped(blob)
	return id, err
}

func splitWrapped(blob []byte) (id string, rest []byte, err error) {
	const fixed = len(wrapMark) + 1
	if len(blob) < fixed || string(blob[:len(wrapMark)]) != wrapMark {
		return "", nil, ErrWrapped
	}
	n := int(blob[fixed-1])
	if len(blob) != fixed+n+nonceSize+keySize+tagSize {
		return "", nil, ErrWrapped
	}
	return string(blob[fixed : fixed+n]), blob[fixed+n:], nil
}

func (k KEK) gcm() (cipher.AEAD, error) {
	if len(k.Key) != keySize {
		return nil, fmt.Errorf("vault: a wrapping key has %d bytes, not %d", keySize, len(k.Key))
	}
	block, err := aes.NewCipher(k.Key)
	if err != nil {
		return nil, fmt.Errorf("vault: wrapping key: %w", err)
	}
	return cipher.NewGCM(block)
}
