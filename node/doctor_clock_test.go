package node

import (
	"slices"
	"testing"
	"time"

	"bough/node/desk"
	"bough/sync/gossip"
)

// farAhead is how far ahead a clock is that makes a certificate of 90 days seem over,
// while it may still be right: workstations are away for longer.
const farAhead = 200 * 24 * time.Hour

// finds reports whether the doctor finds something, and whether it all can be read
// by whoever is told.
func finds(t *testing.T, b *Branch, code string) bool {
	t.Helper()
	found := b.Doctor(t.Context())
	discreet(t, b.o.Dir, found)
	return slices.ContainsFunc(found, func(f desk.Finding) bool { return f.Code == code })
}

// Somebody starts a PC with a clock that is months ahead, which may be right, and
// sets it right while it runs: the certificate is not over, the clock was wrong.
func TestTheDoctorBlamesTheClockAndNotTheCertificate(t *testing.T) {
	_, o := patient(t)
	m := &machine{began: time.Now()}
	m.run.Add(1)
	m.ahead.Store(farAhead.Milliseconds())
	b := reopened(t, m.options(o))
	if !finds(t, b, "enrolment_expired") {
		t.Error("a clock that may be right makes the certificate be over")
	}
	m.ahead.Store(0)
	if err := b.lookAtClock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !finds(t, b, "enrolment_clock") {
		t.Errorf("the clock is not blamed: %+v", b.Doctor(t.Context()))
	}
}

func TestTheDoctorTellsThatCentralsClockAndThisOneDisagree(t *testing.T) {
	h, o := patient(t)
	ho := h.o
	ho.Listen, ho.Now = h.Addr(), func() time.Time { return time.Now().Add(farAhead) }
	stopped(t, h.Stop)
	startCentral(t, ho)
	if b := reopened(t, o); !finds(t, b, "central_clock") {
		t.Errorf("central's clock is not blamed: %+v", b.Doctor(t.Context()))
	}
}

func TestTheDoctorTellsThatNeighboursAreHeardAndTheClockKeepsThemApart(t *testing.T) {
	h := bank(t)
	one, two := station(t, h, "one"), station(t, h, "two")
	meet(t, h, one, two)
	var o [2]Options
	for i, b := range []*Branch{one, two} {
		stopped(t, b.Stop)
		o[i] = b.o
		o[i].LAN = "127.0.0.1:0"
	}
	one = again(t, o[0], o[0].Dir)
	o[1].Peers = []string{one.LANAddr()}
	two = again(t, o[1], o[1].Dir)
	walkIn(t, one, signedIn(t, one), "Ada, whom it hears of")
	soon(t, "the neighbour answers", func() bool { return finds(t, two, "lan_ok") })
	soon(t, "they gossip", func() bool { // and know where, at the next start
		g := two.neighbours.Load().gossip.Load()
		return g != nil && slices.ContainsFunc(g.Heard(), func(h gossip.Heard) bool { return h.Here })
	})
	stopped(t, two.Stop)
	stopped(t, h.Stop)
	m := &machine{began: time.Now()}
	m.run.Add(1)
	m.ahead.Store(farAhead.Milliseconds())
	two = again(t, m.options(o[1]), o[1].Dir)
	walkIn(t, one, signedIn(t, one), "Ada, whom it would hear of")
	soon(t, "the clock is blamed for a neighbour that is heard and does not answer", func() bool { return finds(t, two, "lan_clock") })
}
