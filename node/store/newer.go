package store

import (
	"slices"

	"bough/sync/rows"
)

// catchUp merges what neighbours wrote to rows of kinds that the file knows
// since this opening: until now that was kept and passed on, but not shown.
func (s *Store) catchUp(tx *rows.Tx) error {
	gained := s.File.Gained()
	if len(gained) == 0 {
		return nil
	}
	known, err := loadNeighbours(tx)
	if err != nil {
		return err
	}
	judged := false
	for _, k := range s.overlay.rowsOver() {
		if !slices.Contains(gained, k.kind) {
			continue
		}
		for _, l := range s.overlay.byRow[k] {
			if _, err := s.mergeOp(tx, &l.op, l.w, nil); err != nil {
				return err
			}
			judged = judged || l.seq <= known[l.origin].taken
		}
	}
	if judged {
		return s.readSinceWhole(tx)
	}
	return nil
}

// readSinceWhole makes the branch's feed be read again from where it was last read to
// its end. Since then a page said that central has judged what is merged only now,
// and may have brought what central made of it.
func (s *Store) readSinceWhole(tx *rows.Tx) error {
	sc, err := tx.Scope(s.branch)
	if err != nil {
		return err
	}
	whole, err := tx.FactInt(factWhole)
	switch {
	case err != nil || sc.Feed <= whole:
		return err
	case whole == 0:
		return s.rewind(tx, s.branch, sc.Epoch, false)
	}
	return s.back(tx, sc, whole)
}
