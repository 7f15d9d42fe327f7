// Package tasks holds the acts on tasks, promises and appointments, and the
// lists that a day is made of: mine, the branch's, what is overdue.
//
// It stands on node/desk, which checks rights and writes; it knows no HTTP and
// reads no clock. Offline and online are the same.
//
// # Invariants
//
//   - A promise is due at the end of a day that somebody named; an appointment
//     at its minute. Which day that is, the calendar of the branch says.
//   - Handing over and putting off are changes of the one row, with what stood
//     there named, so that two people who move one task see both answers.
//
// Tests use a real file.
package tasks
