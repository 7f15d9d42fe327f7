package node

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
)

// machine is a PC whose clock somebody sets; its ticks only run.
type machine struct {
	began time.Time
	ahead atomic.Int64 // of the PC's clock, ms
	run   atomic.Int64 // how often it was started
}

func (m *machine) options(o Options) Options {
	o.Now = func() time.Time { return time.Now().Add(time.Duration(m.ahead.Load()) * time.Millisecond) }
	o.Ticks = func() (string, int64) {
		return string(rune('a' + m.run.Load())), time.Since(m.began).Milliseconds()
	}
	return o
}

// talked is the interaction that somebody recorded, as a file has it.
func talked(t *testing.T, f *rows.File, text string) (r *rows.Stored) {
	t.Helper()
	err := f.Read(t.Context(), func(tx *rows.Tx) error {
		return tx.Rows(crm.Interaction, "text=?1", func(one *rows.Stored) error {
			r = one
			return nil
		}, text)
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func offMS(r *rows.Stored) int64 { return time.Now().UnixMilli() - r.Get(crm.InteractionHappened).I }

// The story: an outage; somebody sets the clock of a PC thirty years ahead while
// it runs: nothing moves, and the page says so. In the evening the battery dies,
// in the morning the PC believes that it is 2000: people write, marked. The line
// comes back: all of it stands at head office with the time it was.
func TestAPCWhoseClockIsSetAndWhoseBatteryDiesLosesNeitherWorkNorTime(t *testing.T) {
	h := bank(t)
	b := station(t, h, "till")
	who := signedIn(t, b)
	ada := walkIn(t, b, who, "Ada of the wrong clock")
	soon(t, "all is at head office", func() bool { return b.Store.Untaken(1) == nil })
	o, address := b.o, h.Addr()
	stopped(t, b.Stop)
	stopped(t, h.Stop)

	m := &machine{began: time.Now()}
	o = m.options(o)
	b = again(t, o, o.Dir)
	m.ahead.Store(30 * 365 * store.DayMS)
	if err := b.lookAtClock(t.Context()); err != nil {
		t.Fatal(err)
	}
	tells(t, b, desk.ClockSet, "Somebody set the clock of this PC")
	record(t, b, ada, "while it was set")
	if r := talked(t, b.Store.File, "while it was set"); max(offMS(r), -offMS(r)) > 60_000 || b.leaseOver() {
		t.Errorf("a clock that was set moved the time: %+v, lease over %t", r, b.leaseOver())
	}
	stopped(t, b.Stop)

	m.run.Add(1) // the PC is started anew, and its battery is dead
	m.ahead.Store(946_684_800_000 - time.Now().UnixMilli())
	b = again(t, o, o.Dir)
	tells(t, b, desk.ClockUnsure, "does not know what time it is")
	record(t, b, ada, "with a dead battery")
	if r := talked(t, b.Store.File, "with a dead battery"); r.Get(crm.InteractionClock).I != crm.ClockUnsure || b.leaseOver() {
		t.Errorf("what was written is not marked: %+v, lease over %t", r, b.leaseOver())
	}
	if f := b.Doctor(t.Context()); !slices.ContainsFunc(f, func(f desk.Finding) bool { return f.Code == "clock_unsure" }) {
		t.Errorf("the doctor does not blame the clock: %+v", f)
	}

	const night = 14 * time.Hour // has passed when the line is back
	ho := h.o
	ho.Listen, ho.Now = address, func() time.Time { return time.Now().Add(night) }
	h = startCentral(t, ho)
	soon(t, "both stand at head office", func() bool {
		return talked(t, h.Office.Central.File, "with a dead battery") != nil && talked(t, h.Office.Central.File, "while it was set") != nil
	})
	for text, passed := range map[string]time.Duration{"while it was set": 0, "with a dead battery": night} {
		if off := offMS(talked(t, h.Office.Central.File, text)) + passed.Milliseconds(); max(off, -off) > 5*60_000 {
			t.Errorf("%q is %d ms off", text, off)
		}
	}
	if r := talked(t, h.Office.Central.File, "with a dead battery"); r.Get(crm.InteractionClock).I != crm.ClockRighted {
		t.Errorf("nobody sees that the time was set right: %+v", r)
	}
	tells(t, b, desk.ClockOff, "wrong by")
}

// tells looks what status and page tell of the clock.
func tells(t *testing.T, b *Branch, state, words string) {
	t.Helper()
	soon(t, "the clock is "+state, func() bool { return b.clockNow().State == state })
	s, err := b.Status(t.Context())
	if err != nil || s.Clock.State != state {
		t.Errorf("status says %+v (%v), want %s", s.Clock, err, state)
	}
	answer, err := http.Get("http://" + b.Addr() + "/signin")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil || !strings.Contains(string(page), words) {
		t.Errorf("the page does not say %q (%v):\n%s", words, err, page)
	}
}

// record signs jana in and records an interaction.
func record(t *testing.T, b *Branch, party crdt.ID, text string) {
	t.Helper()
	_, err := b.Desk.RecordInteraction(t.Context(), signedIn(t, b), party, desk.Interaction{Channel: "counter", Text: text})
	if err != nil {
		t.Fatal(err)
	}
}
