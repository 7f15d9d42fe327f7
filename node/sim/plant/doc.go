// Package plant puts a made-up bank into a fresh head office: its branches, its
// people with their keys, then everything they and the core-banking feed wrote,
// as if it had been written there at the time, by whom and where.
//
// It is not an import: it does not compare with what is there, and planting
// twice makes two of everything. It makes up nothing either; package bank does.
//
// # Invariants
//
//   - Every row is stamped with the time and the person of its act, so that
//     pages show their real author and entry time. For that the office must not
//     have written anything later: hand it a clock that stands before the
//     bank's first act until the bank stands (Since tells when that was).
//   - Acts go in order, in transactions of many acts.
//
// # Locks
//
// None; the office has its own.
//
// # Tests
//
// They plant a small bank into a real office and read it back.
package plant
