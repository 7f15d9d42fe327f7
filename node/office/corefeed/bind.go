package corefeed

import (
	"slices"

	"bough/node/office/corefeed/mapping"
)

// line is one line as templates see it. Missing is the empty text.
type line struct {
	number int
	cols   []string
	lets   []string
	item   string
	value  string
	looked []*looked // nil where an optional lookup found nothing
}

// looked is what a lookup keeps of a line: the columns that somebody uses.
type looked struct {
	file   string
	number int
	cols   []string
}

// place says where a column's text is found in a line.
type place struct {
	from source
	at   int // column, computed column, or lookup
	col  int // of the lookup
}

type source uint8

const (
	fromColumn source = iota
	fromLet
	fromItem
	fromValue
	fromLookup
)

// text returns the text; absent says that an optional lookup found nothing.
func (p place) text(l *line) (text string, absent bool) {
	switch p.from {
	case fromColumn:
		return l.cols[p.at], false
	case fromLet:
		return l.lets[p.at], false
	case fromItem:
		return l.item, false
	case fromValue:
		return l.value, false
	}
	if found := l.looked[p.at]; found != nil {
		return found.cols[p.col], false
	}
	return "", true
}

// binder finds places for one [rows.…] or [lookup.…] in an open sheet.
type binder struct {
	sheet   *sheet
	lets    []mapping.Field
	vias    []mapping.Via
	unpivot bool
}

func (b *binder) place(s mapping.Source) (place, error) {
	if s.Lookup != "" {
		for i, v := range b.vias {
			if v.Lookup.Name == s.Lookup {
				return place{from: fromLookup, at: i, col: slices.Index(v.Lookup.Columns, s.Column)}, nil
			}
		}
	}
	for i, l := range b.lets {
		if l.Name == s.Column {
			return place{from: fromLet, at: i}, nil
		}
	}
	if b.unpivot && s.Column == "item" {
		return place{from: fromItem}, nil
	}
	if b.unpivot && s.Column == "value" {
		return place{from: fromValue}, nil
	}
	at, err := b.sheet.column(s.Column)
	return place{from: fromColumn, at: at}, err
}

// template is a mapping.Template with its places.
type template struct {
	literals []string // literals[i] stands before places[i]; one more at the end
	places   []place
	columns  string
}

func (b *binder) template(t mapping.Template) (template, error) {
	out := template{literals: []string{""}, columns: t.Columns()}
	for _, p := range t.Parts {
		if p.Source.Column == "" {
			out.literals[len(out.literals)-1] += p.Literal
			continue
		}
		at, err := b.place(p.Source)
		if err != nil {
			return template{}, err
		}
		out.places = append(out.places, at)
		out.literals = append(out.literals, "")
	}
	return out, nil
}

// fill makes the text; empty where a column is missing.
func (t *template) fill(l *line) (text string, absent bool) {
	if len(t.places) == 1 && t.literals[0] == "" && t.literals[1] == "" {
		return t.places[0].text(l)
	}
	text = t.literals[0]
	for i, p := range t.places {
		part, gone := p.text(l)
		if part == "" {
			return "", gone
		}
		text += part + t.literals[i+1]
	}
	return text, false
}

// own reports whether the template needs nothing but the file's own columns.
func (t *template) own() bool {
	return !slices.ContainsFunc(t.places, func(p place) bool { return p.from == fromLet || p.from == fromLookup })
}

type condition struct {
	mapping.Condition
	at place
}

func (b *binder) conditions(list []mapping.Condition) ([]condition, error) {
	var out []condition
	for _, c := range list {
		at, err := b.place(c.Source)
		if err != nil {
			return nil, err
		}
		out = append(out, condition{c, at})
	}
	return out, nil
}

func hold(list []condition, l *line) bool {
	for i := range list {
		if text, _ := list[i].at.text(l); !list[i].Holds(text) {
			return false
		}
	}
	return true
}
