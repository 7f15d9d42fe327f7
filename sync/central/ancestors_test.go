package central

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

func TestWhoIsTakenInAgainIsKnownByItsFormerNumbersToo(t *testing.T) {
	c, a := newCentral(t), authority(t)
	c.joinTest(t, 5, 1)
	path := backedUp(t, c)
	must[Restored](t)(Restore(t.Context(), restoring(path, 2)))
	again := reopened(t, path)
	again.o.NodeRow = func(*rows.Act, Node) error { return nil }
	certified := func(origin uint32, formers ...uint32) *x509.Certificate {
		me := must[*trust.Identity](t)(trust.NewIdentity(rand.Reader))
		return must[*x509.Certificate](t)(a.IssueNode(trust.Node{Origin: origin, Branch: 1}, must[[]byte](t)(me.Request()), time.Now(), rand.Reader, formers...))
	}
	for _, want := range []struct {
		cert *x509.Certificate
		was  []crdt.Origin
	}{
		{certified(30), nil}, // of an earlier release, or with one number from the beginning
		{certified(31, 5), []crdt.Origin{5}},
		{certified(32, 21, 31), []crdt.Origin{21, 31, 5}}, // 21 is not known here
	} {
		for range 2 {
			n := must[*Node](t)(again.Holder(t.Context(), want.cert))
			if !slices.Equal(n.Was, want.was) {
				t.Errorf("%d was %v before, want %v", n.Origin, n.Was, want.was)
			}
		}
	}
	words := append(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, 21), 4), "typed under a former number"...)
	closed := wire.Disclose{Envelopes: []wire.Envelope{{Origin: 21, Seq: 4, Content: must[[]byte](t)(a.Root().Enclose(words))}}}
	for origin, want := range map[crdt.Origin]int{32: 1, 31: 0} {
		n := must[*Node](t)(again.Node(t.Context(), origin))
		if out := must[wire.Disclosed](t)(again.Disclose(t.Context(), a, n, closed)); len(out.Envelopes) != want {
			t.Errorf("%d gets %d envelopes of 21 opened, want %d", origin, len(out.Envelopes), want)
		}
	}
	next := Renewal{Old: 32, New: 33, Key: []byte("the key of a workstation, 32 byte"), Reason: "forked"}
	for range 2 {
		n := must[*Node](t)(again.Renew(t.Context(), next, again.o.NodeRow))
		if got := n.Formers(); !slices.Equal(got, []uint32{32, 21, 31, 5}) {
			t.Errorf("its certificate will name %v", got)
		}
	}
}

func TestWhoJoinedBeforeASecondRestoreIsStillTakenIn(t *testing.T) {
	c, a := newCentral(t), authority(t)
	node := c.joinTest(t, 5, 1)
	node.write(1, "Alice")
	must[uint64](t)(node.push(t, c, 1, 1))
	path := backedUp(t, c)
	me := must[*trust.Identity](t)(trust.NewIdentity(rand.Reader))
	cert := must[*x509.Certificate](t)(a.IssueNode(trust.Node{Origin: 30, Branch: 1}, must[[]byte](t)(me.Request()), time.Now(), rand.Reader))
	must[Restored](t)(Restore(t.Context(), restoring(path, 2)))
	between := reopened(t, path)
	days := int64(3 * 24 * 3600 * 1000)
	between.o.NowMS = func() int64 { return time.Now().UnixMilli() + days }
	if err := between.Heard(t.Context(), 5, Report{}); err != nil {
		t.Fatal(err)
	}
	path = backedUp(t, between)
	must[Restored](t)(Restore(t.Context(), restoring(path, 3)))
	again := reopened(t, path)
	again.o.NodeRow = func(*rows.Act, Node) error { return nil }
	if n, err := again.Holder(t.Context(), cert); err != nil || n.Origin != 30 {
		t.Errorf("who called at neither of the two: %+v, %v", n, err)
	}
}
