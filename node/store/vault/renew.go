package vault

import (
	"errors"
	"fmt"
	"os"

	"zombiezen.com/go/sqlite"
)

// Renew rewrites the encrypted database at path under a new salt, and so new
// keys: a proved copy takes its place in one step. Nobody else may have it open.
// The data key stays what it is, and with it earlier backups stay readable.
func (d *Disk) Renew(path string) error {
	if err := d.renew(path); err != nil {
		return fmt.Errorf("vault: renew the keys of %s: %w", path, err)
	}
	return nil
}

func (d *Disk) renew(path string) error {
	if err := os.Remove(path + sealingTail); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	from, err := d.Open(path, sqlite.OpenReadWrite)
	if err != nil {
		return err
	}
	if err := errors.Join(d.copyFrom(from, path+sealingTail), from.Close()); err != nil {
		return errors.Join(err, os.Remove(path+sealingTail))
	}
	if err := os.Rename(path+sealingTail, path); err != nil {
		return err
	}
	return syncFolder(path)
}
