// Package manager serves the pages of a branch manager: how the day stands, the
// morning huddle on one sheet, what is not good in the data, and the closing of
// the day, outages with what was done in them, and what comes of work.
//
// It parses, asks node/huddle and shows; it writes nothing. The closing is for
// everybody who switches a workstation off; the rest is for managers.
//
// Tests drive real pages over HTTP.
package manager
