package imports

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"bough/node/desk"
	"bough/node/office/corefeed/mapping"
)

// File is an uploaded file, how it is written, and what its columns give.
type File struct {
	Path      string // its name, without a folder
	SizeBytes int64  // of its content, unpacked
	Encoding  string // see Encodings
	Delimiter string // see Delimiters
	Decimal   string // see Decimals
	Header    bool
	Kind      string // of the rows that it gives, see Kinds; empty: it is left out
	Key       string // the column that tells them apart
	Full      bool   // a row that is missing has ended
	Columns   []Column
	Constants []string // "field = value": what all rows hold
}

// Column is a column of a file.
type Column struct {
	Name     string
	Field    string // empty: it is left out
	How      string // a layout of dates, or "code = word; …"
	Unusable bool   // it has no name, or shares it
}

// The lines of a sketch that is written out.
type outline struct {
	b strings.Builder
}

func (o *outline) line(format string, args ...any) { fmt.Fprintf(&o.b, format+"\n", args...) }

// quoted is a text as TOML writes it: JSON's strings are among TOML's.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""` // a text always has a JSON form
	}
	return string(b)
}

func column(name string) string { return quoted("{" + name + "}") }

// Text is the mapping that the choices amount to.
func (j *Import) text() (string, error) {
	o := &outline{}
	o.line("name = %s", quoted(j.Name))
	if j.Date != "" {
		o.line("date = %s", quoted(j.Date))
	}
	some := false
	for i := range j.Files {
		if f := &j.Files[i]; f.Kind != "" {
			some = true
			if err := o.file(i, f); err != nil {
				return "", err
			}
		}
	}
	if !some {
		return "", desk.Mistyped("f0_kind", "import_nothing", "say of at least one file what it gives")
	}
	return o.b.String(), nil
}

func (o *outline) file(i int, f *File) error {
	format := f.format()
	o.line("\n[file.f%d]", i)
	o.line("path = %s", quoted(f.Path))
	o.line("encoding = %s", quoted(f.Encoding))
	o.line("delimiter = %s", quoted(string(rune(format.Delimiter))))
	decimal, thousands := separators(f.Decimal)
	o.line("decimal = %s", quoted(decimal))
	o.line("thousands = %s", quoted(thousands))
	o.line("header = %t", f.Header)
	if !f.Header {
		names := make([]string, len(f.Columns))
		for i, c := range f.Columns {
			names[i] = quoted(c.Name)
		}
		o.line("columns = [%s]", strings.Join(names, ", "))
	}
	if f.Key == "" {
		return desk.Mistyped(fmt.Sprintf("f%d_key", i), "import_key", "choose the column that tells the rows apart")
	}
	o.line("\n[rows.f%d]", i)
	o.line("kind = %s", quoted(f.Kind))
	o.line("key = %s", column(f.Key))
	if f.Full {
		o.line("full = true")
	}
	o.line("[rows.f%d.fields]", i)
	return o.fields(i, f)
}

func (o *outline) fields(i int, f *File) error {
	kind := schema().Named(f.Kind)
	if kind == nil {
		return desk.Mistyped(fmt.Sprintf("f%d_kind", i), "import_nothing", "say of at least one file what it gives")
	}
	taken := map[string]bool{}
	for at, c := range f.Columns {
		if c.Field == "" {
			continue
		}
		field := kind.Named(c.Field)
		if field == nil || taken[c.Field] {
			return desk.Mistyped(fmt.Sprintf("f%d_c%d", i, at), "import_twice", "two columns cannot give the same field")
		}
		taken[c.Field] = true
		o.field(c, mapping.Usual(kind.Num, field), mapping.WordsOf(kind.Num, field.Num) != nil)
	}
	for _, one := range f.Constants {
		name, value, found := strings.Cut(one, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || kind.Named(name) == nil || taken[name] {
			return desk.Mistyped(fmt.Sprintf("f%d_constants", i), "import_constants", "one line for each field that no column gives: field = value")
		}
		taken[name] = true
		o.line("%s = %s", name, quoted(strings.NewReplacer("{", "{{", "}", "}}").Replace(value)))
	}
	return nil
}

func (o *outline) field(c Column, as mapping.As, coded bool) {
	how := strings.TrimSpace(c.How)
	switch {
	case how != "" && slices.Contains([]mapping.As{mapping.AsDate, mapping.AsMonth, mapping.AsTime}, as):
		o.line("%s = { from = %s, layout = %s, required = false }", c.Field, column(c.Name), quoted(how))
	case how != "" && coded:
		o.line("%s = { from = %s, values = { %s } }", c.Field, column(c.Name), values(how))
	default:
		o.line("%s = %s", c.Field, column(c.Name))
	}
}

// values reads "code = word; code = word". A code whose word is not known yet
// refuses its lines.
func values(how string) string {
	var out []string
	for one := range strings.SplitSeq(how, ";") {
		code, word, found := strings.Cut(one, "=")
		code, word = strings.TrimSpace(code), strings.TrimSpace(word)
		if found && code != "" && word != "" {
			out = append(out, quoted(code)+" = "+quoted(word))
		}
	}
	return strings.Join(out, ", ")
}

// separators are those of an amount written like this one.
func separators(like string) (decimal, thousands string) {
	switch like {
	case "1,234.56":
		return ".", ","
	case "1234,56":
		return ",", ""
	case "1.234,56":
		return ",", "."
	case "1 234,56":
		return ",", " "
	}
	return ".", ""
}
