package desk

import (
	"context"
	"errors"

	"bough/crdt"
	"bough/sync/rows"
)

// DiskFull says that there is no room to save anything.
func DiskFull() *Error {
	return &Error{Reason: ReadOnly, Code: "disk_full",
		Message: "The disk of this computer is full: nothing new can be saved until there is room. What was saved is safe."}
}

// Told is an error as pages tell it: the code of one that they have words for, the
// text of any other.
func Told(err error) string {
	var known *Error
	switch {
	case errors.As(err, &known):
		return known.Code
	case rows.Full(err):
		return DiskFull().Code
	}
	return err.Error()
}

// FileDamaged says that a part of the file does not verify.
func FileDamaged() *Error {
	return &Error{Reason: ReadOnly, Code: "file_damaged",
		Message: "The file of this workstation is damaged: nothing more can be saved here. Call IT, and work at another workstation. What was not sent yet is still sent."}
}

// guarded refuses acts while nothing can be saved. Signing in, an act without a
// session, is let through: whoever may read should be able to, and the room that
// was kept for the last act is enough for hundreds of them.
type guarded struct {
	ledger  Ledger
	trouble func() *Error
}

// Act commits an act. One that failed because of what is wrong says so.
func (g guarded) Act(ctx context.Context, who rows.Actor, fn func(*rows.Act) error) (rows.Receipt, error) {
	if e := g.trouble(); e != nil && who.Session != 0 {
		return rows.Receipt{}, e
	}
	r, err := g.ledger.Act(ctx, who, fn)
	if err != nil && ReasonOf(err) == Internal {
		if e := g.trouble(); e != nil {
			return r, e
		}
	}
	return r, err
}

// Origin is who writes.
func (g guarded) Origin() crdt.Origin { return g.ledger.Origin() }

// Trouble is why nothing can be saved now, as the code of an error: pages say it
// before anybody types. Empty while all is well.
func (d *Desk) Trouble() string {
	if e := d.o.Trouble(); e != nil {
		return e.Code
	}
	return ""
}
