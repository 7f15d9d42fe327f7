// Package seed is the file that a new workstation begins with, at the end that
// gives it: central, or a neighbour on the LAN. It keeps such files for a while,
// so that a reader who was cut off goes on where it was, and streams them as
// containers of package bundle.
//
// What stands in a file is the caller's (central.Snapshot, store.Copy); who may
// have it, too. How a reader puts it together and checks it is in package node.
//
// # Invariants
//
//   - One file is made at a time, and few are kept: the oldest go.
//   - A file is found again only under the name of whom it was made for.
//   - Every chunk is bound to its container and its place (package bundle), and
//     its key is sealed to the reply box of the reader who asks.
//   - Between chunks whoever streams may be made to wait.
//
// # Locks
//
// Shelf.mu guards the making of a file; streaming takes none.
//
// # Tests
//
// Files are kept, gone on with and forgotten; sync/central and node test the
// rest over real lines.
package seed
