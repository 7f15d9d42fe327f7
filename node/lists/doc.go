// Package lists holds head office's acts on the lists that clerks pick from:
// reasons and outcomes of interactions, texts of warnings. Each entry has a code
// that stands in rows, a word in every language, and a place.
//
// It stands on node/desk, which reads the lists for clerks and checks rights. It
// knows no HTTP.
//
// # Invariants
//
//   - A code is never changed and never taken out: retired, it is no longer
//     offered, and what was written with it still reads.
//   - The codes that come with bough are there without a row; a row gives one
//     another word or place, or retires it.
//   - At least one entry of a list that bough needs stays offered.
//
// Tests are those of the pages (webui/hq), on a real central.
package lists
