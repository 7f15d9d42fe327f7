// Package visitors finds and serves who comes in from another branch, line or no
// line: by the directory of the bank, which tells little of everybody.
//
// It is not find, which looks among the customers that this branch holds and
// shows all of them, and it moves nobody: who is served here is held here once
// central has heard of it. Head office
// holds all parties: there are no strangers.
//
// # Invariants
//
//   - A question needs two characters of a name and a date of birth, a phone number
//     or the end of a document (package directory); at most MaxShown answers.
//   - Who asked and who was opened is written down, in the journal, before anything
//     is shown; what cannot be written down is not shown. Opened again within a
//     quarter of an hour is the same look.
//   - LookupFound counts whom a person had not been shown for an hour: its sum over
//     an hour is how many strangers they saw.
//   - A consent is withdrawn here, never granted: a grant names the withdrawals it
//     overrides, and they are not here.
//
// # Testing
//
// A bank with two branches on real files, the line up and down.
package visitors
