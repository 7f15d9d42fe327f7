// Package bank makes up a bank: branches, the people who work there, customers
// of every sort, and two years of what passed between them, as ops of package
// crm in the order in which they were written.
//
// The demo, the simulator, benchmarks and screenshots plant it. It does no I/O
// and reads no clock: the same Options give the same bank, bit for bit, on
// every platform (integers only, one generator of random numbers of its own).
// It is not an importer and knows no node: whoever plants it mints the ids and
// the stamps.
//
// # How it works
//
// First a plan is drawn: parties, households, firms, holdings in small structs,
// and a list of events (party p appears, somebody talks to p, a promise is
// kept). The events are sorted by time and written out one after another;
// a row gets its id when it is first written, so that ids are dense, ascend in
// order of creation, and a reference always names something earlier. Walk hands
// out one act at a time, so a large bank need not fit in memory; Generate
// collects them.
//
// # Invariants
//
//   - People have the ids 1 to len(People); rows follow. Remap turns these
//     provisional ids into real ones, wherever an op holds one.
//   - Acts ascend by AtMS and none lies after Options.NowMS. An act holds at
//     most MaxActOps ops.
//   - An act by a person holds only what that person's role may write; what the
//     core owns comes from the feed (By is empty). One exception: a prospect
//     carries its home branch, for without it no scope would hold the row.
//   - Nothing belongs to a living person: phone numbers, identity numbers and
//     mail domains are taken from ranges that are not given out.
//
// # Locks
//
// None. A call owns everything it makes.
//
// # Tests
//
// The tests read whole banks of several seeds against the table of package crm.
package bank
