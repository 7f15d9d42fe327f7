package office

import (
	"context"
	"sync"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
)

// FaultUntold is looks that a workstation wrote down and never told of.
const FaultUntold = "untold"

// Proof is what is proven of the history of a workstation, and of the looks in it.
type Proof struct {
	central.Proof
	Looks int64 // entries of who saw whom
}

// tally adds up the looks that workstations tell of: each says how many it has
// told of in all, so that none can be left out.
type tally struct {
	looks, total map[crdt.Origin]int64
	faults       map[crdt.Origin][]central.Fault
	renewed      map[crdt.Origin]bool // what it told under another origin counts too
}

func (t *tally) change(c *journal.Change) error {
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		if op.Kind != crm.Viewings {
			continue
		}
		v, err := crm.ReadViewed(func(field uint8) crdt.Value { return valueOf(op, field) })
		if err != nil {
			continue // the judge refused it
		}
		n := int64(len(v.Parties))
		before, known := t.total[c.Origin]
		if (known || !t.renewed[c.Origin]) && before+n != v.Total {
			t.faults[c.Origin] = append(t.faults[c.Origin], central.Fault{Code: FaultUntold, First: c.Seq, Last: c.Seq})
		}
		t.looks[c.Origin], t.total[c.Origin] = t.looks[c.Origin]+n, v.Total
	}
	return nil
}

// Prove goes through the histories of all workstations and central's own: every
// change is hashed anew, every link and signature checked, and the looks counted.
func (f *Office) Prove(ctx context.Context, progress func(done, all int64)) ([]Proof, error) {
	nodes, err := f.Central.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	t := tally{map[crdt.Origin]int64{}, map[crdt.Origin]int64{}, map[crdt.Origin][]central.Fault{}, map[crdt.Origin]bool{f.Central.Origin(): true}}
	for _, n := range nodes {
		t.renewed[n.Origin] = n.Renews != 0
	}
	proofs, err := f.Central.Prove(ctx, central.Proving{Each: t.change, Progress: progress})
	out := make([]Proof, len(proofs))
	for i, p := range proofs {
		p.Faults = append(p.Faults, t.faults[p.Origin]...)
		out[i] = Proof{p, t.looks[p.Origin]}
	}
	return out, err
}

// Proving is how a proof stands.
type Proving struct {
	BeganMS, EndedMS int64 // 0: not yet
	Done, All        int64 // ranges
	By               string
	Proofs           []Proof
	Failed           bool // it could not be finished
}

// Prover goes through the histories in the background, one proof at a time.
type Prover struct {
	f      *Office
	ctx    context.Context // ends with the process
	report func(error)
	end    context.CancelFunc
	work   sync.WaitGroup
	mu     sync.Mutex // guards now
	now    Proving
}

// NewProver makes a prover; report is told what it could not finish.
func NewProver(f *Office, report func(error)) *Prover {
	ctx, end := context.WithCancel(context.Background())
	return &Prover{f: f, ctx: ctx, end: end, report: report}
}

// Now tells how the last proof stands.
func (p *Prover) Now() Proving {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// Start begins a proof for somebody, unless one is under way.
func (p *Prover) Start(by string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.BeganMS > 0 && p.now.EndedMS == 0 || p.ctx.Err() != nil {
		return
	}
	p.now = Proving{BeganMS: p.f.o.NowMS(), By: by}
	p.work.Go(p.run)
}

func (p *Prover) run() {
	proofs, err := p.f.Prove(p.ctx, func(done, all int64) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.now.Done, p.now.All = done, all
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.Proofs, p.now.EndedMS, p.now.Failed = proofs, p.f.o.NowMS(), err != nil
	if err != nil && p.ctx.Err() == nil {
		p.report(err)
	}
}

// Stop ends what is under way and waits for it. Twice is harmless.
func (p *Prover) Stop() error {
	p.end()
	p.work.Wait()
	return nil
}
