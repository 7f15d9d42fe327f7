package bank

import "bough/crdt"

// Limits and defaults.
const (
	MaxActOps = 200 // ops of one act: as many as a node applies in one slice

	DefaultCustomers = 2000
	DefaultBranches  = 2
	DefaultYears     = 2
	DefaultForeign   = 20
	// DefaultNowMS is Thursday 15 January 2026, 20:00 UTC: mid-afternoon at branch 1.
	DefaultNowMS = 1768507200000

	minCustomers       = 40  // fewer cannot hold every situation that Highlights name
	customersPerBranch = 15  // likewise for each branch
	maxBranches        = 999 // account numbers give a branch four digits, firms' ids three
	maxYears           = 10  // a window longer than this only makes the bank thin
	clerksPerBranch    = 5   // two tellers, two bankers, a manager
)

// Options say which bank to make. Zero values mean the defaults.
type Options struct {
	Seed      uint64
	Customers int   // parties with a holding, persons and organisations; raised to what Branches need
	Branches  int   // numbered 1 and up; Western and Chinese ones take turns
	NowMS     int64 // the present, ms UTC: nothing is written or happened later
	Years     int   // how far back interactions go
	// ForeignPercent of a branch's customers come from the other culture;
	// negative: none.
	ForeignPercent int
}

func (o Options) withDefaults() Options {
	def := func(v *int, d, lo, hi int) {
		if *v == 0 {
			*v = d
		}
		*v = min(max(*v, lo), hi)
	}
	def(&o.Branches, DefaultBranches, 1, maxBranches)
	def(&o.Customers, DefaultCustomers, max(minCustomers, customersPerBranch*o.Branches), 1<<30)
	def(&o.Years, DefaultYears, 1, maxYears)
	def(&o.ForeignPercent, DefaultForeign, 0, 100)
	if o.NowMS == 0 {
		o.NowMS = DefaultNowMS
	}
	return o
}

// Bank is a whole made-up bank.
type Bank struct {
	Options    Options // as used, defaults filled in
	Branches   []Branch
	People     []Person
	Acts       []Act       // ascending by AtMS
	Highlights []Highlight // situations worth showing
	LastID     crdt.ID     // the largest provisional id
}

// Branch is one branch. Country is ISO 3166, TimeZone an IANA name.
type Branch struct {
	Number                          int64
	Name, Region, TimeZone, Country string
}

// Person is somebody who works at the bank. Branch 0 is head office.
type Person struct {
	ID       crdt.ID
	Login    string
	Name     string
	Role     string // of crm.Roles
	Branch   int64
	Password string // for demonstration only: made from the login
}

// Act is what one person, or the core-banking feed, wrote at one instant.
type Act struct {
	AtMS   int64
	By     string // login; empty: the core-banking feed
	Branch int64  // where the person works; 0 for the feed
	// Blind: its author did not have on screen what others wrote, as when two
	// branches write at once.
	Blind bool
	// Ops hold provisional ids. An id above all earlier ones creates its row,
	// otherwise the op edits it. Saw is always empty.
	Ops []crdt.Op
}

// Highlight is a situation and the parties in which it can be seen.
type Highlight struct {
	Name string
	IDs  []crdt.ID // parties
}

// Find returns the parties of a highlight; nil when there is none.
func (b *Bank) Find(name string) []crdt.ID {
	for _, h := range b.Highlights {
		if h.Name == name {
			return h.IDs
		}
	}
	return nil
}

// Generate makes a bank and keeps all of it in memory: some 15 kB a customer.
func Generate(o Options) *Bank {
	w := planned(o)
	acts := make([]Act, 0, len(w.events)+len(w.events)/50)
	b := w.handOut(func(a Act) { acts = append(acts, a) })
	b.Acts = acts
	return b
}

// Walk makes the same bank as Generate and hands each act to visit as it is
// made; the returned bank has no Acts. visit may keep the act.
func Walk(o Options, visit func(Act)) *Bank { return planned(o).handOut(visit) }

// planned draws all that will be written.
func planned(o Options) *world {
	w := newWorld(o.withDefaults())
	w.settle()
	w.cast()
	w.endow()
	w.schedule()
	return w
}

func (w *world) handOut(visit func(Act)) *Bank {
	w.write(visit)
	return &Bank{
		Options: w.o, Branches: w.publicBranches(), People: w.people,
		Highlights: w.highlights(), LastID: w.pen.last,
	}
}
