package trust

import (
	"crypto/ecdh"
	"crypto/hpke"
	"fmt"
	"io"
)

// What is carried by hand is encrypted to one reader with HPKE (RFC 9180, base mode, DHKEM with HKDF-SHA256): to
// central by the key in its own certificate, which every node has, also offline; to a node by a reply box that the node
// made for one answer. HPKE says who can read, never who wrote: that takes a signature inside.
const (
	letterExport = "bough letter key v1"
	// LetterKeySize is what sealing agrees on, bytes.
	LetterKeySize = 32
	maxSealedKey  = 256 // bytes of an encapsulated key: P-256 takes 65, X25519 32
)

// SealKey agrees on a key with central alone. info says what for; sealed lets central find the key again.
func (r *Root) SealKey(info []byte) (key, sealed []byte, err error) {
	public, err := r.publicKey().ECDH()
	if err != nil {
		return nil, nil, fmt.Errorf("trust: seal to central: %w", err)
	}
	return sealKey(public, info)
}

// OpenKey finds the key that Root.SealKey agreed on. The error wraps ErrMalformed.
func (a *Authority) OpenKey(sealed, info []byte) ([]byte, error) {
	private, err := a.key.ECDH()
	if err != nil {
		return nil, fmt.Errorf("trust: open a letter: %w", err)
	}
	return openKey(private, sealed, info)
}

// ReplyBox is where an answer is sealed to: its secret never leaves the node.
type ReplyBox struct{ key *ecdh.PrivateKey }

// NewReplyBox makes one.
func NewReplyBox(rand io.Reader) (*ReplyBox, error) {
	secret := make([]byte, 32)
	if _, err := io.ReadFull(rand, secret); err != nil {
		return nil, fmt.Errorf("trust: new reply box: %w", err)
	}
	return ParseReplyBox(secret)
}

// ParseReplyBox reads what Bytes gave.
func ParseReplyBox(secret []byte) (*ReplyBox, error) {
	key, err := ecdh.X25519().NewPrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("trust: parse reply box: %w", ErrMalformed)
	}
	return &ReplyBox{key}, nil
}

// Bytes is the secret, to be kept in the node's file.
func (b *ReplyBox) Bytes() []byte { return b.key.Bytes() }

// Public is what SealReply takes.
func (b *ReplyBox) Public() []byte { return b.key.PublicKey().Bytes() }

// String shows no secret.
func (b *ReplyBox) String() string { return "reply box (key not shown)" }

// GoString shows no secret.
func (b *ReplyBox) GoString() string { return b.String() }

// SealReply agrees on a key with the owner of a reply box.
func SealReply(public, info []byte) (key, sealed []byte, err error) {
	to, err := ecdh.X25519().NewPublicKey(public)
	if err != nil {
		return nil, nil, fmt.Errorf("trust: seal a reply: %w", ErrMalformed)
	}
	return sealKey(to, info)
}

// OpenKey finds the key that SealReply agreed on. The error wraps ErrMalformed.
func (b *ReplyBox) OpenKey(sealed, info []byte) ([]byte, error) {
	return openKey(b.key, sealed, info)
}

func sealKey(to *ecdh.PublicKey, info []byte) (key, sealed []byte, err error) {
	public, err := hpke.NewDHKEMPublicKey(to)
	if err != nil {
		return nil, nil, fmt.Errorf("trust: seal a letter: %w", err)
	}
	sealed, sender, err := hpke.NewSender(public, hpke.HKDFSHA256(), hpke.ExportOnly(), info)
	if err != nil {
		return nil, nil, fmt.Errorf("trust: seal a letter: %w", err)
	}
	key, err = sender.Export(letterExport, LetterKeySize)
	return key, sealed, err
}

func openKey(key *ecdh.PrivateKey, sealed, info []byte) ([]byte, error) {
	if len(sealed) > maxSealedKey {
		return nil, fmt.Errorf("trust: open a letter: a sealed key of %d bytes: %w", len(sealed), ErrMalformed)
	}
	private, err := hpke.NewDHKEMPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("trust: open a letter: %w", err)
	}
	reader, err := hpke.NewRecipient(sealed, private, hpke.HKDFSHA256(), hpke.ExportOnly(), info)
	if err != nil {
		return nil, fmt.Errorf("trust: open a letter: %w", ErrMalformed)
	}
	return reader.Export(letterExport, LetterKeySize)
}
