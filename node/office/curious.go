package office

import (
	"context"

	"bough/crdt"
	"bough/sync/rows"
)

// Looking for strangers.
const (
	MaxStrangers = 30 // whom one person may be shown in an hour before head office is alerted
	hourMS       = 60 * 60 * 1000
	curiousMS    = 30 * 24 * hourMS // alerts of the last 30 days are listed
	maxCurious   = 200              // alerts listed
	maxLookups   = 500              // looks listed
)

// Curious is an hour in which a person was shown more strangers than MaxStrangers.
type Curious struct {
	Person    crdt.ID
	Name      string // of the person
	Branch    int64
	Strangers int64 // at the most within an hour
	AtMS      int64 // when it was the most
}

// Curious lists the alerts, newest first: one a person and hour of the clock.
func (f *Office) Curious(ctx context.Context) (out []Curious, err error) {
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT seen.person, seen.branch, max(strangers), at, coalesce((SELECT name FROM person WHERE id=seen.person), '') FROM (
				SELECT person, branch, at, sum(found) OVER (PARTITION BY person ORDER BY at RANGE BETWEEN ?1 PRECEDING AND CURRENT ROW) AS strangers
				FROM lookup WHERE at>?2)
			AS seen WHERE strangers>?3 GROUP BY seen.person, at/?1 ORDER BY at DESC LIMIT ?4`, func(s *rows.Stmt) error {
			out = append(out, Curious{crdt.ID(s.ColumnInt64(0)), s.ColumnText(4), s.ColumnInt64(1), s.ColumnInt64(2), s.ColumnInt64(3)})
			return nil
		}, hourMS, f.o.NowMS()-curiousMS, MaxStrangers, maxCurious)
	})
	return out, err
}

// Look is one look of somebody at parties of other branches.
type Look struct {
	Person crdt.ID
	Name   string // of the person
	Branch int64
	Party  crdt.ID // whom they opened; 0: a question
	Fresh  int64   // strangers whom they had not been shown for an hour
	AtMS   int64
}

// Looks lists the newest looks.
func (f *Office) Looks(ctx context.Context) (out []Look, err error) {
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT person, branch, party, found, at, coalesce((SELECT name FROM person WHERE id=lookup.person), '') FROM lookup ORDER BY at DESC, id DESC LIMIT ?1`, func(s *rows.Stmt) error {
			out = append(out, Look{crdt.ID(s.ColumnInt64(0)), s.ColumnText(5), s.ColumnInt64(1), crdt.ID(s.ColumnInt64(2)), s.ColumnInt64(3), s.ColumnInt64(4)})
			return nil
		}, maxLookups)
	})
	return out, err
}
