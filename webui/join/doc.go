// Package join holds the one page of a workstation that belongs to no branch
// yet: the address of head office and a code, and then it belongs to one.
//
// What joining means is handed in as a function; the code is never shown again
// by anything but the form that failed, and never logged. The package keeps no
// state and takes no locks.
package join
