package store

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/sync/journal"
	"bough/sync/rows"
)

// replyBoxes is how many bundles may be on their way whose answer can be read.
const replyBoxes = 16

// ErrOldNews is an answer of central that is older than what this file has
// heard over the line.
var ErrOldNews = errors.New("store: this answer is older than what this workstation has heard since")

// KeepReplyBox keeps the secret with which the answer to a bundle is read.
func (s *Store) KeepReplyBox(ctx context.Context, id, secret []byte) error {
	return s.File.Write(ctx, func(tx *rows.Tx) error {
		err := tx.Exec(`INSERT OR REPLACE INTO reply_box (id, secret, at) VALUES (?1, ?2, ?3)`, id, secret, s.nowMS())
		if err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM reply_box WHERE id NOT IN (SELECT id FROM reply_box ORDER BY at DESC, id LIMIT ?1)`, replyBoxes)
	})
}

// ReplyBox is the secret for the answer to a bundle; nil when the bundle is not
// of this file, or was one of too many.
func (s *Store) ReplyBox(ctx context.Context, id []byte) (secret []byte, err error) {
	err = s.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT secret FROM reply_box WHERE id=?1`, func(st *sqlite.Stmt) error {
			secret = rows.Blob(st, 0)
			return nil
		}, id)
	})
	return secret, err
}

// Confirm checks what an answer that did not come over the line says of the own
// changes: that central has them up to a number whose link of the chain is hash.
// ErrForked means that this file is a restored backup or has a twin.
func (s *Store) Confirm(ctx context.Context, seq uint64, hash journal.Hash) error {
	if taken, _ := s.overlay.taken(); seq < taken {
		return fmt.Errorf("%w: it knows of %d changes, this file of %d", ErrOldNews, seq, taken)
	}
	ours, err := s.Wrote(ctx, seq, hash)
	if err == nil && !ours {
		err = fmt.Errorf("%w: at number %d", ErrForked, seq)
	}
	return err
}
