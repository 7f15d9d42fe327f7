// Package settings holds the parameters of the bank: what each is called, what
// it may hold, who set it and when, for the whole bank or one branch.
//
// It stands on node/desk, which checks rights; whoever works by a parameter
// reads the row itself. It knows no HTTP.
//
// Invariants: what was set here can be read by whoever works by it; one row
// stands for a name and a branch; that of the branch goes before that of the
// bank. Taking a value back leaves the row, empty.
//
// Tests are those of the pages (webui/hq), on a real central.
package settings
