package trust

import (
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
)

// Session is a person's statement that they work at a node for a while. Its encoding is a version byte (1), id (8),
// person (8), origin (4), since (8), until (8), all big-endian.
type Session struct {
	ID      int64  // 1 and up
	Person  int64  // 1 and up
	Origin  uint32 // of the node
	SinceMS int64  // milliseconds UTC, the first that counts
	UntilMS int64  // milliseconds UTC, the first that does not; at most MaxSession later
}

// SignedSession is a session with its person's signature in ContextSession; encoded, the 64 bytes follow the session.
type SignedSession struct {
	Session
	Signature []byte
}

const (
	sessionVersion = 1
	sessionBody    = 1 + 8 + 8 + 4 + 8 + 8
	sessionBytes   = sessionBody + ed25519.SignatureSize
)

// SignSession signs the session with its person's key.
func (k *PersonKey) SignSession(session Session) (SignedSession, error) {
	if err := session.check(); err != nil {
		return SignedSession{}, fmt.Errorf("trust: sign session: %w", err)
	}
	signature := ed25519.Sign(k.key, statement(ContextSession, session.body()))
	return SignedSession{Session: session, Signature: signature}, nil
}

// Check tells whether the session is sound and signed with this key.
func (s SignedSession) Check(key ed25519.PublicKey) error {
	if err := s.Session.check(); err != nil {
		return fmt.Errorf("trust: check session: %w", err)
	}
	return CheckSigned(key, ContextSession, s.body(), s.Signature)
}

// CheckSession follows the whole chain: authority, person, session. Whether the person was still employed, and the act
// fell into the session (Covers), is for the caller to ask.
func (r *Root) CheckSession(cert PersonCertificate, session SignedSession) error {
	if err := r.CheckPerson(cert); err != nil {
		return err
	}
	if cert.Person != session.Person {
		return fmt.Errorf("trust: check session: person %d, certificate of %d: %w", session.Person, cert.Person, ErrOtherPerson)
	}
	return session.Check(cert.Key)
}

// Covers tells whether an instant, in milliseconds UTC, falls into the session.
func (s Session) Covers(ms int64) bool { return s.SinceMS <= ms && ms < s.UntilMS }

// Bytes is the encoding that ParseSession reads.
func (s SignedSession) Bytes() []byte { return append(s.body(), s.Signature...) }

// ParseSession reads a signed session without judging its signature.
func ParseSession(data []byte) (SignedSession, error) {
	if len(data) != sessionBytes {
		return SignedSession{}, fmt.Errorf("trust: parse session: %d bytes: %w", len(data), ErrMalformed)
	}
	if data[0] != sessionVersion {
		return SignedSession{}, fmt.Errorf("trust: parse session: version %d: %w", data[0], ErrMalformed)
	}
	session := Session{
		ID:      int64(binary.BigEndian.Uint64(data[1:])),
		Person:  int64(binary.BigEndian.Uint64(data[9:])),
		Origin:  binary.BigEndian.Uint32(data[17:]),
		SinceMS: int64(binary.BigEndian.Uint64(data[21:])),
		UntilMS: int64(binary.BigEndian.Uint64(data[29:])),
	}
	if err := session.check(); err != nil {
		return SignedSession{}, fmt.Errorf("trust: parse session: %w: %w", ErrMalformed, err)
	}
	return SignedSession{Session: session, Signature: append([]byte(nil), data[sessionBody:]...)}, nil
}

func (s Session) body() []byte {
	out := make([]byte, 0, sessionBytes)
	out = append(out, sessionVersion)
	out = binary.BigEndian.AppendUint64(out, uint64(s.ID))
	out = binary.BigEndian.AppendUint64(out, uint64(s.Person))
	out = binary.BigEndian.AppendUint32(out, s.Origin)
	out = binary.BigEndian.AppendUint64(out, uint64(s.SinceMS))
	return binary.BigEndian.AppendUint64(out, uint64(s.UntilMS))
}

func (s Session) check() error {
	switch {
	case s.ID <= 0 || s.Person <= 0:
		return fmt.Errorf("session %d of person %d: %w", s.ID, s.Person, ErrInvalid)
	case s.Origin == 0 || s.Origin > maxOrigin:
		return fmt.Errorf("session at origin %d: %w", s.Origin, ErrInvalid)
	case s.SinceMS <= 0 || s.UntilMS <= s.SinceMS || s.UntilMS-s.SinceMS > MaxSession.Milliseconds():
		return fmt.Errorf("session from %d to %d ms: %w", s.SinceMS, s.UntilMS, ErrSessionSpan)
	}
	return nil
}
