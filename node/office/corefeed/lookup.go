package corefeed

import (
	"strconv"
	"strings"

	"bough/node/office/corefeed/mapping"
)

// lookup gathers the lines of a [lookup.…] by key.
type lookup struct {
	*mapping.Lookup
	key   template
	where []condition
	cols  []place
	found map[string]*looked
	line  line
}

func (b *binder) lookup(m *mapping.Lookup) (*lookup, error) {
	l := &lookup{Lookup: m, found: map[string]*looked{}}
	var err error
	if l.key, err = b.template(m.Key); err != nil {
		return nil, err
	}
	if l.where, err = b.conditions(m.Where); err != nil {
		return nil, err
	}
	for _, name := range m.Columns {
		at, err := b.place(mapping.Source{Column: name})
		if err != nil {
			return nil, err
		}
		l.cols = append(l.cols, at)
	}
	return l, nil
}

// take keeps a line, or says why not. A line without the key is nobody's.
func (l *lookup) take(number int, cols []string) *fault {
	l.line.number, l.line.cols = number, cols
	key, _ := l.key.fill(&l.line)
	if key == "" || !hold(l.where, &l.line) {
		return nil
	}
	if kept := l.found[key]; kept != nil {
		switch l.Pick {
		case mapping.PickOnly:
			return &fault{column: l.key.columns, reason: mapping.NewReason("lookup_twice", l.Name, mapping.Shown(key), strconv.Itoa(kept.number))}
		case mapping.PickFirst:
			return nil
		}
		l.keep(kept, number)
		return nil
	}
	kept := &looked{file: l.File.Path, cols: make([]string, len(l.cols))}
	l.keep(kept, number)
	l.found[strings.Clone(key)] = kept
	return nil
}

// keep copies the texts: a line is not held in memory for a word of it.
func (l *lookup) keep(kept *looked, number int) {
	kept.number = number
	for i, at := range l.cols {
		text, _ := at.text(&l.line)
		kept.cols[i] = strings.Clone(text)
	}
}
