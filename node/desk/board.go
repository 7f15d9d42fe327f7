package desk

import (
	"cmp"
	"context"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// Neighbour is how a workstation of the branch stands, as the process heard.
type Neighbour struct {
	Origin   crdt.Origin
	Person   crdt.ID // who is signed in; 0: nobody
	Unsent   uint64  // changes that central has not taken
	OldestMS int64   // stamp of the oldest of them, ms UTC; 0: none
	Line     bool    // it has the line to central
	HeardMS  int64   // when it was last heard, ms UTC; 0: never
	Here     bool    // it can be reached now
	Unknown  bool    // it can be reached, but does not say how it stands
}

// BoardLine is a workstation on the branch board.
type BoardLine struct {
	Origin      crdt.Origin
	Workstation string
	Person      string // name of who is signed in; empty: nobody, or unknown
	Unsent      uint64
	Held        uint64 // changes that head office holds, and has yet to decide
	OldestMS    int64  // age of the oldest unsent change, ms; 0: none
	HeardMS     int64  // last heard, ms UTC; 0: never
	Here        bool
	Line        bool
	Self        bool // this workstation
	Unknown     bool // how it stands is not known
}

// Board lists the workstations of the branch: this one, then those that can be
// reached, then the others. Hints of the neighbours themselves, and no proof.
func (d *Desk) Board(ctx context.Context) ([]BoardLine, error) {
	if d.o.Neighbours == nil {
		return nil, notFound("no_board", "a branch has a board, head office has none")
	}
	heard, err := d.o.Neighbours(ctx)
	if err != nil {
		return nil, err
	}
	var out []BoardLine
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		if out, err = d.workstations(tx); err != nil {
			return err
		}
		n := newNames(tx)
		for i := range heard {
			if out, err = d.place(n, out, &heard[i]); err != nil {
				return err
			}
		}
		held, err := heldOf(tx)
		for i := range out {
			out[i].Held = held[out[i].Origin]
		}
		return err
	})
	rank := func(l *BoardLine) int {
		switch {
		case l.Self:
			return 0
		case l.Here:
			return 1
		}
		return 2
	}
	slices.SortFunc(out, func(a, b BoardLine) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.Workstation, b.Workstation), cmp.Compare(a.Origin, b.Origin))
	})
	return out, err
}

// workstations are those that head office knows, none of them heard of yet.
func (d *Desk) workstations(tx *rows.Tx) (out []BoardLine, err error) {
	err = tx.Query(`SELECT origin, name FROM node WHERE branch=?1 AND coalesce(revoked, 0)=0 LIMIT ?2`, func(s *rows.Stmt) error {
		origin := crdt.Origin(s.ColumnInt64(0))
		out = append(out, BoardLine{Origin: origin, Workstation: s.ColumnText(1), Self: origin == d.o.Ledger.Origin(), Unknown: true})
		return nil
	}, d.o.Branch, MaxLimit)
	return out, err
}

// place puts what was heard of a workstation on its line.
func (d *Desk) place(n *names, out []BoardLine, h *Neighbour) ([]BoardLine, error) {
	i := slices.IndexFunc(out, func(l BoardLine) bool { return l.Origin == h.Origin })
	if i < 0 {
		place, err := n.place(h.Origin)
		if err != nil {
			return out, err
		}
		out = append(out, BoardLine{Origin: h.Origin, Workstation: place, Self: h.Origin == d.o.Ledger.Origin()})
		i = len(out) - 1
	}
	who, err := n.person(h.Person)
	l := &out[i]
	l.Person, l.Unsent, l.HeardMS, l.Here, l.Line, l.Unknown = who.Name, h.Unsent, h.HeardMS, h.Here, h.Line, h.Unknown
	if h.OldestMS > 0 {
		l.OldestMS = max(0, d.o.NowMS()-h.OldestMS)
	}
	return out, err
}

// heldOf counts what head office holds of each workstation, as far as this file
// is told: a node of its branch, head office of all.
func heldOf(tx *rows.Tx) (map[crdt.Origin]uint64, error) {
	out := map[crdt.Origin]uint64{}
	return out, tx.Query(`SELECT origin, count(*) FROM refusal WHERE state=?1 GROUP BY origin`, func(s *rows.Stmt) error {
		out[crdt.Origin(s.ColumnInt64(0))] = uint64(s.ColumnInt64(1))
		return nil
	}, crm.RefusalHeld)
}

// Held counts the changes of each workstation that wait for a decision, for a
// page that has checked the right already.
func (d *Desk) Held(ctx context.Context) (out map[crdt.Origin]uint64, err error) {
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		out, err = heldOf(tx)
		return err
	})
	return out, err
}
