package desk

import (
	"cmp"

	"bough/crdt"
	"bough/node/crm"
)

// State is how safe a saved act is: the words of the pages.
type State uint8

// The states, in the order an act passes them.
const (
	SavedHere    State = iota // saved on this PC, 已存本机
	SafeInBranch              // a durable second copy at a neighbour, 网点已备份
	AtHeadOffice              // central has taken it, 总行已收
	Refused                   // central did not take it
)

// String is the word of the API: saved_here, safe_in_branch, at_head_office, refused.
func (s State) String() string {
	return [...]string{"saved_here", "safe_in_branch", "at_head_office", "refused"}[s]
}

// Who is the person behind a request.
type Who struct {
	Session crdt.ID
	Person  crdt.ID
	Login   string
	Name    string
	Role    string
	Branch  int64 // 0: head office
	UntilMS int64 // the session ends, ms UTC
	acts    map[crm.Act]bool
	fields  map[crm.FieldName]fieldRight // where the role departs from seeing and editing all
}

// May reports whether the person's role may do act.
func (w *Who) May(act crm.Act) bool { return w != nil && w.acts[act] }

// Saved is what the writer of an act gets back.
type Saved struct {
	ID    crdt.ID // of the row written or created
	Seq   uint64  // number of the change in its origin's journal
	Stamp crdt.Stamp
	State State
}

// Hit is one line of a find.
type Hit struct {
	ID       crdt.ID
	Name     string
	Type     string // person | organisation
	Status   string // prospect | customer | former
	Birth    string
	Home     int64
	HomeName string
	Tier     string
	Warning  string // the severest level, or empty
	Phone    string
	Town     string // last line of the address
	Mine     bool   // of this branch
	Linked   int    // records that this line stands for; 0: just this one
}

// Author says who wrote a value, where and when.
type Author struct {
	Person crdt.ID
	Name   string
	Branch int64  // of the person; 0: head office
	Place  string // workstation name, or "central"
	AtMS   int64
	State  State
}

// FieldValue is one field of a party as the page shows it.
type FieldValue struct {
	Name      string // field name of crm
	Value     string
	Stamp     string // to be sent back as saw
	Author    Author
	Locked    bool // core-owned: offer "ask for a correction"
	Barred    bool // the role may not change it
	Hidden    bool // the role does not see it: no value is given
	Conflicts []ConflictValue
}

// ConflictValue is a value that lost against a concurrent one.
type ConflictValue struct {
	ID     crdt.ID
	Value  string
	Stamp  string
	Author Author
}

// Conflict is an open conflict for the lists.
type Conflict struct {
	ID           crdt.ID
	Party        crdt.ID // the party it hangs on
	PartyName    string
	Kind         string // crm kind name
	Row          crdt.ID
	Field        string
	Current      string
	CurrentBy    Author
	CurrentStamp string
	Losing       string
	LosingBy     Author
	LosingStamp  string
	Closed       bool
	Channel      string // of a way to reach: phone | email | wechat
}

// ReachLine is one way to reach a party.
type ReachLine struct {
	ID        crdt.ID
	Channel   string
	Value     string
	Label     string
	Preferred bool
	Stamp     string // of value
	Author    Author
	Conflicts []ConflictValue
}

// ConsentLine is the answer for one purpose on one channel.
type ConsentLine struct {
	Purpose, Channel string
	Answer           crdt.ConsentAnswer
	// Allowed is what the clerk may do now: unknown means no, except service.
	Allowed bool
	Author  Author // of the event that decided; zero when unknown
	AtMS    int64
	// Of and OfName tell at which of several linked records it was said, where
	// that is not the one the page shows.
	Of     crdt.ID
	OfName string
}

// Age says how old a figure of the core is.
type Age uint8

// The ages of core figures, in business days.
const (
	Fresh Age = iota // at most one business day
	Amber            // over one
	Stale            // over three: behind "show anyway"
)

