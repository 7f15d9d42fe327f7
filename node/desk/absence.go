package desk

import (
	"context"

	"bough/crdt"
)

// Lease is for how long this workstation may work without hearing from head
// office, with what to read to head office over the phone.
type Lease struct {
	Origin  crdt.Origin
	Branch  int64
	Name    string // of the workstation
	UntilMS int64  // ms UTC
	LeftMS  int64  // 0: it is over, and nobody can sign in
	Amber   bool   // half of it is gone
	Codes   bool   // a code can be checked here
}

// Stick is a place for files that travel: a USB stick that is plugged in.
type Stick struct {
	Place     string // its folder
	FreeBytes int64  // -1: not known
	Files     []StickFile
}

// Kinds of files on a stick.
const (
	StickWork   = "work"   // unsent work on its way to head office
	StickAnswer = "answer" // what head office gave back
	StickPart   = "part"   // work that was not written to its end
)

// StickFile is a file of ours on a stick.
type StickFile struct {
	Name      string
	Kind      string
	Ours      bool // of this workstation
	AtMS      int64
	SizeBytes int64
}

// Carrying is what is being done with a stick, or was done last.
type Carrying struct {
	Kind    string // StickWork: it is written; StickAnswer: it is read
	Place   string
	Copying bool  // of work: it is put together, and copied now
	Done    int64 // changes that were put together, or bytes
	All     int64
	Changes int // in the bundle
	Rows    int // of the feed that came
	Taken   int // of the bundle that was answered
	Refused int
	AtMS    int64 // when head office wrote the answer, ms UTC
	Cut     bool  // the answer ended early: the stick was pulled out too soon
	EndedMS int64 // 0: it is under way
	Fault   *Error
	Resumes bool // it was not finished, and can be gone on with
}

// Absence is what a workstation without a line can do. All nil at head office.
type Absence struct {
	Lease  func(ctx context.Context) (Lease, error)
	Extend func(ctx context.Context, code string) error
	Sticks func(ctx context.Context) ([]Stick, error)
	// Carrying is what is under way, or was last; nil: nothing since the start.
	Carrying func() *Carrying
	// Carry begins to write work to a stick (StickWork) or to read what it brings
	// (StickAnswer). It returns at once.
	Carry func(kind, place string) error
}

func (d *Desk) absence() error {
	if d.o.Absence.Lease == nil {
		return notFound("page", "head office has no line to wait for")
	}
	return nil
}

// LeaseHere tells how the lease stands.
func (d *Desk) LeaseHere(ctx context.Context) (Lease, error) {
	if err := d.absence(); err != nil {
		return Lease{}, err
	}
	return d.o.Absence.Lease(ctx)
}

// ExtendLease takes a code that head office read over the phone.
func (d *Desk) ExtendLease(ctx context.Context, code string) error {
	if err := d.absence(); err != nil {
		return err
	}
	return d.o.Absence.Extend(ctx, code)
}

// LeaseIsOver reports whether nobody can sign in here.
func (d *Desk) LeaseIsOver() bool { return d.leased() != nil }

// Sticks lists the sticks that are plugged in, and what is being done.
func (d *Desk) Sticks(ctx context.Context) ([]Stick, *Carrying, error) {
	if err := d.absence(); err != nil {
		return nil, nil, err
	}
	sticks, err := d.o.Absence.Sticks(ctx)
	return sticks, d.o.Absence.Carrying(), err
}

// Carry begins to write work to a stick, or to read what it brings.
func (d *Desk) Carry(kind, place string) error {
	if err := d.absence(); err != nil {
		return err
	}
	if kind != StickWork && kind != StickAnswer {
		return invalid("do", "act_missing", "choose what is to be done")
	}
	return d.o.Absence.Carry(kind, place)
}
