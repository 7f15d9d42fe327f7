package store

import (
	"errors"
	"testing"

	"bough/sync/trust"
)

func TestALeaseEndsAndNoClockBringsItBack(t *testing.T) {
	var l Lease
	l.Contact(startMS, 14)
	l.Pass(startMS+13*DayMS, 0)
	if l.Over(startMS + 13*DayMS) {
		t.Error("over after 13 days")
	}
	// Somebody sets the clock back every day; the PC runs eight hours a day.
	for range 3 {
		l.Pass(startMS, DayMS/3)
	}
	if !l.Over(startMS) {
		t.Errorf("with the clock set back %d days are left", l.LeftMS(startMS)/DayMS)
	}
	l.Contact(startMS+15*DayMS, 14)
	if l.Over(startMS+15*DayMS) || l.LeftMS(startMS+15*DayMS) != 14*DayMS {
		t.Error("contact does not renew it")
	}
	if !l.Over(startMS + 400*DayMS) {
		t.Error("not over after 400 days")
	}
	// A clock that ran ahead locks; central's own time puts it right.
	l.Pass(startMS+9000*DayMS, 0)
	if l.Contact(startMS+16*DayMS, 1); l.Over(startMS+16*DayMS) || !l.Over(startMS+17*DayMS) {
		t.Errorf("%+v", l)
	}
}

func TestACodeExtendsALeaseOnceAndTriesAreCounted(t *testing.T) {
	l := open(t)
	key := []byte("0123456789abcdef0123456789abcdef")
	change := func(fn func(*Lease) error) (Lease, error) {
		t.Helper()
		return l.Lease(ctx(), fn)
	}
	code := trust.LeaseCode(key, 1)
	if _, err := change(func(x *Lease) error { x.Contact(startMS, 14); x.Pass(startMS+400*DayMS, 0); return x.Extend(code, 14) }); !errors.Is(err, ErrLeaseKey) {
		t.Errorf("without a key: %v", err)
	}
	if _, err := change(func(x *Lease) error { x.Key = key; return nil }); err != nil {
		t.Fatal(err)
	}
	l.reopen()
	for range leaseTries {
		if _, err := change(func(x *Lease) error { return x.Extend("WRONG", 14) }); !errors.Is(err, ErrLeaseCode) {
			t.Fatal(err)
		}
	}
	l.reopen()
	if _, err := change(func(x *Lease) error { return x.Extend(code, 14) }); !errors.Is(err, ErrLeaseTries) {
		t.Errorf("after %d wrong codes: %v", leaseTries, err)
	}
	got, err := change(func(x *Lease) error { x.Pass(0, leaseTriesMS); return x.Extend(code, 14) })
	if err != nil || got.Over(startMS) || got.LeftMS(0) != 14*DayMS {
		t.Errorf("an hour later: %+v %v", got, err)
	}
	if _, err := change(func(x *Lease) error { return x.Extend(code, 14) }); !errors.Is(err, ErrLeaseCode) {
		t.Errorf("a second time: %v", err)
	}
}
