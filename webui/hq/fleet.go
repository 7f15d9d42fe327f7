package hq

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/office/imports"
	"bough/webui"
)

// NodeLine is one workstation as central sees it.
type NodeLine struct {
	Origin     crdt.Origin
	Branch     int64
	BranchName string
	Name       string
	LastSeenMS int64 // 0: never
	Unsent     int   // changes that the node said exist only there
	OldestMS   int64 // age of the oldest of them, ms
	Aside      int64 // rows of its feeds that it cannot read
	Held       int64 // its changes that wait for a decision
	Version    string
	Clock      string      // how the clock of its PC stood when it said so last, of desk.ClockStates; empty: it never said
	AheadMS    int64       // that clock less the time
	Was        crdt.Origin // the number that its file had before; 0: none
	Why        string      // it has another one, of desk.CopyReasons
	Next       crdt.Origin // the number under which its file, or a copy of it, went on; 0: none
	Twin       bool        // and yet somebody still calls under this one: two files are alive
	Lag        int64       // feed rows that it has not fetched yet
	Revoked    bool
	Purges     int64 // rows that left and that it has not confirmed to be rid of
	PurgesMS   int64 // age of the oldest of these orders, ms
}

// Panels are what central tells about itself.
type Panels struct {
	Fleet   func(ctx context.Context) ([]NodeLine, error)
	Refused func(ctx context.Context) ([]desk.RefusedLine, error) // held ones, then newest first
	// Decide applies or drops what is held. Its errors are for people.
	Decide   func(ctx context.Context, who *desk.Who, id crdt.ID, d Decision) error
	Erasures Erasures
	Moves    *office.Office // orders to move; what the audit knows
	Prover   *office.Prover
	Absence  Absence
	Imports  *imports.Imports
	Setup
}

type fleetView struct{ Nodes []NodeLine }

// fleet lists the workstations, those that need somebody first.
func (p Panels) fleet(v *webui.Visit) error {
	switch {
	case v.May(crm.ActFleet):
	case v.May(crm.ActAudit) && !v.May(crm.ActRead):
		return v.Go("/audit")
	default:
		return v.Go(v.Site.Find)
	}
	nodes, err := p.Fleet(v.Ctx())
	if err != nil {
		return err
	}
	ByNeed(nodes)
	return v.Show(http.StatusOK, "fleet", fleetView{nodes})
}

// OffMS is how far the clock of its PC is off, either way.
func (n *NodeLine) OffMS() int64 { return max(n.AheadMS, -n.AheadMS) }

// ClockOff reports whether somebody should see to the clock of its PC.
func (n *NodeLine) ClockOff() bool { return n.Clock != "" && n.Clock != desk.ClockOK }

// ClockUnsure reports whether it does not know what time it is.
func (n *NodeLine) ClockUnsure() bool { return n.Clock == desk.ClockUnsure }

// Gone reports whether nobody is expected to call under this number any more.
func (n *NodeLine) Gone() bool { return n.Revoked || n.Next != 0 && !n.Twin }

// ByNeed sorts by oldest unsent work, then by who was not seen for longest;
// revoked workstations, and numbers that files left, stand last.
func ByNeed(nodes []NodeLine) {
	slices.SortStableFunc(nodes, func(a, b NodeLine) int {
		if a.Gone() != b.Gone() {
			if a.Gone() {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(oldest(b), oldest(a)), cmp.Compare(a.LastSeenMS, b.LastSeenMS), cmp.Compare(a.Origin, b.Origin))
	})
}

func oldest(n NodeLine) int64 {
	if n.Unsent == 0 {
		return -1
	}
	return n.OldestMS
}
