package sim

import (
	"fmt"
	"maps"
	"slices"

	"bough/crdt"
	"bough/node/store"
)

// The faults of who somebody is.
const (
	Restore  Fault = "restore"
	Rollback Fault = "rollback"
	Clone    Fault = "clone"
)

// Limits of them.
const (
	freshOrigins = crdt.Origin(900_000) // origins that are drawn during a run begin here
	maxTwins     = 2                    // of a run: each costs as much as a workstation
	keptCopies   = 3                    // of a workstation's file
)

// identities are files that are copies, and how they go on as another origin.
func identities() feature {
	return feature{
		faults: []fault{
			{Restore, "a workstation's file is put back from a backup, which is noticed when it starts"},
			{Rollback, "a workstation goes back in time as a whole, which it cannot notice"},
			{Clone, "a workstation's disk is copied, and both work on"},
		},
		nemeses: []nemesis{{Restore, 2, (*World).restoreOne}, {Rollback, 2, (*World).rollBack}, {Clone, 1, (*World).cloneOne}, {Clone, 2, (*World).twinsAtWork},
			{Restore, 3, (*World).copySome}, {Rollback, 3, (*World).copySome}},
		stories: []story{{Restore, 4, (*World).putBackUnsent}, {Rollback, 2, (*World).putBackUnsent}, {Clone, 6, (*World).restsOnATwin}},
		routes: []route{
			{"links", "linked", (*hub).links, (*station).linked},
			{"incarnate", "certified", (*hub).incarnate, (*station).certified},
			{answer: "forked", receive: (*station).forked},
		},
		refusals: []refusal{{code: "rests_on_copy"}, {code: "stranded", reason: func(w *World, a *act) bool { return w.doubted(a.origin) }}},
		opened:   (*station).claimSoon,
		heal: func(w *World) {
			for _, s := range w.stations {
				s.claimSoon()
			}
		},
		restless: (*World).uncertified,
		fates:    (*World).disown,
		checks: []check{
			{7, "what was typed stands once, with whom it was typed for, whatever numbers it had", (*World).checkTyped},
			{7, "each number that somebody was given opens what it was given for", (*World).checkAliases},
		},
		situations: []string{"a backup was put back", "a backup was put back with work that nobody else had", "a workstation went back in time", "a disk was cloned",
			"a fork was found at central", "a fork was found by a neighbour", "a change was written again", "an id was given anew", "a neighbour shows central who wrote what it passes on", "a third workstation writes of a twin's customer",
			"a change waits for what a copy wrote", "forked lost", "forked repeated", "linked lost", "linked repeated",
			"what stands at head office under a former number is compared"},
	}
}

// selves are what the feature keeps of a world.
type selves struct {
	copies  map[*station][]copied
	origins crdt.Origin // drawn so far
	formers []crdt.Origin
	twins   int
}

// copied is a copy of a workstation's file, with what the world knows of it.
type copied struct {
	path    string
	seat    *seat
	claim   *claim
	at      uint64
	covered uint64
	heardMS int64
	tokens  map[string]string
}

// putBackUnsent is a workstation without a line, of which a backup is made and put
// back; or which goes back in time as a whole. Its work comes on a stick, before
// central has heard of its new number.
func (w *World) putBackUnsent() {
	s, _ := w.somewhere()
	if s == nil {
		return
	}
	s.unplugged(100_000)
	w.clerk(s)
	w.then(30_000, func() {
		if s.up {
			w.clerk(s)
			w.backUp(s)
		}
	})
	back := pick(w.faults, []func(*station, *copied){w.restore, w.rewind})
	w.then(60_000, func() {
		if c := w.newestCopy(s); c != nil && s.up {
			back(s, c)
		}
	})
	w.then(70_000, func() {
		if s.up && s.claim != nil && w.nowMS >= s.pause {
			w.pack(s, 5_000)
		}
	})
}

// newestCopy is the last backup of a workstation; nil: there is none that may be used.
func (w *World) newestCopy(s *station) *copied {
	list := mine[selves](w).copies[s]
	if s.away || len(list) == 0 {
		return nil
	}
	return &list[len(list)-1]
}

// copySome takes a backup of a workstation.
func (w *World) copySome() { w.backUp(pick(w.faults, w.stations)) }

func (w *World) backUp(s *station) {
	if !s.up {
		return
	}
	m := mine[selves](w)
	if m.copies == nil {
		m.copies = map[*station][]copied{}
	}
	c := copied{path: w.file(s.name+"-backup", int(w.nowMS-epochMS)), seat: s.seat, claim: s.claim, at: s.at, covered: s.covered, heardMS: s.heardMS, tokens: maps.Clone(s.tokens)}
	if !w.must("back up "+s.name, copyFile(s.path(), c.path)) {
		return
	}
	if m.copies[s] = append(m.copies[s], c); len(m.copies[s]) > keptCopies {
		w.must("forget a backup", removeFile(m.copies[s][0].path))
		m.copies[s] = m.copies[s][1:]
	}
}

