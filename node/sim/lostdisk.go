package sim

import (
	"slices"

	"bough/crdt"
)

// LostDisk is the fault of machines that burn.
const LostDisk Fault = "lostdisk"

// lostCode marks acts that went with a disk; central never says it.
const lostCode = "lost with a disk"

// lostDisks take a workstation's file and keys; it joins anew, as another origin.
func lostDisks() feature {
	return feature{
		faults:   []fault{{LostDisk, "a workstation loses its disk and joins anew"}},
		nemeses:  []nemesis{{LostDisk, 2, (*World).loseDisk}},
		refusals: []refusal{{code: lostCode}},
		heal: func(w *World) {
			for _, s := range w.stations {
				s.joinAnew()
			}
		},
		fates:      (*World).buryLost,
		situations: []string{"a disk is lost", "a disk is lost with work that was safe in the branch", "a disk is lost with work that nobody else had"},
	}
}

// grave is an origin whose file is lost.
type grave struct {
	s      *station
	origin crdt.Origin
	at     uint64 // changes it wrote
	safe   uint64 // up to here it said that they are safe in the branch …
	copied map[*station]uint64
}

// graves are those of a world.
type graves struct {
	lost   []*grave
	joined int // origins given to machines that joined anew
}

// loseDisk takes the disk of a workstation; a new one comes within hours.
func (w *World) loseDisk() { w.burn(pick(w.faults, w.stations), w.faults.between(60_000, 4*hourMS)) }

// losable reports whether a disk may be lost now. Copies and those that a
// restored central still waits for are spared: with two disasters at once what
// followed the lost work waits at neighbours for ever.
func (s *station) losable() bool {
	return !s.away && s.up && s.at > 0 && s.claim == nil && !s.w.doubted(s.seat.origin) && !s.w.catchesUp(s.seat.origin)
}

// doomed draws a workstation whose disk may be lost; nil: there is none.
func (w *World) doomed() *station {
	up := slices.DeleteFunc(w.working(), func(s *station) bool { return !s.losable() })
	if len(up) == 0 {
		return nil
	}
	return pick(w.faults, up)
}

// burn takes the disk of a workstation, which joins anew then.
func (w *World) burn(s *station, joinsMS int64) {
	if !s.losable() {
		return
	}
	g := &grave{s: s, origin: s.seat.origin, at: s.at, safe: s.toldSafe(), copied: s.copied}
	s.checkSafe(g.safe)
	m := mine[graves](w)
	m.lost = append(m.lost, g)
	for _, o := range w.stations {
		delete(o.copied, s)
	}
	for _, o := range m.lost {
		delete(o.copied, s)
	}
	w.words().forget(s, 0, 0)
	w.say(s.name, "loses its disk: wrote %d, %d safe in the branch", g.at, g.safe)
	w.saw("a disk is lost")
	path := s.path()
	if !w.must("close "+s.name, s.drop()) || !w.must("lose a disk", removeFile(path)) {
		return
	}
	s.away = true
	s.gen++
	s.looks, s.tokens, s.copied = nil, map[string]string{}, map[*station]uint64{}
	s.at, s.everTaken, s.everHeld, s.covered = 0, 0, 0, 0
	s.clock.run++
	w.after(joinsMS, s.joinAnew)
}

// checkSafe: what is said to be safe in the branch a neighbour holds, or central.
// What central had and lost is not known to be lost yet.
func (s *station) checkSafe(safe uint64) {
	if !s.w.hub.up || mine[rebirths](s.w).times > 0 {
		return
	}
	if taken := s.w.hub.taken(s.seat.origin); safe > max(s.everHeld, taken) {
		s.w.fail("%s says that %d changes are safe in the branch; its neighbours hold %d, central has %d", s.name, safe, s.everHeld, taken)
	}
}

// toldSafe is up to which own change the desk says: safe in the branch, or at
// head office. Of what is erased here no page says anything.
func (s *station) toldSafe() (upTo uint64) {
	for _, a := range s.w.truth.acts {
		if !s.own(a) {
			continue
		}
		told := upTo
		for i := range a.ops {
			op := &a.ops[i]
			switch {
			case s.erased(op):
			case s.store.Pending(op.Kind, op.ID) && !s.store.Safe(op.Kind, op.ID):
				return upTo
			default:
				told = a.seq
			}
		}
		upTo = told
	}
	return upTo
}

// joinAnew makes a machine whose disk was lost a new workstation.
func (s *station) joinAnew() {
	w := s.w
	if !s.away {
		return
	}
	if a := mine[arrivals](w).of[s]; a != nil {
		a.giveUp()
		return
	}
	if !w.hub.up {
		if !w.healed {
			w.after(60_000, s.joinAnew)
		}
		return
	}
	m := mine[graves](w)
	m.joined++
	at := seat{name: s.name, origin: crdt.Origin(s.seat.branch*originStep + 500 + int64(m.joined)), branch: s.seat.branch}
	if !w.must(s.name+" joins anew", at.join(w.ctx, w.hub.office, w.t.authority, w.hub.nowMS(), s.secret)) ||
		!w.must("read central's journal", w.hub.harvest("join", nil)) {
		return
	}
	s.seat = &at
	if s.begs() {
		w.say(s.name, "has joined anew as %d, and looks for a neighbour", at.origin)
		return
	}
	s.away = false
	if w.must("make a file", copyFile(s.blank(), s.path())) {
		s.boot()
		w.say(s.name, "has joined anew as %d", at.origin)
	}
}

// buryLost decides what became of the acts of lost origins: what central has of
// them stands like any other; what was told to be safe, and whose copy did not
// burn too, must be there; the rest is gone, everywhere.
func (w *World) buryLost(*quiet) {
	for _, g := range mine[graves](w).lost {
		taken := w.hub.taken(g.origin)
		kept := uint64(0)
		for _, s := range w.stations {
			kept = max(kept, g.copied[s])
		}
		if must := min(g.safe, kept); taken < must && mine[rebirths](w).times == 0 {
			w.found("%s lost its disk after it said that its changes up to %d are safe in the branch; central has %d", g.s.name, g.safe, taken)
		}
		if kept > 0 {
			w.saw("a disk is lost with work that was safe in the branch")
		}
		for _, a := range w.truth.acts {
			if a.origin == g.origin && a.seq > taken {
				a.refused = lostCode
				w.saw("a disk is lost with work that nobody else had")
			}
		}
		w.checkHistory(g.origin, taken)
	}
}

// buriedMS is until when neighbours may hold what was stamped ahead of time on a
// disk that is lost: until it is due.
func (w *World) buriedMS() (ms int64) {
	for _, a := range w.truth.acts {
		if slices.ContainsFunc(mine[graves](w).lost, func(g *grave) bool { return g.origin == a.origin }) {
			ms = max(ms, a.stamp.Millis())
		}
	}
	return ms
}
