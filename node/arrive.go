package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"bough/node/store"
	"bough/sync/bundle"
	"bough/sync/gossip"
	"bough/sync/lan"
	"bough/sync/rows"
	"bough/sync/uplink"
	"bough/sync/wire"
	"bough/webui/join"
)

// Limits of an arrival.
const (
	lookFor       = 4 * time.Second // for neighbours on the LAN
	lookEvery     = 100 * time.Millisecond
	bootstrapTry  = time.Second // between tries
	triesLine     = 5           // without anything coming; then the next way is tried
	triesOccupied = 60          // of a neighbour that cannot just now
	triesFaulty   = 3           // files that were not what they should be; of a neighbour: one
)

// errUnproved: the copy is here, and nobody reaches central to confirm it.
var errUnproved = errors.New("node: head office has not confirmed the copy yet")

// errElsewhere: somebody at the workstation chose another way.
var errElsewhere = errors.New("node: another way was chosen")

// way is a place that a new workstation may get its file from.
type way struct {
	source join.Source
	name   string // of the neighbour, for people
	at     string // its address; empty: central
	fetch  func(ctx context.Context, q wire.SnapshotAsk, read func(io.Reader) error) error
	settle func(ctx context.Context, o store.Options) error
}

// arrival is a new workstation while its first file comes.
type arrival struct {
	mu     sync.Mutex // guards view
	view   join.Arrival
	chosen chan join.Source // what somebody at the page wants instead
	now    func() time.Time
	tell   func(done, total int) // nil: nobody
}

func newArrival(o Options) *arrival {
	return &arrival{chosen: make(chan join.Source, 1), now: o.Now, tell: o.Progress, view: join.Arrival{Step: join.Looking}}
}

// Arrival is how it stands, for the page.
func (a *arrival) stand() join.Arrival {
	a.mu.Lock()
	defer a.mu.Unlock()
	v := a.view
	v.Past = slices.Clone(v.Past)
	return v
}

func (a *arrival) set(fn func(v *join.Arrival)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	fn(&a.view)
}

// choose is what somebody at the page wants; a second wish replaces the first.
func (a *arrival) choose(s join.Source) {
	select {
	case <-a.chosen:
	default:
	}
	select {
	case a.chosen <- s:
	default:
	}
}

// from begins with a way.
func (a *arrival) from(w *way) {
	a.set(func(v *join.Arrival) {
		*v = join.Arrival{Source: w.source, Name: w.name, Step: join.Fetching, Past: v.Past}
	})
}

// came notes that parts are here; size counts the bytes that came for them.
func (a *arrival) came(done, total int, size int64) {
	a.set(func(v *join.Arrival) {
		now := a.now().UnixMilli()
		if v.SinceMS == 0 {
			v.SinceMS, v.First = now, done-1
		}
		v.Done, v.Total, v.Trouble = done, total, ""
		v.Bytes += size
		if got := done - v.First; got > 0 {
			v.LeftMS = (now - v.SinceMS) * int64(total-done) / int64(got)
			v.Whole = v.Bytes * int64(total-v.First) / int64(got)
		}
	})
	if a.tell != nil {
		a.tell(done, total)
	}
}

// over notes why a way was left.
func (a *arrival) over(w *way, why join.Trouble) {
	a.set(func(v *join.Arrival) {
		v.Past = append(v.Past, join.Past{Source: w.source, Name: w.name, Why: why})
	})
}

// bootstrap gets the file of a new workstation: a copy from a neighbour, a
// snapshot from central, or neither: then the feed is read row by row. What came
// before a kill or a cut stays, and is gone on with.
func (b *Branch) bootstrap(ctx context.Context) error {
	only := join.Source("")
	for {
		ways := b.ways(ctx, only)
		only = ""
		for i := range ways {
			err := b.follow(ctx, &ways[i])
			if err == nil || ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			if only = b.wanted(err); only != "" {
				break
			}
		}
		if only == "" || only == join.Feed {
			b.forgetSnapshot()
			b.arriving.set(func(v *join.Arrival) { v.Source, v.Step = join.Feed, join.Settling })
			b.o.Log.Info("the feed is read from the beginning")
			return nil
		}
	}
}

// wanted is the way that somebody chose.
func (b *Branch) wanted(err error) join.Source {
	if !errors.Is(err, errElsewhere) {
		return ""
	}
	select {
	case s := <-b.arriving.chosen:
		return s
	default:
		return ""
	}
}

