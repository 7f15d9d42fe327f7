package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"

	"bough/crdt"
)

// reader turns a document into a Mapping.
type reader struct {
	doc     *document
	schema  *crdt.Schema
	m       *Mapping
	full    bool
	files   map[string]*File
	lookups map[string]*Lookup
}

// Parse reads and checks a mapping; name stands in errors, schema is node/crm's
// table. The error is an *Errors unless the text is too long.
func Parse(name, text string, schema *crdt.Schema) (*Mapping, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("mapping: read %s: %d bytes, at most %d", name, len(text), MaxBytes)
	}
	doc, err := parseDocument(text)
	if err != nil {
		return nil, &Errors{Name: name, List: []Error{syntax(err)}}
	}
	r := &reader{doc: doc, schema: schema, m: &Mapping{}, files: map[string]*File{}, lookups: map[string]*Lookup{}}
	r.all(doc.root())
	if len(doc.faults) == 0 {
		r.unused()
		r.circles()
	}
	if len(doc.faults) > 0 {
		slices.SortStableFunc(doc.faults, func(a, b Error) int { return cmp.Compare(a.Line, b.Line) })
		return nil, &Errors{Name: name, List: doc.faults}
	}
	r.columns()
	return r.m, nil
}

func syntax(err error) Error {
	var at toml.ParseError
	if errors.As(err, &at) {
		return Error{Line: at.Position.Line, Path: at.LastKey, Reason: at.Message}
	}
	return Error{Reason: strings.TrimPrefix(err.Error(), "toml: ")}
}

func (r *reader) all(s *section) {
	r.m.Name = s.text("name", "")
	if r.m.Name == "" || len(r.m.Name) > maxName {
		s.fault("name", "the feed needs a name of 1 to %d bytes", maxName)
	}
	r.m.About = s.text("about", "")
	r.m.Date = s.text("date", "")
	if r.m.Date != "" && !IsDate(r.m.Date) {
		s.fault("date", "must be a date of the form YYYY-MM-DD")
	}
	r.full = s.flag("full", false)
	base := format(s.table("format"), Format{
		Delimiter: ',', Quote: '"', Encoding: "utf-8", Header: true,
		Dates:   Dates{Layout: "YYYY-MM-DD", YearsFrom: 1900},
		Numbers: Numbers{Decimal: '.', Digits: 2},
	})
	files, lookups, rows := s.table("file"), s.table("lookup"), s.table("rows")
	r.eachFile(files, base)
	for _, name := range lookups.names() {
		r.lookup(lookups.table(name), name)
	}
	for _, name := range rows.names() {
		r.rows(rows.table(name), name)
	}
	if len(r.m.Rows) == 0 {
		s.fault("", "there is no [rows.…]: nothing would be imported")
	}
	s.end()
}

// IsDate reports whether text is a date of the form YYYY-MM-DD.
func IsDate(text string) bool {
	d, err := NewDates("YYYY-MM-DD", 1900)
	if err != nil {
		return false
	}
	_, _, err = d.Parse(text)
	return err == nil
}

func (r *reader) eachFile(s *section, base Format) {
	for _, name := range s.names() {
		t := s.table(name)
		if t == nil {
			continue
		}
		f := &File{Name: name, Path: t.text("path", ""), Columns: t.list("columns", nil)}
		f.Format = formatKeys(t, base)
		switch {
		case !fs.ValidPath(f.Path) || f.Path == ".":
			t.fault("path", "must be the name of a file inside the folder of the feed")
		case f.Header && f.Columns != nil:
			t.fault("columns", "belongs to files without a header")
		case !f.Header && len(f.Columns) == 0:
			t.fault("", "a file without a header needs columns = [...]")
		case twice(f.Columns) != "":
			t.fault("columns", "names %q twice", twice(f.Columns))
		}
		t.end()
		r.files[name] = f
		r.m.Files = append(r.m.Files, f)
	}
}

