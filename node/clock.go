package node

import (
	"context"
	"sync"
	"time"

	"bough/node/anchor"
	"bough/node/desk"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/uplink"
)

// clockEvery is how often a node looks what happened to the PC's clock.
const clockEvery = 5 * time.Second

// clockStepMS: what a PC's clock is off is told to central in these steps.
const clockStepMS = 5000

// factOffset is what releases before 1.1 kept of the time: central's clock less
// the PC's, ms.
const factOffset = "clock offset"

// Ticks counts ms on a clock that only runs and that nobody can set, from some
// start that boot names; boot is empty where only this process knows it.
type Ticks func() (boot string, ms int64)

// MachineTicks is the clock of the machine that only runs; nil where it has none.
func MachineTicks() Ticks {
	if _, _, ok := machineTicks(); !ok {
		return nil
	}
	return func() (string, int64) {
		boot, ms, _ := machineTicks()
		return boot, ms
	}
}

// ticks is the clock that only runs: what was handed in, or of this process.
func (o *Options) ticks() Ticks {
	if o.Ticks != nil {
		return o.Ticks
	}
	began := o.Now()
	return func() (string, int64) { return "", o.Now().Sub(began).Milliseconds() }
}

// loadClock finds out what time it is, by what the file knows and what the
// clocks of the machine show.
func (b *Branch) loadClock(ctx context.Context) error {
	k, err := b.Store.Clock(ctx)
	if err != nil {
		return err
	}
	if k == (anchor.Kept{}) {
		if k, err = b.firstClock(ctx); err != nil {
			return err
		}
	}
	ticks := b.o.ticks()
	a := anchor.New(func() anchor.Reading {
		boot, ms := ticks()
		return anchor.Reading{WallMS: b.o.Now().UnixMilli(), TickMS: ms, Boot: boot}
	}, k)
	b.time.Store(a)
	if err := b.Store.KeepClock(ctx, a.State()); err != nil || !a.Fresh() {
		return err
	}
	if now := a.State(); now.Trust == anchor.Carried {
		b.o.Log.Warn("the PC's clock cannot be right: the last time that is sure is carried on", "seconds off", now.GapMS/1000)
	}
	return b.Store.Unvouched(ctx)
}

// firstClock is what a workstation knows of the time that never kept any: its
// certificate was made when it says.
func (b *Branch) firstClock(ctx context.Context) (k anchor.Kept, err error) {
	data, err := b.dir.read(certName)
	if err != nil {
		return k, err
	}
	cert, err := trust.ParseCertificate(data)
	if err != nil {
		return k, err
	}
	k.FloorMS = cert.NotBefore.UnixMilli()
	err = b.Store.File.Read(ctx, func(tx *rows.Tx) error {
		ahead, err := tx.FactInt(factOffset)
		k.WrongMS = -ahead
		return err
	})
	return k, err
}

// nowMS is the time to stamp with, whatever the PC's clock says.
func (b *Branch) nowMS() int64 {
	if a := b.time.Load(); a != nil {
		return a.NowMS()
	}
	return b.o.Now().UnixMilli() // there is no file yet
}

func (b *Branch) now() time.Time { return time.UnixMilli(b.nowMS()) }

// steadyMS is what central's answers are measured against.
func (b *Branch) steadyMS() int64 {
	if a := b.time.Load(); a != nil {
		return a.SteadyMS()
	}
	return b.o.Now().UnixMilli()
}

// heardTime takes central's time. What was written at a wrong one is written
// again then, as another origin; changed: it is worth keeping.
func (b *Branch) heardTime(s *uplink.State) (changed bool, err error) {
	a := b.time.Load()
	if step, unsure := a.Correction(s.OffsetMS); unsure {
		if err := b.Store.Vouched(context.Background(), step); err != nil {
			return false, err
		}
	}
	return a.Hear(s.OffsetMS), nil
}

func (b *Branch) keepClock(ctx context.Context) error {
	return b.Store.KeepClock(ctx, b.time.Load().State())
}

// watchClock looks what happens to the PC's clock until it is stopped.
func (b *Branch) watchClock() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for {
			select {
			case <-b.o.After(clockEvery):
			case <-ctx.Done():
				return
			}
			if err := b.lookAtClock(ctx); err != nil && ctx.Err() == nil {
				b.o.Log.Error("keeping the time failed", "error", err)
			}
		}
	})
	return func() error {
		cancel()
		work.Wait()
		return b.keepClock(context.Background())
	}
}

// lookAtClock notes what somebody did to the PC's clock.
func (b *Branch) lookAtClock(ctx context.Context) error {
	a := b.time.Load()
	jump, adopted := a.Look()
	if jump == 0 {
		return nil
	}
	b.o.Log.Warn("the PC's clock was set; the time goes on as it was", "seconds", jump/1000, "taken", adopted)
	b.Desk.Tell(nil)
	if err := b.keepClock(ctx); err != nil || !adopted {
		return err
	}
	if err := b.Store.Unvouched(ctx); err != nil {
		return err
	}
	if after, yes := b.Store.Poisoned(b.nowMS()); yes {
		b.forked(uplink.Fork{Common: after, Ahead: true})
	}
	return nil
}

// clockTold is what central is told of the PC's clock: in steps, so that what a
// clock drifts is not news at every call.
func (b *Branch) clockTold() (state string, aheadMS int64) {
	c := b.clockNow()
	return c.State, c.AheadMS / clockStepMS * clockStepMS
}

// clockNow is how the time stands, for people.
func (b *Branch) clockNow() desk.Clock {
	k := b.time.Load().State()
	c := desk.Clock{State: desk.ClockOK, AheadMS: k.GapMS, Jumps: k.Jumps, JumpMS: k.JumpMS, JumpedMS: k.JumpedMS}
	switch {
	case k.Trust == anchor.Carried:
		c.State = desk.ClockUnsure
	case k.Wrong() && k.Trust == anchor.Central:
		c.State = desk.ClockOff
	case k.Wrong():
		c.State = desk.ClockSet
	}
	return c
}
