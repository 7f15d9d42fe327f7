package wire

import "bough/crdt"

// Paths of central's sync routes. Push and pull carry frames; the others JSON,
// for they are small, rare, and read by people who search for a fault.
const (
	PathPush  = "/sync/v1/push"
	PathPull  = "/sync/v1/pull"
	PathWatch = "/sync/v1/watch"
	PathEnrol = "/sync/v1/enrol"
	PathRenew = "/sync/v1/renew"
	// PathSealed is PathPull for a page that is handed on to neighbours.
	PathSealed = "/sync/v1/sealed"
	// PathNeighbours tells a node of the others of its branch.
	PathNeighbours = "/sync/v1/neighbours"
	// PathSnapshot gives the file that a new node begins with.
	PathSnapshot = "/sync/v1/snapshot"
	// PathLease tells a node how to check the codes that extend its lease.
	PathLease = "/sync/v1/lease"
	// PathGone takes receipts.
	PathGone = "/sync/v1/gone"
	// PathLinks tells a node the links of its own chain, or of another of its
	// branch, as central took them.
	PathLinks = "/sync/v1/links"
	// PathIncarnation takes the renewals of a node that goes on as another origin.
	PathIncarnation = "/sync/v1/incarnation"
)

// Headers. HeaderVersions carries the range of protocol versions that its
// sender speaks, both ways; HeaderFault a stable word beside the text of an
// error.
const (
	HeaderVersions = "Bough-Versions"
	HeaderFault    = "Bough-Fault"
	HeaderAgain    = "Bough-Again" // beside busy, where central is crowded: in how many ms to come again
	ContentFrame   = "application/vnd.bough.frame"
)

// Words of HeaderFault.
const (
	FaultCertificate = "certificate"  // none shown, or one that does not count here
	FaultExpired     = "expired"      // it is to be renewed
	FaultClock       = "clock"        // it is not valid yet: a clock is wrong
	FaultUnknown     = "unknown_node" // never joined, or revoked
	FaultFork        = "fork"         // another history of this node is known
	FaultForbidden   = "forbidden"    // of another node or branch
	FaultVersion     = "version"      // no common protocol version
	FaultTooLarge    = "too_large"    // to be sent in parts
	FaultMalformed   = "malformed"    // cannot be read
	FaultJournal     = "journal"      // read, but chain, signature or shape do not hold
	FaultCode        = "code"         // the enrolment code does not open
	FaultTaken       = "origin_taken" // another node has this origin: propose another
	FaultRecall      = "recall"       // central was restored: it asks for kept pages first
	FaultSnapshot    = "no_snapshot"  // it is not kept any more
	FaultRelease     = "release"      // the files of the two releases are laid out otherwise
	FaultSlow        = "too_many"     // too many wrong codes
	FaultBusy        = "busy"         // central cannot now
)

// News is the answer to a watch: the feeds that moved, by scope; none when
// nothing happened for as long as central lets one wait.
type News struct {
	Feeds map[int64]int64 `json:"feeds"`
	Epoch uint64          `json:"epoch"`  // of the feeds
	NowMS int64           `json:"now_ms"` // central's time, ms UTC
}

// Enrol is what a joining node sends.
type Enrol struct {
	Code    string      `json:"code"`    // the word that was typed
	Request []byte      `json:"request"` // certificate request: PKCS#10, DER
	Origin  crdt.Origin `json:"origin"`  // proposed
	Name    string      `json:"name"`    // of the workstation
}

// Enrolled is the answer. Origin is the one proposed, or the one this very key
// got before, when an earlier answer was lost.
type Enrolled struct {
	Certificate []byte      `json:"certificate"` // PEM
	Root        []byte      `json:"root"`        // PEM
	Origin      crdt.Origin `json:"origin"`
	Branch      int64       `json:"branch"`
	Central     crdt.Origin `json:"central"` // origin of central
	NowMS       int64       `json:"now_ms"`  // central's time, ms UTC
	// BranchKey is what the gossip of the branch is encrypted with, 32 bytes.
	BranchKey []byte `json:"branch_key,omitempty"`
	Line      Share  `json:"line,omitzero"`
}

// Share is what head office says of the line of a branch: the feed says so, too,
// but a new workstation reads much of it before.
type Share struct {
	Kbit  int64  `json:"kbit"`            // it carries a second; 0: it is not to be shared
	Hours string `json:"hours,omitempty"` // in which it is, like 08:00-18:00; empty: the default
}

// Here says where a node gossips, host:port; empty: nowhere.
type Here struct {
	Address string `json:"address"`
}

// Neighbours is the answer: the key of the branch, and where its other nodes
// said that they gossip.
type Neighbours struct {
	BranchKey []byte `json:"branch_key"`
	// PreviousKey is still understood for a day after the key was turned; nobody
	// encrypts with it any more.
	PreviousKey []byte   `json:"previous_key,omitempty"`
	Addresses   []string `json:"addresses"`
	NowMS       int64    `json:"now_ms"` // central's time, ms UTC
}

// SnapshotAsk asks for a snapshot, or for the rest of one.
type SnapshotAsk struct {
	ID    string `json:"id,omitempty"`    // hex, of one that was begun; empty: a new one
	Chunk int    `json:"chunk"`           // of pages that are there already
	Reply []byte `json:"reply"`           // public key of the reply box that the answer is sealed to
	Shape []byte `json:"shape,omitempty"` // of the asker's files; a neighbour gives a copy only to its like
}

// SnapshotLetter is the first chunk of a snapshot.
type SnapshotLetter struct {
	Chunks int `json:"chunks"` // of pages, in all
	From   int `json:"from"`   // of them left out at the front
}

// LeaseKey is the answer of PathLease: what the codes that head office reads
// over the phone are checked with.
type LeaseKey struct {
	Key   []byte `json:"key"`
	NowMS int64  `json:"now_ms"` // central's time, ms UTC
}

// Renew asks for a new certificate for the key that asks.
type Renew struct {
	Request []byte `json:"request"` // PKCS#10, DER
}

// Renewed is the answer.
type Renewed struct {
	Certificate []byte `json:"certificate"` // PEM
	NowMS       int64  `json:"now_ms"`      // central's time, ms UTC
}

// Chain asks for the links of one's own chain after a number, or of another
// workstation's of the branch: one's own under a former number.
type Chain struct {
	Origin crdt.Origin `json:"origin,omitempty"` // 0: one's own
	After  uint64      `json:"after"`
}

// Links is the answer: up to which number the chain was taken, and the links
// (32 bytes each) that follow After, some of them or all. Origin is as it was
// asked: a central that does not repeat it has told of one's own chain.
type Links struct {
	Origin crdt.Origin `json:"origin,omitempty"`
	Taken  uint64      `json:"taken"`
	Links  [][]byte    `json:"links"`
}

// Incarnate says that a node goes on as another origin: the renewals
// (trust.SignedRenewal, one after another) from the origin that its certificate
// names, and a certificate request by the key of the last.
type Incarnate struct {
	Renewals []byte `json:"renewals"`
	Request  []byte `json:"request"` // PKCS#10, DER
	Reason   string `json:"reason"`  // a word, for people
}

// Incarnated is the answer.
type Incarnated struct {
	Certificate []byte `json:"certificate"` // PEM
	NowMS       int64  `json:"now_ms"`      // central's time, ms UTC
}
