package uplink

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// cutPair is a workstation whose line is cut, and a neighbour with a line.
func cutPair(t *testing.T) (b *bank, far, near *station, line *relay) {
	t.Helper()
	b = newBank(t)
	line = newRelay(t, b.address)
	far, near = b.join(1).call(line.address), b.join(1).call("")
	eventually(t, "both are online", func() bool { return online(far)() && online(near)() })
	b.agree(far, near)
	line.cut()
	eventually(t, "the cut is noticed", offline(far))
	return b, far, near, line
}

// borrowed is the page that follows what a station has read of a scope, as
// central gives it to a neighbour.
func (s *station) borrowed(from *station, scope int64) []byte {
	s.t.Helper()
	at := must[rows.Scope](s.t)(s.store.Cursor(s.t.Context(), scope))
	return must[[]byte](s.t)(from.up.Lend(s.t.Context(), wire.Pull{Scope: scope, Since: at.Feed, Limit: 100}))
}

func (s *station) at(scope int64) int64 {
	s.t.Helper()
	return must[rows.Scope](s.t)(s.store.Cursor(s.t.Context(), scope)).Feed
}

func TestAPageThatANeighbourHandsOnIsTakenAsCentralSignedIt(t *testing.T) {
	b, far, near, line := cutPair(t)
	id := near.prospect("typed where there is a line")
	b.agree(near)
	if err := far.up.Beside(t.Context(), far.borrowed(near, 1)); err != nil {
		t.Fatal(err)
	}
	if far.row(crm.Party, id) == nil || far.up.State().Online {
		t.Error("it is to be there, and the line is not")
	}
	if far.digest(1) != b.digest(1) {
		t.Error("the digest differs")
	}
	line.restore()
	eventually(t, "it is back", online(far))
	b.agree(far, near)
}

func TestAPageThatCentralDidNotSignSoIsNotTaken(t *testing.T) {
	b, far, near, _ := cutPair(t)
	stranger := b.join(2).call("")
	near.prospect("typed where there is a line")
	stranger.prospect("of another branch")
	b.agree(near, stranger)
	good := far.borrowed(near, 1)
	sealed := must[*wire.Sealed](t)(wire.Unseal(good))
	other := must[*trust.Authority](t)(trust.NewAuthority("other", time.Now(), bytesOf(7)))
	forged := func(heads map[crdt.Origin]wire.Head, a *trust.Authority) []byte {
		return must[[]byte](t)(wire.Seal(heads, sealed.Frame, func(m []byte) ([]byte, error) { return a.Sign(trust.ContextFeedPage, m) }))
	}
	altered := bytes.Clone(good)
	altered[len(altered)-1] ^= 1
	foreign := must[[]byte](t)(stranger.up.Lend(t.Context(), wire.Pull{Scope: 2, Since: 0, Limit: 100}))
	otherLife := map[crdt.Origin]wire.Head{far.joined.Origin: {Seq: 1, Hash: journal.Hash{1}}}
	before := far.at(1)
	for name, c := range map[string]struct {
		page []byte
		want error
	}{
		"an altered page":                       {altered, ErrSeal},
		"half a page":                           {good[:len(good)/2], ErrSeal},
		"nothing":                               {nil, ErrSeal},
		"signed by another bank":                {forged(sealed.Heads, other), ErrSeal},
		"of another branch":                     {foreign, ErrForeign},
		"of another life of this workstation":   {forged(otherLife, b.authority), ErrOtherLife},
		"signed for another purpose of central": {must[[]byte](t)(wire.Seal(sealed.Heads, sealed.Frame, func(m []byte) ([]byte, error) { return b.authority.Sign(trust.ContextPerson, m) })), ErrSeal},
	} {
		if err := far.up.Beside(t.Context(), c.page); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if far.at(1) != before {
			t.Fatalf("%s: something was taken", name)
		}
	}
	if err := errors.Join(far.up.Beside(t.Context(), good), far.up.Beside(t.Context(), good)); err != nil || far.at(1) == before {
		t.Errorf("the good page, twice: %v", err)
	}
}

func TestWhileTheLineIsUpCentralItselfIsHeard(t *testing.T) {
	b, far, near, line := cutPair(t)
	near.prospect("typed where there is a line")
	b.agree(near)
	page := far.borrowed(near, 1)
	line.restore()
	eventually(t, "it is back", online(far))
	b.agree(far, near)
	at := far.at(1)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	if err := far.up.Beside(ctx, page); err != nil || far.at(1) != at {
		t.Errorf("%v, from %d to %d", err, at, far.at(1))
	}
}

// bytesOf is randomness that is none.
type bytesOf byte

func (b bytesOf) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b) + byte(i)
	}
	return len(p), nil
}