// HoldingLine is one holding of a party.
type HoldingLine struct {
	ID           crdt.ID
	Number       string
	Product      string
	Type         string
	Role         string
	Branch       int64
	BranchName   string
	Currency     string
	BalanceMinor int64
	HasBalance   bool
	LimitMinor   int64
	AsOfMS       int64
	Age          Age
	Opened       string
	Closed       string
	Cards        []CardLine
	Loans        []LoanLine
	Orders       int
	Months       []MonthLine // at most MonthsShown, oldest first
}

// MonthLine is the balance of a holding at the end of a month.
type MonthLine struct {
	Month        string // YYYY-MM
	BalanceMinor int64
}

// CardLine is a card of a holding.
type CardLine struct{ Type, Issued, Last4, Ended string }

// LoanLine is a loan paid through a holding.
type LoanLine struct {
	AmountMinor, PaymentMinor, Months int64
	Granted, State                    string
}

// RelationLine is a person or company around a party.
type RelationLine struct {
	ID        crdt.ID
	Party     crdt.ID
	Name      string
	PartyType string
	Type      string // what the other is to this party, see crm.RelationTypes
	Inverse   bool   // this party is the <type> of the other
	ShareBP   int64
	Note      string
	Author    Author
}

// GroupLine is a household or a commercial group with its members.
type GroupLine struct {
	ID      crdt.ID
	Type    string
	Name    string
	Members []MemberLine
}

// MemberLine is one member of a group.
type MemberLine struct {
	ID    crdt.ID // of the membership
	Party crdt.ID
	Name  string
	Role  string
}

// WarningLine is a warning on a party.
type WarningLine struct {
	ID     crdt.ID
	Level  string
	Text   string
	Author Author
}

// InteractionLine is one line of the timeline.
type InteractionLine struct {
	ID         crdt.ID
	Channel    string
	Reason     string
	Text       string
	Outcome    string
	HappenedMS int64
	Clock      int64  // crm.ClockUnsure, crm.ClockRighted, or 0
	Author     Author // AtMS is when it was entered
	Writer     string // who wrote it first, where Author moved it here
	Taken      *Taken // it was on the wrong customer; its words are left out
}

// Taken says why a note no longer shows its words.
type Taken struct {
	Reason string
	Moved  bool // it stands at another customer now
	Author Author
}

// ConsentEventLine is one thing that was said of consent.
type ConsentEventLine struct {
	ID                         crdt.ID
	Purpose, Channel, Evidence string
	Withdraws                  bool
	AtMS                       int64 // when it was said
	Author                     Author
}

// TaskLine is a task, promise or appointment.
type TaskLine struct {
	ID        crdt.ID
	Party     crdt.ID
	PartyName string
	Type      string
	Text      string
	DueMS     int64
	State     string
	Owner     string
	Overdue   bool
	Stamp     string // of the state, to be sent back as saw
	Author    Author
}

// CaseLine is a case.
type CaseLine struct {
	ID         crdt.ID
	Type       string
	Text       string
	HappenedMS int64
	DueMS      int64
	State      string
	Owner      string
	Overdue    bool
}

// Customer is everything the page of a party shows.
type Customer struct {
	ID           crdt.ID
	Name         string
	Type         string
	Status       string
	Home         int64
	HomeName     string
	Tier         string
	Greeting     string
	Language     string
	Since        string
	Birth        string
	AgeYears     int          // -1 when unknown
	State        State        // of the least safe value on the page
	Fields       []FieldValue // every field of party in the order of the table
	Reaches      []ReachLine
	Consents     []ConsentLine
	Holdings     []HoldingLine
	Relations    []RelationLine
	Groups       []GroupLine
	Warnings     []WarningLine // severest first
	Tags         []string
	Tasks        []TaskLine
	Cases        []CaseLine
	Timeline     []InteractionLine // newest first by happened, at most TimelineLimit
	MoreTimeline bool
	Conflicts    []Conflict
	AsOfMS       int64 // oldest as-of among the holdings
	// Linked are the parties that are one with this one, itself first; none
	// where it stands alone. Links are what ties them.
	Linked []LinkedLine
	Links  []LinkLine
	// HadToo is a customer to whom another file of a workstation gave the same
	// number; 0: nobody.
	HadToo     crdt.ID
	HadTooName string
}

