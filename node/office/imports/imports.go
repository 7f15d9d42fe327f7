package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"bough/crdt"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/office/corefeed"
	"bough/node/office/corefeed/mapping"
	"bough/sync/rows"
)

// States of an import.
const (
	Mapping = "mapping"
	Trying  = "trying"
	Tried   = "tried"
	Waiting = "waiting"
	Writing = "writing"
	Halted  = "halted"
	Done    = "done"
	Undoing = "undoing"
	Undone  = "undone"
	Dropped = "dropped"
)

// States are those that a page can show; Steps are what is done with an import.
func States() []string {
	return []string{Mapping, Trying, Tried, Waiting, Writing, Halted, Done, Undoing, Undone}
}

// Steps are the words of what was done with an import.
func Steps() []string {
	return []string{"upload", "try", "tried", "faulty", "write", "ask", "agree", "changed", "halted", "resume", "stop", "done", "undo", "undone"}
}

// Options are what imports need.
type Options struct {
	Dir   string // where files lie until the end of their import
	Vault Vault
	NowMS func() int64
	Rows  int // written in one transaction; 0: 2,000. Tests have few.
}

// Imports is the import of files at head office.
type Imports struct {
	office *office.Office
	o      Options

	mu      sync.Mutex // guards the rest
	at      map[int64]Progress
	sweptMS int64
}

// New makes it.
func New(f *office.Office, o Options) *Imports {
	if o.Rows == 0 {
		o.Rows = partRows
	}
	return &Imports{office: f, o: o, at: map[int64]Progress{}}
}

// Progress is how far something is.
type Progress struct{ Done, Total int64 }

// Percent is the share that is done.
func (p Progress) Percent() int {
	if p.Total <= 0 {
		return 0
	}
	return int(min(p.Done, p.Total) * 100 / p.Total)
}

// Import is one import, and what its page shows.
type Import struct {
	N     int64  `json:"-"`
	State string `json:"-"`

	Name    string // what the list calls it
	Date    string // of the files, YYYY-MM-DD
	Files   []File
	Map     string            // a mapping as text, instead of the choices; empty: the choices
	View    *corefeed.View    `json:",omitempty"` // what would change; the refused lines are kept apart
	Shown   []crdt.ID         // customers of whom the examples tell
	Kept    int               // refused lines that can be downloaded
	By      crdt.ID           // who had it written
	Second  crdt.ID           // who agreed
	Fault   string            // why the dry run could not be made, or writing not go on: a code of desk, or text of a map
	Bad     corefeed.BadFiles `json:",omitempty"` // the files that are the reason, instead
	Changed bool              // central held something else when it was to be written
	Stopped bool              // before all was written
	Written int               // rows, of one that was stopped
	Back    *Back             `json:",omitempty"`

	Steps    []Step   `json:"-"`
	Progress Progress `json:"-"`
	Latest   bool     `json:"-"` // no import came after it: it can be taken back
}

// Step is who did what with an import.
type Step struct {
	AtMS   int64
	Step   string
	Person crdt.ID // 0: the program
}

// Back is what taking an import back did, or would do.
type Back struct {
	Removed, Restored int
	Kept              []corefeed.Kept // rows that stay
	Left              []corefeed.Left // fields that somebody changed since
	KeptAll, LeftAll  int
}

// Under reports whether the program is at work on it.
func (j *Import) Under() bool { return slices.Contains([]string{Trying, Writing, Undoing}, j.State) }

// Sum adds up what the dry run counted.
func (j *Import) Sum() (k corefeed.KindView) {
	if j.View != nil {
		for _, one := range j.View.Kinds {
			k.New, k.Changed, k.Unchanged, k.Ended = k.New+one.New, k.Changed+one.Changed, k.Unchanged+one.Unchanged, k.Ended+one.Ended
		}
		k.Refused = j.View.RefusedAll
	}
	return k
}

// Errors for people.
var (
	errNone  = desk.Missing("import", "there is no such import")
	errState = desk.Mistyped("", "import_state", "this cannot be done with the import now")
	errBusy  = desk.Mistyped("", "import_busy", "another import is being written; wait until it is at its end")
)

// Upload takes the files of a new import; next gives one after the other, and
// io.EOF after the last. Nothing is kept of one that fails.
func (im *Imports) Upload(ctx context.Context, by crdt.ID, next func() (name string, content io.Reader, err error)) (n int64, err error) {
	if n, err = im.number(ctx); err != nil {
		return 0, err
	}
	s := im.spool(n)
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return 0, fmt.Errorf("imports: keep files: %w", err)
	}
	j := &Import{N: n, State: Mapping, Date: time.UnixMilli(im.o.NowMS()).UTC().Format(time.DateOnly)}
	if err := im.take(j, next); err != nil {
		return 0, errors.Join(err, os.RemoveAll(s.dir))
	}
	_, err = im.act(ctx, by, func(a *rows.Act) error {
		return errors.Join(im.keep(a.Tx, j), im.step(a.Tx, n, "upload", by))
	})
	if err != nil {
		return 0, errors.Join(err, os.RemoveAll(s.dir))
	}
	return n, nil
}

// number is that of a new import: the time, made unique.
func (im *Imports) number(ctx context.Context) (n int64, err error) {
	err = im.office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		last, _, err := tx.Int(`SELECT coalesce(max(id), 0) FROM import_job`)
		n = max(im.o.NowMS(), last+1)
		return err
	})
	for err == nil {
		if _, gone := os.Stat(im.spool(n).dir); errors.Is(gone, fs.ErrNotExist) {
			return n, nil
		}
		n++
	}
	return n, err
}

