package trust

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const password = "correct horse"

func drawSession(r *rapid.T) Session {
	since := rapid.Int64Range(1, 1<<48).Draw(r, "since")
	return Session{
		ID:      rapid.Int64Min(1).Draw(r, "id"),
		Person:  rapid.Int64Min(1).Draw(r, "person"),
		Origin:  rapid.Uint32Range(1, maxOrigin).Draw(r, "origin"),
		SinceMS: since,
		UntilMS: since + rapid.Int64Range(1, MaxSession.Milliseconds()).Draw(r, "length"),
	}
}

func TestSessionProvesItsPerson(t *testing.T) {
	b := newBank(t, 1)
	key := must[*PersonKey](t)(NewPersonKey(seeded(1)))
	rapid.Check(t, func(r *rapid.T) {
		session := drawSession(r)
		cert := must[PersonCertificate](t)(b.authority.CertifyPerson(session.Person, key.Public(), noon))
		cert = must[PersonCertificate](t)(ParsePersonCertificate(cert.Bytes()))
		signed := must[SignedSession](t)(key.SignSession(session))
		signed = must[SignedSession](t)(ParseSession(signed.Bytes()))
		if signed.Session != session {
			r.Fatalf("%+v came back as %+v", session, signed.Session)
		}
		if err := b.root.CheckSession(cert, signed); err != nil {
			r.Fatal(err)
		}
		if !signed.Covers(session.SinceMS) || signed.Covers(session.UntilMS) {
			r.Fatal("a session holds its first millisecond and not the one after its last")
		}
	})
}

func TestEveryFlippedBitOfASessionIsNoticed(t *testing.T) {
	key := must[*PersonKey](t)(NewPersonKey(seeded(1)))
	rapid.Check(t, func(r *rapid.T) {
		data := must[SignedSession](t)(key.SignSession(drawSession(r))).Bytes()
		bit := rapid.IntRange(0, len(data)*8-1).Draw(r, "bit")
		data[bit/8] ^= 1 << (bit % 8)
		signed, err := ParseSession(data)
		if err == nil {
			err = signed.Check(key.Public())
		}
		if err == nil {
			r.Fatalf("bit %d went unnoticed", bit)
		}
	})
}

func TestSessionOfAnotherIsRefused(t *testing.T) {
	b, other := newBank(t, 1), newBank(t, 2)
	ann, bob := must[*PersonKey](t)(NewPersonKey(seeded(1))), must[*PersonKey](t)(NewPersonKey(seeded(2)))
	certify := func(b bank, person int64, key *PersonKey) PersonCertificate {
		return must[PersonCertificate](t)(b.authority.CertifyPerson(person, key.Public(), noon))
	}
	session := Session{ID: 5, Person: 7, Origin: 77, SinceMS: 1000, UntilMS: 2000}
	signed := must[SignedSession](t)(ann.SignSession(session))
	longer := signed
	longer.UntilMS += 1000
	endless := signed
	endless.UntilMS = session.SinceMS + MaxSession.Milliseconds() + 1
	renamed := certify(b, 7, ann)
	renamed.Person = 8
	for _, c := range []struct {
		name    string
		cert    PersonCertificate
		session SignedSession
		want    error
	}{
		{"good", certify(b, 7, ann), signed, nil},
		{"certificate of another person", certify(b, 8, ann), signed, ErrOtherPerson},
		{"key of another person", certify(b, 7, bob), signed, ErrBadSignature},
		{"certificate of another central", certify(other, 7, ann), signed, ErrBadSignature},
		{"certificate renamed", renamed, signed, ErrBadSignature},
		{"no certificate", PersonCertificate{}, signed, ErrInvalid},
		{"made longer", certify(b, 7, ann), longer, ErrBadSignature},
		{"longer than a day of work", certify(b, 7, ann), endless, ErrSessionSpan},
		{"not signed", certify(b, 7, ann), SignedSession{Session: session}, ErrBadSignature},
	} {
		t.Run(c.name, func(t *testing.T) { wantError(t, b.root.CheckSession(c.cert, c.session), c.want) })
	}
}

func TestUnsoundSessionsAreNotSigned(t *testing.T) {
	key := must[*PersonKey](t)(NewPersonKey(seeded(1)))
	for _, c := range []struct {
		name    string
		session Session
		want    error
	}{
		{"no id", Session{0, 7, 77, 1000, 2000}, ErrInvalid},
		{"no person", Session{5, 0, 77, 1000, 2000}, ErrInvalid},
		{"negative person", Session{5, -7, 77, 1000, 2000}, ErrInvalid},
		{"no origin", Session{5, 7, 0, 1000, 2000}, ErrInvalid},
		{"origin of 32 bits", Session{5, 7, 1 << 31, 1000, 2000}, ErrInvalid},
		{"no length", Session{5, 7, 77, 1000, 1000}, ErrSessionSpan},
		{"backwards", Session{5, 7, 77, 2000, 1000}, ErrSessionSpan},
		{"before 1970", Session{5, 7, 77, -1000, 1000}, ErrSessionSpan},
		{"longer than 12 hours", Session{5, 7, 77, 1000, 1001 + MaxSession.Milliseconds()}, ErrSessionSpan},
		{"to the end of time", Session{5, 7, 77, 1, 1<<63 - 1}, ErrSessionSpan},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := key.SignSession(c.session)
			wantError(t, err, c.want)
			_, err = ParseSession(append(c.session.body(), make([]byte, ed25519.SignatureSize)...))
			wantError(t, err, ErrMalformed)
		})
	}
	good := must[SignedSession](t)(key.SignSession(Session{5, 7, 77, 1000, 2000})).Bytes()
	for _, bad := range [][]byte{nil, good[:100], append(good, 0), append([]byte{2}, good[1:]...)} {
		_, err := ParseSession(bad)
		wantError(t, err, ErrMalformed)
	}
}

