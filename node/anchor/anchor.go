package anchor

import "sync"

// Limits of what is believed.
const (
	JumpMS    = 60 * 1000                     // a clock that moved further against the ticks was set by somebody
	SlackMS   = 5 * 60 * 1000                 // what a clock may be off and still count as right: so far ahead central takes stamps
	LongestMS = 3 * 366 * 24 * 60 * 60 * 1000 // no machine is off for longer and then brought back to work
	heardMS   = 250                           // a smaller step of central's time is not followed
)

// Reading is what the clocks of a machine show at one instant.
type Reading struct {
	WallMS int64  // the PC's clock, ms UTC: anybody may set it
	TickMS int64  // a clock that only runs, also while the machine sleeps, ms
	Boot   string // what the ticks count from; another word: the machine was started anew. Empty: only this process knows
}

// Trust is who vouches for the time.
type Trust uint8

// The ways to know the time.
const (
	PC      Trust = iota // the PC's clock, as it was when the machine was started
	Central              // central, since the machine was started
	Carried              // nobody: the PC's clock cannot be right, the last sure time goes on
)

// String is a stable word.
func (t Trust) String() string { return [...]string{"pc", "central", "carried"}[t] }

// Kept is what has to outlive the process. All its times are of one instant.
type Kept struct {
	Boot     string
	TickMS   int64
	SteadyMS int64 // the time, before what central said to add
	OffsetMS int64 // that
	FloorMS  int64 // it is not earlier; 0: nothing is sure yet
	GapMS    int64 // the PC's clock less the time
	WrongMS  int64 // the same, as central's time showed it; 0 once somebody set it without that
	Trust    Trust
	Jumps    int64 // how often the PC's clock was set while the machine ran
	JumpMS   int64 // by how much, the last time
	JumpedMS int64 // when that was noticed, ms UTC
}

// NowMS is the time, ms UTC.
func (k *Kept) NowMS() int64 { return k.SteadyMS + k.OffsetMS }

// Wrong reports whether the PC's clock is so far off that somebody should see to
// it; where nobody but it tells the time, only a jump can tell.
func (k *Kept) Wrong() bool { return k.GapMS > SlackMS || k.GapMS < -SlackMS }

// Anchor is the clock of a workstation.
type Anchor struct {
	read  func() Reading
	mu    sync.Mutex // guards all below
	k     Kept
	fresh bool
}

// New goes on with what was kept: of a machine that ran on meanwhile, the time;
// of one that was started, its own clock, if that can be right. The zero Kept
// is of a workstation that was never on.
func New(read func() Reading, k Kept) *Anchor {
	a := &Anchor{read: read, k: k}
	r := read()
	if k.Boot == "" || k.Boot != r.Boot || r.TickMS < k.TickMS {
		a.start(r)
	}
	a.settle(r)
	return a
}

// start is the start of a machine.
func (a *Anchor) start(r Reading) {
	was := a.k
	a.fresh = true
	a.k.Boot, a.k.TickMS, a.k.OffsetMS = r.Boot, r.TickMS, 0
	if now, ok := was.believe(r.WallMS); ok {
		a.k.SteadyMS, a.k.Trust = max(now, was.FloorMS), PC
	} else {
		a.k.SteadyMS, a.k.Trust = was.FloorMS, Carried
	}
	a.k.GapMS = r.WallMS - a.k.SteadyMS
}

// believe is the time by the PC's clock, if that can be right: as wrong as it was
// last seen to be, or set right since.
func (k *Kept) believe(wallMS int64) (nowMS int64, ok bool) {
	for _, nowMS := range []int64{wallMS - k.WrongMS, wallMS} {
		if k.FloorMS == 0 || nowMS >= k.FloorMS-SlackMS && nowMS <= k.FloorMS+LongestMS {
			return nowMS, true
		}
	}
	return 0, false
}

// settle lets the time pass that the ticks say.
func (a *Anchor) settle(r Reading) {
	passed := max(0, r.TickMS-a.k.TickMS)
	a.k.TickMS = max(r.TickMS, a.k.TickMS)
	a.k.SteadyMS += passed
	if a.k.FloorMS > 0 {
		a.k.FloorMS += passed
	}
}

// NowMS is the time to write down, ms UTC.
func (a *Anchor) NowMS() int64 {
	k := a.State()
	return k.NowMS()
}

// SteadyMS is the time before what central said to add: it only runs, and is
// what central's answers are measured against.
func (a *Anchor) SteadyMS() int64 { return a.State().SteadyMS }

// State is how the time stands now, and what to keep.
func (a *Anchor) State() Kept {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle(a.read())
	return a.k
}

// Fresh reports whether the machine was started anew, and not only the process.
func (a *Anchor) Fresh() bool { return a.fresh }

// Look compares the PC's clock with the time; it is called every few seconds.
// jumpMS is by how much somebody set it since; adopted: the time was carried, the
// PC's clock was set to what it can be, and that is the time now.
func (a *Anchor) Look() (jumpMS int64, adopted bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.read()
	a.settle(r)
	gap := r.WallMS - a.k.NowMS()
	moved := gap - a.k.GapMS
	if a.k.GapMS = gap; a.k.Trust == Central {
		a.k.WrongMS = gap
	}
	if moved > JumpMS || moved < -JumpMS {
		jumpMS = moved
		if a.k.Trust != Central {
			a.k.WrongMS = 0
		}
		a.k.Jumps, a.k.JumpMS, a.k.JumpedMS = a.k.Jumps+1, moved, a.k.NowMS()
	}
	if a.k.Trust == Carried && jumpMS != 0 {
		if now, ok := a.k.believe(r.WallMS); ok {
			a.k.SteadyMS, a.k.OffsetMS, a.k.GapMS, a.k.Trust = max(now, a.k.FloorMS), 0, 0, PC
			adopted = true
		}
	}
	return jumpMS, adopted
}

// Correction is by how much the time would step if central's were offsetMS more
// than SteadyMS, and whether nobody had vouched for it until then.
func (a *Anchor) Correction(offsetMS int64) (stepMS int64, unsure bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return offsetMS - a.k.OffsetMS, a.k.Trust != Central
}

// Hear takes central's time: offsetMS more than SteadyMS. It reports whether
// that changed anything worth keeping.
func (a *Anchor) Hear(offsetMS int64) (changed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle(a.read())
	step := offsetMS - a.k.OffsetMS
	if changed = a.k.Trust != Central || step > heardMS || step < -heardMS; changed {
		a.k.OffsetMS, a.k.Trust, a.k.GapMS = offsetMS, Central, a.k.GapMS-step
	}
	a.k.FloorMS, a.k.WrongMS = a.k.NowMS(), a.k.GapMS
	return changed
}

// AtLeast takes a time that central wrote down and sent by other ways than the
// line: it is not earlier.
func (a *Anchor) AtLeast(ms int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle(a.read())
	a.k.FloorMS = max(a.k.FloorMS, ms)
	if a.k.NowMS() < ms-SlackMS {
		step := ms - a.k.NowMS()
		a.k.OffsetMS, a.k.GapMS = a.k.OffsetMS+step, a.k.GapMS-step
	}
}
