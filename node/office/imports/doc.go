// Package imports is the import of files at head office, step by step: files are
// uploaded, columns are mapped to fields, a dry run tells what would change, it is
// written in parts, and taken back as one. The command line does the same at once.
//
// It is neither the mapping language nor the comparison with central (package
// corefeed), and it shows nothing: webui/hq does. It starts no goroutine: the
// process calls Work until there is nothing to do.
//
//	mapping   files are here; columns get fields
//	trying    the dry run is under way
//	tried     it tells what would change
//	waiting   so many rows would end that a second person must agree
//	writing   it is being written
//	halted    it could not go on, and says why
//	done      all is written; the files are gone
//	undoing   it is being taken back
//	undone    it was taken back
//	dropped   it was forgotten before it was written
//
// # Invariants
//
//   - What is uploaded lies encrypted in the data directory, in pieces bound to
//     their import, file and place, and goes with the end of the import.
//   - Nothing is written but what the dry run showed: where central holds
//     something else by then, the import is shown again instead.
//   - While one import is written or taken back, no other is.
//   - Whoever is killed goes on: what is not written yet is what the same files,
//     planned again, would change.
//   - Each step stands in import_step with who took it.
//
// # Locks
//
// Imports.mu guards what is told of the progress; everything else is in central's
// database.
//
// # Tests
//
// Real files, an office on a real database and a real vault; a central that goes
// away between two parts.
package imports
