package sim

import (
	"bytes"
	"errors"

	"bough/node/anchor"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/trust"
)

// Lease is the fault of banks that are shut for longer than workstations may work
// by themselves.
const Lease Fault = "lease"

// What is drawn of leases.
const (
	shutPerMille     = 300              // nights that last for days
	lineLatePerMille = 600              // branches whose line is not back in the morning after
	renewEveryMS     = 60_000           // a lease that is renewed is not renewed again at once
	leaseDoubtMS     = store.DayMS      // clocks are hours wrong: so near to its end a lease may be over or not
	setBackMS        = 60 * store.DayMS // by which somebody sets a clock back, to get in
	wrongWords       = 7                // typed before the right one, at most
	leaseTries       = 5                // wrong ones, after which the next has to wait an hour
)

// leases end, and are extended over the phone or by the line.
func leases() feature {
	return feature{
		faults: []fault{{Lease, "the bank is shut for days, up to 400: workstations lock, and are opened by phone or by the line"}},
		opened: (*station).loadLease,
		checks: []check{{7, "who has heard from central is not locked", func(w *World, _ *quiet) {
			for _, s := range w.stations {
				if s.leaseOver() {
					w.found("%s is locked: %+v", s.name, s.lease)
				}
			}
		}}},
		situations: []string{"the bank is shut for days", "away for 400 days", "nobody is let in past the lease", "work is exported past the lease",
			"a lease is extended over the phone", "a wrong lease code", "too many wrong lease codes", "a clock set back opens nothing", "the line renews a lease that was over"},
	}
}

// shutMS is for how much longer than a night the bank is shut; it plans what
// happens when it opens, gapMS from now.
func (w *World) shutMS(gapMS int64) int64 {
	if !w.o.has(Lease) || !w.faults.chance(shutPerMille) {
		return 0
	}
	days := pick(w.faults, []int64{3, 16, 40, 400, 400})
	more := days * store.DayMS
	w.opensMS = w.nowMS + gapMS + more - openMS
	w.say("world", "the bank is shut for %d days", days)
	w.saw("the bank is shut for days")
	if days == 400 {
		w.saw("away for 400 days")
	}
	for b := int64(1); b <= int64(w.o.Branches); b++ {
		if w.faults.chance(lineLatePerMille) {
			w.cut[b] = true
			w.after(gapMS+more+w.faults.between(300_000, 900_000), func() { w.cut[b] = false })
		}
	}
	for _, s := range w.stations {
		w.after(gapMS+more+w.faults.between(1, 240_000), s.callHeadOffice)
	}
	return more
}

// leaseOver is what the desk asks.
func (s *station) leaseOver() bool { return s.w.o.has(Lease) && s.lease.Over(s.nowMS()) }

// keepLease changes the lease, as a node does.
func (s *station) keepLease(fn func(*store.Lease) error) error {
	l, err := s.store.Lease(s.w.ctx, fn)
	if err == nil || errors.Is(err, store.ErrLeaseCode) || errors.Is(err, store.ErrLeaseTries) || errors.Is(err, store.ErrLeaseKey) {
		s.lease = l
	}
	return err
}

// loadLease begins the lease of a new file, and lets the time pass.
func (s *station) loadLease() {
	if !s.w.o.has(Lease) {
		return
	}
	s.w.must("load a lease", s.keepLease(func(l *store.Lease) error {
		if l.UntilMS == 0 {
			l.Contact(s.nowMS(), store.LeaseDays)
			s.heardMS = s.w.nowMS
		}
		l.Pass(s.nowMS(), 0)
		return nil
	}))
}

// heard notes that central answered: the lease is renewed, and how codes are
// checked is known.
func (s *station) heard() {
	if !s.w.o.has(Lease) || !s.leaseOver() && !s.reborn && s.w.nowMS-s.heardMS < renewEveryMS {
		return
	}
	days, err := s.store.LeaseDays(s.w.ctx, s.seat.branch)
	key, kerr := s.w.t.authority.LeaseKey(uint32(s.seat.origin))
	if !s.w.must("read what a lease is", errors.Join(err, kerr)) {
		return
	}
	over := s.leaseOver()
	err = s.keepLease(func(l *store.Lease) error {
		l.Contact(s.nowMS(), days)
		l.Learn(key, s.seat.origin)
		return nil
	})
	if s.w.must("renew a lease", err) && over {
		s.w.saw("the line renews a lease that was over")
	}
	s.heardMS, s.reborn = s.w.nowMS, false
}

// lockedOut checks that the lease is over when it should be, and lets nobody in
// then.
func (s *station) lockedOut(login string) bool {
	w := s.w
	over, alone := s.leaseOver(), w.nowMS-s.heardMS
	if w.o.has(Lease) && !s.lostTime() && (over && alone < store.LeaseDays*store.DayMS-leaseDoubtMS || !over && alone > store.LeaseDays*store.DayMS+leaseDoubtMS) {
		w.fail("%s has not heard central for %d hours; its lease is over: %t (%+v)", s.name, alone/hourMS, over, s.lease)
	}
	if !over {
		return false
	}
	_, _, err := s.desk.SignIn(w.ctx, login, password, true)
	if desk.ReasonOf(err) != desk.ReadOnly {
		w.fail("%s lets %s in past its lease: %v", s.name, login, err)
	}
	w.saw("nobody is let in past the lease")
	return true
}

