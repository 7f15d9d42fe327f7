package rows

import (
	"errors"
	"fmt"
	"slices"

	"bough/crdt"
)

// Act is one act of a person while it is written: it reads in the transaction
// that will hold it, mints ids and collects ops.
type Act struct {
	Tx     *Tx
	Ops    []crdt.Op
	author *Author
	fresh  map[crdt.ID]bool
}

// NewAct begins an act in a write transaction.
func NewAct(tx *Tx, author *Author) *Act {
	return &Act{Tx: tx, author: author}
}

// Mint makes the id of a new row.
func (a *Act) Mint() (crdt.ID, error) {
	id, err := a.author.Mint(a.Tx)
	if err == nil {
		if a.fresh == nil {
			a.fresh = map[crdt.ID]bool{}
		}
		a.fresh[id] = true
	}
	return id, err
}

// Fresh reports whether id was minted by this act: no such row can exist.
func (a *Act) Fresh(id crdt.ID) bool { return a.fresh[id] }

// Add takes an op into the act.
func (a *Act) Add(op crdt.Op) { a.Ops = append(a.Ops, op) }

// Actor is the person behind an act.
type Actor struct {
	Session crdt.ID
	Person  crdt.ID
}

// Errors of acts: faults of who wrote the act, not of the person.
var (
	// ErrSaw is an act that names a stamp which is not past: no row of the file
	// has it, since the clock follows all that the file holds.
	ErrSaw = errors.New("rows: the act names a value of the future")
	// ErrTwice is an act that writes one row twice: with one stamp, the second
	// op would be taken for a repetition of the first.
	ErrTwice = errors.New("rows: the act writes a row twice")
	// ErrUnfit is an act that writes what the table does not have, or a value of
	// the wrong type: nobody writes by hand what others could not take.
	ErrUnfit = errors.New("rows: the act does not fit the table")
)

// Stamp is the instant of the act: later than everything it saw. nowMS is the
// physical time in ms UTC.
func (a *Act) Stamp(nowMS int64) (crdt.Stamp, error) {
	stamp := a.author.Clock.Now(nowMS)
	type row struct {
		kind uint8
		id   crdt.ID
	}
	written := map[row]bool{}
	for i := range a.Ops {
		op := &a.Ops[i]
		if err := a.fits(op); err != nil {
			return stamp, err
		}
		if i > 0 && written[row{op.Kind, op.ID}] {
			return stamp, fmt.Errorf("%w: kind %d, id %d", ErrTwice, op.Kind, op.ID)
		}
		written[row{op.Kind, op.ID}] = true
		if s, ok := unseen(op, stamp); ok {
			return stamp, fmt.Errorf("%w: %s", ErrSaw, s)
		}
	}
	return stamp, nil
}

// fits holds an op against the table of this release.
func (a *Act) fits(op *crdt.Op) error {
	kind := a.Tx.file.schema.Kind(op.Kind)
	if kind == nil {
		return fmt.Errorf("%w: there is no kind %d", ErrUnfit, op.Kind)
	}
	if len(op.Clear) > 0 && kind.Class != crdt.Set {
		return fmt.Errorf("%w: a %s cannot be removed", ErrUnfit, kind.Name)
	}
	for i := range op.Set {
		f := kind.Field(op.Set[i].Field)
		switch v := op.Set[i].Value; {
		case f == nil:
			return fmt.Errorf("%w: %s has no field %d", ErrUnfit, kind.Name, op.Set[i].Field)
		case !v.IsNull() && v.T != f.Type:
			return fmt.Errorf("%w: %s.%s holds no value of type %d", ErrUnfit, kind.Name, f.Name, v.T)
		}
	}
	return nil
}

// unseen finds a stamp that op names and that is not before now.
func unseen(op *crdt.Op, now crdt.Stamp) (crdt.Stamp, bool) {
	future := func(s crdt.Stamp) bool { return !s.Less(now) }
	if i := slices.IndexFunc(op.Clear, future); i >= 0 {
		return op.Clear[i], true
	}
	for _, f := range op.Set {
		if i := slices.IndexFunc(f.Saw, future); i >= 0 {
			return f.Saw[i], true
		}
	}
	return crdt.Stamp{}, false
}

// Receipt is what the writer of an act gets back.
type Receipt struct {
	Seq   uint64
	Stamp crdt.Stamp
	Ops   []crdt.Op
}
