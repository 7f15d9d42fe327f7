package wire

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
)

// stamped signs by repeating what was signed: any change shows.
func stamped(message []byte) ([]byte, error) { return message[:min(len(message), maxSeal)], nil }

var errSeal = errors.New("it does not fit")

func fits(message, signature []byte) error {
	if want, _ := stamped(message); !bytes.Equal(want, signature) {
		return errSeal
	}
	return nil
}

func TestASealedPageMakesTheTripAndShowsEveryChange(t *testing.T) {
	heads := map[crdt.Origin]Head{7: {Seq: 3, Hash: [32]byte{1, 2}}, 1 << 30: {Seq: 1 << 40}}
	b, err := Seal(heads, []byte("the frame"), stamped)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Unseal(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(heads, s.Heads); diff != "" || string(s.Frame) != "the frame" || s.Check(fits) != nil {
		t.Errorf("%s %q %v", diff, s.Frame, s.Check(fits))
	}
	for i := range b {
		altered := bytes.Clone(b)
		altered[i] ^= 1
		if s, err := Unseal(altered); err == nil && s.Check(fits) == nil {
			t.Errorf("byte %d may be altered", i)
		}
		if s, err := Unseal(b[:i]); err == nil && s.Check(fits) == nil {
			t.Errorf("it may end after %d bytes", i)
		}
	}
}

func FuzzUnseal(f *testing.F) {
	b, err := Seal(map[crdt.Origin]Head{7: {Seq: 3}}, []byte("frame"), stamped)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Unseal(data)
		if err == nil && len(s.Heads) > MaxVector {
			t.Error("more heads than allowed")
		}
	})
}