// callHeadOffice is somebody at a locked workstation: the work is exported, a code
// is asked for over the phone and typed in, after some that are wrong.
func (s *station) callHeadOffice() {
	w := s.w
	if !s.up || w.healed || !w.hub.up || !s.leaseOver() || w.nowMS < s.pause {
		return
	}
	s.export()
	s.setBack()
	number := s.seat.origin
	switch {
	case s.lease.KeyOf != 0:
		number = s.lease.KeyOf
	case s.claim != nil:
		number = s.claim.from.origin // head office knows it by its certificate
	}
	code, err := w.hub.office.Central.LeaseCode(w.ctx, w.t.authority, number)
	if w.strange(err) || !w.must("make a lease code", err) {
		return
	}
	extend := func(word string) error {
		return s.keepLease(func(l *store.Lease) error { return l.Extend(word, store.LeaseDays) })
	}
	if len(s.lease.Key) == 0 {
		if err := extend(code); !errors.Is(err, store.ErrLeaseKey) {
			w.fail("%s never heard how codes are checked, and takes one: %v", s.name, err)
		}
		return
	}
	wrong := w.faults.IntN(wrongWords)
	waits := s.lease.Wrong+wrong >= leaseTries && (wrong > 0 || s.lease.ClockMS-s.lease.WrongMS < hourMS)
	for range wrong {
		if err := extend(s.otherCode()); !errors.Is(err, store.ErrLeaseCode) && !errors.Is(err, store.ErrLeaseTries) {
			w.fail("%s takes a code that is not its own: %v", s.name, err)
		}
		w.saw("a wrong lease code")
	}
	err = extend(code)
	// A restored central counts from where the backup was: it reads out codes that
	// were used, and another is asked for.
	for more := wrong; errors.Is(err, store.ErrLeaseCode) && mine[rebirths](w).times > 0 && more < leaseTries; more++ {
		if code, err = w.hub.office.Central.LeaseCode(w.ctx, w.t.authority, number); !w.must("make another lease code", err) {
			return
		}
		err = extend(code)
	}
	switch {
	case mine[rebirths](w).times > 0 && (errors.Is(err, store.ErrLeaseCode) || errors.Is(err, store.ErrLeaseTries)): // another time
	case w.blackout:
	case waits:
		if !errors.Is(err, store.ErrLeaseTries) {
			w.fail("%s takes a code after %d wrong ones: %v", s.name, s.lease.Wrong, err)
		}
		w.saw("too many wrong lease codes")
	case w.must(s.name+" takes a lease code", err):
		s.heardMS = w.nowMS
		w.say(s.name, "its lease is extended over the phone")
		w.saw("a lease is extended over the phone")
		if err := extend(code); !errors.Is(err, store.ErrLeaseCode) || s.leaseOver() {
			w.fail("%s takes a code twice, or is locked after one: %v", s.name, err)
		}
	}
}

// otherCode is the next code of a neighbour.
func (s *station) otherCode() string {
	key, err := s.w.t.authority.LeaseKey(uint32(s.seat.origin) + 1)
	s.w.must("make a lease key", err)
	return trust.LeaseCode(key, s.lease.Used+1)
}

// setBack is somebody who sets the clock of a locked machine back.
func (s *station) setBack() {
	err := s.keepLease(func(l *store.Lease) error { // as a node does every minute
		l.Pass(s.nowMS(), 0)
		return nil
	})
	if !s.w.must("let the time of a lease pass", err) {
		return
	}
	s.clock.skewMS -= setBackMS
	s.clock.run++
	again := anchor.New(s.read, s.clock.time.State()) // as if it were started anew
	s.clock.skewMS += setBackMS
	s.clock.run--
	if !s.lease.Over(again.NowMS()) || !s.leaseOver() {
		s.w.fail("%s is open again after its clock was set back", s.name)
	}
	s.w.saw("a clock set back opens nothing")
}

// export writes all that central does not have, as a locked workstation still
// can, and has it carried.
func (s *station) export() {
	w := s.w
	l := &luggage{s: s, origin: s.seat.origin}
	n, err := s.pocket().Write(w.ctx, l)
	if !w.must("export", err) {
		return
	}
	// A workstation does not know what a restored central lost.
	if taken := w.hub.taken(s.seat.origin); mine[rebirths](w).times == 0 && taken < s.at && n < int(s.at-taken) {
		w.fail("%s exports %d changes past its lease; central lacks %d", s.name, n, s.at-taken)
	}
	if n == 0 {
		return
	}
	if got, err := w.hub.readWork(bytes.NewReader(l.bytes), l.origin); err != nil || got.Cut {
		w.fail("central does not take what %s exported past its lease: %v", s.name, err)
	}
	w.saw("work is exported past the lease")
}
