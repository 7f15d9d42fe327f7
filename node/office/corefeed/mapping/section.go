package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// document is a mapping as TOML, with the faults found so far.
type document struct {
	whole  map[string]any
	places map[string]toml.Primitive
	meta   toml.MetaData
	order  map[string]int // of keys as they are written
	faults []Error
}

// section is one table of the document. Reading a key marks it as known; end
// makes errors of the others.
type section struct {
	doc  *document
	path []string
	m    map[string]any
	read map[string]bool
}

func parseDocument(text string) (*document, error) {
	d := &document{order: map[string]int{}}
	if _, err := toml.Decode(text, &d.whole); err != nil {
		return nil, err
	}
	meta, err := toml.Decode(text, &d.places)
	if err != nil {
		return nil, err
	}
	d.meta = meta
	for i, k := range meta.Keys() {
		if _, found := d.order[k.String()]; !found {
			d.order[k.String()] = i
		}
	}
	return d, nil
}

func (d *document) root() *section {
	return &section{doc: d, m: d.whole, read: map[string]bool{}}
}

// finder fails on purpose: the error tells where a key stands.
type finder struct{}

var errHere = errors.New("here")

func (*finder) UnmarshalTOML(any) error { return errHere }

// line is where a key stands; of a table that has no header of its own, the
// first key in it, else the nearest table above; 0 for nowhere.
func (d *document) line(path []string) int {
	above, places := 0, d.places
	for i, name := range path {
		place, found := places[name]
		if !found {
			return above
		}
		here := d.place(place)
		places = nil
		if err := d.meta.PrimitiveDecode(place, &places); err != nil {
			places = nil // no table
		}
		if last := i == len(path)-1; last && here == 0 {
			here = d.firstOf(places)
		}
		if here > 0 {
			above = here
		}
	}
	return above
}

// place is the line of one key, 0 where TOML does not keep it.
func (d *document) place(p toml.Primitive) int {
	var at toml.ParseError
	if errors.As(d.meta.PrimitiveDecode(p, &finder{}), &at) {
		return at.Position.Line
	}
	return 0
}

func (d *document) firstOf(places map[string]toml.Primitive) int {
	first := 0
	for _, p := range places {
		if line := d.place(p); line > 0 && (first == 0 || line < first) {
			first = line
		}
	}
	return first
}

func (d *document) fault(path []string, format string, args ...any) {
	if len(d.faults) < maxErrors {
		d.faults = append(d.faults, Error{Line: d.line(path), Path: strings.Join(path, "."), Reason: fmt.Sprintf(format, args...)})
	}
}

func (s *section) at(key string) []string { return append(slices.Clone(s.path), key) }

func (s *section) fault(key, format string, args ...any) {
	path := s.path
	if key != "" {
		path = s.at(key)
	}
	s.doc.fault(path, format, args...)
}

func (s *section) has(key string) bool {
	_, found := s.m[key]
	return found
}

// take reads a key of one Go type; ok is false where it is absent or wrong.
func take[T any](s *section, key, want string) (value T, ok bool) {
	s.read[key] = true
	raw, found := s.m[key]
	if !found {
		return value, false
	}
	value, ok = raw.(T)
	if !ok {
		s.fault(key, "must be %s", want)
	}
	return value, ok
}

func (s *section) text(key, otherwise string) string {
	if v, ok := take[string](s, key, "a text in quotes"); ok {
		return v
	}
	return otherwise
}

func (s *section) flag(key string, otherwise bool) bool {
	if v, ok := take[bool](s, key, "true or false"); ok {
		return v
	}
	return otherwise
}

func (s *section) number(key string, otherwise, least, most int) int {
	v, ok := take[int64](s, key, "a whole number")
	if !ok {
		return otherwise
	}
	if v < int64(least) || v > int64(most) {
		s.fault(key, "must be between %d and %d", least, most)
		return otherwise
	}
	return int(v)
}

// list reads a text or a list of texts.
func (s *section) list(key string, otherwise []string) []string {
	s.read[key] = true
	raw, found := s.m[key]
	if !found {
		return otherwise
	}
	if one, is := raw.(string); is {
		return []string{one}
	}
	many, is := raw.([]any)
	out := make([]string, 0, len(many))
	for _, v := range many {
		text, isText := v.(string)
		is = is && isText
		out = append(out, text)
	}
	if !is {
		s.fault(key, "must be a text or a list of texts")
		return otherwise
	}
	return out
}

// table reads a table; nil where it is absent or something else.
func (s *section) table(key string) *section {
	m, ok := take[map[string]any](s, key, "a table")
	if !ok {
		return nil
	}
	return &section{doc: s.doc, path: s.at(key), m: m, read: map[string]bool{}}
}

// names are the keys in the order in which they are written. A nil section has
// none.
func (s *section) names() []string {
	if s == nil {
		return nil
	}
	names := make([]string, 0, len(s.m))
	for name := range s.m {
		names = append(names, name)
	}
	place := func(name string) int { return s.doc.order[toml.Key(s.at(name)).String()] }
	slices.SortFunc(names, func(a, b string) int {
		if c := place(a) - place(b); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return names
}

// end makes an error of every key that nobody read.
func (s *section) end() {
	for _, name := range s.names() {
		if !s.read[name] {
			s.fault(name, "unknown word")
		}
	}
}
