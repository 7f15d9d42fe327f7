// Package clocks holds the regulatory clocks of cases: what is due by when,
// from what happened, and which deadline is next.
//
// It is not the case: it does no I/O and reads no clock. A rule says how long a
// bank has; what happened in a case is handed in; the calendar of the branch
// says what a business day is. The rules a bank starts with are those of the
// law of its country as cited beside them; head office may set its own.
//
// # Invariants
//
//   - Every clock runs from when the customer said so, not from when it was
//     typed in: an outage does not give the bank a day.
//   - Whatever order the steps of a case came in, the clocks are the same.
//   - A step counts when it happened by the deadline; a late one leaves the
//     clock missed, and says by how much.
//
// # Tests
//
// Worked examples of Reg E with new accounts, provisional credit and foreign
// transactions, and of complaints in the EU and in China.
package clocks
