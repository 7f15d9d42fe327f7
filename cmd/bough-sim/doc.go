// Command bough-sim runs make-believe banks (package node/sim): one seed, or
// many, as many at a time as there are processors, each in a process of its own,
// and prints what they met. A failure prints its seed, the last lines of its
// trace and the command that replays it; the exit code is 1 then, and also when
// a situation was met less often than -gate asks for.
package main
