// Package crdttest holds the laws of merging as a suite, for everything that
// merges: package crdt itself, a node's store, central.
//
// A Suite is handed a way to open a Replica; Run draws histories of several
// authors who write to one row, meet and part, and holds the replica against
// what the history says must come out. What truly happened before what is kept
// on the side and never shown to the replica.
//
// The laws, of the row with its clocks (R) and of its open conflicts (C):
//
//   - in every order that respects causality (who names a stamp comes after it,
//     the writes of one origin ascend) R and C are the same, and C is exactly
//     the values that lost and that no write names;
//   - joining what two replicas hold is commutative, associative, idempotent;
//   - a repeated write changes nothing while its value stands;
//   - in any order at all R is the same, and nothing is missing from C: at
//     worst a value stands open that was named while it was still on its way;
//   - a value that no later writer of the field had received is current or an
//     open conflict; an element of a set that somebody wrote to, and no clearer
//     had received it, is there.
//
// Which closed conflicts are kept depends on the order, so no law speaks of
// them. The package also holds generators of stamps, clocks, values and ops.
//
// It is not a simulator: no network, no refusals, no feed.
//
// # Locks
//
// None. A replica is used by one goroutine.
//
// # Tests
//
// The tests of package crdt run the suite, and prove on broken merges that it
// notices them.
package crdttest
