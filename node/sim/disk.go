package sim

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// copyFile copies a database as it lies on the disk, its log along: what a
// machine finds that starts again after its power went.
func copyFile(from, to string) error {
	for _, tail := range []string{"", sqliteFiles} {
		err := copyPart(from+tail, to+tail)
		if err != nil && (tail == "" || !errors.Is(err, fs.ErrNotExist)) {
			return fmt.Errorf("sim: copy %s: %w", from, err)
		}
	}
	return nil
}

// keepFile gives a database as it lies another name, its log along, for when its
// process goes and takes the log with it: what a machine finds that starts again.
// Nothing may be written any more under the old name.
func keepFile(from, to string) error {
	for _, tail := range []string{"", sqliteFiles} {
		if err := os.Link(from+tail, to+tail); err != nil && (tail == "" || !errors.Is(err, fs.ErrNotExist)) {
			return fmt.Errorf("sim: keep %s: %w", from, err)
		}
	}
	return nil
}

func copyPart(from, to string) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	return errors.Join(err, dst.Close())
}

// removeFile removes a database and what lies beside it.
func removeFile(path string) error {
	for _, tail := range []string{"", sqliteFiles, "-shm"} {
		if err := os.Remove(path + tail); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sim: %w", err)
		}
	}
	return nil
}
