// Command bough is the whole program: central, the nodes of the branches, and
// the commands that set them up and look after them.
//
// It is thin: a file per command reads flags, hands the work to package node or
// node/sim/demo, and prints what came of it. Only here are flags, environment
// and the wall clock read.
//
// # What every command keeps
//
//   - Exit code 0: done. 1: not done, or what was asked is not so. 2: the
//     command line was wrong.
//   - What a program may want to read goes to standard output: one word, a
//     table, JSON. Everything for people goes to standard error.
//   - Passwords come from a file or standard input, never from the command line.
//   - A command on a directory works while a process runs there (through its
//     admin socket) and while none does (the directory is locked meanwhile).
//
// # Tests
//
// Transcripts of command lines in testdata, run against real directories, and
// the demo as real processes: the test binary plays the program.
package main
