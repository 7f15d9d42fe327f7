package corefeed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"bough/node/office/corefeed/mapping"
)

// Options are what reading a feed needs.
type Options struct {
	Folder  fs.FS
	Mapping *mapping.Mapping
	// Date of the feed, YYYY-MM-DD; empty: the mapping's.
	Date string
	// MaxListed refusals are listed; 0 means MaxListed.
	MaxListed int
	// Progress is told the bytes read so far and of all files; may be nil.
	Progress func(done, total int64)
}

// Summary is what reading found besides the records.
type Summary struct {
	Name    string
	Date    string
	Files   []FileInfo
	Refused Refusals
	Full    map[uint8]bool
}

// Feed is a whole feed in memory.
type Feed struct {
	Summary
	Records []Record
}

// ErrDate is a full feed without a date, or a date that is none.
var ErrDate = errors.New("corefeed: a full feed needs its date, YYYY-MM-DD, in the mapping or beside it")

// Load reads a feed into memory, for NewPlan.
func Load(ctx context.Context, o Options) (*Feed, error) {
	f := &Feed{}
	s, err := Read(ctx, o, func(r Record) error {
		f.Records = append(f.Records, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	f.Summary = *s
	return f, nil
}

// Read reads a feed and yields its records, those that others look up first; an
// error of yield stops it. The error is ErrFolder, ErrFile, ErrDate, the
// context's, or yield's.
func Read(ctx context.Context, o Options, yield func(Record) error) (*Summary, error) {
	r := &reading{Options: o, ctx: ctx, yield: yield, tables: map[string]*lookup{}, claimed: map[uint8]map[string]claim{}}
	if r.MaxListed <= 0 {
		r.MaxListed = MaxListed
	}
	r.out = Summary{Name: o.Mapping.Name, Date: o.Date, Refused: newRefusals(r.MaxListed), Full: map[uint8]bool{}}
	if r.out.Date == "" {
		r.out.Date = o.Mapping.Date
	}
	if err := r.whole(); err != nil {
		return nil, err
	}
	files := o.Mapping.Feeds()
	var err error
	if r.total, err = measure(o.Folder, files); err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := r.file(f); err != nil {
			return nil, err
		}
	}
	r.tell()
	return &r.out, nil
}

type reading struct {
	Options
	ctx         context.Context
	yield       func(Record) error
	out         Summary
	tables      map[string]*lookup
	claimed     map[uint8]map[string]claim
	done, total int64
}

// claim is where a key was met first.
type claim struct {
	file string
	line int
}

func (r *reading) tell() {
	if r.Progress != nil {
		r.Progress(r.done, r.total)
	}
}

// whole finds the kinds that are full: all rows of the kind must say so.
func (r *reading) whole() error {
	for _, x := range r.Mapping.Rows {
		before, found := r.out.Full[x.Kind.Num]
		r.out.Full[x.Kind.Num] = x.Full && (before || !found)
	}
	any := false
	for _, full := range r.out.Full {
		any = any || full
	}
	if r.out.Date == "" && any || r.out.Date != "" && !mapping.IsDate(r.out.Date) {
		return fmt.Errorf("%w: %q", ErrDate, r.out.Date)
	}
	return nil
}

// reader is all that is made of one file.
type reader struct {
	sheet   *sheet
	lookups []*lookup
	rows    []*rows
	kinds   []uint8
}

func (r *reading) file(f *mapping.File) error {
	in, err := r.Folder.Open(f.Path)
	if err != nil {
		return unread(f.Path, 0, err)
	}
	defer in.Close() // read only: nothing can be lost
	meter := newMeter(r.ctx, in, &r.done, r.tell)
	sheet, err := openSheet(f, meter)
	if err != nil {
		return err
	}
	one, err := r.bind(sheet)
	if err != nil {
		return err
	}
	if err := r.lines(one); err != nil {
		return err
	}
	r.out.Files = append(r.out.Files, meter.info(f, sheet.lines.number))
	return nil
}

func (r *reading) bind(s *sheet) (*reader, error) {
	one := &reader{sheet: s}
	for _, l := range r.Mapping.Lookups {
		if l.File != s.file {
			continue
		}
		bound, err := (&binder{sheet: s}).lookup(l)
		if err != nil {
			return nil, err
		}
		r.tables[l.Name] = bound
		one.lookups = append(one.lookups, bound)
	}
	for _, x := range r.Mapping.Rows {
		if x.File != s.file {
			continue
		}
		bound, err := (&binder{sheet: s}).rows(x, r.tables)
		if err != nil {
			return nil, err
		}
		one.rows = append(one.rows, bound)
		if !slices.Contains(one.kinds, x.Kind.Num) {
			one.kinds = append(one.kinds, x.Kind.Num)
		}
	}
	return one, nil
}

func (r *reading) lines(one *reader) error {
	path := one.sheet.file.Path
	for {
		cols, bad, err := one.sheet.next()
		number := one.sheet.lines.number
		switch {
		case err == io.EOF:
			return r.groups(one)
		case r.ctx.Err() != nil:
			return fmt.Errorf("corefeed: read %s: %w", path, r.ctx.Err())
		case err != nil:
			return unread(path, number+1, err)
		case bad != nil:
			r.out.Refused.line(Refused{File: path, Line: number}.because(bad), one.kinds)
			continue
		}
		for _, l := range one.lookups {
			if f := l.take(number, cols); f != nil {
				r.out.Refused.list(Refused{File: path, Line: number, Column: f.column}.because(f.reason))
			}
		}
		for _, x := range one.rows {
			if err := r.take(x, number, cols); err != nil {
				return err
			}
		}
	}
}

// take makes what one [rows.…] makes of a line.
func (r *reading) take(x *rows, number int, cols []string) error {
	x.line.number, x.line.cols = number, cols
	if x.unpivot == nil {
		return r.one(x)
	}
	for i, at := range x.unpivot {
		x.line.item = x.Unpivot[i].Item
		if x.line.value, _ = at.text(&x.line); x.line.value == "" {
			continue
		}
		if err := r.one(x); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) one(x *rows) error {
	key, bad, ok := x.prepare()
	if !ok {
		return nil
	}
	if bad != nil {
		r.refuse(x, key, bad)
		return nil
	}
	if x.Group {
		r.group(x, key)
		return nil
	}
	rec, bad := x.record(key)
	if bad == nil {
		bad = r.claim(x, rec.Key)
	}
	if bad != nil {
		r.refuse(x, key, bad)
		return nil
	}
	return r.yield(rec)
}

func (r *reading) group(x *rows, key string) {
	g := x.groups[key]
	if g == nil {
		key = strings.Clone(key)
		g = x.newGroup(key)
	}
	bad := x.add(g)
	if bad == nil && x.groups[key] == nil {
		if bad = r.claim(x, key); bad == nil {
			x.groups[key] = g
			x.order = append(x.order, g)
		}
	}
	if bad != nil {
		r.refuse(x, key, bad)
	}
}

// claim takes a key for a row; the second row of a key is refused.
func (r *reading) claim(x *rows, key string) *fault {
	kind := r.claimed[x.Kind.Num]
	if kind == nil {
		kind = map[string]claim{}
		r.claimed[x.Kind.Num] = kind
	}
	if first, taken := kind[key]; taken {
		return &fault{x.key.columns, mapping.NewReason("key_twice", mapping.Shown(key), first.file, strconv.Itoa(first.line))}
	}
	kind[key] = claim{x.File.Path, x.line.number}
	return nil
}

func (r *reading) refuse(x *rows, key string, bad *fault) {
	one := Refused{File: x.File.Path, Line: x.line.number, Column: bad.column, Kind: x.Kind.Name}.because(bad.reason)
	r.out.Refused.row(one, x.Kind.Num, strings.Clone(key))
}

func (r *reading) groups(one *reader) error {
	for _, x := range one.rows {
		for _, g := range x.order {
			if err := r.yield(x.finish(g)); err != nil {
				return err
			}
		}
	}
	return nil
}