// ways lists where the file may come from, the best first: where it was begun,
// neighbours, central.
func (b *Branch) ways(ctx context.Context, only join.Source) (out []way) {
	if only == join.Feed {
		return nil
	}
	if only != join.Central {
		b.arriving.set(func(v *join.Arrival) { v.Source, v.Step = "", join.Looking })
		for _, n := range b.around(ctx) {
			out = append(out, b.neighbourWay(n))
		}
	}
	out = append(out, b.centralWay())
	begun := b.begunFrom()
	slices.SortStableFunc(out, func(x, y way) int {
		switch {
		case x.at == y.at:
			return 0
		case begun != nil && x.at == *begun:
			return -1
		case begun != nil && y.at == *begun:
			return 1
		}
		return 0
	})
	return out
}

// follow goes one way to its end: nil when the file is in its place.
func (b *Branch) follow(ctx context.Context, w *way) error {
	b.arriving.from(w)
	had, idle, occupied, faulty := -1, 0, 0, 0
	for {
		have, err := b.fetch(ctx, w)
		if err == nil {
			err = b.settle(ctx, w)
		}
		if err == nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		why := troubleOf(err)
		if have > had {
			had, idle = have, 0
		}
		switch {
		case why == join.Unproved:
		case why == join.Occupied:
			occupied++
		default:
			idle++
		}
		if why == join.Damaged || why == join.Lies || why == join.Forgotten {
			b.forgetSnapshot()
			had, faulty = -1, faulty+1
		}
		last := idle >= triesLine || occupied >= triesOccupied || faulty >= triesFaulty
		switch why {
		case join.None, join.Release:
			last = true
		case join.Lies:
			last = last || w.at != "" // the next neighbour, or central
		}
		if last {
			b.arriving.over(w, why)
			b.forgetSnapshot()
			b.o.Log.Log(ctx, levels[why], "the file of this new workstation does not come this way", "from", w.source, "address", w.at, "error", err)
			return err
		}
		b.arriving.set(func(v *join.Arrival) { v.Trouble = why })
		b.o.Log.Info("the file of this new workstation is not whole yet; it is gone on with", "parts", have, "from", w.source, "error", err)
		if err := b.pauseArrival(ctx); err != nil {
			return err
		}
	}
}

// pauseArrival waits before the next try, unless somebody chooses another way.
func (b *Branch) pauseArrival(ctx context.Context) error {
	select {
	case <-b.o.After(bootstrapTry):
		return nil
	case s := <-b.arriving.chosen:
		if s == join.Again {
			return nil
		}
		b.arriving.choose(s)
		return errElsewhere
	case <-ctx.Done():
		return ctx.Err()
	}
}

// levels says of which sources that were left somebody should hear; others: info.
var levels = map[join.Trouble]slog.Level{join.Cut: slog.LevelWarn, join.Damaged: slog.LevelWarn, join.Lies: slog.LevelWarn}

// troubles is what errors of an arrival mean to people: the first that fits.
var troubles = []struct {
	is  error
	why join.Trouble
}{
	{errUnproved, join.Unproved},
	{lan.ErrOccupied, join.Occupied},
	{lan.ErrOtherRelease, join.Release},
	{errForgotten, join.Forgotten},
	{lan.ErrNoSeed, join.None},
	{uplink.ErrNoSnapshot, join.None},
	{store.ErrOtherRows, join.Lies},
	{store.ErrSnapshot, join.Lies},
	{rows.ErrStrange, join.Lies},
	{uplink.ErrSeal, join.Lies},
	{bundle.ErrDamaged, join.Damaged},
	{bundle.ErrForeign, join.Damaged},
	{bundle.ErrNewer, join.Damaged},
	{bundle.ErrKind, join.Damaged},
}

func troubleOf(err error) join.Trouble {
	for _, t := range troubles {
		if errors.Is(err, t.is) {
			return t.why
		}
	}
	return join.Cut
}

// lineOptions is what a workstation without a file asks central with.
func (b *Branch) lineOptions() uplink.Options {
	return uplink.Options{Central: b.me.Central, Identity: b.keys.identity, Certificate: b.keys.cert.Load(), Root: b.keys.root, Proxy: b.o.Proxy, Now: b.steadyMS}
}

