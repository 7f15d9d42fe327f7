package node

import "golang.org/x/sys/windows"

// machineTicks counts the ms since the machine was started, also while it sleeps,
// by a clock that nobody can set. Windows has no name for that start.
func machineTicks() (boot string, ms int64, ok bool) {
	return "", windows.DurationSinceBoot().Milliseconds(), true
}
