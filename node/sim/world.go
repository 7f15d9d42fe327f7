package sim

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/wire"
)

// World is a make-believe bank at work.
type World struct {
	o      Options
	ctx    context.Context
	t      *template
	dir    string
	schema *crdt.Schema
	codec  *wire.Codec

	nowMS int64 // true time, ms UTC
	q     queue
	*trace
	cover Coverage

	steps, net, clerks, faults *dice

	features []feature
	nemeses  []nemesis
	orders   []order
	deeds    []deed
	plots    map[int]func(*World) // stories, by the step at which they begin
	parts    map[reflect.Type]any // what features keep, see mine

	hub      *hub
	stations []*station
	weather  weather
	cut      []bool // lines by branch
	truth    *truth

	pages     []byte // of the disk that was looked at last
	flying    int    // messages under way, watches not counted
	stepsLeft int
	morningMS int64 // while nobody works: when the next day begins
	opensMS   int64 // until then the bank is shut
	blackout  bool  // a disk failed in this event: what fails now is because of that
	healed    bool
	done      bool
	failures  []string
}

// Result is what a run came to.
type Result struct {
	Seed     uint64
	Command  string   // replays it
	Failures []string // none: all is well
	Tail     []string // last lines of the trace
	Hash     string   // of the trace
	Coverage Coverage
	Lines    int   // of the trace
	LastedMS int64 // make-believe time
}

// Run runs a world to its end. The error is of what the world stands on (disk,
// template), never of what it found.
func (y *Yard) Run(ctx context.Context, o Options) (*Result, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	t, err := y.template(ctx, shape{o.Branches, o.Nodes})
	if err != nil {
		return nil, err
	}
	dir, err := y.room()
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // Close removes the yard
	w, err := newWorld(ctx, o, t, dir)
	if err != nil {
		return nil, err
	}
	w.survive()
	return w.result(), w.close()
}

// survive lives, and makes a panic of the program a failure like any other.
func (w *World) survive() {
	defer func() {
		if p := recover(); p != nil {
			w.fail("panic: %v\n%s", p, debug.Stack())
		}
	}()
	w.live()
}

func newWorld(ctx context.Context, o Options, t *template, dir string) (*World, error) {
	w := &World{o: o, ctx: ctx, t: t, dir: dir, schema: crm.Table(), nowMS: epochMS + 60_000, trace: newTrace(o.Log), cover: Coverage{},
		steps: newDice(o.Seed, streamSteps), net: newDice(o.Seed, streamNet), clerks: newDice(o.Seed, streamClerks), faults: newDice(o.Seed, streamFaults),
		cut: make([]bool, o.Branches+1), stepsLeft: o.Steps, features: features(), parts: map[reflect.Type]any{}}
	w.nowMS += w.steps.Int64N(5) * dayMS // any working day
	w.cast()
	w.plot()
	var err error
	if w.codec, err = wire.NewCodec(); err != nil {
		return nil, err
	}
	w.truth = newTruth(w)
	w.changeWeather()
	if w.hub, err = newHub(w); err != nil {
		return nil, err
	}
	for i := range t.seats {
		s, err := newStation(w, &t.seats[i], uint64(i)+1)
		if err != nil {
			return nil, err
		}
		w.stations = append(w.stations, s)
	}
	return w, nil
}

// live runs the world: events until the steps are used up, then quiet, then the
// checks.
func (w *World) live() {
	w.planStep()
	for count := 0; w.q.Len() > 0 && !w.done && len(w.failures) == 0; {
		e := w.q.next()
		w.nowMS = max(w.nowMS, e.atMS)
		e.do()
		w.powerOff()
		if w.healed {
			if count++; count > quietEvents {
				w.fail("never quiet: %d events after the lines came back", count)
			}
		}
	}
	if len(w.failures) == 0 {
		w.check()
	}
}

// after plans something for later.
func (w *World) after(ms int64, do func()) { w.q.plan(w.nowMS+ms, do) }

// say writes a line of the trace, of which it is no part where the files of this
// run lie.
func (w *World) say(who, format string, args ...any) {
	w.line(w.nowMS-epochMS, who, strings.ReplaceAll(fmt.Sprintf(format, args...), w.dir+string(filepath.Separator), ""))
}

// fail notes what must not be; the run ends.
func (w *World) fail(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	w.say("FAIL", "%s", s)
	w.failures = append(w.failures, s)
}

// must fails on an error of the program itself; one that a disk made on purpose
// is none.
func (w *World) must(what string, err error) bool {
	if err != nil && w.blackout {
		w.say("disk", "%s: fails", what)
		return false
	}
	if err != nil {
		w.fail("%s: %v", what, err)
	}
	return err == nil
}

func (w *World) saw(situation string) { w.cover[situation]++ }

func (w *World) result() *Result {
	r := &Result{Seed: w.o.Seed, Command: w.o.command(), Failures: w.failures, Hash: w.hash(), Coverage: w.cover, Lines: w.n, LastedMS: w.nowMS - epochMS}
	if len(r.Failures) > 0 {
		r.Tail = w.tail()
	}
	return r
}

// close lets go of every file; what is open is dropped, not saved.
func (w *World) close() error {
	err := w.hub.drop()
	for _, s := range w.stations {
		if derr := s.drop(); err == nil {
			err = derr
		}
	}
	return err
}

func (w *World) file(name string, gen int) string {
	return filepath.Join(w.dir, fmt.Sprintf("%s-%d.db", name, gen))
}

// step is one random thing that happens.
func (w *World) step() {
	if tell := w.plots[w.o.Steps-w.stepsLeft]; tell != nil {
		w.once(w.atWork, func() { tell(w) })
	}
	if w.steps.chance(workPerMille) {
		up := slices.DeleteFunc(w.working(), func(s *station) bool { return w.nowMS < s.restMS })
		if len(up) > 0 {
			w.clerk(up[w.steps.IntN(len(up))])
		}
		return
	}
	w.trouble()
}

// working are the workstations that are on.
func (w *World) working() (up []*station) {
	for _, s := range w.stations {
		if s.on() {
			up = append(up, s)
		}
	}
	return up
}

// heal ends all trouble and waits for quiet.
func (w *World) heal() {
	w.healed = true
	for i := range w.features {
		if end := w.features[i].heal; end != nil {
			end(w)
		}
	}
	w.say("world", "all lines are back, everything is on")
	w.await(quietLookMS, max(w.nowMS+quietMS, w.buriedMS()+hourMS))
}

// await looks now and then whether nothing moves any more, the longer it takes
// the less often.
func (w *World) await(inMS, untilMS int64) {
	w.after(inMS, func() {
		why := w.restless()
		switch {
		case why == "":
			w.done = true
		case w.nowMS > untilMS:
			w.fail("never quiet: %s", why)
			w.compare()
		default:
			w.await(inMS+inMS/20, untilMS)
		}
	})
}
