// Package releases keeps small real things as each release wrote them, and
// tries that the program of today reads them: files of a node and of central,
// sealed pages on disk, a journal, pages of the feed, bundles, a snapshot.
//
// It holds tests and what they need, and no program code. What lies in a folder
// of testdata and what the tests do with it is said in testdata/README.md.
//
// What is kept true:
//
//   - A recording is never edited: expected.json has the SHA-256 of each file.
//   - Nothing in a recording belongs to anybody: the bank is made up, and its
//     keys lie beside it.
//   - A later release adds a folder, and reads all of those before it.
//
// Nothing is locked: a test works on its own copies.
//
// How to run it: go test ./packaging/proof/releases. To record a release:
// go test ./packaging/proof/releases -run TestRecordRelease -record v0.2.
package releases
