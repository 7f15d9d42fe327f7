package sim

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Limits of a run.
const (
	maxBranches = 50
	maxNodes    = 20 // of a branch
	// quietMS is the make-believe time after which a healed world must have come
	// to rest; what was stamped further ahead, and whose author lost its disk, waits
	// longer at its neighbours.
	quietMS        = maxAheadMS + hourMS
	quietEvents    = 200_000 // the same, in events: a circle of messages takes no time
	quietLookMS    = 500     // how often it is looked, at first
	watchMS        = 25_000  // how long central lets a watch wait
	timeoutMS      = 30_000  // after which an answer counts as lost
	vetoPerMille   = 20      // changes that central refuses for no reason
	looksKept      = 6       // pages that stand open at a workstation
	epochMS        = 1_790_000_000_000
	pageLimit      = 40 // rows of a page, small, so that a pull has many
	pushLimit      = 24 // changes of a push
	maxStepGapMS   = 40_000
	hourMS         = 3_600_000
	maxAheadMS     = 3 * hourMS // that a wall clock is wrong
	dayMS          = 24 * hourMS
	usualDays      = 3
	stepsADay      = 40
	workPerMille   = 750 // steps that are the act of a clerk; the others are trouble
	maxDays        = 10_000
	leftOnPerMille = 200 // machines that nobody switches off in the evening
	maxFound       = 6   // failures told of one run
)

// Fault is a kind of trouble the world makes.
type Fault string

// FaultHelp is what a fault means.
type FaultHelp struct {
	Fault Fault
	Means string
}

// Help lists the faults there are.
func Help() (out []FaultHelp) {
	for _, f := range all(features(), func(f *feature) []fault { return f.faults }) {
		out = append(out, FaultHelp{f.name, f.means})
	}
	return out
}

// Faults are all of them.
func Faults() (out []Fault) {
	for _, h := range Help() {
		out = append(out, h.Fault)
	}
	return out
}

// ParseFaults reads a list separated by commas; "all" and "none" are words too.
func ParseFaults(list string) ([]Fault, error) {
	switch list {
	case "", "all":
		return Faults(), nil
	case "none":
		return []Fault{}, nil
	}
	var out []Fault
	for _, word := range strings.Split(list, ",") {
		f := Fault(strings.TrimSpace(word))
		if !slices.Contains(Faults(), f) {
			return nil, fmt.Errorf("sim: there is no fault %q; there are %v", word, Faults())
		}
		out = append(out, f)
	}
	return out, nil
}

// Options are a run.
type Options struct {
	Seed     uint64
	Branches int       // 0: 2
	Nodes    int       // of a branch; 0: 2
	Days     int       // over which the steps are spread; 0: 3
	Steps    int       // random steps before all trouble ends; 0: 40 a day
	Faults   []Fault   // nil: all
	Log      io.Writer // every line of the trace; nil: none
}

func (o *Options) fill() error {
	if o.Branches == 0 {
		o.Branches = 2
	}
	if o.Nodes == 0 {
		o.Nodes = 2
	}
	if o.Days == 0 {
		o.Days = usualDays
	}
	if o.Steps == 0 {
		o.Steps = o.Days * stepsADay
	}
	if o.Faults == nil {
		o.Faults = Faults()
	}
	if o.Branches < 1 || o.Branches > maxBranches || o.Nodes < 1 || o.Nodes > maxNodes || o.Steps < 0 || o.Days < 0 || o.Days > maxDays {
		return fmt.Errorf("sim: 1 to %d branches, 1 to %d nodes a branch and 1 to %d days, not %d, %d and %d", maxBranches, maxNodes, maxDays, o.Branches, o.Nodes, o.Days)
	}
	return nil
}

func (o *Options) has(f Fault) bool { return slices.Contains(o.Faults, f) }

// every reports whether all faults are on.
func (o *Options) every() bool { return len(o.Faults) == len(Faults()) }

// command is what replays the run.
func (o *Options) command() string {
	s := fmt.Sprintf("bough-sim -seed %d -branches %d -nodes %d -days %d -steps %d", o.Seed, o.Branches, o.Nodes, o.Days, o.Steps)
	if !o.every() {
		words := make([]string, len(o.Faults))
		for i, f := range o.Faults {
			words[i] = string(f)
		}
		s += " -faults " + cmp.Or(strings.Join(words, ","), "none")
	}
	return s
}
