// Package corefeed takes in what the core-banking system gives: it reads a
// folder of files through a mapping, plans what would change at central, commits
// that in one batch, and takes the latest batch back.
//
// It is not the mapping language (that is package mapping, whose doc.go teaches
// it; berka.toml is an example with comments), and it is not the database:
// central hands it a Ledger. It opens no data file but through an fs.FS, knows no
// clock and starts no goroutine.
//
// # From files to a batch
//
//	Read      streams Records and refuses lines one by one, with file, line,
//	          column and Reason (a code, with its
//	          sentence in English; the pages have others); a bad line never stops a feed, a missing file,
//	          an empty one or a missing column does.
//	NewPlan   compares the records with the rows at central: new, changed,
//	          unchanged, ended. References become rows; one that leads nowhere
//	          refuses its record. Nothing is written: this is the dry run.
//	Commit    writes only the differences, as one batch with its record.
//	          CommitParts does so in several transactions; whoever is killed in
//	          between plans again and goes on, and the parts are one batch.
//	PlanUndo  reads the record of the latest batch; Apply takes it back, and
//	          ApplyParts in several transactions; planned again after a kill
//	          it holds what is missing.
//
// # Invariants
//
//   - The same feed again plans nothing.
//   - A row that is missing means nothing, unless its kind is declared full.
//     Even then a row whose line was refused has not ended, and a kind of which
//     a line was too broken to show its key ends nothing at all.
//   - A full kind speaks for every row of that kind with a key: two core systems
//     that share a kind cannot both be full.
//   - Where more than 1 in 100 open rows of a kind would end, Commit wants a
//     second person, other than the first.
//   - A plan is committed against the batch it was made after, or not at all.
//   - Only the latest batch not yet undone is undone; a value that somebody
//     changed since is left and listed; a row that somebody's work refers to
//     stays and is listed.
//
// # Memory
//
// A line at a time of each file; of a lookup one line a key; of grouped rows
// one record a group; of every kind its keys. A plan holds the records that
// differ or are new beside central's rows of one kind after the other.
//
// # Locks
//
// None. A Plan belongs to one goroutine. The Ledger sees to it that nobody
// commits between LatestBatch and Commit (it compares the batch it is given).
//
// # Tests
//
// A made-up feed in testdata, a table of malformed files, fuzz tests for lines
// and for the batch record, and the whole Berka bank where the shared data is.
package corefeed
