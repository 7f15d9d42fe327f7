// Package branches holds head office's acts on branches and their calendars:
// name, town, language, hotline and hours of a branch; holidays and worked
// weekends of the bank, a country or a branch.
//
// It stands on node/desk, which checks rights and reads calendars for the clocks
// of cases. It knows no HTTP.
//
// # Invariants
//
//   - A day of a branch goes before one of its country, that before one of the
//     bank; of two the one that was taken in later holds.
//   - Days are taken in after a look at them, all that are right or none, and a
//     whole list can be taken back. A day that was taken back stays as a row.
//   - What is past is not changed silently: the clocks of open cases follow.
//
// Tests are those of the pages (webui/hq), on a real central, and of the parser.
package branches