func TestBrokenPersonCertificatesAreRefused(t *testing.T) {
	b := newBank(t, 1)
	key := must[*PersonKey](t)(NewPersonKey(seeded(1)))
	good := must[PersonCertificate](t)(b.authority.CertifyPerson(7, key.Public(), noon)).Bytes()
	noPerson := bytes.Clone(good)
	binary.BigEndian.PutUint64(noPerson[1:], 0)
	for _, bad := range [][]byte{nil, good[:personBody], append(bytes.Clone(good), make([]byte, 80)...), append([]byte{0}, good[1:]...), noPerson} {
		_, err := ParsePersonCertificate(bad)
		wantError(t, err, ErrMalformed)
	}
	_, err := b.authority.CertifyPerson(0, key.Public(), noon)
	wantError(t, err, ErrInvalid)
	_, err = b.authority.CertifyPerson(7, key.Public()[:5], noon)
	wantError(t, err, ErrInvalid)
	_, err = b.authority.CertifyPerson(7, key.Public(), time.UnixMilli(0))
	wantError(t, err, ErrInvalid)
}

func TestSealedKeyOpensForItsPersonAndPasswordOnly(t *testing.T) {
	key := must[*PersonKey](t)(NewPersonKey(seeded(1)))
	sealed := must[[]byte](t)(key.Seal(7, password, cheap, seeded(2)))
	again := must[*PersonKey](t)(OpenPersonKey(sealed, 7, password))
	if !again.Public().Equal(key.Public()) {
		t.Fatal("another key came back")
	}
	_, err := OpenPersonKey(sealed, 8, password)
	wantError(t, err, ErrWrongPassword)
	for _, wrong := range []string{"", "correct hors", "Correct horse", password + " ", strings.Repeat("x", 1<<20)} {
		_, err := OpenPersonKey(sealed, 7, wrong)
		wantError(t, err, ErrWrongPassword)
	}
	for at := 10; at < len(sealed); at++ { // salt, nonce, ciphertext
		bent := bytes.Clone(sealed)
		bent[at] ^= 1
		_, err := OpenPersonKey(bent, 7, password)
		wantError(t, err, ErrWrongPassword)
	}
}

func TestDefaultCostIsAllowed(t *testing.T) {
	key := must[*PersonKey](t)(NewPersonKey(seeded(1)))
	sealed := must[[]byte](t)(key.Seal(7, password, DefaultCost(), seeded(2)))
	if _, err := OpenPersonKey(sealed, 7, password); err != nil {
		t.Fatal(err)
	}
}

func TestSealedKeyCannotAskForTooMuch(t *testing.T) {
	key := must[*PersonKey](t)(NewPersonKey(seeded(1)))
	sealed := must[[]byte](t)(key.Seal(7, password, cheap, seeded(2)))
	for _, c := range []struct {
		name string
		cost Cost
	}{
		{"100 GiB", Cost{1, 100 << 20, 1}},
		{"all memory there is", Cost{1, 1<<32 - 1, 1}},
		{"a thousand passes", Cost{1000, 64, 1}},
		{"no pass", Cost{0, 64, 1}},
		{"no thread", Cost{1, 64, 0}},
		{"many threads", Cost{1, 1 << 12, 255}},
		{"too little memory for its threads", Cost{1, 15, 2}},
		{"no memory", Cost{1, 0, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := bytes.Clone(sealed)
			binary.BigEndian.PutUint32(bad[1:], c.cost.Time)
			binary.BigEndian.PutUint32(bad[5:], c.cost.MemoryKiB)
			bad[9] = c.cost.Threads
			_, err := OpenPersonKey(bad, 7, password)
			wantError(t, err, ErrCost)
			_, err = key.Seal(7, password, c.cost, seeded(2))
			wantError(t, err, ErrCost)
		})
	}
	for _, bad := range [][]byte{nil, sealed[:40], append(bytes.Clone(sealed), 0), append([]byte{9}, sealed[1:]...)} {
		_, err := OpenPersonKey(bad, 7, password)
		wantError(t, err, ErrMalformed)
	}
	_, err := key.Seal(7, "short", cheap, seeded(2))
	wantError(t, err, ErrPasswordShort)
}
