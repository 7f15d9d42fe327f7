// Package rows keeps the rows of every kind in one SQLite file: tables made
// from crdt's schema, rows read and put with their clocks and conflicts,
// digests of scopes kept as rows change. Both sides build on it, a node's
// store and central; it does not know which it serves, nor what a kind means.
//
// # Invariants
//
//   - A row is only put through a Tx, which keeps the digests of its scopes:
//     the sum over the canonical bytes of the rows and conflicts of a scope.
//   - One writer at a time, in one transaction; readers see a snapshot.
//   - WAL with synchronous=FULL: what Write returned nil for is on the disk.
//   - A file keeps what it does not know: a value whose field has no column, or
//     not of the column's type, stands in extra; a row whose kind has no table,
//     whole in unknown. Both come to life when a release knows them. The file
//     defines its kinds (table kind), so that the release before reads, merges
//     and scopes what a newer one added like the rest.
//   - A file names its oldest reader. Migrations only expand; one that takes
//     something away raises it. What is not ours, or wants a newer reader, is
//     refused before a byte is written.
//   - What is deleted is overwritten, but copies of it may lie in the middle of
//     pages that were divided before, and in the log: Smooth, then Scrub.
//   - Parameters are numbered ?1, ?2: the driver binds $n by order of appearance.
//
// # Locks
//
// The write lock of a File guards its writing connection. A Tx belongs to the
// function it was handed to.
//
// # Tests
//
// A real file each, without fsync; the laws of crdttest run through one.
// testdata holds the generated tables: go test -update writes them anew.
package rows
