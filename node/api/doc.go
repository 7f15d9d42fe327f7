// Package api is the JSON API of a node and of central, under /api/v1.
//
// It reads a request, checks its shape, calls one act of node/desk and writes
// what came of it. It holds no rule of the bank and no SQL: what a clerk may
// type is judged by desk, and again by central. It is not for the pages: it
// takes a bearer token only and never a cookie, so that no other site can make
// a browser act through it.
//
// Invariants:
//
//   - Every answer below /api has a JSON body, errors too (HTTP leaves it out
//     for HEAD); ids are decimal strings, times milliseconds UTC.
//   - One list, endpoints, makes the routes and the OpenAPI document; the
//     fields of a request are read by the same list that documents them.
//   - Unknown fields of a body are ignored; a field that is known has its type,
//     or the request is refused before anything is written.
//   - What went wrong inside goes to the log, never into an answer.
//   - With an Idempotency-Key the same request of the same person is done once
//     and answered alike for 24 hours. Only answers to acts that were done are
//     kept: a refused act wrote nothing, so that it may be tried again. A
//     process that dies between an act and its answer leaves a note that the
//     outcome is not known, and the repeated request gets 409.
//
// Locks: keyLocks has one mutex, which guards the set of keys at work; nothing
// is called while it is held. A request that carries a key holds that key
// until its answer is kept, on a context that the caller cannot cancel.
//
// Tests run against a real desk on a real file; each answer is held against
// the document, and the parsers have fuzz tests.
package api
