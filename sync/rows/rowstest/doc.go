// Package rowstest holds the law of migrations as a check for every list of
// them: a release before the newest opens the file and works with it, because
// steps only expand. It is not a check of what the steps are for.
//
// It is for tests. It keeps no state and takes no locks; its own test gives it
// steps that do not expand and sees that each is found.
package rowstest
