// Package crowd decides who is let in at central when many call at once, whose
// turn it is to be worked on, and when those who are told to come again are to
// do so. It does no I/O and reads no clock: sync/central asks it at every push
// and every read, the simulator with 1,500 workstations in make-believe time.
//
// What a person did goes before what is to be read: reads never take the last
// places, neither of those let in nor of the work, and begin only where no push
// waits for its turn, but for one at a time.
//
// Who finds no place is given an appointment: the refused are spread over the
// time that central needs for them at the rate at which it is serving now. To
// keep it is no duty, and gives no right.
//
// # Locks and tests
//
// Crowd.mu guards everything; what Wait is handed is called without it. The
// package is tested by itself; the herd of node/sim and of sync/uplink are its
// proofs at full size.
package crowd
