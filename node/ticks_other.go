//go:build !linux && !windows

package node

// machineTicks: of this system nothing is known; the process counts by itself.
func machineTicks() (boot string, ms int64, ok bool) { return "", 0, false }
