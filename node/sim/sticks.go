package sim

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"bough/crdt"
	"bough/node/stick"
	"bough/node/store"
	"bough/sync/bundle"
	"bough/sync/central"
)

// Stick is the fault of lines that are down for so long that work is carried.
const Stick Fault = "stick"

// What happens to a stick on its way, per mille.
const (
	tornPerMille  = 150 // it was pulled out too soon
	bentPerMille  = 100 // a bit of it flips
	twicePerMille = 250 // it is read twice
	wrongPerMille = 200 // it comes to somebody else
	noAnswer      = 150 // the answer is forgotten
)

// sticks are bundles that somebody carries, and the answers to them.
func sticks() feature {
	return feature{
		faults:  []fault{{Stick, "work and news travel by USB stick: late, twice, torn, to the wrong place"}},
		nemeses: []nemesis{{Stick, 4, (*World).needStick}},
		stories: []story{{Rollback, 4, (*World).stickOfACopy}},
		situations: []string{"a stick brings work", "a stick brings what central has", "a stick brings news", "a stick is read twice", "a stick was pulled out too soon",
			"a bit of a stick is flipped", "a stick comes to the wrong central", "an answer comes to the wrong workstation", "an answer comes too late",
			"a stick comes before its writer is certified", "a stick of a copy is refused"},
	}
}

// luggage is what somebody carries: a bundle, or the answer to one.
type luggage struct {
	s      *station
	origin crdt.Origin // of the file that it is of, or for
	bytes  []byte
	ends   []int  // where each write ended: the header, then the chunks
	has    uint64 // of an answer: central's word on the own changes
}

// Write makes luggage what a bundle is written to.
func (l *luggage) Write(p []byte) (int, error) {
	l.bytes = append(l.bytes, p...)
	l.ends = append(l.ends, len(l.bytes))
	return len(p), nil
}

// pocket is a workstation's side of what is carried.
func (s *station) pocket() *stick.Workstation {
	w := &stick.Workstation{Store: s.store, Identity: s.seat.identity, Root: s.w.t.authority.Root(), Branch: s.seat.branch,
		Version: "sim", Credential: s.seat.proof, Rand: s.secret, NowMS: s.nowMS}
	if s.claim != nil {
		w.Reason = string(s.claim.reason)
	}
	return w
}

// needStick has somebody write a bundle where the line is cut; where none is, one
// is cut, and it is written a little later.
func (w *World) needStick() {
	up := w.working()
	if len(up) == 0 {
		return
	}
	if i := slices.IndexFunc(up, func(s *station) bool { return s.at > s.covered && !s.carries(true) }); i >= 0 {
		w.packStick(up[i])
		return
	}
	s := pick(w.faults, up)
	w.cut[s.seat.branch] = true
	w.say("net", "branch %d is cut until somebody carries its work", s.seat.branch)
	w.after(w.faults.between(60_000, 240_000), func() {
		if s.up && !w.healed && w.nowMS >= s.pause {
			w.packStick(s)
		}
	})
	w.after(w.faults.between(300_000, 900_000), func() { w.cut[s.seat.branch] = false })
}

// stickOfACopy is a workstation that goes back in time where nobody can tell it,
// and whose work is carried: head office has another history of it. It hears so
// itself when it has a line, which is a bad one.
func (w *World) stickOfACopy() {
	s, _ := w.somewhere()
	if s == nil {
		return
	}
	w.backUp(s)
	w.clerk(s)
	w.clerk(s)
	w.then(45_000, func() {
		c, l := w.newestCopy(s), mine[lanState](w)
		if c == nil || !s.up || !w.hub.up || c.at == s.at || w.hub.taken(s.seat.origin) < s.at {
			return // of what only neighbours have, a copy may give the numbers away
		}
		l.init()
		l.apart[s] = true
		s.unplugged(30_000)
		w.after(30_000, func() { delete(l.apart, s) })
		w.rewind(s, c)
		for range 3 {
			if s.up {
				w.clerk(s)
			}
		}
		if s.up {
			w.pack(s, 5_000)
		}
		w.then(25_000, func() { w.storm(60_000) })
	})
}

// roadMS is how long a stick is on its way: minutes, or until after a night.
func (w *World) roadMS() int64 {
	return pick(w.faults, []int64{w.faults.between(5_000, 60_000), w.faults.between(60_000, 600_000), w.faults.between(600_000, 24*hourMS)})
}

// packStick writes a bundle, and has somebody carry it to central.
func (w *World) packStick(s *station) { w.pack(s, w.roadMS()) }

func (w *World) pack(s *station, comesMS int64) {
	l := &luggage{s: s, origin: s.seat.origin}
	n, err := s.pocket().Write(w.ctx, l)
	if !w.must(s.name+" writes a bundle", err) {
		return
	}
	w.say(s.name, "writes a bundle of %d changes", n)
	w.after(comesMS, func() { w.unpackWork(l) })
	if w.faults.chance(twicePerMille) {
		w.saw("a stick is read twice")
		w.after(w.roadMS(), func() { w.unpackWork(l) })
	}
}

// way is what became of a stick on its way.
type way struct {
	from       io.Reader
	torn, bent bool
}

