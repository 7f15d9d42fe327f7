package cases

import (
	"bough/crdt"
	"bough/node/clocks"
	"bough/node/desk"
)

// Limits.
const (
	ListLimit  = 500                  // lines of a list: nobody reads more
	stepLimit  = 500                  // steps of one case
	maxAmount  = 1_000_000_000_000_00 // minor units: a typing error beyond
	soonMS     = 24 * 60 * 60 * 1000  // a deadline closer than this is amber
	maxReceipt = 80                   // bytes of the core's number
)

// Book is where cases are kept.
type Book struct{ desk *desk.Desk }

// New makes the book of a desk.
func New(d *desk.Desk) *Book { return &Book{d} }

// New case as typed.
type NewCase struct {
	Type       string // crm.CaseTypes
	Text       string
	HappenedMS int64 // when the customer said so; 0: now
	Holding    crdt.ID
	NewAccount bool
	Far        bool // a foreign or point-of-sale transaction
	Amount     Money
	Key        NewKeying // Type empty: nothing is to be keyed
}

// Money is a sum in minor units; none when Currency is empty.
type Money struct {
	Minor    int64
	Currency string
}

// Step is something done in a case, as typed.
type Step struct {
	Type       string // crm.CaseSteps
	Text       string
	HappenedMS int64    // 0: now
	Amount     Money    // of a provisional credit
	Owner      crdt.ID  // who takes over
	Saw        []string // stamp of the state on screen; nil: the current one
}

// Line is a case in a list.
type Line struct {
	ID         crdt.ID
	Reference  string
	Party      crdt.ID
	PartyName  string
	Type       string
	Text       string
	State      string
	Owner      string
	OwnerID    crdt.ID
	HappenedMS int64
	Next       clocks.Clock // the next deadline; zero when none runs
	Overdue    bool
	Soon       bool // due within a day
	Stamp      string
	Author     desk.Author
}

// StepLine is a step as it was done.
type StepLine struct {
	ID         crdt.ID
	Type       string
	Text       string
	HappenedMS int64
	Amount     Money
	Author     desk.Author
}

// View is a case with everything about it.
type View struct {
	Line
	Holding    crdt.ID
	Number     string // of the holding
	NewAccount bool
	Far        bool
	Amount     Money
	Outcome    string
	Clocks     []clocks.Clock
	Steps      []StepLine // oldest first
	Keyings    []KeyingLine
	Letters    []Template // that fit the language of the party
	NowMS      int64
}

// NewKeying is what must be keyed into the core, as typed.
type NewKeying struct {
	Type       string // crm.KeyingTypes
	Text       string
	Holding    crdt.ID
	Card       crdt.ID
	HappenedMS int64 // 0: now
}

// KeyingLine is something that must be keyed into the core.
type KeyingLine struct {
	ID         crdt.ID
	Party      crdt.ID
	PartyName  string
	Case       crdt.ID
	Type       string
	Text       string
	Number     string // of the holding
	Last4      string // of the card
	State      string
	Owner      string
	Receipt    string
	HappenedMS int64
	Stamp      string
	Author     desk.Author
}
