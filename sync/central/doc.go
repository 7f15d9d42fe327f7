// Package central is the other end of every line: it takes the changes of
// nodes, has each judged, merges them into the rows, and numbers the rows that
// changed into the feeds of the scopes that hold them.
//
// It does not know what a customer is: it is handed the table of kinds and a
// Judge, which knows sessions, roles and fields. It is not head office either:
// node/office holds those acts and writes them through Act.
//
// # Invariants
//
//   - A change is applied exactly once, or refused with a row that says so, in
//     the transaction that moves the vector past it. The stream never stops.
//   - A row stands once in the feed of each scope that holds it, under the
//     number of its last change; a page is read in one snapshot with the vector
//     and the digest.
//   - Numbers are given last in a transaction, in one order for all scopes.
//
// # Locks
//
// Central.mu serialises what writes rows and guards author and number.
package central
