// Package store is the file of a node: rows of every kind (sync/rows), the
// journal of what was written here, the overlay of what central has not taken
// yet, and the local things that never travel: tokens, drafts, recent
// customers, the search index.
//
// # Invariants
//
//   - A row is what central last gave, with the untaken changes that touch it
//     merged on top in the order of their stamps (DESIGN, section 2).
//   - Changes of neighbours are kept as they were signed, and merged like untaken
//     own ones: above the vector of the page, in the order of their stamps. One
//     that is ahead of time waits, and its author's later ones with it. What only
//     central may write is kept and passed on, but not believed.
//   - A change of a neighbour is merged once: what the vector of any page that
//     was applied covers is never taken from a neighbour any more.
//   - A journal entry and the rows it changes are one transaction.
//   - Where leave entries are gone that this file has not read, the feed is read
//     from 0; at its end a row goes that was not met and that no untaken change,
//     own or a neighbour's, names. Until then nobody counts as contactable.
//   - What left the scopes is hidden with the page that says so, whatever is
//     untaken on it; a stub of ids stays. A receipt goes out only after nothing
//     untaken named the row and pages, log, index and own journal were rid of it.
//   - Who was ordered erased is in no row and no history once the receipt is out. A
//     number may be a copy's: what rests on one waits for head office, and the receipt
//     for that (erase_fork.go).
//   - What is closed for central alone does not go to neighbours, nor what follows it
//     to one that lacks it.
//   - A row of the feed that cannot be read is noted by its number, in the
//     transaction that moves the cursor past it; no copy of it is kept. While a
//     scope lacks rows its digest says nothing.
//   - Changes count as taken only with the last page of a pull.
//   - What was written as a former origin is compared with what central has under
//     that number (Compare) before a page is applied that says it has it, and anew
//     in each epoch: it may be a twin's.
//   - The index is behind the save: what is not indexed yet stands in table
//     dirty, written with the save, and find looks through that too. Its pieces
//     are merged when nobody waits (Settle).
//
// # Locks
//
// Store.applying lets one page be taken at a time, whoever brings it. Store.mu
// serialises everything that writes rows: acts and the slices of pages. The overlay
// has its own lock, so that pages can ask what is pending. Local things are
// written without mu: the file itself has one writer.
package store
