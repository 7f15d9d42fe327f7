// Package central is the other end of every line: it takes the changes of
// nodes, has each judged, merges them into the rows, and numbers the rows that
// changed into the feeds of the scopes that hold them.
//
// It does not know what a customer is: it is handed the table of kinds and a
// Judge, which knows sessions, roles and fields. It is not head office either:
// node/office holds those acts and writes them through Act.
//
// Handler is its HTTP side: the sync routes. Who is at the other end is judged
// at every request, by certificate, key and revocation; a node reads its own
// branch and the office. An error is a line of text with the status that fits
// and a stable word in a header; what the other side cannot help stands in the
// log alone.
//
// # Invariants
//
//   - A change is applied exactly once, or refused with a row that says so, in
//     the transaction that moves the vector past it. The stream never stops.
//   - Of a revoked node nothing is taken over the line; what it wrote comes by
//     neighbours and on its sticks, and is held (revoked.go).
//   - A node may pass on what others of its branch wrote. It is proved by the
//     author's key and judged as the author's; changes of several authors in one
//     push are taken in the order of their stamps. What cannot be taken of others
//     does not hold the pusher's own work up.
//   - What others hold of a workstation behind a gap is taken once all that is
//     missing came under the number that it went on under, and the chain says that
//     it is the same history (bridge.go).
//   - What follows neither that nor such a gap, of a workstation that went on under
//     another number or was revoked, is held change by change once there was time to
//     send what is missing, and taken by itself when it comes in a form that follows
//     (stranded.go). Of each form of it one is taken, by whomever.
//   - A row stands once in the feed of each scope that holds it, under the
//     number of its last change; a page is read in one snapshot with the vector
//     and the digest.
//   - A scope that does not hold a row, though its nodes may have it (the row
//     left, was taken back, or was never made because its change was refused),
//     has one void entry for it. A refusal is numbered before the rows it is about.
//   - Void entries are taken out of a feed once every node has read them that
//     called within its lease; a page says up to where, so that a node that was
//     away longer reads from 0. What safety needs stands in the page; who is
//     waited for only decides how often that happens.
//   - A row that a change of a node touched is told to the author's scope, too,
//     if only that the scope does not hold it.
//   - What is held for a row that is not there, or not held by the author's branch,
//     is judged again when the row comes, or will never be. A row will never be
//     whose making was refused or that was taken back, and no other.
//   - Which scopes hold a root row follows from rows alone: homes, services,
//     joins. It is settled anew, with what hangs on the row, before anything is
//     numbered.
//   - What follows from rows (Options.Derive) is written in the transaction that
//     wrote them, after they were numbered.
//   - Where a root row leaves a scope, the nodes there owe a receipt until they
//     send it, or the scope holds the row again.
//   - A number that was ordered erased may be another's in a change that rests on a
//     copy: that is looked at first.
//   - What was ordered erased stands in no row, conflict, journal, kept range or
//     refusal, whichever way and however late it comes, and every hash and
//     signature still verifies. A sweep that was interrupted is made up for
//     before anybody is served.
//   - Who fails in a shared transaction is left out of it, and fails only if it
//     also fails by itself.
//   - What people did goes before what is to be read (sync/crowd).
//   - Numbers are given last in a transaction, in one order for all scopes.
//   - What a node pushes again is compared by hash with what was taken, also
//     where it brings nothing new: another history is refused, never passed
//     over in silence.
//   - An enrolment code opens once; joining is one transaction, and a node whose
//     answer was lost gets it again by its key and code.
//
// # Locks
//
// Central.mu serialises what writes rows and guards author and number. Pushes and
// reports that come at the same time share a transaction (together.go): whoever
// holds the turn commits for all. newsMu
// guards who waits for feeds. The HTTP side has two small ones of its own, for
// reports and for wrong codes; none is held while another is taken.
//
// # Testing
//
// go test uses files in a temporary directory, real TLS over loopback and the
// handler itself; sync/uplink tests both ends together. testdata/*.txt tell of what
// is held and decided, and of an upgrade; -update writes what came out.
package central
