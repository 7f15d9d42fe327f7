// Package wire is what travels between bough programs, and what a bundle on a
// stick or a stored range holds: frames, columns, compression, versions and
// limits. PROTOCOL.md has the byte tables.
//
// It knows rows, ops and changes, not what a customer is. It does no I/O:
// bytes in, messages out. It checks the shape of what it decodes; chains and
// signatures are for sync/journal, permission is for central.
//
// # Invariants
//
//   - A message that was encoded decodes to the same message: hashes are taken
//     over canonical bytes afterwards. Kinds, fields and words that this
//     program does not know travel like the others.
//   - The numbers of a column are exact for all 64 bits; differences wrap.
//   - Writer and reader charge the same things against the same limits, so
//     what one writes the other accepts, and no frame makes a reader allocate
//     more than a small multiple of MaxInflated.
//   - The writer chooses forms by integer arithmetic alone: every machine
//     writes the same columns. Compressed bytes may change with the
//     compressor; what they inflate to may not.
//
// # Locks
//
// None of its own: a Codec holds nothing that changes but the compressor's
// buffers, which the compressor guards. Writers and readers live for a call.
//
// # Tests
//
// Random messages make the trip and must be the same; every decoder has a
// fuzz test; testdata holds golden frames (run the tests with -update to
// write new ones, never over old ones once they were released); the benchmark
// prints bytes and rows a second beside JSON and tagged rows.
package wire
