package store

import (
	"bough/sync/rows"
)

// factPassed is the greatest kind of a feed row that this release does not
// know. A newer release, which does, reads the feeds again.
const factPassed = "passed over kind"

// passOver notes that a row of the feed was left out, because its kind came
// with a newer release of central. The feed goes on without it; until this
// workstation is upgraded, its digest differs from central's.
func passOver(tx *rows.Tx, kind uint8) error {
	had, err := tx.FactInt(factPassed)
	if err != nil || had >= int64(kind) {
		return err
	}
	return tx.SetFact(factPassed, int64(kind))
}

// catchUp makes the feeds start again from 0 when rows were left out of them
// that this release knows.
func (s *Store) catchUp(tx *rows.Tx) error {
	kind, err := tx.FactInt(factPassed)
	if err != nil || kind == 0 || s.File.Schema().Kind(uint8(kind)) == nil {
		return err
	}
	for _, scope := range s.Scopes() {
		sc, err := tx.Scope(scope)
		if err != nil {
			return err
		}
		sc.Feed = 0
		if err := tx.SetScope(sc); err != nil {
			return err
		}
	}
	return tx.SetFact(factPassed, int64(0))
}
