package store

import (
	"errors"
	"testing"

	"bough/crdt"
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

func TestCodesAreCountedForTheNumberWhoseKeyIsHeld(t *testing.T) {
	l := open(t)
	was, is := []byte("0123456789abcdef0123456789abcdef"), []byte("fedcba9876543210fedcba9876543210")
	extend := func(word string) error {
		_, err := l.Lease(ctx(), func(x *Lease) error { return x.Extend(word, 14) })
		return err
	}
	learn := func(key []byte, of crdt.Origin) {
		if _, err := l.Lease(ctx(), func(x *Lease) error { x.Learn(key, of); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	learn(was, 11)
	if err := extend(trust.LeaseCode(was, 3)); err != nil {
		t.Error(err)
	}
	learn(was, 11)
	if err := extend(trust.LeaseCode(was, 3)); !errors.Is(err, ErrLeaseCode) {
		t.Errorf("a code once more, the key having been told again: %v", err)
	}
	l.reopen()
	if got, err := l.Lease(ctx(), nil); err != nil || got.KeyOf != 11 {
		t.Errorf("codes of %d, %v", got.KeyOf, err)
	}
	learn(is, 12)
	if err := extend(trust.LeaseCode(is, 1)); err != nil {
		t.Errorf("the first code of the new number: %v", err)
	}
	if got, err := l.Lease(ctx(), nil); err != nil || got.KeyOf != 12 {
		t.Errorf("codes of %d, %v", got.KeyOf, err)
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
