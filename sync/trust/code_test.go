package trust

import (
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEnrolmentCodeSurvivesTyping(t *testing.T) {
	b := newBank(t, 1)
	rapid.Check(t, func(r *rapid.T) {
		code := must[Code](t)(NewCode(b.root, seeded(rapid.Byte().Draw(r, "seed"))))
		word := code.Word()
		if len(word) > 60 || !onlyOf(word, "-_") || word[0] != 'J' {
			r.Fatalf("not one word: %s", word)
		}
		again, err := ParseCode("  " + word + "\r\n")
		if err != nil || again != code {
			r.Fatalf("came back as another code: %v", err)
		}
		if !again.Matches(code.Hash()) || !again.Names(b.root) {
			r.Fatal("the code does not fit what central keeps")
		}
	})
}

func TestEveryTypingErrorIsNoticed(t *testing.T) {
	b := newBank(t, 1)
	word := must[Code](t)(NewCode(b.root, seeded(1))).Word()
	rapid.Check(t, func(r *rapid.T) {
		at := rapid.IntRange(0, len(word)-1).Draw(r, "at")
		letter := rapid.SampledFrom([]byte("abcxyzABCXYZ019-_ .")).Draw(r, "letter")
		if word[at] == letter {
			return
		}
		if _, err := ParseCode(word[:at] + string(letter) + word[at+1:]); err == nil {
			r.Fatalf("%c at %d went unnoticed", letter, at)
		}
	})
}

func TestWhatIsNotACodeSaysWhy(t *testing.T) {
	b := newBank(t, 1)
	word := must[Code](t)(NewCode(b.root, seeded(1))).Word()
	swapped := word[:10] + word[11:12] + word[10:11] + word[12:]
	for _, c := range []struct{ name, word, want string }{
		{"empty", "", "has 0 characters"},
		{"cut", word[:40], "has 40 characters"},
		{"twice", word + word, "has 90 characters"},
		{"another word", "T" + word[1:], "does not begin with J"},
		{"odd letter", word[:5] + "!" + word[6:], "other than letters"},
		{"line break within", word[:5] + "\n" + word[6:], "other than letters"},
		{"two letters swapped", swapped, "the last characters do not fit"},
		{"last letter", word[:44] + "_", "the last characters do not fit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseCode(c.word)
			wantError(t, err, ErrNotACode)
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q does not say %q", err, c.want)
			}
			if c.word != "" && strings.Contains(err.Error(), c.word[1:]) {
				t.Errorf("the code is in the error: %q", err)
			}
		})
	}
}

func TestCodeTellsCentralsApart(t *testing.T) {
	b, other := newBank(t, 1), newBank(t, 2)
	code := must[Code](t)(NewCode(b.root, seeded(1)))
	if code.Names(other.root) || code.Matches(must[Code](t)(NewCode(b.root, seeded(2))).Hash()) {
		t.Fatal("a code fits another central or another code")
	}
	leaf := serverLeaf(t, b)
	for _, c := range []struct {
		name  string
		chain []*x509.Certificate
		want  error
	}{
		{"good", []*x509.Certificate{leaf, b.root.cert}, nil},
		{"good, behind another", []*x509.Certificate{leaf, other.root.cert, b.root.cert}, nil},
		{"nothing", nil, ErrNoCertificate},
		{"no authority", []*x509.Certificate{leaf}, ErrOtherCentral},
		{"other central", []*x509.Certificate{serverLeaf(t, other), other.root.cert}, ErrOtherCentral},
		{"other central showing ours", []*x509.Certificate{serverLeaf(t, other), b.root.cert}, ErrOtherCentral},
		{"a node of ours", []*x509.Certificate{b.cert, b.root.cert}, ErrWrongRole},
		{"the authority alone", []*x509.Certificate{b.root.cert, b.root.cert}, ErrWrongRole},
	} {
		t.Run(c.name, func(t *testing.T) {
			root, err := code.RootOf(&tls.ConnectionState{PeerCertificates: c.chain})
			wantError(t, err, c.want)
			if err == nil && root.Fingerprint() != b.root.Fingerprint() {
				t.Fatal("the wrong authority")
			}
		})
	}
	_, err := code.RootOf(nil)
	wantError(t, err, ErrNoCertificate)
}
