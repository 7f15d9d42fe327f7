package trust

import (
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestEncodingsStayWhatTheyAre compares all that is stored, signed or typed with bytes that were written once;
// certificates are left out, for their bytes are the standard library's. Who has to change a line there
// changes the context or the version of that encoding as well.
func TestEncodingsStayWhatTheyAre(t *testing.T) {
	b := newBank(t, 1)
	key := must[*PersonKey](t)(NewPersonKey(seeded(2)))
	session := Session{ID: 5, Person: 7, Origin: 77, SinceMS: noon.UnixMilli(), UntilMS: noon.UnixMilli() + 3600_000}
	code := Code{secret: [codeSecret]byte{1, 2, 3}, fingerprint: [codeFingerprint]byte{4, 5, 6}}
	hash := code.Hash()
	token, tokenHash, err := NewToken(seeded(4))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	line := func(name string, data []byte) { fmt.Fprintf(&got, "%s %s\n", name, hex.EncodeToString(data)) }
	line("statement", statement(ContextReceipt, []byte("message")))
	line("head", b.identity.Sign(ContextJournalHead, []byte("head")))
	line("person", must[PersonCertificate](t)(b.authority.CertifyPerson(7, key.Public(), noon)).Bytes())
	line("session", must[SignedSession](t)(key.SignSession(session)).Bytes())
	line("sealed", must[[]byte](t)(key.Seal(7, password, cheap, seeded(5))))
	line("code", []byte(code.Word()))
	line("code-hash", hash[:])
	line("token", []byte(token))
	line("token-hash", tokenHash[:])
	line("one-time", []byte(must[string](t)(OneTimePassword(seeded(6)))))

	want, err := os.ReadFile("testdata/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("testdata/golden.txt wants\n%s\ngot\n%s", want, got.String())
	}
}
