package uplink

import (
	"fmt"
	"testing"
	"time"

	"bough/node/crm"
)

func TestALineThatIsCutInAnyWayIsNoticedAndWhatWasTypedMeetsAfterwards(t *testing.T) {
	ways := []struct {
		name         string
		cut, restore func(*relay)
	}{
		{"connections refused", (*relay).cut, (*relay).restore},
		{"packets swallowed", func(r *relay) { r.swallow(true) }, func(r *relay) { r.swallow(false) }},
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			b := newBank(t)
			line := newRelay(t, b.address)
			far, near := b.join(1).call(line.address), b.join(1).call("")
			eventually(t, "online", online(far))

			way.cut(line)
			start := time.Now()
			eventually(t, "the cut is noticed", offline(far))
			t.Logf("noticed after %v", time.Since(start))
			here, there := far.prospect("typed during the outage"), near.prospect("typed at the other desk")
			for i := range 20 {
				far.prospect(fmt.Sprint("P", i))
			}
			eventually(t, "the outage is told", func() bool { s := far.up.State(); return s.Unsent() > 0 && s.Words() != "" })
			eventually(t, "the other desk works on", func() bool { return near.up.State().Unsent() == 0 })

			way.restore(line)
			start = time.Now()
			eventually(t, "it is back", online(far))
			t.Logf("back after %v", time.Since(start))
			b.agree(far, near)
			if far.row(crm.Party, there) == nil || near.row(crm.Party, here) == nil {
				t.Error("a prospect of the outage is missing")
			}
		})
	}
}

func TestALineThatBreaksAgainAndAgainLosesNothing(t *testing.T) {
	b := newBank(t)
	line := newRelay(t, b.address)
	s := b.join(1)
	s.options = func(o *Options) { o.BackoffCapMS = 50 }
	s.call(line.address)
	for i := range 60 {
		s.prospect(fmt.Sprint("P", i))
		if i%3 == 0 {
			line.drop()
		}
		time.Sleep(2 * time.Millisecond) // the pace of a busy clerk, so that breaks fall on requests
	}
	b.agree(s)
}

func TestACentralThatStartsAgainIsFoundAgain(t *testing.T) {
	b := newBank(t)
	line := newRelay(t, b.address)
	s := b.join(1).call(line.address)
	eventually(t, "online", online(s))
	line.cut()
	eventually(t, "offline", offline(s))
	b.serve()
	line.to = b.address
	line.restore()
	s.prospect("written for the new process")
	b.agree(s)
}

func TestTheOffsetOfAWrongClockIsMeasured(t *testing.T) {
	b := newBank(t)
	const behind = 3 * 3600 * 1000
	b.clock = func() int64 { return nowMS() - behind }
	s := b.join(1)
	if off := s.joined.OffsetMS - behind; off < -5000 || off > 5000 {
		t.Errorf("joining measured an offset of %d ms", s.joined.OffsetMS)
	}
	s.call("")
	b.agree(s)
	state := s.up.State()
	if off := state.OffsetMS - behind; !state.OffsetKnown || off < -state.OffsetErrorMS-1 || off > state.OffsetErrorMS+1 {
		t.Errorf("an offset of %d ± %d ms", state.OffsetMS, state.OffsetErrorMS)
	}
	id := s.prospect("stamped with central's time")
	if at := s.row(crm.Party, id).Clocks.Latest().Millis() - nowMS(); at < -60_000 || at > 60_000 {
		t.Errorf("the stamp is %d ms off", at)
	}
}

func TestASteadyClockNeverStepsBack(t *testing.T) {
	var s steady
	for _, step := range []struct{ clock, want, ahead int64 }{{1000, 1000, 0}, {1500, 1500, 0}, {200, 1500, -1300}, {300, 1600, -1300}, {90_000, 91_300, -1300}} {
		if got := s.now(step.clock); got != step.want || s.ahead != step.ahead {
			t.Errorf("clock %d: steady %d, ahead %d; want %d, %d", step.clock, got, s.ahead, step.want, step.ahead)
		}
	}
}

func TestTheBestMeasurementOfTheClockIsKeptUntilItIsContradicted(t *testing.T) {
	var c clock
	check := func(what string, ms int64) {
		t.Helper()
		if got, _, known := c.offset(); !known || got != ms {
			t.Errorf("%s: offset %d, want %d", what, got, ms)
		}
	}
	c.measured(1000, 1100, 6050)
	check("the first", 5000)
	c.measured(2000, 2900, 7500)
	check("a slow one that does not contradict", 5000)
	c.measured(3000, 3020, 8020)
	check("a better one", 5010)
	c.measured(4000, 4100, 1050)
	check("the clock was set", -3000)
	c.measured(5000, 4000, 9)
	check("the clock was set on the way", -3000)
	c.measured(4000+offsetKeptMS+1000, 4000+offsetKeptMS+2000, offsetKeptMS+2000)
	check("an old one gives way", -3500)
}

func TestALineThatIsBackResumesItsSession(t *testing.T) {
	b := newBank(t)
	s := b.join(1).call("")
	eventually(t, "online", online(s))
	l := s.up.line
	resumed := func() bool {
		l.client.CloseIdleConnections() // a connection that is used stays until it is not
		if err := l.show(l.speaker(), l.certificate()); err != nil {
			t.Fatal(err)
		}
		_, state, err := ask(t.Context(), l.client, l.base, request{path: "/sync/v1/nowhere", within: smallFor})
		return err != nil && state != nil && state.DidResume
	}
	eventually(t, "a new connection resumes the session of the one before", resumed)
}
