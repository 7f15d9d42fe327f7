package store

import (
	"encoding/base64"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// DirectorySecret is the secret of the keys in the directory; nil: it is not here
// yet.
func DirectorySecret(tx *rows.Tx) (secret []byte, err error) {
	err = tx.Query(`SELECT value FROM parameter WHERE name=?1 AND branch=0`, func(s *sqlite.Stmt) error {
		secret, err = base64.RawURLEncoding.DecodeString(s.ColumnText(0))
		return err
	}, crm.SettingDirectory)
	return secret, err
}

// Look is somebody looking at strangers.
type Look struct {
	NowMS    int64
	ForgetMS int64 // after which who was shown counts anew
	SameMS   int64 // opened again within: the same look
	Opened   bool
}

// Shown notes which strangers a person is shown, and tells how many of them had
// not been shown for a while, and whether this is a look that was noted already.
func Shown(tx *rows.Tx, person crdt.ID, parties []crdt.ID, l Look) (fresh int, again bool, err error) {
	if err := tx.Exec(`DELETE FROM shown WHERE at<?1`, l.NowMS-l.ForgetMS); err != nil {
		return 0, false, err
	}
	for _, party := range parties {
		opened, was, err := tx.Int(`SELECT opened FROM shown WHERE person=?1 AND party=?2`, int64(person), int64(party))
		if err != nil {
			return 0, false, err
		}
		if !was {
			fresh++
			err = tx.Exec(`INSERT INTO shown (person, party, at, opened) VALUES (?1, ?2, ?3, 0)`, int64(person), int64(party), l.NowMS)
		}
		if l.Opened && err == nil {
			again = opened > l.NowMS-l.SameMS
			err = tx.Exec(`UPDATE shown SET opened=?3 WHERE person=?1 AND party=?2`, int64(person), int64(party), l.NowMS)
		}
		if err != nil {
			return 0, false, err
		}
	}
	return fresh, again, nil
}

// Serves reports whether something new may be written here for a party: this
// file holds it, or the directory tells of it: whoever comes in is served.
func Serves(tx *rows.Tx, party crdt.ID) (yes bool, err error) {
	_, yes, err = tx.Int(`SELECT 1 FROM party WHERE id=?1 UNION ALL SELECT 1 FROM directory WHERE id=?1 LIMIT 1`, int64(party))
	return yes, err
}

// entering notes that a party came into the scope of this node: until the page
// that ends the feed, what it said of consent may be on its way.
func (s *Store) entering(tx *rows.Tx, party crdt.ID) error {
	met, err := s.Local.Met(tx)
	if err != nil || !met {
		return err // before, nobody may be contacted at all
	}
	return tx.Exec(`INSERT OR IGNORE INTO entering (party) VALUES (?1)`, int64(party))
}

// entered notes that the feed was read to its end: all consents of whoever came
// into the scope are here.
func entered(tx *rows.Tx) error { return tx.Exec(`DELETE FROM entering`) }

// Entering reports whether one of the parties came into the scope of this node,
// and what they said of consent may still be on its way, or was set aside.
func (l *Local) Entering(tx *rows.Tx, parties ...crdt.ID) (bool, error) {
	if on, err := unheard(tx); err != nil || on {
		return on, err
	}
	for _, id := range parties {
		if _, on, err := tx.Int(`SELECT 1 FROM entering WHERE party=?1`, int64(id)); err != nil || on {
			return on, err
		}
	}
	return false, nil
}
