package wire

import "bough/crdt"

// MaxReceipts is how many receipts one request carries: some 60 bytes each.
const MaxReceipts = 500

// Why a node has to purge a row.
const (
	WhyLeft   = "left"   // it left the node's scopes
	WhyErased = "erased" // head office ordered its erasure
)

// Receipt says that a row, with all that hangs on it, is no longer on the disk
// of its sender: not in pages, not in the log, not in the index.
type Receipt struct {
	Why  string  `json:"why"`
	Kind uint8   `json:"kind"`
	Row  crdt.ID `json:"row,string"`
	// Row 0: of all that left up to N, nothing is on the disk.
	//
	// N is the number of the order that it answers: of the void entry of the
	// feed, or of the erasure. A later order is not answered by it.
	N int64 `json:"n"`
}

// Gone carries receipts up.
type Gone struct {
	Receipts []Receipt `json:"receipts"`
}

// Noted is the answer: all of them are kept.
type Noted struct {
	NowMS int64 `json:"now_ms"` // central's time, ms UTC
}
