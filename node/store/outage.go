package store

import (
	"context"
	"errors"

	"zombiezen.com/go/sqlite"

	"bough/sync/rows"
)

// Limits of what is kept of outages.
const (
	outageAgainMS = 60 * 1000   // a line that is cut again within this was not back
	outageKeptMS  = 400 * DayMS // as long as a workstation may be away
)

// Outage is a time without a line to central.
type Outage struct {
	BeganMS int64
	EndedMS int64 // 0: it lasts
}

// LineIs notes that the line to central is up or down since a time, ms UTC.
func (l *Local) LineIs(ctx context.Context, up bool, sinceMS int64) error {
	return l.File.Write(ctx, func(tx *rows.Tx) error {
		if up {
			return errors.Join(
				tx.Exec(`UPDATE outage SET ended=max(began, ?1) WHERE ended=0`, sinceMS),
				tx.Exec(`DELETE FROM outage WHERE ended<>0 AND ended<?1`, sinceMS-outageKeptMS))
		}
		_, lasts, err := tx.Int(`SELECT began FROM outage WHERE ended=0`)
		if err != nil || lasts {
			return err
		}
		last, again, err := tx.Int(`SELECT max(began) FROM outage WHERE ended>=?1`, sinceMS-outageAgainMS)
		if err != nil {
			return err
		}
		if again && last != 0 {
			return tx.Exec(`UPDATE outage SET ended=0 WHERE began=?1`, last)
		}
		return tx.Exec(`INSERT OR REPLACE INTO outage (began, ended) VALUES (?1, 0)`, sinceMS)
	})
}

// Outages are the times without a line, the latest first.
func Outages(tx *rows.Tx, most int) (out []Outage, err error) {
	err = tx.Query(`SELECT began, ended FROM outage ORDER BY began DESC LIMIT ?1`, func(s *sqlite.Stmt) error {
		out = append(out, Outage{s.ColumnInt64(0), s.ColumnInt64(1)})
		return nil
	}, most)
	return out, err
}