// Field finds a field of the page by its name.
func (c *Customer) Field(name string) *FieldValue {
	for i := range c.Fields {
		if c.Fields[i].Name == name {
			return &c.Fields[i]
		}
	}
	return nil
}

// Edit is one field that a clerk changed. Saw are the stamps of the values on
// screen, hex; nil means the current ones; settling names the losers too.
type Edit struct {
	Field string
	Value string
	Saw   []string
}

// Interaction is a wrap-up as typed.
type Interaction struct {
	Channel    string
	Reason     string
	Text       string
	Outcome    string
	HappenedMS int64 // 0: now
	Holding    crdt.ID
	// PromiseText and PromiseDueMS make an open promise along with it.
	PromiseText  string
	PromiseDueMS int64
}

// Prospect is a new party as typed. Fields are by name (type, name, birth,
// language, …); Phone and Email become ways to reach.
type Prospect struct {
	Fields map[string]string
	Phone  string
	Email  string
}

// Reach is a way to reach as typed.
type Reach struct {
	Channel, Value, Label string
	Preferred             bool
}

// ConsentAct is a grant or withdrawal as typed. A grant overrides every
// withdrawal known here.
type ConsentAct struct {
	Purpose, Channel string
	Withdraw         bool
	Evidence         string
	HappenedMS       int64 // 0: now
}

// Outage is the state of the line and of what exists only here.
type Outage struct {
	Online        bool
	SinceMS       int64        // the line has been so since
	LastContactMS int64        // central answered last; 0: never
	Unsent        int          // changes
	Safe          int          // of them with a durable second copy at a neighbour
	OldestMS      int64        // age of the oldest unsent change, ms
	Written       uint64       // changes of this origin so far
	Accepted      uint64       // of them taken by central
	RefusedCount  uint64       // of them refused
	HeldCount     uint64       // of them held: head office has yet to decide
	AsideCount    uint64       // rows of head office's news that cannot be read here
	Items         []UnsentLine // newest first, at most 200
	Refused       []RefusedLine
	Bootstrapped  bool // the feed has once reached its head
}

// Missing is written − accepted − refused − held − unsent: must be 0.
func (o *Outage) Missing() int64 {
	return int64(o.Written) - int64(o.Accepted) - int64(o.RefusedCount) - int64(o.HeldCount) - int64(o.Unsent)
}

// UnsentLine is one change that exists only here.
type UnsentLine struct {
	Seq   uint64
	AtMS  int64
	By    string
	Kind  string // crm kind name
	Party crdt.ID
	Name  string
	Text  string
}

// RefusedLine is a change that central did not take.
type RefusedLine struct {
	ID      crdt.ID
	State   string // none: refused; held, applied, dropped
	Decided int64  // when a held one was decided, ms UTC
	Decider string // who decided; none: by itself
	Why     string
	AtMS    int64
	Origin  crdt.Origin
	Seq     uint64
	By      string
	Branch  int64
	Code    string
	Message string
	Kind    string
	Row     crdt.ID
	Party   crdt.ID // whom it is about; 0: nobody whom this file still tells
	Typed   string  // name=value a line
}

// Held reports whether it waits for a decision of head office, or for what it
// rests on.
func (l RefusedLine) Held() bool { return l.State == crm.RefusalHeld }

// Fate is what became of it: refused, held, applied or dropped.
func (l RefusedLine) Fate() string { return cmp.Or(l.State, "refused") }

// Event says that something on a page may have changed.
type Event struct {
	Party crdt.ID // 0: the state of the line, or anything
}
