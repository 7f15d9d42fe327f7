package journal

import "bough/crdt"

// Former is what a change says of itself as it was before: written under
// another origin, by a file that turned out to be a copy, or stamped by a clock
// that was far ahead. Whoever applied one form ignores the other.
type Former struct {
	Origin crdt.Origin
	Seq    uint64
	Hash   Hash // link of the chain at it
	Stamp  crdt.Stamp
	First  crdt.Stamp          // the stamp of its first form, where that was another one still
	IDs    map[crdt.ID]crdt.ID // ids that its rows got anew, by what they were
}