// travels draws what happens to a stick. Cuts and flips are drawn by chunk: how
// long signatures are is chance, and must decide nothing.
func (w *World) travels(l *luggage) way {
	b, t := l.bytes, way{}
	switch end := pick(w.faults, l.ends); {
	case w.faults.chance(tornPerMille):
		t.torn, b = true, b[:end-1]
		w.saw("a stick was pulled out too soon")
	case w.faults.chance(bentPerMille):
		t.bent, b = true, bytes.Clone(b)
		b[end-1] ^= 1
		w.saw("a bit of a stick is flipped")
	}
	t.from = bytes.NewReader(b)
	return t
}

// told judges how a reading ended: what is torn or bent is noticed, nothing else
// is complained of.
func (t way) told(cut bool, err error) bool {
	switch {
	case t.bent:
		return err != nil
	case t.torn:
		return cut && err == nil || errors.Is(err, bundle.ErrCut)
	}
	return err == nil && !cut
}

// unpackWork is somebody at central who reads a bundle and writes the answer.
func (w *World) unpackWork(l *luggage) {
	h := w.hub
	switch {
	case w.healed:
		return
	case !h.up:
		w.after(10*60_000, func() { w.unpackWork(l) })
		return
	case w.faults.chance(wrongPerMille):
		_, err := h.office.Central.ReadWork(w.ctx, bytes.NewReader(l.bytes), w.t.stranger)
		if !errors.Is(err, bundle.ErrOtherBank) {
			w.fail("the central of another bank read a bundle of %s: %v", l.s.name, err)
		}
		w.saw("a stick comes to the wrong central")
		return
	}
	t := w.travels(l)
	got, err := h.readWork(t.from, l.origin)
	if errors.Is(err, central.ErrFork) {
		w.saw("a stick of a copy is refused")
		return
	}
	if !t.told(got != nil && got.Cut, err) {
		w.fail("central reads a bundle of %s, torn %t, bent %t: %+v %v", l.s.name, t.torn, t.bent, got, err)
	}
	if err != nil {
		return
	}
	w.say("central", "a stick of %s: %d taken, %d known, %d refused", l.s.name, got.Taken, got.Known, got.Refused)
	if got.Taken > 0 {
		w.saw("a stick brings work")
	}
	if got.Known > 0 {
		w.saw("a stick brings what central has")
	}
	if h.revoked(l.origin) {
		w.saw("a stick of a revoked workstation is held")
		if err := h.office.Central.WriteNews(w.ctx, io.Discard, w.t.authority, got); !errors.Is(err, central.ErrUnknownNode) {
			w.fail("central answers a stick of a revoked workstation: %v", err)
		}
		return
	}
	answer := &luggage{s: l.s, origin: l.origin}
	if err := h.office.Central.WriteNews(w.ctx, answer, w.t.authority, got); w.must("central answers a bundle", err) && !w.faults.chance(noAnswer) {
		answer.has = h.taken(l.origin)
		w.carryBack(answer)
	}
}

// readWork is central with a bundle.
func (h *hub) readWork(from io.Reader, origin crdt.Origin) (*central.Carried, error) {
	c := h.office.Central
	_, unknown := c.Node(h.w.ctx, origin)
	got, err := c.ReadWork(h.w.ctx, from, h.w.t.authority)
	if errors.Is(unknown, central.ErrUnknownNode) && err == nil {
		h.w.saw("a stick comes before its writer is certified")
		h.w.must("read central's journal", h.harvest("a stick", nil))
	}
	h.tell()
	return got, err
}

func (w *World) carryBack(l *luggage) {
	to := l.s
	if w.faults.chance(wrongPerMille) {
		to = pick(w.faults, w.stations)
	}
	w.after(w.roadMS(), func() { w.unpackNews(l, to) })
	if w.faults.chance(twicePerMille) {
		w.after(w.roadMS(), func() { w.unpackNews(l, to) })
	}
}

// unpackNews is somebody who reads an answer at a workstation.
func (w *World) unpackNews(l *luggage, s *station) {
	switch {
	case w.healed:
		return
	case !s.up || w.nowMS < s.pause:
		w.after(10*60_000, func() { w.unpackNews(l, s) })
		return
	}
	t := w.travels(l)
	s.covered = max(s.covered, l.hasFor(s))
	news, err := s.pocket().Read(w.ctx, t.from)
	switch {
	case w.blackout:
		return
	case errors.Is(err, store.ErrForked) && w.doubted(s.seat.origin):
		w.saw("an answer tells a copy that it is one")
		return
	case s.seat.origin != l.origin:
		if err == nil {
			w.fail("%s took the answer to a bundle of %d", s.name, l.origin)
		}
		w.saw("an answer comes to the wrong workstation")
		return
	case errors.Is(err, store.ErrOldNews), errors.Is(err, stick.ErrNotOurs):
		w.saw("an answer comes too late")
		return
	case !t.told(news.Cut, err):
		w.fail("%s reads an answer, torn %t, bent %t: %+v %v", s.name, t.torn, t.bent, news, err)
	}
	w.say(s.name, "reads an answer: %d rows, cut %t", news.Rows, news.Cut)
	if news.Rows > 0 {
		w.saw("a stick brings news")
	}
	s.step(nil)
}

// hasFor is what an answer says of the changes of a workstation's file.
func (l *luggage) hasFor(s *station) uint64 {
	if s.seat.origin != l.origin {
		return 0
	}
	return l.has
}
