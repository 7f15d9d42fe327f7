package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"bough/node/crm"
	"bough/node/office"
	"bough/node/store"
	"bough/node/store/vault"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/trust"
)

// Errors of a restore.
var (
	// ErrNodeRestore: a node is made anew, not restored.
	ErrNodeRestore = errors.New("node: the file of a workstation is not restored: what central has taken comes back when the workstation joins anew ('bough join' in another directory); keep this directory, its unsent work is in it")
	// ErrNoKeys: the keys are not in a backup.
	ErrNoKeys = errors.New("node: " + authorityName + " and " + centralName + " are not in this directory: put them back first, with " + dataKeyName + " and " + wrappingName + ", from where you keep central's keys")
	// ErrBackupKey: the backup was written with another data key.
	ErrBackupKey = errors.New("node: the backup does not open with the data key of this directory: it is of another bank or of a workstation, or " + dataKeyName + " is not the one that central had when it was written")
	// ErrInUse: the file is a live database, not a backup.
	ErrInUse = errors.New("node: this file is in use, or was not closed: a backup is what 'bough backup' writes")
)

const restoringName = "bough.db.restoring"

// Restored tells what a restore did.
type Restored struct {
	central.Restored
	Kept string // where the file from before lies now; empty: there was none
}

// Restore puts a backup in the place of central's file, while no process works
// in the directory. The file from before is kept aside. Until the last step,
// one rename, the directory is as it was.
func Restore(ctx context.Context, o Options, from string) (r Restored, err error) {
	if _, err := os.Stat(o.Dir); err != nil {
		return r, fmt.Errorf("node: restore: %w", err)
	}
	d, err := lockDir(o.Dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	switch {
	case d.has(nodeName):
		return r, ErrNodeRestore
	case !d.has(authorityName) || !d.has(centralName):
		return r, ErrNoKeys
	}
	if err := d.unlock(o); err != nil {
		return r, err
	}
	if err := copyBackup(from, d.file(restoringName)); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, removeAll(d.file(restoringName))) }()
	if err := d.decipher(restoringName); err != nil {
		return r, err
	}
	if r.Restored, err = revive(ctx, d, o); err != nil {
		return r, err
	}
	if r.Kept, err = setAside(ctx, d, o); err != nil {
		return r, err
	}
	if err := os.Rename(d.file(restoringName), d.file(databaseName)); err != nil {
		return r, fmt.Errorf("node: restore: %w", err)
	}
	return r, syncDir(d.path)
}

// copyBackup copies the backup: it stays as it is, for another time.
func copyBackup(from, to string) (err error) {
	if info, err := os.Stat(from + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("%w: %s", ErrInUse, from)
	}
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	defer in.Close() // read only: nothing can be lost
	if err := removeAll(to); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("node: restore: copy %s: %w", from, err)
	}
	return nil
}

// decipher sees that a copy opens with the directory's key; one from before
// files were encrypted is encrypted.
func (d *dir) decipher(name string) error {
	if _, err := d.vault.Adopt(d.file(name)); err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	err := d.vault.Check(d.file(name))
	switch {
	case errors.Is(err, vault.ErrWrongKey):
		return ErrBackupKey
	case errors.Is(err, vault.ErrForeign):
		return rows.ErrForeign
	}
	return err
}

// removeAll removes a database and what SQLite keeps beside it.
func removeAll(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".sealing", path + ".plain"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("node: restore: %w", err)
		}
	}
	return nil
}

// revive makes the copy ready to serve, and sees that it is this bank's.
func revive(ctx context.Context, d *dir, o Options) (r central.Restored, err error) {
	origin, err := freshOrigin(o.Rand)
	if err != nil {
		return r, err
	}
	r, err = central.Restore(ctx, central.Restoring{Path: d.file(restoringName), Schema: crm.Table(), Migrations: store.LocalTables(), Origin: origin, NowMS: o.Now().UnixMilli(), Disk: d.vault})
	if err != nil {
		return r, err
	}
	pem, err := d.read(authorityName)
	if err != nil {
		return r, err
	}
	authority, err := trust.ParseAuthority(pem)
	if err != nil {
		return r, err
	}
	f, err := office.Open(ctx, office.Options{Path: d.file(restoringName), Erasures: d.file(erasuresName), Authority: authority, Rand: o.Rand, NowMS: func() int64 { return o.Now().UnixMilli() }, Disk: d.vault})
	if err != nil {
		return r, err
	}
	return r, errors.Join(f.CheckPeople(ctx), f.Central.File.Checkpoint(ctx), f.Close())
}

// setAside keeps the file from before under another name, with what belongs to
// it. It stays in place, too, until the restored one replaces it: a directory
// without a file would become a new central.
func setAside(ctx context.Context, d *dir, o Options) (string, error) {
	if !d.has(databaseName) {
		return "", nil
	}
	settle(ctx, d, o)
	kept := d.file("before-restore-" + o.Now().UTC().Format("20060102T150405.000Z"))
	if err := os.Mkdir(kept, 0o700); err != nil {
		return "", fmt.Errorf("node: restore: %w", err)
	}
	if err := os.Link(d.file(databaseName), filepath.Join(kept, databaseName)); err != nil {
		return "", fmt.Errorf("node: restore: keep the file from before: %w", err)
	}
	// What SQLite kept beside that file must not be read with the restored one.
	for _, tail := range []string{"-wal", "-shm"} {
		err := os.Rename(d.file(databaseName+tail), filepath.Join(kept, databaseName+tail))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("node: restore: keep the file from before: %w", err)
		}
	}
	return kept, nil
}

// settle closes the file from before properly, if it still can be opened: then
// all of it is in one file.
func settle(ctx context.Context, d *dir, o Options) {
	pem, err := d.read(authorityName)
	if err != nil {
		return
	}
	authority, err := trust.ParseAuthority(pem)
	if err != nil {
		return
	}
	f, err := office.Open(ctx, office.Options{Path: d.file(databaseName), Erasures: d.file(erasuresName), Authority: authority, Rand: o.Rand, NowMS: func() int64 { return o.Now().UnixMilli() }, Disk: d.vault})
	if err != nil {
		o.Log.Warn("the file from before cannot be opened; it is kept as it is", "err", err)
		return
	}
	if err := f.Close(); err != nil {
		o.Log.Warn("the file from before did not close well; it is kept as it is", "err", err)
	}
}

// syncDir makes renames in a directory survive a power cut, where the system
// knows how.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("node: restore: %w", err)
	}
	_ = f.Sync() // Windows cannot, and does not need to
	return f.Close()
}
