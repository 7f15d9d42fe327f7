package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"bough/crdt"
	"bough/node/desk"
	"bough/node/office/corefeed"
	"bough/node/office/corefeed/mapping"
	"bough/sync/rows"
)

var (
	before  = []string{Mapping, Tried}          // nothing is written, nothing under way
	unended = []string{Mapping, Tried, Waiting} // it can be forgotten
)

// Choices are what somebody chose on the page of an import.
type Choices struct {
	Name  string
	Date  string
	Files []File
	Map   string // a mapping as text, instead; empty: the choices
}

// Choose keeps choices. Where a file is to be read in another way, or gives
// something else, its columns are guessed anew. The import is to be tried again.
func (im *Imports) Choose(ctx context.Context, by crdt.ID, n int64, c Choices) error {
	return im.turn(ctx, turn{n, by, "", before}, func(_ *rows.Tx, j *Import) error {
		if len(c.Files) != len(j.Files) {
			return errState
		}
		if c.Name = strings.TrimSpace(c.Name); c.Name != "" && len(c.Name) <= maxName {
			j.Name = c.Name
		}
		if j.Date = strings.TrimSpace(c.Date); j.Date != "" && !mapping.IsDate(j.Date) {
			return desk.Mistyped("date", "import_date", "a date like 2026-11-22")
		}
		j.Map = c.Map
		for i := range c.Files {
			if err := im.choose(j, i, c.Files[i]); err != nil {
				return err
			}
		}
		j.View, j.Changed = nil, false
		j.reach(Mapping)
		return nil
	})
}

func (im *Imports) choose(j *Import, at int, c File) error {
	was := j.Files[at]
	c.Path, c.SizeBytes = was.Path, was.SizeBytes
	read := c.Encoding != was.Encoding || c.Delimiter != was.Delimiter || c.Header != was.Header
	if !read && c.Kind == was.Kind && len(c.Columns) == len(was.Columns) {
		for i := range c.Columns {
			c.Columns[i].Name, c.Columns[i].Unusable = was.Columns[i].Name, was.Columns[i].Unusable
		}
		j.Files[at] = c
		return im.fill(j, at)
	}
	c.Columns = was.Columns
	j.Files[at] = c
	p, err := im.head(j.N, j.Files, at, headLines)
	if err != nil || p.Bad != nil {
		return err
	}
	f := &j.Files[at]
	if read {
		f.guessColumns(p.Head)
	} else {
		f.guessFields(p.Head)
	}
	return nil
}

// fill guesses how the columns are written that got a field and no word of it.
func (im *Imports) fill(j *Import, at int) error {
	p, err := im.head(j.N, j.Files, at, headLines)
	kind := schema().Named(j.Files[at].Kind)
	if err != nil || kind == nil {
		return err
	}
	for i := range j.Files[at].Columns {
		if c := &j.Files[at].Columns[i]; c.Field != "" && c.How == "" {
			c.How = guessHow(kind, c.Field, columnOf(p.Head, i))
		}
	}
	return nil
}

// mapped is the mapping of an import.
func (j *Import) mapped() (*mapping.Mapping, error) {
	text := j.Map
	if text == "" {
		var err error
		if text, err = j.text(); err != nil {
			return nil, err
		}
	}
	return mapping.Parse(j.Name, text, schema())
}

// MapText is the mapping of an import as text: the choices, or what was typed.
func (j *Import) MapText() string {
	if j.Map != "" {
		return j.Map
	}
	text, err := j.text()
	if err != nil {
		return "" // something is not chosen yet
	}
	return text
}

// Try begins the dry run; what is wrong with the text of a map is told with the
// import.
func (im *Imports) Try(ctx context.Context, by crdt.ID, n int64) error {
	return im.turn(ctx, turn{n, by, "try", before}, func(_ *rows.Tx, j *Import) error {
		j.View, j.Changed = nil, false
		j.reach(Trying)
		var bad *mapping.Errors
		_, err := j.mapped()
		if errors.As(err, &bad) {
			j.fail(Mapping, err)
			err = nil
		}
		return err
	})
}

// Change goes back from what would change to the map.
func (im *Imports) Change(ctx context.Context, by crdt.ID, n int64) error {
	return im.turn(ctx, turn{n, by, "", []string{Tried, Waiting}}, func(_ *rows.Tx, j *Import) error {
		j.State, j.By = Mapping, 0
		return nil
	})
}

