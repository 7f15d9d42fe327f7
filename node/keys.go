package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"bough/node/api"
	"bough/node/store/vault"
)

// Errors of keys.
var (
	// ErrNoDataKey: what is encrypted here has no key here.
	ErrNoDataKey = errors.New("node: " + dataKeyName + " is not in this directory, and what is in it cannot be read without: put it back, with " + wrappingName + ", from where you keep the keys")
	// ErrNoWrappingKey: the key that the data key is wrapped under is missing.
	ErrNoWrappingKey = errors.New("node: the wrapping key is not there: bring it back, or name the file that holds it (--key-file, or BOUGH_KEY_FILE)")
	// ErrWrappingKey: it is there, but another one.
	ErrWrappingKey = errors.New("node: this is not the wrapping key of this directory: name the file that holds it (--key-file, or BOUGH_KEY_FILE)")
)

// sealedNames are the files of a directory that hold private keys: they are
// encrypted under the data key, like the database.
var sealedNames = []string{authorityName, identityName, branchKeyName, snapshotKeyName, incarnationName}

func (d *dir) keyFile(o Options) vault.KeyFile {
	k := vault.KeyFile{Path: d.file(dataKeyName), Secret: o.KeyFile}
	if k.Secret == "" {
		k.Secret = d.file(wrappingName)
	}
	return k
}

// keyPlace says where the wrapping key lies.
func keyPlace(o Options) string {
	if o.KeyFile == "" {
		return api.KeyBeside
	}
	return api.KeyApart
}

// unlock finds the data key of the directory, or makes one, and mounts the
// vault through which everything in it is read and written. What lies there in
// clear from before is encrypted.
func (d *dir) unlock(o Options) error {
	key, err := d.dataKey(o)
	if err != nil {
		return err
	}
	d.health = newHealth(d, o)
	d.vault, err = vault.Mount("bough:"+d.path, vault.OneKey(key), vault.Options{Rand: o.Rand, Fault: o.Fault, Full: d.health.release, Damaged: d.health.found})
	if err != nil {
		return fmt.Errorf("node: %w", err)
	}
	if err := errors.Join(d.adopt(o), d.adoptSecrets()); err != nil {
		return fmt.Errorf("node: %w", err)
	}
	d.health.lay()
	return nil
}

func (d *dir) dataKey(o Options) ([]byte, error) {
	k := d.keyFile(o)
	key, err := k.Load()
	switch {
	case err == nil:
		return key, nil
	case errors.Is(err, vault.ErrOtherKEK):
		if key := freshKey(k); key != nil {
			return key, nil
		}
		return nil, fmt.Errorf("%w: %s", ErrWrappingKey, k.Secret)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("node: %w", err)
	case d.has(dataKeyName):
		return nil, fmt.Errorf("%w: %s", ErrNoWrappingKey, k.Secret)
	}
	if sealed, err := d.sealed(); err != nil || sealed {
		return nil, errors.Join(err, ErrNoDataKey)
	}
	if _, err := os.Stat(k.Secret); errors.Is(err, fs.ErrNotExist) {
		// One that was named is not made: it may lie on a disk that is not there.
		if o.KeyFile != "" {
			return nil, fmt.Errorf("%w: %s; 'bough key new' makes one", ErrNoWrappingKey, k.Secret)
		}
		if err := vault.NewSecret(o.Rand, k.Secret); err != nil {
			return nil, fmt.Errorf("node: %w", err)
		}
	}
	if key, err = k.Create(o.Rand); err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	return key, nil
}

// sealed says whether anything in the directory is encrypted.
func (d *dir) sealed() (bool, error) {
	state, err := vault.Inspect(d.file(databaseName))
	if err != nil || state == vault.Sealed {
		return true, err
	}
	for _, name := range sealedNames {
		data, err := os.ReadFile(d.file(name))
		if err == nil && vault.SecretSealed(data) {
			return true, nil
		}
	}
	return false, nil
}

// adopt encrypts the database of a release that did not, and says so.
func (d *dir) adopt(o Options) error {
	done := false
	err := d.rewritten(func() (err error) {
		done, err = d.vault.Adopt(d.file(databaseName))
		return err
	})
	if done {
		o.Log.Warn("The file was not encrypted. It is now; what it held in clear has been overwritten. Backups made before are still readable by anybody: remove them once there is a new one.", "file", d.file(databaseName))
	}
	return err
}

// adoptSecrets encrypts the private keys of such a release.
func (d *dir) adoptSecrets() error {
	for _, name := range sealedNames {
		data, err := os.ReadFile(d.file(name))
		if errors.Is(err, fs.ErrNotExist) || err == nil && vault.SecretSealed(data) {
			continue
		}
		if err != nil {
			return err
		}
		if err := d.write(name, data); err != nil {
			return err
		}
	}
	return nil
}

// seal is what is written of a file of the directory, and unseal what was
// handed to write.
func (d *dir) seal(name string, data []byte) ([]byte, error) {
	if !slices.Contains(sealedNames, name) {
		return data, nil
	}
	return d.vault.SealSecret(name, data)
}

func (d *dir) unseal(name string, data []byte) ([]byte, error) {
	if !slices.Contains(sealedNames, name) {
		return data, nil
	}
	return d.vault.OpenSecret(name, data)
}

// Secret reads a private key from the directory of a process: for proofs that
// play the thief. It fails without the wrapping key.
func Secret(o Options, name string) ([]byte, error) {
	d := &dir{path: o.Dir}
	key, err := d.keyFile(o).Load()
	if err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	data, err := os.ReadFile(d.file(name))
	if err != nil {
		return nil, fmt.Errorf("node: read %s: %w", name, err)
	}
	return vault.OpenSecretWith(key, name, data)
}
