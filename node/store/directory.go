package store

import (
	"encoding/base64"

	"zombiezen.com/go/sqlite"

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