// Write has it written, or asks for a second person where one is needed.
func (im *Imports) Write(ctx context.Context, by crdt.ID, n int64) error {
	j, err := im.get(ctx, n)
	if err != nil {
		return err
	}
	step := "write"
	if j.View != nil && j.View.NeedsSecond {
		step = "ask"
	}
	return im.turn(ctx, turn{n, by, step, []string{Tried}}, func(tx *rows.Tx, j *Import) error {
		if j.View == nil || j.View.Empty {
			return errState
		}
		j.By, j.Second = by, 0
		if j.View.NeedsSecond {
			j.State = Waiting
			return nil
		}
		j.State = Writing
		return alone(tx, n)
	})
}

// Agree is the second person's yes.
func (im *Imports) Agree(ctx context.Context, by crdt.ID, n int64) error {
	return im.turn(ctx, turn{n, by, "agree", []string{Waiting}}, func(tx *rows.Tx, j *Import) error {
		if by == j.By {
			return desk.Mistyped("", "import_same_person", "the second person must be somebody else")
		}
		j.Second, j.State = by, Writing
		return alone(tx, n)
	})
}

// alone fails where another import is written or taken back.
func alone(tx *rows.Tx, n int64) error {
	_, busy, err := tx.Int(`SELECT id FROM import_job WHERE id<>?1 AND state IN (?2, ?3, ?4)`, n, Writing, Halted, Undoing)
	if err == nil && busy {
		err = errBusy
	}
	return err
}

// Resume goes on where it was halted.
func (im *Imports) Resume(ctx context.Context, by crdt.ID, n int64) error {
	return im.turn(ctx, turn{n, by, "resume", []string{Halted}}, func(_ *rows.Tx, j *Import) error {
		j.reach(Writing)
		return nil
	})
}

// Stop ends it with what is written so far, which can be taken back. Where that
// is nothing, it is as after the dry run.
func (im *Imports) Stop(ctx context.Context, by crdt.ID, n int64) error {
	state := Tried
	err := im.turn(ctx, turn{n, by, "stop", []string{Writing, Halted}}, func(tx *rows.Tx, j *Import) error {
		told, err := written(tx, n)
		if err != nil {
			return err
		}
		j.Written = told.Created + told.Changed
		if j.reach(Tried); j.Written > 0 {
			j.end()
			j.Stopped = true
		}
		state = j.State
		return nil
	})
	if err != nil || state == Tried {
		return err
	}
	return im.discard(n)
}

// written is what the parts of an import tell of it.
func written(tx *rows.Tx, n int64) (corefeed.Told, error) {
	var records [][]byte
	err := tx.Query(`SELECT record FROM batch WHERE job=?1 AND undone=0 ORDER BY id`, func(s *rows.Stmt) error {
		records = append(records, rows.Blob(s, 0))
		return nil
	}, n)
	if err != nil {
		return corefeed.Told{}, err
	}
	return corefeed.TellBatch(records)
}

// Undo begins to take it back.
func (im *Imports) Undo(ctx context.Context, by crdt.ID, n int64) error {
	return im.turn(ctx, turn{n, by, "undo", []string{Done}}, func(tx *rows.Tx, j *Import) error {
		if latest, err := latest(tx); err != nil || latest != n {
			return errors.Join(err, desk.Mistyped("", "import_not_latest", "a later import came after it; take that back first"))
		}
		j.State = Undoing
		return alone(tx, n)
	})
}

// latest is the number of the import that can be taken back; 0: none, or one of
// the command line.
func latest(tx *rows.Tx) (n int64, err error) {
	n, _, err = tx.Int(`SELECT job FROM batch WHERE undone=0 ORDER BY at DESC, id DESC LIMIT 1`)
	return n, err
}

// Drop forgets an import that was not written, with its files.
func (im *Imports) Drop(ctx context.Context, by crdt.ID, n int64) error {
	err := im.turn(ctx, turn{n, by, "", unended}, func(tx *rows.Tx, j *Import) error {
		*j = Import{N: n, State: Dropped, Name: j.Name}
		return tx.Exec(`DELETE FROM import_refused WHERE job=?1`, n)
	})
	if err != nil {
		return err
	}
	return im.discard(n)
}

// discard removes the files of an import.
func (im *Imports) discard(n int64) error {
	if err := os.RemoveAll(im.spool(n).dir); err != nil {
		return fmt.Errorf("imports: remove files: %w", err)
	}
	return nil
}

// keptMap is a map that was kept.
type keptMap struct {
	Files []File
	Map   string
}

