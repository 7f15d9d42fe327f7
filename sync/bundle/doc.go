// Package bundle is the one container of everything that travels or lies as a
// piece: a bundle on a USB stick, its answer, the snapshot that a new
// workstation begins with. FORMAT.md has the byte tables.
//
// It knows containers, chunks and letters, not rows: what stands in a chunk is
// frames of sync/wire or pages of a file. Where a container lies, and who may
// read it, is for the callers.
//
// # Invariants
//
//   - Every chunk is encrypted and bound to its container and its place: one that
//     was changed, moved, repeated or taken from another container is damaged.
//   - A container that was cut off says so. What stands before the cut is good.
//   - Without the key nothing shows but the kind, whose central it belongs to,
//     and how large it is.
//   - No container makes a reader allocate more than a chunk may be.
//   - Who wrote a letter is proved by a signature over its container and place.
//
// # Locks
//
// None: a Writer or Reader belongs to one goroutine.
//
// # Tests
//
// Containers make the trip; flipped bits, cuts and swapped chunks are noticed;
// the reader has a fuzz test; testdata holds a golden container.
package bundle
