package wire

import (
	"bough/crdt"
	"bough/sync/journal"
)

// Push carries journal ranges up, sorted so that a range comes after those it
// depends on (by the stamp of its first change).
type Push struct {
	Ranges []journal.Range
}

// Pushed is central's answer: what it has now of each origin that was sent.
type Pushed struct {
	// Vector tells up to which number central has taken the changes of an origin.
	Vector map[crdt.Origin]uint64
	// Refused is how many of the changes sent were refused.
	Refused int
	// NowMS is central's time, ms UTC, to anchor the node's clock.
	NowMS int64
}

// Pull asks for the rows of a scope after number Since.
type Pull struct {
	Scope int64
	Since int64
	Limit int // rows, at most MaxPageRows
}

// PageRow is one row as central has it now, with its conflicts. Void: central
// does not have it, and the node must not either.
type PageRow struct {
	Row       crdt.Row
	Conflicts []crdt.Conflict
	N         int64 // feed number, ascending within a page
	Void      bool
}

// Page is an answer to Pull: rows in ascending feed number.
type Page struct {
	Scope int64
	Epoch uint64 // feed epoch; another one than the node knows means "start again from 0"
	Since int64  // as asked
	Until int64  // feed number the node has reached with this page
	More  bool   // there is another page
	// Floor and Head are of the same read: the number up to which entries that a
	// row left were taken out of the feed (0: none ever was), and the feed's last.
	// Whoever has not read as far as Floor, and holds rows, must read from 0.
	Floor, Head int64
	Rows        []PageRow
	// Vector, from the same read: up to which number central has taken the
	// changes of the origins of the node's branch.
	Vector map[crdt.Origin]uint64
	// Backed tells up to which number the oldest backup that central keeps
	// covers the changes of the asking node: below it the node may trim.
	Backed uint64
	// Digest of the scope at Until; only on the last page.
	Digest crdt.Digest
	NowMS  int64
	// Aside are rows that stand in the page and could not be read; never written.
	Aside []Aside
	// Proof came beside the frame; nil: none did. It is no part of it.
	Proof *Proof
}
