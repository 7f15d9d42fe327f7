package store

import (
	"context"
	"errors"
	"fmt"

	"bough/sync/journal"
	"bough/sync/rows"
)

// Wrote reports whether the own chain has this link at a number: whoever says
// so speaks of the changes of this very file. Of what was trimmed long ago that
// cannot be told any more; it is covered by a backup of central.
func (s *Store) Wrote(ctx context.Context, seq uint64, link journal.Hash) (bool, error) {
	s.mu.Lock()
	written := s.author.Seq()
	s.mu.Unlock()
	if seq > written {
		return false, nil
	}
	same := false
	err := s.File.Read(ctx, func(tx *rows.Tx) error {
		prev, _, err := tx.Changes(s.Origin(), seq, 1)
		same = prev == link
		return err
	})
	if errors.Is(err, rows.ErrNoChange) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("store: link %d of the own chain: %w", seq, err)
	}
	return same, nil
}