// KeepMap keeps the map of an import under a name, in place of what had it.
func (im *Imports) KeepMap(ctx context.Context, by crdt.ID, n int64, name string) error {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName {
		return desk.Mistyped("keep", "import_map_name", "a name of 1 to 60 characters")
	}
	j, err := im.get(ctx, n)
	if err != nil {
		return err
	}
	body, err := json.Marshal(keptMap{j.Files, j.Map})
	if err != nil {
		return fmt.Errorf("imports: keep map: %w", err)
	}
	_, err = im.act(ctx, by, func(a *rows.Act) error {
		others, _, err := a.Tx.Int(`SELECT count(*) FROM import_map WHERE name<>?1`, name)
		if err == nil && others >= maxMaps {
			err = desk.Mistyped("keep", "import_maps", "there are 100 maps already; forget one first")
		}
		if err != nil {
			return err
		}
		return a.Tx.Exec(`INSERT OR REPLACE INTO import_map (name, body, at, person) VALUES (?1, ?2, ?3, ?4)`, name, string(body), im.o.NowMS(), int64(by))
	})
	return err
}

// ForgetMap forgets a map that was kept.
func (im *Imports) ForgetMap(ctx context.Context, by crdt.ID, name string) error {
	_, err := im.act(ctx, by, func(a *rows.Act) error { return a.Tx.Exec(`DELETE FROM import_map WHERE name=?1`, name) })
	return err
}

// UseMap maps an import like one that was kept, or like a map that comes with the
// program: each file like the one whose columns are most like its own.
func (im *Imports) UseMap(ctx context.Context, by crdt.ID, n int64, name string) error {
	return im.turn(ctx, turn{n, by, "", before}, func(tx *rows.Tx, j *Import) error {
		m, err := mapNamed(tx, name)
		if err != nil {
			return err
		}
		j.Map, j.View = m.Map, nil
		j.reach(Mapping)
		for i := range j.Files {
			if err := im.follow(j, i, m.Files); err != nil {
				return err
			}
		}
		return nil
	})
}

func mapNamed(tx *rows.Tx, name string) (m keptMap, err error) {
	found := false
	err = tx.Query(`SELECT body FROM import_map WHERE name=?1`, func(s *rows.Stmt) error {
		found = true
		return json.Unmarshal([]byte(s.ColumnText(0)), &m)
	}, name)
	if err != nil || found {
		return m, err
	}
	if m.Map, err = corefeed.BuiltinText(name); err != nil {
		err = desk.Mistyped("use", "import_no_map", "there is no such map")
	}
	return m, err
}

// follow maps a file like the kept one that has most columns in common with it.
func (im *Imports) follow(j *Import, at int, like []File) error {
	f, best, most := &j.Files[at], -1, 0
	for i := range like {
		if n := common(f.Columns, like[i].Columns); n > most {
			best, most = i, n
		}
	}
	if best < 0 {
		return nil
	}
	m := &like[best]
	f.Kind, f.Full, f.Decimal, f.Constants = m.Kind, m.Full, m.Decimal, m.Constants
	f.Key = ""
	for i := range f.Columns {
		c := &f.Columns[i]
		c.Field, c.How = "", ""
		for _, was := range m.Columns {
			if was.Name == c.Name && !c.Unusable {
				c.Field, c.How = was.Field, was.How
				if m.Key == c.Name {
					f.Key = c.Name
				}
			}
		}
	}
	return nil
}

func common(a, b []Column) (n int) {
	for _, x := range a {
		for _, y := range b {
			if x.Name == y.Name {
				n++
			}
		}
	}
	return n
}

// Refused yields the lines that an import did not take, in their order.
func (im *Imports) Refused(ctx context.Context, n int64, yield func(corefeed.Refused) error) error {
	return im.office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		if _, err := read(tx, n); err != nil {
			return err
		}
		return tx.Query(`SELECT file, line, field, kind, reason, why FROM import_refused WHERE job=?1 ORDER BY n`, func(s *rows.Stmt) error {
			r := corefeed.Refused{File: s.ColumnText(0), Line: int(s.ColumnInt64(1)), Column: s.ColumnText(2), Kind: s.ColumnText(3), Reason: s.ColumnText(4)}
			if err := json.Unmarshal([]byte(s.ColumnText(5)), &r.Why); err != nil {
				return fmt.Errorf("imports: read the reason of a refused line: %w", err)
			}
			return yield(r)
		}, n)
	})
}

// FirstRefused are the first lines that an import did not take.
func (im *Imports) FirstRefused(ctx context.Context, n int64, most int) (out []corefeed.Refused, err error) {
	err = im.Refused(ctx, n, func(r corefeed.Refused) error {
		if len(out) == most {
			return io.EOF
		}
		out = append(out, r)
		return nil
	})
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return out, err
}
