// Package stick is what a workstation without a line writes on a USB stick for
// central, and takes from the answer.
//
// It is a workstation's side only: central's is sync/central (ReadWork,
// WriteNews), the container is sync/bundle, files and their names are package
// node's. It opens no files and asks nobody for the time.
//
// # Invariants
//
//   - What goes is all that central is not known to have, own and neighbours',
//     and central alone can read it.
//   - What comes is believed only with central's signature, for this very file:
//     the answer names a link of its own chain.
//   - Twice, late and cut short do no harm.
//
// # Locks
//
// None: a Workstation holds nothing but what it was made of, and its store has
// its own.
//
// # Tests
//
// The simulator's fault stick carries bundles late, twice, torn and to the wrong
// place; the transcript stick of cmd/bough is the story.
package stick
