// Package uplink is a node's line to central: it runs the state machine of
// sync/replica over HTTPS. Join takes a new workstation in.
//
// It decides nothing about sync, which is replica's part, and nothing about
// rows, which is the store's. Where central is, and whether to trust it, it
// learns from sync/trust.
//
// # How it works
//
// One goroutine owns the machine: it steps events, and starts one goroutine for
// each action that the machine hands out (at most one push, one pull and one
// watch), whose outcome comes back as an event. Requests share one HTTP/2
// connection with mutual TLS 1.3. Pings find a dead line within three seconds,
// so that every request on it fails then, and the machine's back-off finds the
// line when it is back.
//
// Kick after each local save makes the push start at once. News comes by the
// watch, a request that central answers as soon as a feed moves.
//
// The offset of the node's clock to central's is measured at each short
// exchange; the node stamps with it.
//
// The certificate is renewed from two thirds of its life on, and at once when
// central says that it has expired.
//
// # Invariants
//
//   - Stop returns when every goroutine has ended; none outlives it.
//   - A page is applied by at most one goroutine at a time.
//   - No key, code or customer data gets into logs or errors.
//
// # Locks
//
// Uplink.mu guards the state that State returns and nothing else; the clock and
// the line have one small lock each. None is held while another is taken, nor
// during I/O or a call to the outside.
//
// # Testing
//
// Tests run both ends for real: TLS over loopback, files of nodes and of
// central, and a relay between them that cuts, refuses and swallows.
package uplink
