package store

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store/terms"
	"bough/sync/rows"
)

// Limits of local things.
const (
	maxDraftBytes  = 64 << 10 // a form of the pages, with room
	maxDrafts      = 50       // per person; the oldest go
	maxRecent      = 30       // per person
	answeredKeptMS = 24 * 60 * 60 * 1000
)

// ErrTooLong is a draft that is not kept because of its size.
var ErrTooLong = errors.New("store: the draft is too long")

// Local is what never travels, on the file of a node or of central: tokens,
// drafts, recent customers, answers of the API, the search index.
type Local struct {
	File    *rows.File
	besides func() error // removes what else holds rows; nil: nothing does
	names   terms.Memory // of what find ranked lately
	viewed  viewed
}

// NewLocal works on a file that was opened with LocalTables.
func NewLocal(f *rows.File) *Local { return &Local{File: f} }

// Token is a sign-in.
type Token struct {
	Hash    [32]byte
	Session crdt.ID
	Person  crdt.ID
	API     bool
	SeenMS  int64
	UntilMS int64
	Locked  bool
}

// PutToken keeps a sign-in and forgets those that ended.
func (l *Local) PutToken(ctx context.Context, t Token) error {
	return l.File.Write(ctx, func(tx *rows.Tx) error {
		if err := tx.Exec(`DELETE FROM token WHERE until<?1`, t.SeenMS); err != nil {
			return err
		}
		return tx.Exec(`INSERT OR REPLACE INTO token (hash, session, person, api, seen, until, locked) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
			t.Hash[:], int64(t.Session), int64(t.Person), flag(t.API), t.SeenMS, t.UntilMS, flag(t.Locked))
	})
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Token reads a sign-in; nil when there is none.
func (l *Local) Token(ctx context.Context, hash [32]byte) (t *Token, err error) {
	err = l.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT session, person, api, seen, until, locked FROM token WHERE hash=?1`, func(s *sqlite.Stmt) error {
			t = &Token{Hash: hash, Session: crdt.ID(s.ColumnInt64(0)), Person: crdt.ID(s.ColumnInt64(1)), API: s.ColumnInt64(2) == 1,
				SeenMS: s.ColumnInt64(3), UntilMS: s.ColumnInt64(4), Locked: s.ColumnInt64(5) == 1}
			return nil
		}, hash[:])
	})
	return t, err
}

// DropToken ends a sign-in.
func (l *Local) DropToken(ctx context.Context, hash [32]byte) error {
	return l.File.Write(ctx, func(tx *rows.Tx) error { return tx.Exec(`DELETE FROM token WHERE hash=?1`, hash[:]) })
}

// DropTokens ends every sign-in: whoever works on signs in anew.
func (l *Local) DropTokens(ctx context.Context) error {
	return l.File.Write(ctx, func(tx *rows.Tx) error { return tx.Exec(`DELETE FROM token`) })
}

// WrongPasswords is how often in a row a login was tried in vain, and when last.
func (l *Local) WrongPasswords(ctx context.Context, login string) (count int, atMS int64, err error) {
	err = l.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT count, at FROM wrong_password WHERE login=?1`, func(s *sqlite.Stmt) error {
			count, atMS = int(s.ColumnInt64(0)), s.ColumnInt64(1)
			return nil
		}, login)
	})
	return count, atMS, err
}

// CountPassword notes a wrong password, or forgets them after a right one.
func (l *Local) CountPassword(ctx context.Context, login string, right bool, nowMS int64) error {
	return l.File.Write(ctx, func(tx *rows.Tx) error {
		if right {
			return tx.Exec(`DELETE FROM wrong_password WHERE login=?1`, login)
		}
		return tx.Exec(`INSERT INTO wrong_password (login, count, at) VALUES (?1, 1, ?2)
			ON CONFLICT (login) DO UPDATE SET count=count+1, at=?2`, login, nowMS)
	})
}

// SaveDraft keeps a half-typed form of a person; an empty body drops it.
func (l *Local) SaveDraft(ctx context.Context, person crdt.ID, form, body string, nowMS int64) error {
	if len(body) > maxDraftBytes || len(form) > 200 {
		return fmt.Errorf("%w: at most %d bytes, this one has %d", ErrTooLong, maxDraftBytes, len(body))
	}
	return l.File.Write(ctx, func(tx *rows.Tx) error {
		if body == "" {
			return tx.Exec(`DELETE FROM draft WHERE person=?1 AND form=?2`, int64(person), form)
		}
		if err := tx.Exec(`INSERT OR REPLACE INTO draft (person, form, body, at) VALUES (?1, ?2, ?3, ?4)`, int64(person), form, body, nowMS); err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM draft WHERE person=?1 AND form NOT IN
			(SELECT form FROM draft WHERE person=?1 ORDER BY at DESC LIMIT ?2)`, int64(person), maxDrafts)
	})
}

// Draft reads a half-typed form and when it was kept; empty when there is none.
func (l *Local) Draft(ctx context.Context, person crdt.ID, form string) (body string, atMS int64, err error) {
	err = l.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT body, at FROM draft WHERE person=?1 AND form=?2`, func(s *sqlite.Stmt) error {
			body, atMS = s.ColumnText(0), s.ColumnInt64(1)
			return nil
		}, int64(person), form)
	})
	return body, atMS, err
}

// Answer is what the API answered to a request that may be sent again.
type Answer struct {
	Request [32]byte
	Status  int
	Body    []byte
}

// Answered reads the answer to an idempotency key; nil when there is none.
func (l *Local) Answered(ctx context.Context, person crdt.ID, key string) (a *Answer, err error) {
	err = l.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT request, status, body FROM answered WHERE person=?1 AND key=?2`, func(s *sqlite.Stmt) error {
			a = &Answer{Status: int(s.ColumnInt64(1)), Body: rows.Blob(s, 2)}
			copy(a.Request[:], rows.Blob(s, 0))
			return nil
		}, int64(person), key)
	})
	return a, err
}

// PutAnswer keeps the answer to an idempotency key for a day.
func (l *Local) PutAnswer(ctx context.Context, person crdt.ID, key string, a Answer, nowMS int64) error {
	return l.File.Write(ctx, func(tx *rows.Tx) error {
		if err := tx.Exec(`DELETE FROM answered WHERE at<?1`, nowMS-answeredKeptMS); err != nil {
			return err
		}
		return tx.Exec(`INSERT OR REPLACE INTO answered (person, key, request, status, body, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
			int64(person), key, a.Request[:], a.Status, a.Body, nowMS)
	})
}

// Touch notes, within the transaction that stored row, that the index entry of
// its parties is old, where the kind matters to the index. It adds the parties
// the row hangs on to touched.
func (l *Local) Touch(tx *rows.Tx, row *rows.Stored, touched []crdt.ID) ([]crdt.ID, error) {
	parties := partyOf(l.File.Held(), row)
	switch row.Kind {
	case crm.Party, crm.Reach, crm.Role:
		for _, id := range parties {
			if err := tx.Exec(`INSERT OR IGNORE INTO dirty (party) VALUES (?1)`, int64(id)); err != nil {
				return touched, err
			}
		}
	case crm.Holding:
		err := tx.Exec(`INSERT OR IGNORE INTO dirty (party) SELECT party FROM role WHERE holding=?1 AND party IS NOT NULL`, int64(row.ID))
		if err != nil {
			return touched, err
		}
	case crm.Reissue:
		if err := touchReissue(tx, row); err != nil {
			return touched, err
		}
	}
	return append(touched, parties...), nil
}
