// Package hq holds the pages of head office at central: the fleet, refused
// changes, and the customer pages of package teller for those who may see
// customers of every branch.
//
// It asks central through two functions that are handed in, and knows nothing
// of how central keeps its nodes. It keeps no state and takes no locks.
//
// Tests go through real requests to a real desk of a central.
package hq
