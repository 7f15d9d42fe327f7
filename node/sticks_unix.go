//go:build unix

package node

import (
	"os"
	"path/filepath"
	"strings"
)

// removable are the folders of removable disks: what is mounted where desktops
// and administrators mount them.
func removable() (places []string) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return mounted() // no Linux
	}
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		at := strings.ReplaceAll(fields[1], `\040`, " ")
		for _, below := range []string{"/media/", "/run/media/", "/mnt/"} {
			if strings.HasPrefix(at, below) {
				places = append(places, at)
			}
		}
	}
	return places
}

// mounted are the volumes of a Mac.
func mounted() []string {
	places, _ := filepath.Glob("/Volumes/*") // the pattern is a good one
	return places
}
