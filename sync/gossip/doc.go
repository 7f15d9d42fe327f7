// Package gossip tells the workstations of a branch of each other: who is here,
// at which address, and how each stands. It adapts hashicorp/memberlist, which
// nothing else of the project imports.
//
// It carries hints only. Data moves over mutual TLS (sync/lan); whoever has the
// branch's key can lie here, and all that comes of it is an address asked in
// vain or a wrong line on the branch board.
//
// # What the library does not do, and is done here
//
//   - It does not heal a partition that lasted longer than half a minute: Gossip
//     joins again, for as long as it runs, with every address it was ever told
//     of that is not among the members.
//   - Receivers do not pass broadcasts of users on: a state that is newer than
//     the one known is queued again, and all states known are exchanged in
//     push/pull. States are idempotent: the newest of an origin counts.
//   - A key is taken off its ring in place, under the eyes of who decrypts:
//     Rekey only ever removes the last one.
//   - A node that left or died stands in no list of members, and its state is
//     forgotten after a day.
//
// # Locks
//
// Gossip.mu guards the states and addresses. The library calls back from its
// own goroutines, some of them under its own lock: a callback only notes who
// came and went, and wakes the one goroutine that Gossip owns. The library's
// list of members is never asked for: its nodes change while they are read.
//
// # Tests
//
// Real sockets on loopback; the decoder has a fuzz test.
package gossip
