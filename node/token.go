package node

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"bough/node/store"
)

// tokenName is the file beside the database that holds its token.
const tokenName = "token.json"

// tokenFile is what token.json holds: a word that the database holds, too, and
// where it lies. A backup has an older word; a copy lies elsewhere.
type tokenFile struct {
	Token string `json:"token"`
	Next  string `json:"next,omitempty"` // about to be put in its place
	Place string `json:"place"`          // of the database, as the system names it
}

// ownFile looks whether the database is the one this directory knows; empty: it
// is. A file without a word in a directory without one is new, or of a release
// before there were words.
func (b *Branch) ownFile(ctx context.Context) (store.Reason, error) {
	word, err := b.Store.FileWord(ctx)
	if err != nil {
		return "", err
	}
	var t tokenFile
	if err := b.dir.readJSON(tokenName, &t); errors.Is(err, fs.ErrNotExist) {
		if word == "" {
			return "", nil
		}
		return store.Restored, nil
	} else if err != nil {
		return "", err
	}
	at, err := placeOf(b.dir.file(databaseName))
	switch {
	case err != nil:
		return "", err
	case word == "" || word != t.Token && word != t.Next:
		return store.Restored, nil
	case t.Place != "" && t.Place != at:
		return store.Copied, nil
	}
	return "", nil
}

// newToken gives file and directory another word: what was copied before is
// known by the old one. Whatever step a crash comes after, the two still fit.
func (b *Branch) newToken(ctx context.Context) error {
	random := make([]byte, 16)
	if _, err := io.ReadFull(b.o.Rand, random); err != nil {
		return fmt.Errorf("node: token: %w", err)
	}
	was, err := b.Store.FileWord(ctx)
	if err != nil {
		return err
	}
	at, err := placeOf(b.dir.file(databaseName))
	if err != nil {
		return err
	}
	t := tokenFile{Token: was, Next: hex.EncodeToString(random), Place: at}
	if err := b.dir.writeJSON(tokenName, t); err != nil {
		return err
	}
	if err := b.Store.SetFileWord(ctx, t.Next); err != nil {
		return err
	}
	return b.dir.writeJSON(tokenName, tokenFile{Token: t.Next, Place: at})
}

// rewritten runs what puts another file in the place of the database. The word
// goes with the new one, unless the database was a copy already: that is still
// to be noticed. A crash in between makes it look like a copy, which costs a
// new number and loses nothing.
func (d *dir) rewritten(put func() error) error {
	var t tokenFile
	err := d.readJSON(tokenName, &t)
	if errors.Is(err, fs.ErrNotExist) {
		return put()
	}
	if err != nil {
		return err
	}
	was, err := placeOf(d.file(databaseName))
	if errors.Is(err, fs.ErrNotExist) {
		return put()
	}
	if err != nil {
		return err
	}
	if err := put(); err != nil {
		return err
	}
	at, err := placeOf(d.file(databaseName))
	if err != nil || t.Place != was || at == was {
		return err
	}
	t.Place = at
	return d.writeJSON(tokenName, t)
}

// placeOf is what the system calls a file whatever its name: a copy has another.
func placeOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("node: where the file lies: %w", err)
	}
	defer f.Close() // read only
	at, err := place(f)
	if err != nil {
		return "", fmt.Errorf("node: where the file lies: %w", err)
	}
	return at, nil
}
