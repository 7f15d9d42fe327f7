// Command bough-sim runs make-believe banks (package node/sim): one seed, or
// many in a row, and prints what they met. A failure prints its seed, the last
// lines of its trace and the command that replays it; the exit code is 1 then.
package main
