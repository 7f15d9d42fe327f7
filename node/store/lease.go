package store

import (
	"bytes"
	"context"
	"errors"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/trust"
)

// Limits of a lease.
const (
	LeaseDays      = 14 // unless head office says otherwise
	MinLeaseDays   = 1
	MaxLeaseDays   = 30
	DayMS          = 24 * 60 * 60 * 1000
	leaseTries     = 5              // wrong codes within leaseTriesMS
	leaseTriesMS   = 60 * 60 * 1000 // then the next one has to wait so long
	LeaseParameter = "lease_days"   // of head office's parameters
)

// Errors of a lease.
var (
	ErrLeaseCode  = errors.New("store: this code does not extend the lease of this workstation, or was used")
	ErrLeaseTries = errors.New("store: too many wrong codes: wait an hour")
	ErrLeaseKey   = errors.New("store: this workstation never heard how to check such a code; only the line to head office helps")
)

// Lease is for how long a node may work without hearing from central. Its clock
// only goes forward while central is not heard, so that setting the PC's clock
// back gains nothing: it is the greatest time that was ever seen, and goes on
// with the time that passes.
type Lease struct {
	ClockMS int64  // ms UTC
	UntilMS int64  // on that clock; 0: nothing is known yet
	Used    uint32 // number of the last code that was typed in
	Wrong   int    // codes in a row
	WrongMS int64  // on the clock, of the last of them
	Key     []byte // of the codes; nil: never heard
	// KeyOf is the number whose codes Key checks: the one to read out to head
	// office; 0: not noted.
	KeyOf crdt.Origin
}

// factLeaseKeyOf is the number whose lease codes the key checks.
const factLeaseKeyOf = "lease key of"

// Learn takes the key of the codes of a number, which are counted from 1.
func (l *Lease) Learn(key []byte, of crdt.Origin) {
	if !bytes.Equal(l.Key, key) {
		l.Used = 0
	}
	l.Key, l.KeyOf = key, of
}

// Pass lets time pass: elapsedMS by a clock that nobody can set, nowMS by one
// that somebody may have set.
func (l *Lease) Pass(nowMS, elapsedMS int64) {
	l.ClockMS = max(l.ClockMS+max(elapsedMS, 0), nowMS)
}

// Contact renews the lease: central was heard at its time nowMS.
func (l *Lease) Contact(nowMS, days int64) {
	l.ClockMS, l.UntilMS = nowMS, nowMS+days*DayMS
}

// Letter renews the lease by what central wrote at its time atMS and sent by
// other ways than the line. Its age counts, and it sets no clock back.
func (l *Lease) Letter(atMS, days int64) {
	l.ClockMS, l.UntilMS = max(l.ClockMS, atMS), max(l.UntilMS, atMS+days*DayMS)
}

// Extend takes a code that head office read over the phone.
func (l *Lease) Extend(word string, days int64) error {
	switch {
	case len(l.Key) == 0:
		return ErrLeaseKey
	case l.Wrong >= leaseTries && l.ClockMS-l.WrongMS < leaseTriesMS:
		return ErrLeaseTries
	}
	n, ok := trust.CheckLeaseCode(l.Key, word, l.Used)
	if !ok {
		l.Wrong, l.WrongMS = l.Wrong+1, l.ClockMS
		return ErrLeaseCode
	}
	l.Used, l.Wrong = n, 0
	l.UntilMS = max(l.UntilMS, l.ClockMS+days*DayMS)
	return nil
}

// Over reports whether it ended; nowMS is the time to stamp with.
func (l *Lease) Over(nowMS int64) bool {
	return l.UntilMS > 0 && max(l.ClockMS, nowMS) >= l.UntilMS
}

// LeftMS is how much of it is left.
func (l *Lease) LeftMS(nowMS int64) int64 { return max(0, l.UntilMS-max(l.ClockMS, nowMS)) }

// Lease changes the lease of the file and reads what it is then; fn may be nil.
// What fn changes is kept also when it returns an error, which is passed on:
// wrong codes count.
func (s *Store) Lease(ctx context.Context, fn func(*Lease) error) (l Lease, err error) {
	var said error
	read := func(tx *rows.Tx) error {
		of, err := tx.FactInt(factLeaseKeyOf)
		if err != nil {
			return err
		}
		return tx.Query(`SELECT clock, until, used, wrong, wrong_at, key FROM lease`, func(st *sqlite.Stmt) error {
			l = Lease{st.ColumnInt64(0), st.ColumnInt64(1), uint32(st.ColumnInt64(2)), st.ColumnInt(3), st.ColumnInt64(4), rows.Blob(st, 5), crdt.Origin(of)}
			return nil
		})
	}
	if fn == nil {
		return l, s.File.Read(ctx, read)
	}
	err = s.File.Write(ctx, func(tx *rows.Tx) error {
		if err := read(tx); err != nil {
			return err
		}
		said = fn(&l)
		return errors.Join(tx.SetFact(factLeaseKeyOf, int64(l.KeyOf)),
			tx.Exec(`INSERT OR REPLACE INTO lease (one, clock, until, used, wrong, wrong_at, key) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)`,
				l.ClockMS, l.UntilMS, int64(l.Used), l.Wrong, l.WrongMS, append([]byte{}, l.Key...)))
	})
	return l, errors.Join(err, said)
}

// LeaseDays is how many days head office lets a branch work by itself.
func (l *Local) LeaseDays(ctx context.Context, branch int64) (days int64, err error) {
	days = LeaseDays
	err = l.File.Read(ctx, func(tx *rows.Tx) error {
		n, found, err := tx.Int(`SELECT CAST(value AS INTEGER) FROM parameter
			WHERE name=?1 AND value<>'' AND coalesce(branch, 0) IN (0, ?2) ORDER BY coalesce(branch, 0) DESC, id DESC LIMIT 1`, LeaseParameter, branch)
		if found && n > 0 {
			days = min(max(n, MinLeaseDays), MaxLeaseDays)
		}
		return err
	})
	return days, err
}
