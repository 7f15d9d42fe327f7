// Package join holds the one page of a workstation that has no file yet: the
// address of head office and a code, and then how its first file comes: from
// where, how much, how long still, what went wrong, and what can be done.
//
// What joining and arriving mean is handed in as functions; the code is never
// shown again by anything but the form that failed, and never logged. The package
// keeps no state and takes no locks. Without a script the page loads itself anew.
package join
