package node

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// writeWhole puts a file in place whole or not at all: until the last step what
// lay there before stays.
func writeWhole(path string, write func(io.Writer) error) (size int64, err error) {
	part := path + partTail
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("node: write %s: %w", path, err)
	}
	if err := write(f); err != nil {
		return 0, errors.Join(err, f.Close(), os.Remove(part))
	}
	size, err = f.Seek(0, io.SeekEnd)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, errors.Join(fmt.Errorf("node: write %s: %w", path, err), os.Remove(part))
	}
	if err := os.Rename(part, path); err != nil {
		return 0, fmt.Errorf("node: write %s: %w", path, err)
	}
	return size, syncDir(filepath.Dir(path))
}

// within is path, or a file of this name where path is a folder.
func within(path, name string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, name)
	}
	return path
}