// aged draws a workstation that has a backup.
func (w *World) aged() (*station, *copied) {
	m := mine[selves](w)
	s := pick(w.faults, w.stations)
	if s.away || len(m.copies[s]) == 0 || w.healed {
		return nil, nil
	}
	c := pick(w.faults, m.copies[s])
	return s, &c
}

// back puts a copy in the place of a workstation's file. What was written since
// is gone, unless somebody else has it.
func (s *station) back(c *copied) bool {
	w := s.w
	if s.up && !w.must("close "+s.name, s.drop()) {
		return false
	}
	from := s.path()
	s.gen++
	if !w.must("put a copy back", copyFile(c.path, s.path())) || !w.must("remove "+s.name, removeFile(from)) {
		return false
	}
	w.doubt(s.seat.origin)
	w.doubt(c.seat.origin)
	if m := mine[selves](w); s.seat.origin != c.seat.origin { // nobody speaks for that number any more
		m.formers = append(m.formers, s.seat.origin)
	}
	w.words().forget(s, c.seat.origin, c.at)
	for _, o := range w.stations {
		delete(o.copied, s)
	}
	for _, g := range mine[graves](w).lost {
		delete(g.copied, s)
	}
	s.heardMS = c.heardMS
	s.seat, s.claim, s.at, s.covered = c.seat, c.claim, c.at, min(c.covered, c.at)
	s.looks, s.tokens, s.everTaken, s.copied = nil, maps.Clone(c.tokens), 0, map[*station]uint64{}
	return true
}

// restoreOne puts a backup back: the token beside the file tells, at once.
func (w *World) restoreOne() {
	if s, c := w.aged(); s != nil {
		w.restore(s, c)
	}
}

func (w *World) restore(s *station, c *copied) {
	was := s.at
	if !s.back(c) {
		return
	}
	w.say(s.name, "its file is put back as it was at change %d of %d", c.at, was)
	w.saw("a backup was put back")
	if !w.must(s.name+" starts from a backup", s.open()) {
		return
	}
	if s.store.Taken() < s.at {
		w.saw("a backup was put back with work that nobody else had")
	}
	s.goOn(s.store.Taken(), store.Restored, nil)
}

// rollBack takes a whole machine back in time: nothing here can tell.
func (w *World) rollBack() {
	if s, c := w.aged(); s != nil {
		w.rewind(s, c)
	}
}

func (w *World) rewind(s *station, c *copied) {
	if !s.back(c) {
		return
	}
	w.say(s.name, "goes back in time to change %d", c.at)
	w.saw("a workstation went back in time")
	w.must(s.name+" starts from a snapshot", s.open())
}

// cloneOne copies a disk: two workstations are the same now.
func (w *World) cloneOne() { w.clone(pick(w.faults, w.stations)) }

func (w *World) clone(s *station) {
	m := mine[selves](w)
	if m.twins >= maxTwins || !s.up || w.healed {
		return
	}
	m.twins++
	w.doubt(s.seat.origin)
	t := &station{w: w, name: fmt.Sprintf("%s'%d", s.name, m.twins), seat: s.seat, claim: s.claim, schema: s.schema,
		secret: newDice(w.o.Seed, streamTwins+uint64(m.twins)), clock: s.clock, tokens: maps.Clone(s.tokens), copied: map[*station]uint64{}, covered: s.covered, at: s.at, lease: s.lease, heardMS: s.heardMS}
	if !w.must("clone "+s.name, copyFile(s.path(), t.path())) {
		return
	}
	w.say(t.name, "is cloned from %s at change %d", s.name, s.at)
	w.saw("a disk was cloned")
	w.stations = append(w.stations, t)
	w.must(t.name+" starts", t.open())
}

// freshOrigin draws an origin that nobody has.
func (w *World) freshOrigin() crdt.Origin {
	m := mine[selves](w)
	m.origins++
	return freshOrigins + m.origins
}

// disown leaves to the ledger of words what truth knows of files that are
// copies, and that central has not, or has in another form.
func (w *World) disown(q *quiet) {
	j := w.judgement(q.head)
	for _, a := range w.truth.acts {
		a.moved = w.doubted(a.origin) && !j.took(change{a.origin, a.seq}, a.stamp)
	}
}

// checkAliases: a number that a row had, and that nothing else has, opens it
// still, where it is held.
func (w *World) checkAliases(q *quiet) {
	l := w.words()
	for i, s := range w.stations {
		for _, was := range slices.Sorted(maps.Keys(l.followed)) {
			is := l.followed[was].id
			if l.followed[was].branch != s.seat.branch || l.followed[is].id != 0 || q.here[i].by[cell{kindParty, is, 0}] == nil || q.here[i].by[cell{kindParty, was, 0}] != nil {
				continue
			}
			if found := s.resolves(was); found != is {
				w.found("%s: party %d had the number %d, which opens %d", s.name, is, was, found)
			}
		}
	}
}
