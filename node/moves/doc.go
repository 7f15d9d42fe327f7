// Package moves holds what a branch does and is told about who belongs to it:
// a clerk asks that a customer moves, a manager takes a customer in or declines,
// somebody settles what was written late; and what pages say of moves.
//
// It stands on node/desk, which checks rights, and knows no HTTP. Orders that
// move many are head office's: node/office.
//
// # Invariants
//
//   - A branch takes customers in and sends none away.
//   - A request names no state: it is open until the customer is at home where
//     it asks for, or somebody wrote an answer.
//   - A late change is open until an event settles it. It was taken when it came:
//     settling it says that somebody of the home branch looked.
//
// Tests are on a real desk on a real file.
package moves
