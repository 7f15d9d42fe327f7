// Package lan is the exchange of journal ranges between the workstations of one
// branch, straight over the LAN: what central has not taken yet, own and
// others', exactly as its authors signed it.
//
// Each node serves one route and asks its peers for what follows its own
// frontier; an ask waits at the other side until there is something. The ask
// is an acknowledgement, too: it says what its sender holds durably, so that an
// author learns of the second copies of its work.
//
// It does not find neighbours (sync/gossip does), knows no rows, and decides
// nothing about what was written: central judges every change again, by the
// author's own signature and session. Where a LAN blocks all this, nothing else
// changes.
//
// # Invariants
//
//   - Both ends show a certificate of a workstation of the same branch; others
//     are refused in the handshake, expired and revoked ones at every request, and
//     revoked ones also when the answer comes that they waited for.
//   - A range is kept only if a certificate of the same branch under central's
//     root proves its author, and signature and chain hold: whoever passes a
//     range on can neither forge nor shorten it. Sent twice is harmless.
//   - What was asked for with a frontier is durable where that frontier came
//     from.
//   - Nothing that a peer sends costs more than the limits in limits.go allow,
//     and a peer that sends nothing new is asked less and less often.
//
// # Locks
//
// Exchange.mu guards the table of peers and the channel that wakes waiting
// asks; no call leaves the package under it. Goroutines belong to the Exchange:
// Stop waits for them.
//
// # Tests
//
// Real files, real TLS over loopback; the decoder has a fuzz test.
package lan
