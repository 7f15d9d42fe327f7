package trust

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
)

// An enrolment code is the letter J and the base64url form of secret, front of the fingerprint, and checksum: 45
// characters. 33 bytes leave no spare bits, so a code has exactly one spelling.
const (
	codeLetter      = "J"
	codeSecret      = 12 // bytes: 96 bits, too many to guess within the day that a code lives
	codeFingerprint = 18 // bytes: 144 bits, too many to find a second authority that fits
	codeChecksum    = 3  // bytes: one typing error in 16 million goes unnoticed
	codeBytes       = codeSecret + codeFingerprint + codeChecksum
	codeLength      = len(codeLetter) + codeBytes/3*4
)

// Code is an enrolment code: it lets one node join, and tells that node which central is the right one.
type Code struct {
	secret      [codeSecret]byte
	fingerprint [codeFingerprint]byte
}

// NewCode makes a code for the nodes of this authority.
func NewCode(root *Root, rand io.Reader) (Code, error) {
	var code Code
	if _, err := io.ReadFull(rand, code.secret[:]); err != nil {
		return Code{}, fmt.Errorf("trust: new enrolment code: read randomness: %w", err)
	}
	full := root.Fingerprint()
	copy(code.fingerprint[:], full[:])
	return code, nil
}

// ParseCode reads a code that a person typed or pasted; spaces around it do no harm. The error wraps ErrNotACode and
// says what is wrong without repeating the code.
func ParseCode(word string) (Code, error) {
	word = strings.TrimSpace(word)
	if len(word) != codeLength {
		return Code{}, fmt.Errorf("trust: %w: it has %d characters, a code has %d", ErrNotACode, len(word), codeLength)
	}
	if !strings.HasPrefix(word, codeLetter) {
		return Code{}, fmt.Errorf("trust: %w: it does not begin with %s", ErrNotACode, codeLetter)
	}
	if !onlyOf(word, "-_") {
		return Code{}, fmt.Errorf("trust: %w: it has a character other than letters, digits, - and _", ErrNotACode)
	}
	raw, err := base64.RawURLEncoding.DecodeString(word[len(codeLetter):])
	if err != nil || len(raw) != codeBytes {
		return Code{}, fmt.Errorf("trust: %w", ErrNotACode)
	}
	var code Code
	copy(code.secret[:], raw)
	copy(code.fingerprint[:], raw[codeSecret:])
	if !bytes.Equal(code.checksum(), raw[codeSecret+codeFingerprint:]) {
		return Code{}, fmt.Errorf("trust: %w: the last characters do not fit, a letter is mistyped", ErrNotACode)
	}
	return code, nil
}

// Word is the code as one word of [A-Za-z0-9_-]: a secret, to be shown to one person.
func (c Code) Word() string {
	raw := append(append(c.secret[:], c.fingerprint[:]...), c.checksum()...)
	return codeLetter + base64.RawURLEncoding.EncodeToString(raw)
}

// String shows no secret.
func (c Code) String() string { return "enrolment code (not shown)" }

// GoString shows no secret.
func (c Code) GoString() string { return c.String() }

func (c Code) checksum() []byte {
	sum := sha256.Sum256(append(append([]byte("bough enrolment code v1\x00"), c.secret[:]...), c.fingerprint[:]...))
	return sum[:codeChecksum]
}

// Hash is all that central keeps of a code. A plain hash is enough, for the secret is 96 random bits.
func (c Code) Hash() [sha256.Size]byte {
	return sha256.Sum256(append([]byte("bough enrolment secret v1\x00"), c.secret[:]...))
}

// Matches compares with a kept hash, in constant time.
func (c Code) Matches(hash [sha256.Size]byte) bool {
	own := c.Hash()
	return subtle.ConstantTimeCompare(own[:], hash[:]) == 1
}

// Names tells whether the code was made for this authority.
func (c Code) Names(root *Root) bool {
	full := root.Fingerprint()
	return subtle.ConstantTimeCompare(c.fingerprint[:], full[:codeFingerprint]) == 1
}

// RootOf finds the authority that the code names in what the other end of a connection showed, and checks that the
// other end is central. The error wraps ErrOtherCentral, ErrWrongRole or ErrNoCertificate.
func (c Code) RootOf(state *tls.ConnectionState) (*Root, error) {
	if state == nil || len(state.PeerCertificates) == 0 {
		return nil, fmt.Errorf("trust: join: %w", ErrNoCertificate)
	}
	for _, cert := range state.PeerCertificates[1:] {
		root, err := newRoot(cert)
		if err != nil || !c.Names(root) {
			continue
		}
		if err := root.CheckCentral(state.PeerCertificates[0]); err != nil {
			return nil, fmt.Errorf("trust: join: %w", err)
		}
		return root, nil
	}
	return nil, fmt.Errorf("trust: join: the code is for another central: %w", ErrOtherCentral)
}
