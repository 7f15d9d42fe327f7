package central

import (
	"sync"

	"bough/sync/wire"
)

// maxUnsaid is how many rows are remembered that could not be told: more are a
// damaged file, of which the log has said enough.
const maxUnsaid = 1000

// unsaid are the rows that central could not encode since it started. Workstations
// set them aside, tell so (Report.Aside), and ask again.
type unsaid struct {
	mu    sync.Mutex // guards rows and first
	rows  map[RowID]int64
	first func(RowID, int64, error)
}

// onFirst tells fn of each such row and number once.
func (u *unsaid) onFirst(fn func(RowID, int64, error)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.first = fn
}

func (u *unsaid) note(row *wire.PageRow, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	id := RowID{Kind: row.Row.Kind, ID: row.Row.ID}
	if u.rows == nil {
		u.rows = map[RowID]int64{}
	}
	if u.rows[id] == row.N || len(u.rows) >= maxUnsaid {
		return
	}
	if u.rows[id] = row.N; u.first != nil {
		u.first(id, row.N, err)
	}
}
