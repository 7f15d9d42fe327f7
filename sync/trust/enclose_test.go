package trust

import (
	"bytes"
	"errors"
	"testing"
)

func TestWhatIsEnclosedOpensAtItsCentralAloneAndUnaltered(t *testing.T) {
	a, other := newBank(t, 1).authority, newBank(t, 2).authority
	words := []byte("she lives at 7 Elm Street")
	envelope, err := a.Root().Enclose(words)
	if err != nil || bytes.Contains(envelope, words[:8]) {
		t.Fatalf("%v %x", err, envelope)
	}
	if got, err := a.Disclose(envelope); err != nil || !bytes.Equal(got, words) {
		t.Errorf("%q %v", got, err)
	}
	if _, err := other.Disclose(envelope); !errors.Is(err, ErrMalformed) {
		t.Errorf("another central opens it: %v", err)
	}
	for i := range envelope {
		bad := bytes.Clone(envelope)
		bad[i] ^= 1
		if _, err := a.Disclose(bad); !errors.Is(err, ErrMalformed) {
			t.Fatalf("byte %d was altered: %v", i, err)
		}
	}
	if _, err := a.Disclose(envelope[:10]); !errors.Is(err, ErrMalformed) {
		t.Errorf("a stump: %v", err)
	}
}
