package imports

import (
	"cmp"
	"context"
	"slices"

	"bough/crdt"
	"bough/node/office/corefeed"
	"bough/sync/rows"
)

// Line is an import in the list: one of the screen, or of the command line.
type Line struct {
	N       int64 // 0: of the command line
	Name    string
	State   string
	AtMS    int64
	By      crdt.ID // who began it; 0: the machine's administrator
	New     int     // rows
	Changed int     // rows
	Same    int
	Refused int
}

// List are the imports, newest first.
func (im *Imports) List(ctx context.Context) (out []Line, err error) {
	err = im.office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		var ids []int64
		err := tx.Query(`SELECT id FROM import_job WHERE state<>?1 ORDER BY id DESC LIMIT ?2`, func(s *rows.Stmt) error {
			ids = append(ids, s.ColumnInt64(0))
			return nil
		}, Dropped, maxList)
		for _, n := range ids {
			if err != nil {
				return err
			}
			var l Line
			if l, err = line(tx, n); err == nil {
				out = append(out, l)
			}
		}
		if err != nil {
			return err
		}
		return tx.Query(`SELECT person, at, undone, record FROM batch WHERE job=0 ORDER BY at DESC LIMIT ?1`, func(s *rows.Stmt) error {
			told, err := corefeed.TellBatch([][]byte{rows.Blob(s, 3)})
			if err != nil {
				return err
			}
			l := Line{Name: told.Name, State: Done, AtMS: s.ColumnInt64(1), By: crdt.ID(s.ColumnInt64(0)), New: told.Created, Changed: told.Changed}
			if s.ColumnInt64(2) != 0 {
				l.State = Undone
			}
			out = append(out, l)
			return nil
		}, maxList)
	})
	slices.SortStableFunc(out, func(a, b Line) int { return cmp.Compare(b.AtMS, a.AtMS) })
	return out, err
}

func line(tx *rows.Tx, n int64) (Line, error) {
	j, err := read(tx, n)
	if err != nil {
		return Line{}, err
	}
	if j.Steps, err = steps(tx, n); err != nil {
		return Line{}, err
	}
	sum := j.Sum()
	l := Line{N: n, Name: j.Name, State: j.State, AtMS: n, New: sum.New, Changed: sum.Changed + sum.Ended, Same: sum.Unchanged, Refused: sum.Refused}
	if len(j.Steps) > 0 {
		l.By = j.Steps[0].Person
	}
	return l, nil
}

func steps(tx *rows.Tx, n int64) (out []Step, err error) {
	err = tx.Query(`SELECT at, step, person FROM import_step WHERE job=?1 ORDER BY at`, func(s *rows.Stmt) error {
		out = append(out, Step{AtMS: s.ColumnInt64(0), Step: s.ColumnText(1), Person: crdt.ID(s.ColumnInt64(2))})
		return nil
	}, n)
	return out, err
}

// Get is an import, with who did what and how far it is.
func (im *Imports) Get(ctx context.Context, n int64) (j *Import, err error) {
	err = im.office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		if j, err = read(tx, n); err != nil {
			return err
		}
		if j.State == Dropped {
			return errNone
		}
		last, err := latest(tx)
		if err != nil {
			return err
		}
		j.Latest = last == n
		j.Steps, err = steps(tx, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	im.mu.Lock()
	defer im.mu.Unlock()
	j.Progress = im.at[n]
	return j, nil
}

// get is an import alone.
func (im *Imports) get(ctx context.Context, n int64) (j *Import, err error) {
	err = im.office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		j, err = read(tx, n)
		return err
	})
	return j, err
}

// undoer is who had an import taken back.
func (im *Imports) undoer(ctx context.Context, n int64) (by crdt.ID) {
	err := im.office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		id, _, err := tx.Int(`SELECT person FROM import_step WHERE job=?1 AND step='undo' ORDER BY at DESC LIMIT 1`, n)
		by = crdt.ID(id)
		return err
	})
	if err != nil {
		return 0
	}
	return by
}

// Maps are the names of the maps that were kept, and of those that come with the
// program.
func (im *Imports) Maps(ctx context.Context) (own, builtin []string, err error) {
	err = im.office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT name FROM import_map ORDER BY name`, func(s *rows.Stmt) error {
			own = append(own, s.ColumnText(0))
			return nil
		})
	})
	return own, corefeed.BuiltinNames(), err
}
