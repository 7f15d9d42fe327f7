package sim

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Limits of a run.
const (
	maxBranches   = 50
	maxNodes      = 20      // of a branch
	quietMS       = 900_000 // make-believe time after which a healed world must have come to rest
	quietEvents   = 200_000 // the same, in events: a circle of messages takes no time
	quietLookMS   = 500     // how often it is looked
	watchMS       = 25_000  // how long central lets a watch wait
	timeoutMS     = 30_000  // after which an answer counts as lost
	vetoPerMille  = 20      // changes that central refuses for no reason
	looksKept     = 6       // pages that stand open at a workstation
	epochMS       = 1_790_000_000_000
	pageLimit     = 40 // rows of a page, small, so that a pull has many
	pushLimit     = 24 // changes of a push
	maxStepGapMS  = 40_000
	hourMS        = 3_600_000
	nightPerMille = 2 // steps after which nobody works until the next morning
	maxFound      = 6 // failures told of one run
)

// Fault is a kind of trouble the world makes.
type Fault string

// The faults.
const (
	Loss    Fault = "loss"    // messages get lost, up to 30 %
	Delay   Fault = "delay"   // messages take their time, and overtake each other
	Repeat  Fault = "repeat"  // messages arrive twice, up to 50 %
	Damage  Fault = "damage"  // bits of messages flip
	Part    Fault = "part"    // lines are cut: of a branch, of a node, in one direction
	Crash   Fault = "crash"   // workstations stop between two transactions and come back
	Restart Fault = "restart" // central does
	Skew    Fault = "skew"    // clocks are wrong and jump
	Refuse  Fault = "refuse"  // central refuses changes for no reason
	Feed    Fault = "feed"    // head office and the core write too
)

// Faults are all of them.
func Faults() []Fault {
	return []Fault{Loss, Delay, Repeat, Damage, Part, Crash, Restart, Skew, Refuse, Feed}
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
	Steps    int       // 0: 300
	Faults   []Fault   // nil: all
	Log      io.Writer // every line of the trace; nil: none
	plant    plant
}

func (o *Options) fill() error {
	if o.Branches == 0 {
		o.Branches = 2
	}
	if o.Nodes == 0 {
		o.Nodes = 2
	}
	if o.Steps == 0 {
		o.Steps = 300
	}
	if o.Faults == nil {
		o.Faults = Faults()
	}
	if o.Branches < 1 || o.Branches > maxBranches || o.Nodes < 1 || o.Nodes > maxNodes || o.Steps < 0 {
		return fmt.Errorf("sim: 1 to %d branches and 1 to %d nodes a branch, not %d and %d", maxBranches, maxNodes, o.Branches, o.Nodes)
	}
	return nil
}

func (o *Options) has(f Fault) bool { return slices.Contains(o.Faults, f) }

// command is what replays the run.
func (o *Options) command() string {
	s := fmt.Sprintf("bough-sim -seed %d -branches %d -nodes %d -steps %d", o.Seed, o.Branches, o.Nodes, o.Steps)
	if len(o.Faults) != len(Faults()) {
		words := make([]string, len(o.Faults))
		for i, f := range o.Faults {
			words[i] = string(f)
		}
		s += " -faults " + cmpOr(strings.Join(words, ","), "none")
	}
	return s
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// plant is a fault in the world itself that the checks must find. Only tests
// plant.
type plant string

const (
	plantStampMerge plant = "feed rows merged by stamp instead of replacing"
	plantDropEntry  plant = "an acknowledged journal entry dropped from the file"
	plantTwice      plant = "a push taken twice, the vector set back"
	plantSkipVoid   plant = "rows that central does not have are passed over"
	plantDropRow    plant = "the cursor moves past a row that was not applied"
	plantClaimSeen  plant = "a clerk's page claims to have shown what it did not"
	plantOldCentral plant = "central comes back from an older file"
	plantAckEarly   plant = "a page says that central has taken more than it has"
	plantTwiceAct   plant = "an act is written twice"
)