func twice(names []string) string {
	for i, n := range names {
		if slices.Contains(names[:i], n) {
			return n
		}
	}
	return ""
}

func format(s *section, base Format) Format {
	if s == nil {
		s = &section{doc: &document{}, m: map[string]any{}, read: map[string]bool{}}
	}
	f := formatKeys(s, base)
	s.end()
	return f
}

func formatKeys(s *section, f Format) Format {
	f.Delimiter = s.character("delimiter", f.Delimiter, false)
	f.Quote = s.character("quote", f.Quote, true)
	if f.Delimiter == f.Quote {
		s.fault("delimiter", "delimiter and quote are the same character")
	}
	f.Encoding = s.text("encoding", f.Encoding)
	if _, known := Encoding(f.Encoding); !known {
		s.fault("encoding", "unknown encoding %s; known are %s", Shown(f.Encoding), strings.Join(encodingNames, ", "))
	}
	f.Header = s.flag("header", f.Header)
	f.Skip = s.number("skip", f.Skip, 0, maxSkip)
	f.Missing = s.list("missing", f.Missing)
	f.Dates = dates(s, f.Dates)
	f.Numbers.Decimal = s.character("decimal", f.Numbers.Decimal, false)
	f.Numbers.Thousands = s.character("thousands", f.Numbers.Thousands, true)
	f.Numbers.Digits = s.number("digits", f.Numbers.Digits, 0, maxDigits)
	if f.Numbers.Decimal == f.Numbers.Thousands {
		s.fault("decimal", "decimal and thousands are the same character")
	}
	return f
}

func dates(s *section, base Dates) Dates {
	layout := s.text("layout", base.Layout)
	from := s.number("years_from", base.YearsFrom, minYear, maxYear-99)
	d, err := NewDates(layout, from)
	if err != nil {
		s.fault("layout", "%v", err)
		return base
	}
	return d
}

func (s *section) character(key string, otherwise byte, none bool) byte {
	if !s.has(key) {
		s.read[key] = true
		return otherwise
	}
	text := s.text(key, string(rune(otherwise)))
	switch {
	case text == "" && none:
		return 0
	case len(text) != 1 || text[0] >= utf8.RuneSelf || text[0] == '\n' || text[0] == '\r' || text[0] == 0:
		s.fault(key, "must be one ASCII character")
		return otherwise
	}
	return text[0]
}

func (r *reader) file(s *section, otherwise string) *File {
	name := s.text("file", otherwise)
	f := r.files[name]
	if f == nil {
		s.fault("file", "there is no [file.%s]", name)
	}
	return f
}

func (r *reader) lookup(s *section, name string) {
	if s == nil {
		return
	}
	l := &Lookup{Name: name, File: r.file(s, name), Key: r.template(s, "key", nil)}
	if l.Key.Empty() || len(l.Key.Sources()) == 0 {
		s.fault("key", "a lookup needs a key with a column in it")
	}
	switch pick := s.text("pick", "only"); pick {
	case "only":
	case "first":
		l.Pick = PickFirst
	case "last":
		l.Pick = PickLast
	default:
		s.fault("pick", "must be only, first or last")
	}
	l.Where = r.conditions(s.table("where"), nil)
	s.end()
	r.lookups[name] = l
	r.m.Lookups = append(r.m.Lookups, l)
}

// template reads a template; looked are the lookups that its columns may use.
func (r *reader) template(s *section, key string, looked []string) Template {
	t, err := parseTemplate(s.text(key, ""), looked)
	if err != nil {
		s.fault(key, "%v", err)
	}
	return t
}

func (r *reader) conditions(s *section, looked []string) []Condition {
	if s == nil {
		return nil
	}
	var out []Condition
	for _, name := range s.names() {
		out = append(out, Condition{Source: sourceOf(name, looked), Values: s.list(name, nil)})
	}
	return out
}