func (b *Branch) centralWay() way {
	return way{source: join.Central, fetch: func(ctx context.Context, q wire.SnapshotAsk, read func(io.Reader) error) error {
		return uplink.FetchSnapshot(ctx, b.lineOptions(), q, read)
	}, settle: store.Settle}
}

func (b *Branch) neighbourWay(n near) way {
	from := &lan.Newcomer{Branch: b.me.Branch, Identity: b.keys.identity, Root: b.keys.root, Certificate: b.keys.cert.Load(), Now: b.now}
	return way{source: join.Neighbour, name: n.name, at: n.at,
		fetch: func(ctx context.Context, q wire.SnapshotAsk, read func(io.Reader) error) (err error) {
			if q.Shape, err = shapeOf(b.dir, shapeName); err != nil {
				return err
			}
			return from.Seed(ctx, n.at, q, read)
		},
		settle: func(ctx context.Context, o store.Options) error {
			return store.SettleCopy(ctx, o, func(ctx context.Context, scope, since int64, _ uint64) (*wire.Page, error) {
				return b.prove(ctx, from, n.at, wire.Pull{Scope: scope, Since: since, Limit: proofRows})
			})
		}}
}

// prove gets what central says of a scope: over the own line, or else through the
// neighbour, whom the seal keeps from saying something else.
func (b *Branch) prove(ctx context.Context, from *lan.Newcomer, at string, q wire.Pull) (*wire.Page, error) {
	sealed, err := uplink.FetchSealed(ctx, b.lineOptions(), q)
	if err != nil {
		b.o.Log.Debug("the copy is not confirmed over the own line", "error", err)
		sealed, err = from.Proof(ctx, at, q.Scope, q.Since)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errUnproved, err)
	case sealed == nil:
		return nil, fmt.Errorf("%w: the neighbour has no line either", errUnproved)
	}
	return uplink.OpenSealed(b.keys.root, sealed)
}

// near is a neighbour that may give a copy.
type near struct{ name, at string }

// around finds neighbours on the LAN: those that were named, and those that are
// heard; first where nobody works.
func (b *Branch) around(ctx context.Context) (out []near) {
	for _, at := range b.o.Peers {
		out = append(out, near{at, at})
	}
	for _, h := range b.listen(ctx) {
		at := dataAddress(&h)
		if i := slices.IndexFunc(out, func(n near) bool { return n.at == at }); i >= 0 {
			out[i].name = h.Name
		} else if at != "" {
			out = append(out, near{h.Name, at})
		}
	}
	return out
}

// listen gossips for a moment, to hear who is here: those at which nobody works
// first.
func (b *Branch) listen(ctx context.Context) (heard []gossip.Heard) {
	keys, err := b.dir.read(branchKeyName)
	if b.gossipAddress() == "" || err != nil {
		return nil
	}
	known := b.lastSeen()
	if answer, err := uplink.FetchNeighbours(ctx, b.lineOptions()); err == nil {
		known = append(known, answer.Addresses...)
	}
	if len(known) == 0 {
		return nil
	}
	bind, err := beside(b.gossipAddress())
	if err != nil {
		return nil
	}
	key := keys[:min(len(keys), gossip.KeySize)]
	g, err := gossip.New(gossip.Options{Origin: b.me.Origin, Key: key, Previous: keys[len(key):], Bind: bind, Log: b.o.Log, Now: b.nowMS, After: b.o.After, Rand: b.o.Rand,
		Known: known, State: func() gossip.State { return gossip.State{Name: b.me.Name} }})
	if err != nil {
		b.o.Log.Warn("neighbours cannot be looked for", "error", err)
		return nil
	}
	g.Start()
	for range int(lookFor / lookEvery) {
		heard = slices.DeleteFunc(g.Heard(), func(h gossip.Heard) bool { return !h.Here || h.LAN == "" || h.Origin == b.me.Origin })
		if len(heard) > 0 || ctx.Err() != nil {
			break
		}
		select {
		case <-b.o.After(lookEvery):
		case <-ctx.Done():
		}
	}
	b.keepSeen(g.Known())
	if err := g.Stop(); err != nil {
		b.o.Log.Debug("the look for neighbours did not end well", "error", err)
	}
	slices.SortStableFunc(heard, func(x, y gossip.Heard) int { return int(x.Person&1) - int(y.Person&1) })
	return heard
}
