package uplink

import (
	"errors"
	"fmt"
	"testing"

	"bough/sync/wire"
)

func TestAnOlderCentralIsSpokenToInItsWordsOnce(t *testing.T) {
	refused := func(word string, v wire.Versions) error {
		return fmt.Errorf("push: %w", &faultError{status: 426, word: word, speaks: v})
	}
	u := &Uplink{}
	for _, c := range []struct {
		err  error
		says bool
	}{
		{nil, false}, {errors.New("line"), false}, {refused(wire.FaultMalformed, wire.Versions{Min: 1, Max: 1}), false},
		{refused(wire.FaultVersion, wire.Versions{}), false}, {refused(wire.FaultVersion, wire.Versions{Min: 7, Max: 9}), false},
		{refused(wire.FaultVersion, wire.Supported()), false},
		{refused(wire.FaultVersion, wire.Versions{Min: 1, Max: 1}), true},
		{refused(wire.FaultVersion, wire.Versions{Min: 1, Max: 1}), false},
	} {
		if u.older(c.err) != c.says {
			t.Errorf("%v: %t", c.err, !c.says)
		}
	}
	if u.speaks() != (wire.Versions{Min: 1, Max: 1}) {
		t.Errorf("central speaks %s", u.speaks())
	}
}
