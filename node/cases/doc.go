// Package cases holds the acts on cases and complaints, and the list of what
// must be keyed into the core system: one method is one act of a clerk.
//
// It stands on node/desk, which checks rights and writes; node/clocks says what
// is due by when. It knows no HTTP. Offline and online are the same: everything
// is counted from rows of this file.
//
// # Invariants
//
//   - A case is a row; what was done in it are steps, written once. The state,
//     the owner and the next deadline stand in the row so that lists are quick;
//     the clocks that a page shows are counted from the steps.
//   - Every clock runs from when the customer said so.
//   - What is to be keyed stays open, and red, until somebody says which number
//     the core gave it, or why it was dropped.
//
// Tests use a real file, as node and as central.
package cases
