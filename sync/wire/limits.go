package wire

import "crypto/ed25519"

// Limits. Each bounds what a peer can make a reader allocate or do; the
// encoder holds them too, so that whatever was encoded can be decoded.
const (
	MaxFrame       = 8 << 20         // bytes of a whole frame: what a slow line carries in a few minutes
	MaxInflated    = 64 << 20        // bytes of its sections inflated: eight times MaxFrame, texts rarely shrink further
	MaxDecoded     = 2 * MaxInflated // bytes of what was decoded, by the charges below: a page of 10,000 rows of 63 fields takes 55 MB
	MaxPageRows    = 10_000          // rows of a page: applied in slices, asked for again after a cut line
	MaxPushChanges = 10_000          // changes of a push, for the same reason
	MaxVector      = 65_536          // origins of a vector: the incarnations of every file of a branch, with room
	MaxSignature   = ed25519.SignatureSize
	MaxConflicts   = 1 << 16 // conflicts of one row; more than anybody settles
	MaxCleared     = 1 << 16 // cleared stamps of one row: every clear of an element counts

	maxWindow = MaxFrame // zstd window: a larger one would only serve frames that are refused
)

// What a decoded thing is charged against MaxDecoded: about its size in
// memory, slices and scratch included, so that columns that cost nothing on
// the wire (all values equal) cannot grow without bound. Texts are charged
// their bytes at every use, though a dictionary holds them once.
const (
	chargeRange    = 256
	chargeChange   = 128
	chargeBody     = 192
	chargeField    = 80
	chargeList     = 8
	chargeStamp    = 48
	chargeRow      = 192
	chargeClock    = 96
	chargeConflict = 256
	chargeShape    = 128
	chargeOrigin   = 32
)

// budget is what is left of MaxDecoded.
type budget int64

// charge takes n things of size bytes each; false when the rest is too small.
func (b *budget) charge(n, size int) bool {
	if n < 0 || int64(n) > int64(*b)/int64(size) {
		return false
	}
	*b -= budget(n * size)
	return true
}

// chargeTexts takes the bytes of the texts, and a header for each.
func (b *budget) chargeTexts(texts []string) bool {
	total := 0
	for _, s := range texts {
		total += len(s)
	}
	return b.charge(total, 1)
}
