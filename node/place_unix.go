//go:build unix

package node

import (
	"os"
	"strconv"
	"syscall"
)

// place is the number of a file on its disk.
func place(f *os.File) (string, error) {
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if at, is := info.Sys().(*syscall.Stat_t); is {
		return strconv.FormatUint(at.Ino, 10), nil
	}
	return "", nil
}
