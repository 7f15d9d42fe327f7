package node

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// bootName is where Linux names the run of the machine.
const bootName = "/proc/sys/kernel/random/boot_id"

// machineTicks counts the ms since the machine was started, also while it sleeps,
// by a clock that nobody can set; boot names that start, empty where it has no
// name.
func machineTicks() (boot string, ms int64, ok bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return "", 0, false
	}
	word, err := os.ReadFile(bootName)
	if err != nil {
		word = nil
	}
	return strings.TrimSpace(string(word)), t.Nano() / 1e6, true
}
