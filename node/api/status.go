package api

import "bough/node/desk"

// Status is how a node or central is. It holds nothing of any customer: on
// loopback it is told to whoever asks.
type Status struct {
	Name           string                 `json:"name" doc:"name of the workstation, or central"`
	Branch         int64                  `json:"branch" doc:"branch number; 0: head office"`
	Origin         string                 `json:"origin" doc:"the origin of this file, decimal"`
	Version        string                 `json:"version" doc:"version of the program"`
	Online         bool                   `json:"online" doc:"the line to central is up; true at central"`
	Bootstrapped   bool                   `json:"bootstrapped" doc:"the feed has once reached its head"`
	Begun          string                 `json:"begun,omitempty" doc:"where the first file of this workstation comes from, or came from since the process began: neighbour, central or feed"`
	Encrypted      bool                   `json:"encrypted" doc:"the file is encrypted at rest"`
	WrappingKey    string                 `json:"wrapping_key" words:"key_place" doc:"where the key lies that all others hang on: in the directory, or apart"`
	Disk           string                 `json:"disk" words:"disk" doc:"ok; full: nothing new is saved until there is room; damaged: nor until IT was here"`
	Unsent         int                    `json:"unsent" doc:"changes that central has not taken"`
	Safe           int                    `json:"safe" doc:"of them those that a neighbour holds durably, too"`
	OldestUnsentMS int64                  `json:"oldest_unsent_ms" doc:"age of the oldest of them in ms; 0 when there is none"`
	Written        uint64                 `json:"written" doc:"changes of this origin so far"`
	Accepted       uint64                 `json:"accepted" doc:"of them taken by central"`
	Refused        uint64                 `json:"refused" doc:"of them refused by central"`
	Held           uint64                 `json:"held" doc:"of them held: head office has yet to decide"`
	Aside          uint64                 `json:"aside" doc:"rows of the feeds that this release cannot read: they are missing here, and asked for again"`
	Missing        int64                  `json:"missing" doc:"written less accepted, refused, held and unsent: must be 0"`
	Neighbours     int                    `json:"neighbours" doc:"workstations of the branch that can be reached over the LAN now"`
	Lease          Lease                  `json:"lease"`
	Clock          desk.Clock             `json:"clock"`
	Scopes         map[string]ScopeStatus `json:"scopes" doc:"by number of the scope, decimal"`
}

// Lease is how long this node may work without hearing from central.
type Lease struct {
	UntilMS int64  `json:"until_ms" doc:"ms UTC; 0: without end, as at central"`
	State   string `json:"state" words:"lease" doc:"amber at half, over at the end: the node locks"`
	Codes   bool   `json:"codes" doc:"a code that head office reads over the phone can extend it"`
}

// How the disk is.
const (
	DiskOK      = "ok"
	DiskFull    = "full"
	DiskDamaged = "damaged" // a page of the file does not verify
)

// Places of the wrapping key.
const (
	KeyBeside = "beside" // in the directory: it guards copies of the file, not a stolen disk
	KeyApart  = "apart"  // where the operator said
)

// The states of a lease.
const (
	LeaseOK    = "ok"
	LeaseAmber = "amber"
	LeaseOver  = "over"
)

// ScopeStatus is how far one scope is, and what it holds.
type ScopeStatus struct {
	Feed   uint64 `json:"feed" doc:"number of the last feed row held"`
	Digest string `json:"digest" doc:"hex; equal on all that hold the same rows"`
	// DiffersMS is since when the rows may not be those of central; they are
	// being read anew then.
	DiffersMS int64 `json:"differs_ms" doc:"ms UTC since when the rows may differ from central's, and are read anew; 0: they agree"`
}

func getStatus(k *call) (any, error) {
	s, err := k.Status(k.ctx)
	if s.Scopes == nil {
		s.Scopes = map[string]ScopeStatus{}
	}
	return s, err
}
