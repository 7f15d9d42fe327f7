// Package trust holds the keys of bough and what they may say: the small certificate authority of central, the
// certificates of nodes and people, enrolment codes, sealed keys, session statements, bearer tokens, the TLS
// configurations built from them, and the rules for passwords and for locking a sign-in.
//
// It is not a place where anything is kept: files, tables and connections belong to the callers, who hand in bytes,
// the instant and the randomness. It decides who somebody is, never what they may do; revocation, roles and branches
// are judged by central.
//
// # Choices
//
// The authority and central's own TLS key are ECDSA P-256, because the one port of central also serves pages and
// browsers accept no Ed25519 certificates. Keys of nodes and people are only ever read by bough itself: they are
// Ed25519, so that one key serves TLS and signed journal heads with small, deterministic signatures. Everything is
// made from the reader that is handed in; the same reader gives the same keys, serials and signatures.
//
// The fingerprint of central is the SHA-256 of the authority's whole certificate, not of its key alone, so that
// nobody in the middle can hand a joining node the right key with another name or other dates around it.
//
// Central's certificate is recognised by the authority behind it, its server usage and its name "bough://central",
// never by host name: central may move to another address. A node does not judge its dates either. Its key lives in
// the same process as the authority's and dies with it, so an expiry would protect from nobody, and would lock out
// every workstation whose clock is wrong, which is the very node that has to ask central for the time. The dates of a
// node's certificate are judged by central, at each request ([Root.ConnectedNode]); one that is expired passes the
// handshake but opens nothing except renewal ([Root.RenewableNode]).
//
// What goes by hand (a bundle on a stick) is encrypted by HPKE to the P-256 key in central's own certificate, which every
// node has also offline; the answer to a reply box that the node made. HPKE proves no sender: a signature inside does.
//
// # Invariants
//
//   - A signature never means two things. Every statement is signed behind a fixed prefix and its [Context]; the prefix
//     can begin neither a certificate, nor a certificate request, nor a TLS 1.3 handshake signature.
//   - Of codes, person certificates, sealed keys and sessions one value has one encoding; trailing bytes are refused.
//   - Nothing that comes from outside can ask for unbounded work: sizes and the cost of a sealed key have limits, in
//     limits.go.
//   - No error and no String method shows a secret.
//
// # Locks
//
// None. All values are immutable once made and safe for concurrent use; the reader of randomness is the caller's.
//
// # Testing
//
// go test needs nothing but loopback: handshakes are real. Decoders have fuzz tests; the signed encodings have golden
// bytes, which must never change without a new context.
package trust
