package webui

import (
	"log/slog"
	"time"

	"bough/node/desk"
)

// Options is what a process hands to its pages. Everything but Hosts, Branch,
// Zone, Stop and the flags is required; an unenrolled node has no Desk.
type Options struct {
	Desk     *desk.Desk
	Log      *slog.Logger
	Now      func() int64   // ms UTC
	Zone     *time.Location // where the branch has none; nil: the machine's
	Name     string         // of the workstation, or of central
	Cookie   string         // name of the session's cookie: ports share cookies, so it names the origin
	Version  string
	Branch   func() string // name of the branch, for the head of the page; nil: none
	Secure   bool          // cookies only over TLS: central
	IdleLock time.Duration // after how long the desk locks a session, to be told on the page
	// Hosts are names by which browsers may reach the pages, beside localhost
	// and its addresses; "*" is any, for a port that is not on loopback.
	Hosts []string
	// Stop ends the live streams when it is closed, so that the server can shut
	// down without waiting for browsers. nil: they end with their requests.
	Stop <-chan struct{}
}

// DayMS is a day, ms.
const DayMS = 24 * 60 * 60 * 1000

// Limits of the pages.
const (
	// bodyLimit is far above any form, and far below what could hurt.
	bodyLimit = 1 << 20 // bytes
	// draftLimit bounds a half-typed form as it is kept in the file.
	draftLimit = 64 << 10 // bytes
	// ackLimit bounds the acknowledged warnings that are remembered: a day of a
	// busy workstation has some dozens. When it is reached, all are forgotten
	// and asked for again.
	ackLimit = 4096
	// languageAge is how long a browser keeps the chosen language.
	languageAge = 365 * 24 * time.Hour
	// assetAge is how long a browser keeps a static file: its address carries a
	// hash of its content.
	assetAge = 365 * 24 * time.Hour
)
