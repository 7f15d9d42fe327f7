// Package tidy holds the habits of the house as tests: which package may know
// which, how large things may grow, what must not appear in the tree at all.
// It has tests only; nothing imports it.
//
// It is not a linter of the language; gofmt, go vet and staticcheck are, and
// `make lint` runs them. It parses the tree without type information, so that
// it works while a package does not compile, in well under a second.
//
// A rule is a row of the table in rules_test.go: a name, the reason, a function
// from the surveyed tree to findings. An exception is a row in
// exceptions_test.go and carries its reason too. Every rule must have a sample
// in bite_test.go that it finds fault with: a checker that cannot fail proves
// nothing. Nothing here keeps state or takes locks.
//
// Run it with `go test ./packaging/tidy`; -v also prints what is no fault yet:
// packages that want splitting, exported things without a comment, exceptions
// that nobody needs any more.
package tidy