func (im *Imports) take(j *Import, next func() (string, io.Reader, error)) error {
	for {
		name, content, err := next()
		switch {
		case errors.Is(err, io.EOF) && len(j.Files) == 0:
			return desk.Mistyped("files", "import_no_file", "choose the files to import")
		case errors.Is(err, io.EOF):
			j.Name, _, _ = strings.Cut(j.Files[0].Path, ".")
			return nil
		case err != nil:
			return err
		case len(j.Files) == maxFiles:
			return wrong("import_many", "an import has at most 20 files")
		}
		if err := im.takeFile(j, name, content); err != nil {
			return err
		}
	}
}

func (im *Imports) takeFile(j *Import, name string, content io.Reader) error {
	plain, err := unfolded(content)
	if err != nil {
		return err
	}
	at := len(j.Files)
	size, err := im.spool(j.N).put(at, plain)
	if err != nil {
		return err
	}
	j.Files = append(j.Files, File{Path: j.path(name), SizeBytes: size})
	return im.guess(j, at)
}

// path is a name that nothing but the file has.
func (j *Import) path(name string) string {
	name = strings.TrimSuffix(filepath.Base(strings.ReplaceAll(name, `\`, "/")), ".gz")
	if !fs.ValidPath(name) || name == "." || len(name) > maxFileName {
		name = fmt.Sprintf("file %d", len(j.Files)+1)
	}
	for slices.ContainsFunc(j.Files, func(f File) bool { return f.Path == name }) {
		name = fmt.Sprintf("%d %s", len(j.Files)+1, name)
	}
	return name
}

// guess guesses how a file is written and what it gives.
func (im *Imports) guess(j *Import, at int) error {
	in, err := folder{im.spool(j.N), j.Files}.Open(j.Files[at].Path)
	if err != nil {
		return fmt.Errorf("imports: read file: %w", err)
	}
	head, err := io.ReadAll(io.LimitReader(in, headBytes))
	if err := errors.Join(err, in.Close()); err != nil {
		return err
	}
	f := &j.Files[at]
	f.guessWriting(head)
	p, err := im.head(j.N, j.Files, at, headLines)
	if err == nil {
		f.guessColumns(p.Head)
		f.Decimal = f.guessDecimal(p.Head)
	}
	return err
}

// guessDecimal is how the amounts of a file are written: the first way in which
// all that were looked at can be read.
func (f *File) guessDecimal(h *corefeed.Head) string {
	for _, like := range Decimals() {
		decimal, thousands := separators(like)
		n := mapping.Numbers{Decimal: decimal[0], Digits: 2}
		if thousands != "" {
			n.Thousands = thousands[0]
		}
		if f.amounts(h, func(text string) bool { _, wrong := n.Money(text); return wrong == "" }) {
			return like
		}
	}
	return Decimals()[0]
}

func (f *File) amounts(h *corefeed.Head, good func(string) bool) bool {
	for i, c := range f.Columns {
		if !strings.HasSuffix(c.Field, "_minor") {
			continue
		}
		for _, text := range columnOf(h, i) {
			if !good(text) {
				return false
			}
		}
	}
	return true
}

// Preview is how a file of an import begins.
func (im *Imports) Preview(j *Import, at, most int) (*Preview, error) {
	return im.head(j.N, j.Files, at, most)
}

// keep writes an import.
func (im *Imports) keep(tx *rows.Tx, j *Import) error {
	body, err := json.Marshal(j)
	if err != nil {
		return fmt.Errorf("imports: keep: %w", err)
	}
	return tx.Exec(`INSERT INTO import_job (id, state, body) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET state=?2, body=?3`, j.N, j.State, string(body))
}

func (im *Imports) step(tx *rows.Tx, n int64, step string, by crdt.ID) error {
	return tx.Exec(`INSERT INTO import_step (job, at, step, person)
		SELECT ?1, max(?2, coalesce(max(at) + 1, 0)), ?3, ?4 FROM import_step WHERE job=?1`, n, im.o.NowMS(), step, int64(by)) // one after the other, whatever the clock says
}

func (im *Imports) act(ctx context.Context, by crdt.ID, fn func(*rows.Act) error) (rows.Receipt, error) {
	return im.office.Central.Act(ctx, rows.Actor{Person: by}, fn)
}

func read(tx *rows.Tx, n int64) (j *Import, err error) {
	err = tx.Query(`SELECT state, body FROM import_job WHERE id=?1`, func(s *rows.Stmt) error {
		j = &Import{}
		if err := json.Unmarshal([]byte(s.ColumnText(1)), j); err != nil {
			return fmt.Errorf("imports: read import %d: %w", n, err)
		}
		j.N, j.State = n, s.ColumnText(0)
		return nil
	}, n)
	if err == nil && j == nil {
		err = errNone
	}
	return j, err
}

// turn is a step of an import that is in one of these states.
type turn struct {
	n    int64
	by   crdt.ID // 0: the program
	step string  // empty: it is not worth telling
	from []string
}

func (im *Imports) turn(ctx context.Context, t turn, fn func(tx *rows.Tx, j *Import) error) error {
	_, err := im.act(ctx, t.by, func(a *rows.Act) error {
		j, err := read(a.Tx, t.n)
		if err != nil {
			return err
		}
		if !slices.Contains(t.from, j.State) {
			return errState
		}
		if err := fn(a.Tx, j); err != nil {
			return err
		}
		if t.step != "" {
			err = im.step(a.Tx, t.n, t.step, t.by)
		}
		return errors.Join(err, im.keep(a.Tx, j))
	})
	return err
}
