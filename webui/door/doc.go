// Package door holds the pages for coming in and going out: sign-in, the change
// of a one-time password, the idle lock, sign-out. They are the same at a node
// and at central, and work without the line.
//
// Passwords are never shown again, kept or logged. Who comes back after a lock
// lands where they were, with what they had typed; who signs in instead ends
// the other's session. The package keeps no state and takes no locks.
//
// Tests go through real requests to a real desk, in package teller.
package door
