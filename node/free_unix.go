//go:build !windows

package node

import "golang.org/x/sys/unix"

// freeBytes is the room on the disk of a directory.
func freeBytes(dir string) (bytes int64, known bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true //nolint:unconvert // their types differ by platform
}
