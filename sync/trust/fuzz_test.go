package trust

import (
	"bytes"
	"crypto/x509"
	"strings"
	"testing"
)

func FuzzParseCode(f *testing.F) {
	f.Add(must[Code](f)(NewCode(newBank(f, 1).root, seeded(1))).Word())
	f.Add("J" + strings.Repeat("A", 44))
	f.Fuzz(func(t *testing.T, word string) {
		if code, err := ParseCode(word); err == nil && code.Word() != strings.TrimSpace(word) {
			t.Fatalf("two spellings of one code: %q", word)
		}
	})
}

func FuzzParseSession(f *testing.F) {
	key := must[*PersonKey](f)(NewPersonKey(seeded(1)))
	f.Add(must[SignedSession](f)(key.SignSession(Session{5, 7, 77, 1000, 2000})).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := ParseSession(data); err == nil && !bytes.Equal(s.Bytes(), data) {
			t.Fatal("two encodings of one session")
		}
	})
}

func FuzzParsePersonCertificate(f *testing.F) {
	b := newBank(f, 1)
	f.Add(must[PersonCertificate](f)(b.authority.CertifyPerson(7, b.identity.Public(), noon)).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParsePersonCertificate(data)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Bytes(), data) {
			t.Fatal("two encodings of one certificate")
		}
		_ = b.root.CheckPerson(c) // whatever it says, it returns
	})
}

func FuzzOpenPersonKey(f *testing.F) {
	sealed := must[[]byte](f)(must[*PersonKey](f)(NewPersonKey(seeded(1))).Seal(7, password, cheap, seeded(2)))
	f.Add(sealed)
	f.Fuzz(func(t *testing.T, data []byte) {
		if cost, err := sealedCost(data); err != nil || cost.MemoryKiB > 1<<10 {
			return // within the limits but too slow to try a million times
		}
		if _, err := OpenPersonKey(data, 7, password); err == nil && !bytes.Equal(data, sealed) {
			t.Fatal("opened something that was not sealed")
		}
	})
}

func FuzzParsePEM(f *testing.F) {
	b := newBank(f, 1)
	f.Add(must[[]byte](f)(b.authority.EncodePEM()))
	f.Add(must[[]byte](f)(b.identity.EncodePEM()))
	f.Add(b.root.EncodePEM())
	f.Add(EncodeCertificate(b.cert))
	f.Fuzz(func(t *testing.T, data []byte) {
		if a, err := ParseAuthority(data); err == nil {
			again := must[*Authority](t)(ParseAuthority(must[[]byte](t)(a.EncodePEM())))
			if again.Root().Fingerprint() != a.Root().Fingerprint() {
				t.Fatal("another authority came back")
			}
		}
		if i, err := ParseIdentity(data); err == nil {
			must[*Identity](t)(ParseIdentity(must[[]byte](t)(i.EncodePEM())))
		}
		if r, err := ParseRoot(data); err == nil {
			must[*Root](t)(ParseRoot(r.EncodePEM()))
		}
		if c, err := ParseCertificate(data); err == nil {
			must[*x509.Certificate](t)(ParseCertificate(EncodeCertificate(c)))
		}
	})
}

func FuzzJudgeCertificate(f *testing.F) {
	b := newBank(f, 1)
	f.Add(b.cert.Raw)
	f.Add(b.root.cert.Raw)
	f.Fuzz(func(t *testing.T, der []byte) {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		_, _, _ = PeerNode(cert)
		if _, err := b.root.CheckNode(cert, noon); err == nil && !bytes.Equal(der, b.cert.Raw) {
			t.Fatal("a certificate that was never issued is taken")
		}
		if b.root.CheckCentral(cert) == nil {
			t.Fatal("central's certificate was never issued")
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	b := newBank(f, 1)
	f.Add(must[[]byte](f)(b.identity.Request()))
	f.Fuzz(func(t *testing.T, der []byte) {
		if key, err := parseRequest(der); err == nil && len(key) != 32 {
			t.Fatal("no key in a good request")
		}
	})
}
