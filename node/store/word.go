package store

import (
	"context"

	"bough/sync/rows"
)

// factToken is the word that file and directory share.
const factToken = "token"

// FileWord reads the word that the file shares with its directory; empty: none yet.
func (s *Store) FileWord(ctx context.Context) (word string, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		b, err := tx.FactBytes(factToken)
		word = string(b)
		return err
	})
	return word, err
}

// SetFileWord keeps another word.
func (s *Store) SetFileWord(ctx context.Context, word string) error {
	return s.File.Write(ctx, func(tx *rows.Tx) error { return tx.SetFact(factToken, []byte(word)) })
}
