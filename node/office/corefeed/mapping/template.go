package mapping

import (
	"errors"
	"fmt"
	"strings"
)

// Source names a column: of the row's own file, computed, or of a lookup.
type Source struct {
	Lookup string // empty for own and computed columns
	Column string
}

// String is the source as it stands between braces.
func (s Source) String() string {
	if s.Lookup != "" {
		return s.Lookup + "." + s.Column
	}
	return s.Column
}

// Part is a literal, or a source where Literal is empty.
type Part struct {
	Literal string
	Source  Source
}

// Template is a text with columns in braces.
type Template struct{ Parts []Part }

// Empty reports whether the template was never given.
func (t Template) Empty() bool { return len(t.Parts) == 0 }

// Sources lists the columns of the template.
func (t Template) Sources() []Source {
	var out []Source
	for _, p := range t.Parts {
		if p.Source.Column != "" {
			out = append(out, p.Source)
		}
	}
	return out
}

// Constant is the text of a template without columns.
func (t Template) Constant() (text string, is bool) {
	for _, p := range t.Parts {
		if p.Source.Column != "" {
			return "", false
		}
		text += p.Literal
	}
	return text, true
}

// Columns names the columns for a message.
func (t Template) Columns() string {
	var names []string
	for _, s := range t.Sources() {
		names = append(names, s.String())
	}
	return strings.Join(names, ", ")
}

var errBraces = errors.New(`braces do not pair up: write {column}, and {{ or }} for a brace itself`)

// parseTemplate reads a template; lookups are the names that may stand before
// a dot. A dot after anything else belongs to the column's name.
func parseTemplate(text string, lookups []string) (Template, error) {
	var t Template
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			t.Parts = append(t.Parts, Part{Literal: lit.String()})
			lit.Reset()
		}
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case (c == '{' || c == '}') && i+1 < len(text) && text[i+1] == c:
			lit.WriteByte(c)
			i++
		case c == '}':
			return Template{}, errBraces
		case c == '{':
			n := strings.IndexAny(text[i+1:], "{}")
			if n < 0 || text[i+1+n] != '}' {
				return Template{}, errBraces
			}
			name := strings.TrimSpace(text[i+1 : i+1+n])
			if name == "" {
				return Template{}, fmt.Errorf("a pair of braces names no column")
			}
			flush()
			t.Parts = append(t.Parts, Part{Source: sourceOf(name, lookups)})
			i += n + 1
		default:
			lit.WriteByte(c)
		}
	}
	flush()
	return t, nil
}

func sourceOf(name string, lookups []string) Source {
	for _, l := range lookups {
		if column, found := strings.CutPrefix(name, l+"."); found && column != "" {
			return Source{Lookup: l, Column: column}
		}
	}
	return Source{Column: name}
}
