package rows

import (
	"errors"
	"fmt"

	"bough/crdt"
)

// former holds the journals of the origins that a file had before: history,
// and the proof of it. Only a file that was restored has any.
const former = `CREATE TABLE IF NOT EXISTS former_journal (
	origin  INTEGER NOT NULL,
	seq     INTEGER NOT NULL,
	stamp   BLOB NOT NULL,
	session INTEGER NOT NULL,
	bodies  BLOB NOT NULL,
	hash    BLOB NOT NULL,
	PRIMARY KEY (origin, seq)
) STRICT, WITHOUT ROWID`

// Reborn gives the file another origin: it is a copy of a file that went on,
// so numbers, ids and stamps of its old origin may be in use elsewhere. The new
// journal begins at 1; the old one is kept apart. Authors that were loaded
// before are of no use any more.
func (tx *Tx) Reborn(origin crdt.Origin) error {
	was, err := tx.FactInt(factOrigin)
	if err != nil {
		return err
	}
	if origin == 0 || origin > crdt.MaxOrigin || int64(origin) == was {
		return fmt.Errorf("rows: origin %d is not a new one", origin)
	}
	if err := tx.keepClock(was); err != nil {
		return err
	}
	err = errors.Join(tx.Exec(former),
		tx.Exec(`INSERT INTO former_journal (origin, seq, stamp, session, bodies, hash)
			SELECT ?1, seq, stamp, session, bodies, hash FROM journal`, was))
	if err != nil {
		return err
	}
	return tx.begin(origin)
}

// Origin is who the file is.
func (tx *Tx) Origin() (crdt.Origin, error) {
	n, err := tx.FactInt(factOrigin)
	return crdt.Origin(n), err
}

// Again gives the file another origin, like Reborn, where the caller keeps what
// the former one wrote. Ids, numbers and the journal begin anew.
func (tx *Tx) Again(origin crdt.Origin) error {
	was, err := tx.FactInt(factOrigin)
	if err != nil {
		return err
	}
	if origin == 0 || origin > crdt.MaxOrigin || int64(origin) == was {
		return fmt.Errorf("rows: origin %d is not a new one", origin)
	}
	if err := tx.keepClock(was); err != nil {
		return err
	}
	return tx.begin(origin)
}

// begin empties the journal for a new origin.
func (tx *Tx) begin(origin crdt.Origin) error {
	return errors.Join(tx.Exec(`DELETE FROM journal`),
		tx.Exec(`DELETE FROM fact WHERE name IN (?1, ?2, ?3)`, factMinted, factTrimmedSeq, factTrimmedHash),
		tx.SetFact(factOrigin, int64(origin)))
}

// keepClock writes down where the clock of the old origin stood: its last
// stamp may stand in the journal only.
func (tx *Tx) keepClock(was int64) error {
	a := &Author{}
	a.Clock.Origin = crdt.Origin(was)
	if err := a.load(tx); err != nil {
		return err
	}
	return a.KeepClock(tx)
}
