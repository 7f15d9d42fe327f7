package node

import (
	"cmp"
	"context"
	"fmt"

	"bough/node/api"
	"bough/node/desk"
	"bough/sync/replica"
	"bough/sync/rows"
	"bough/sync/uplink"
)

// factContact is a fact that a node keeps of its line.
const factContact = "last contact"

const untakenListed = 200 // unsent changes that a page lists

// contactKeptMS is how often the time of the last contact is written down.
const contactKeptMS = 60 * 1000

// heardLine is what was last heard of the line; only the line's goroutine uses it.
type heardLine struct {
	online         bool
	told           bool // that this is kept as the state of the line
	written, taken uint64
	keptMS         int64
}

// feeds adds up how far all feeds were read: it moves when one of them does.
func feeds(s *uplink.State) (sum int64) {
	for _, c := range s.Cursors {
		sum += c.Feed
	}
	return sum
}

// heard follows the state of the line: the clock, and who listens to it.
func (b *Branch) heard(s uplink.State) {
	// Central told its time also where nothing goes up before it is taken.
	if s.OffsetKnown && (s.Online || s.Trouble == replica.Ahead) {
		step, err := b.heardTime(&s)
		if err == nil && (step || s.ContactMS-b.last.keptMS > contactKeptMS) {
			b.last.keptMS = s.ContactMS
			err = b.keepLine(s.ContactMS)
		}
		if err != nil {
			b.o.Log.Error("keeping the state of the line failed", "err", err)
		}
	}
	told := b.tellLine(&s)
	now := heardLine{s.Online, told, s.Written, s.Taken, b.last.keptMS}
	if now != b.last {
		b.Desk.Tell(nil)
	}
	if n := b.neighbours.Load(); n != nil && now.online != b.last.online {
		n.say()
		if now.online {
			poke(n.online)
		}
	}
	if at := feeds(&s); at != b.read || now.online != b.last.online {
		b.read = at
		poke(b.parameters)
		if n := b.neighbours.Load(); n != nil {
			n.lan.Kick() // who borrows pages here waits for that
			if out := b.revokedHere(); out != b.out {
				b.out = out
				poke(n.online) // the branch's key was turned
			}
		}
	}
	b.last = now
}

// tellLine keeps that the line was cut or came back, once it is known: a program that
// was just started has not asked yet. It reports whether anything was kept so far.
func (b *Branch) tellLine(s *uplink.State) (told bool) {
	if s.SinceMS == 0 && s.Trouble == 0 {
		return b.last.told
	}
	if b.last.told && s.Online == b.last.online {
		return true
	}
	contact, err := b.lastContact(context.Background())
	if err == nil {
		err = b.Store.LineIs(context.Background(), s.Online, since(s, contact))
	}
	if err != nil {
		b.o.Log.Error("keeping the state of the line failed", "err", err)
	}
	return true
}

// since is since when the line is as it is, ms UTC. Where it was down all the time since
// the program was started it is down for longer: since the last contact.
func since(s *uplink.State, contactMS int64) int64 { return cmp.Or(s.SinceMS, contactMS) }

func (b *Branch) keepLine(contactMS int64) error {
	if err := b.renewLease(context.Background()); err != nil {
		return err
	}
	if err := b.keepClock(context.Background()); err != nil {
		return err
	}
	return b.Store.File.Write(context.Background(), func(tx *rows.Tx) error { return tx.SetFact(factContact, contactMS) })
}

func (b *Branch) lastContact(ctx context.Context) (ms int64, err error) {
	err = b.Store.File.Read(ctx, func(tx *rows.Tx) error {
		ms, err = tx.FactInt(factContact)
		return err
	})
	return max(ms, b.up().State().ContactMS), err
}

// line tells the desk how the line is.
func (b *Branch) line(ctx context.Context) (desk.Line, error) {
	s := b.up().State()
	progress, err := b.Store.Progress(ctx)
	if err != nil {
		return desk.Line{}, err
	}
	met, err := b.Store.Met(ctx)
	if err != nil {
		return desk.Line{}, err
	}
	contact, err := b.lastContact(ctx)
	return desk.Line{Online: s.Online, SinceMS: since(&s, contact), LastContactMS: contact, Progress: progress, Met: met, Untaken: b.Store.Untaken(untakenListed)}, err
}

// Status is what a node knows of itself.
func (b *Branch) Status(ctx context.Context) (api.Status, error) {
	if !b.here() {
		return api.Status{Name: b.o.Name, Version: b.o.Version, Begun: string(b.arriving.stand().Source), Lease: api.Lease{State: api.LeaseOver}, Clock: desk.Clock{State: desk.ClockOK}, Encrypted: true, WrappingKey: keyPlace(b.o), Disk: b.dir.health.state()}, nil
	}
	o, err := b.Desk.Outage(ctx)
	if err != nil {
		return api.Status{}, err
	}
	s := api.Status{Name: b.me.Name, Branch: b.me.Branch, Origin: fmt.Sprint(b.Origin()), Version: b.o.Version, Online: o.Online, Bootstrapped: o.Bootstrapped,
		Unsent: o.Unsent, Safe: o.Safe, OldestUnsentMS: o.OldestMS, Written: o.Written, Accepted: o.Accepted, Refused: o.RefusedCount, Held: o.HeldCount, Aside: o.AsideCount, Missing: o.Missing(),
		Begun: string(b.arriving.stand().Source), Clock: b.clockNow(), Encrypted: true, WrappingKey: keyPlace(b.o), Disk: b.dir.health.state()}
	if s.Lease, err = b.lease(ctx); err != nil {
		return s, err
	}
	if s.Neighbours, err = b.near(ctx); err != nil {
		return s, err
	}
	if s.Scopes, err = scopes(ctx, b.Store.File); err != nil {
		return s, err
	}
	doubts, err := b.Store.Differences(ctx)
	for scope, since := range doubts {
		at := s.Scopes[fmt.Sprint(scope)]
		at.DiffersMS = since
		s.Scopes[fmt.Sprint(scope)] = at
	}
	return s, err
}

// near counts the neighbours that can be reached now.
func (b *Branch) near(ctx context.Context) (n int, err error) {
	list, err := b.besides(ctx)
	for _, other := range list {
		if other.Here && other.Origin != b.Origin() {
			n++
		}
	}
	return n, err
}
