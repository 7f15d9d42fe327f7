package node

import (
	"io"
	"log/slog"
	"net/url"
	"time"

	"bough/node/store/vault"
	"bough/sync/trust"
)

// Names of the files in a directory.
const (
	databaseName  = "bough.db"
	erasuresName  = "erasures.ledger" // apart from the database and its backups
	authorityName = "authority.pem"
	centralName   = "central.json"
	nodeName      = "node.json"
	identityName  = "node.key"
	certName      = "node.crt"
	rootName      = "central.crt"
	dataKeyName   = "data.key"     // the key of all that is encrypted here, wrapped
	wrappingName  = "wrapping.key" // what it is wrapped under, unless that lies elsewhere
	lockName      = "lock"
	socketName    = "admin.sock"
)

// Limits.
const (
	headerTimeout = 10 * time.Second
	stopTimeout   = 5 * time.Second
	indexAtOnce   = 200                    // parties a transaction of the indexer takes
	indexEvery    = 500 * time.Millisecond // and how long it rests when none is left
	visitsAtOnce  = 100                    // customers whose visit ends in one transaction of central
	visitsEvery   = time.Hour              // how often is looked for them
	purgeEvery    = 2 * time.Second        // how often is looked whether something has to go from the disk
)

// Options opens a process.
type Options struct {
	Dir     string
	Listen  string // host:port; of a node: loopback only
	Name    string // of the workstation; empty: the machine's
	Version string
	Log     *slog.Logger
	Now     func() time.Time
	After   func(time.Duration) <-chan time.Time
	// Ticks, for a node, is a clock that only runs and that outlives the process
	// (MachineTicks); nil: it is counted with Now, as long as the process lives.
	Ticks Ticks
	Rand  io.Reader
	// KeyFile holds the key that the directory's data key is wrapped under; empty:
	// a file in the directory itself, which guards copies of the file, but not the
	// disk.
	KeyFile string
	// BallastBytes is how much room is kept for what is being saved when the disk
	// fills up; 0: 8 MiB.
	BallastBytes int64
	// Fault, for simulators and proofs, makes the disk fail; nil: it does not.
	Fault vault.Fault
	// LAN, for a node, is where it listens for the other workstations of its
	// branch, host:port; empty: as was said when it joined, or nowhere.
	LAN string
	// LANAs, for a node, is where the other workstations reach it, IP:port, where
	// that is not LAN: a port that is passed on to it.
	LANAs string
	// Bootstrap, for a node that has no file yet, makes it begin with the file of a
	// neighbour or a snapshot of central, after Start; Progress is told how many
	// parts of how many are there, and Branch.Ready when it works.
	Bootstrap bool
	Progress  func(done, total int)
	// Sticks are folders, besides those of removable disks, where bundles are
	// looked for and written by the pages.
	Sticks []string
	// Peers, for a node, are addresses of such workstations, host:port, besides
	// those that are found.
	Peers []string
	// Proxy, for a node, is the proxy on its way to central, http://host:port;
	// nil: none.
	Proxy *url.URL
	// Pages, for central, is a second address on loopback that serves the pages
	// without TLS; empty: none.
	Pages string
	// Hosts are names besides localhost by which browsers may ask for pages;
	// for central they also stand in its certificate.
	Hosts []string
	// BackoffMS is the longest pause between tries to reach central; 0: 5000.
	BackoffMS int64
	// IdleLock is after how long the pages lock; 0: five minutes.
	IdleLock time.Duration
	// Cost of sealing keys under passwords; zero: the default.
	Cost trust.Cost
	// FirstAdmin is told the name and one-time password of the administrator
	// that a new central makes. nil: none is made, until a start that can tell.
	FirstAdmin func(login, password string)
}
