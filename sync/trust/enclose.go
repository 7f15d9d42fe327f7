package trust

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
)

// An envelope is one byte with the size of the sealed key (Root.SealKey), that key, then AES-256-GCM over the content
// with a zero nonce: every envelope has a key of its own.
const envelopeInfo = "bough envelope v1"

// Enclose makes content readable for central alone. Whoever has the root can do so; it does not tell who did.
func (r *Root) Enclose(content []byte) ([]byte, error) {
	key, sealed, err := r.SealKey([]byte(envelopeInfo))
	if err != nil {
		return nil, err
	}
	box, err := envelopeBox(key)
	if err != nil {
		return nil, fmt.Errorf("trust: enclose: %w", err)
	}
	out := append([]byte{byte(len(sealed))}, sealed...)
	return box.Seal(out, make([]byte, box.NonceSize()), content, out), nil
}

// Disclose opens an envelope. One that was altered, or was made for another central, is ErrMalformed.
func (a *Authority) Disclose(envelope []byte) ([]byte, error) {
	if len(envelope) == 0 || len(envelope) < 1+int(envelope[0]) {
		return nil, fmt.Errorf("trust: disclose: %w", ErrMalformed)
	}
	head := envelope[:1+int(envelope[0])]
	key, err := a.OpenKey(head[1:], []byte(envelopeInfo))
	if err != nil {
		return nil, err
	}
	box, err := envelopeBox(key)
	if err != nil {
		return nil, fmt.Errorf("trust: disclose: %w", err)
	}
	content, err := box.Open(nil, make([]byte, box.NonceSize()), envelope[len(head):], head)
	if err != nil {
		return nil, fmt.Errorf("trust: disclose: %w", ErrMalformed)
	}
	return content, nil
}

func envelopeBox(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
