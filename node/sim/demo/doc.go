// Package demo shows a bank at work on one machine: a generated bank, one
// central and the nodes of its branches as processes of the program itself, a
// line for each branch that can be cut, and a start page to watch all of it and
// to do harm.
//
// It is not a simulator (package sim is: one process, a fake clock, a network
// of its own) and it has no entrance into the processes it runs: it starts them
// as anybody would, asks them over their JSON API, and kills them.
//
// # How it works
//
// Start goes through the steps one after another: make up the bank, have it
// planted in central's directory (Options.Found does that: it knows package
// node), run central, open a relay for each branch, enrol and run the nodes,
// wait until they hold what central holds, serve the start page. Nodes reach
// central through the relay of their branch; cutting a line makes the relay
// drop its connections and refuse new ones, so that nodes need no "offline".
// The LAN of a branch is a socket for each workstation, which passes on what
// the others send it until it is cut.
//
// A watcher asks every process for its status some times a second. The page
// shows what it said last, and is told by a stream of events when that changes.
//
// # Signing in with one click
//
// The button posts to the start page, which signs the person in at the
// workstation as a browser would and hands the cookie on: cookies belong to a
// host, not to a port. So the guards of the product stay as they are, and only
// somebody who knows the passwords, as the demo does, can do it.
//
// # Invariants
//
//   - Stop ends every process it started and removes what it made, also after
//     a start that failed half-way; the processes end by themselves when this
//     one dies, for their standard input ends then.
//   - A number on the map is what a process said; "0 missing" is never computed
//     from what the demo believes to have written.
//
// # Locks
//
// Demo.mu guards what the watcher and the switches change: see there. A relay
// has its own for its connections. Neither is held while anybody is waited for.
//
// # Tests
//
// The parts here; the whole demo, as real processes, in cmd/bough.
package demo
