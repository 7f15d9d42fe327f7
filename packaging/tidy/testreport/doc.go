// Command testreport turns the stream of `go test -json` into a page for
// people: the usual line per package, the whole output of what failed, and at
// the end how many tests ran and which were skipped, each with its reason.
//
// It reads standard input and ends with 1 when anything failed or when no test
// ran at all. A line that is not JSON passes through; one that begins with
// "SKIPPED " is repeated at the end. It runs nothing itself: `make test` pipes
// into it and keeps the exit status of go test as well.
//
// One goroutine, no locks. Its tests feed it written streams.
package main
