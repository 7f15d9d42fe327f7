// Package desk holds the acts of a clerk: one method is one act. It checks
// what was typed, who may do it, writes through the ledger of its process (a
// node's store, or central's) and reads what pages and the API show.
//
// It knows no HTTP and no clock of its own: time is handed in. Errors for
// people are *Error; everything else is ours and goes to the log.
//
// Locks: the table of tokens has its own; writes are serialised by the ledger.
//
// Tests use a real file each, as node and as central.
package desk
