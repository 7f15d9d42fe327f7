package central

import (
	"bytes"
	"errors"
	"testing"

	"bough/sync/rows"
)

func TestRevokingAWorkstationTurnsTheKeyOfItsBranchAlone(t *testing.T) {
	c := newCentral(t)
	c.joinTest(t, 11, 1)
	c.joinTest(t, 12, 1)
	c.joinTest(t, 21, 2)
	keys := func(branch int64) []byte { return must[[]byte](t)(c.BranchKey(t.Context(), branch)) }
	was, other := keys(1), keys(2)
	if !bytes.Equal(was, keys(1)) || bytes.Equal(was, other) {
		t.Fatal("a branch keeps its key, and has one of its own")
	}
	if err := c.Revoke(t.Context(), 12, func(*rows.Act) error { return nil }); err != nil {
		t.Fatal(err)
	}
	key, previous, err := c.branchKeys(t.Context(), 1)
	if err != nil || bytes.Equal(key, was) || !bytes.Equal(previous, was) || !bytes.Equal(keys(2), other) {
		t.Errorf("the key is to be another, and the one before still known: %v", err)
	}
	if _, err := c.Node(t.Context(), 12); !errors.Is(err, ErrUnknownNode) {
		t.Errorf("the revoked one: %v", err)
	}
	if err := c.Revoke(t.Context(), 12, func(*rows.Act) error { return nil }); !errors.Is(err, ErrUnknownNode) {
		t.Errorf("revoked again: %v", err)
	}
}
