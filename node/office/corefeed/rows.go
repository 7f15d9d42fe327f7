package corefeed

import (
	"errors"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/office/corefeed/mapping"
)

// fault is why a row was not taken.
type fault struct {
	column string
	reason *mapping.Reason
}

type via struct {
	mapping.Via
	key   template
	table *lookup
}

type field struct {
	*mapping.Field
	from template
	when []condition
	// same is the value of a template without columns.
	same   crdt.Value
	always bool
}

// rows makes records of the lines of one file, after one [rows.…].
type rows struct {
	*mapping.Rows
	key     template
	early   []condition // of own columns: a line left out is not looked up
	late    []condition
	vias    []via
	lets    []field
	fields  []field
	unpivot []place
	line    line
	groups  map[string]*group
	order   []*group
}

func (b *binder) rows(m *mapping.Rows, tables map[string]*lookup) (*rows, error) {
	x := &rows{Rows: m, groups: map[string]*group{}}
	b.lets, b.vias, b.unpivot = m.Lets, m.Vias, m.Unpivot != nil
	x.line.lets, x.line.looked = make([]string, len(m.Lets)), make([]*looked, len(m.Vias))
	var err error
	if x.key, err = b.template(m.Key); err != nil {
		return nil, err
	}
	where, err := b.conditions(m.Where)
	if err != nil {
		return nil, err
	}
	for _, c := range where {
		if c.at.from == fromColumn {
			x.early = append(x.early, c)
		} else {
			x.late = append(x.late, c)
		}
	}
	for _, v := range m.Vias {
		key, err := b.template(v.Key)
		if err != nil {
			return nil, err
		}
		x.vias = append(x.vias, via{v, key, tables[v.Lookup.Name]})
	}
	for _, u := range m.Unpivot {
		at, err := b.sheet.column(u.Column)
		if err != nil {
			return nil, err
		}
		x.unpivot = append(x.unpivot, place{from: fromColumn, at: at})
	}
	if x.lets, err = b.fields(m.Lets); err != nil {
		return nil, err
	}
	x.fields, err = b.fields(m.Fields)
	return x, err
}

func (b *binder) fields(list []mapping.Field) ([]field, error) {
	var out []field
	for i := range list {
		f := field{Field: &list[i]}
		var err error
		if f.from, err = b.template(f.From); err != nil {
			return nil, err
		}
		if f.when, err = b.conditions(f.When); err != nil {
			return nil, err
		}
		if text, constant := f.From.Constant(); constant && text != "" && f.Ref == 0 && f.Known == 0 {
			if f.same, err = f.Convert(text); err != nil {
				return nil, err
			}
			f.always = true
		}
		out = append(out, f)
	}
	return out, nil
}

// prepare computes what the fields need. ok is false for a line that a
// condition leaves out.
func (x *rows) prepare() (key string, bad *fault, ok bool) {
	if !hold(x.early, &x.line) {
		return "", nil, false
	}
	for i := range x.vias {
		if f := x.look(i); f != nil && bad == nil {
			bad = f
		}
	}
	for i := range x.lets {
		if f := x.compute(i); f != nil && bad == nil {
			bad = f
		}
	}
	if bad == nil && !hold(x.late, &x.line) {
		return "", nil, false
	}
	if bad == nil || x.key.own() {
		key, _ = x.key.fill(&x.line)
		if err := mapping.CheckText(key, mapping.MaxKey, ""); err != nil {
			return "", &fault{x.key.columns, reasonOf(err)}, true
		}
	}
	if key == "" && bad == nil {
		bad = &fault{x.key.columns, mapping.NewReason("no_key")}
	}
	return key, bad, true
}

func (x *rows) look(i int) *fault {
	v := &x.vias[i]
	x.line.looked[i] = nil
	key, _ := v.key.fill(&x.line)
	x.line.looked[i] = v.table.found[key]
	if x.line.looked[i] != nil || v.Optional {
		return nil
	}
	if key == "" {
		return &fault{v.key.columns, mapping.NewReason("missing")}
	}
	return &fault{v.key.columns, mapping.NewReason("not_in_file", mapping.Shown(key), v.Lookup.File.Path)}
}

func (x *rows) compute(i int) *fault {
	x.line.lets[i] = ""
	v, _, _, bad := x.lets[i].eval(&x.line)
	if bad == nil {
		x.line.lets[i] = v.String()
	}
	return bad
}

// eval makes the value of a field; text is what it was made of, absent says
// that it hangs on an optional lookup that found nothing.
func (f *field) eval(l *line) (v crdt.Value, text string, absent bool, bad *fault) {
	if f.always {
		return f.same, "", false, nil
	}
	text, absent = f.from.fill(l)
	var err error
	switch {
	case absent:
		return crdt.Value{}, "", true, nil
	case text != "":
		v, err = f.Convert(text)
	case f.Default != "":
		text = f.Default
		v, err = f.Plain(text)
	case f.Required:
		err = mapping.NewReason("missing")
	}
	if err == nil && v.IsNull() && f.Required {
		err = mapping.NewReason("missing")
	}
	if err != nil {
		return crdt.Value{}, "", false, &fault{f.from.columns, f.origin(l, reasonOf(err))}
	}
	return v, text, false, nil
}

// origin adds the line of the lookup that a bad text comes from.
func (f *field) origin(l *line, why *mapping.Reason) *mapping.Reason {
	for _, p := range f.from.places {
		if p.from == fromLookup && l.looked[p.at] != nil {
			return &mapping.Reason{Code: "from_line", Args: []string{l.looked[p.at].file, strconv.Itoa(l.looked[p.at].number)}, Of: why}
		}
	}
	return why
}

// reasonOf is what a conversion said: it says nothing but reasons.
func reasonOf(err error) (why *mapping.Reason) {
	errors.As(err, &why)
	return why
}

// record makes a record of the line; its key is known.
func (x *rows) record(key string) (Record, *fault) {
	rec := Record{File: x.File.Path, Line: x.line.number, Kind: x.Kind.Num, Key: strings.Clone(key)}
	rec.Fields = make([]Value, 0, len(x.fields))
	for i := range x.fields {
		f := &x.fields[i]
		v, text, absent, bad := f.eval(&x.line)
		if bad != nil {
			return Record{}, bad
		}
		if !absent {
			rec.put(f, v, text)
		}
	}
	return rec, nil
}

func (r *Record) put(f *field, v crdt.Value, text string) {
	if v.T == crdt.Text {
		v.S = strings.Clone(v.S)
	}
	switch {
	case f.Ref != 0 && !v.IsNull():
		r.Refs = append(r.Refs, Ref{Field: f.Num, Kind: f.Ref, Key: v.S, Column: f.from.columns})
		return
	case f.Known != 0 && !v.IsNull():
		r.Refs = append(r.Refs, Ref{Field: f.Num, Kind: f.Known, Key: strings.Clone(text), Column: f.from.columns, Only: true})
	}
	r.Fields = append(r.Fields, Value{f.Num, v})
}
