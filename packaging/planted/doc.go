// Command planted proves the proofs: it plants one small fault at a time into
// the program and demands that a named proof fails. A proof that cannot fail
// proves nothing.
//
// The faults are a list, list/*.toml, one file for each area:
//
//	[[fault]]
//	name = "a row is replaced without its conflict rows" # what is broken, in words; unique
//	promise = 3                                          # of DESIGN section 10
//	file = "node/store/page.go"
//	old = '''exact text, which occurs once in the file'''
//	new = '''what stands there instead; it must compile'''
//	finds = ["words of the finding"]                     # optional: one of them must be printed
//	panics = true                                        # optional: the proof may end by a panic
//
// and one proof of these three:
//
//	seeds = 100                # the simulator fails within so many seeds …
//	faults = "crash,part"      # … with these faults; optional, otherwise all
//	test = "./node/store TestA|TestB"   # package and pattern of go test
//	command = "make power"     # a command; its go commands see the fault
//
// The tree is never touched: go build and go test take the changed file by
// -overlay. A change that does not compile is an error of the list, not a fault
// that was caught. So is a proof that fails otherwise than by a check of its own: by
// a panic (unless the entry says so), or before it gets so far. What came of each
// goes into the table of packaging/doc/proofs.md; rows of faults that were not run
// stay.
//
//	go run ./packaging/planted                 # all, as many at a time as there are processors
//	go run ./packaging/planted -only 'name'    # one, or all that contain these words
//	go run ./packaging/planted -area store     # those of list/store.toml
//	go run ./packaging/planted -from 'name'    # go on with this one
//	go run ./packaging/planted -fresh          # those that the table does not show as caught
//	go run ./packaging/planted -table          # none: bring the table up to date with the list
//
// Tests check that every text to replace occurs just once, and that the table
// has every fault of the list as it stands there, so that neither rots.
package main
