package mapping

import (
	"maps"
	"slices"
	"strings"

	"bough/crdt"
)

// rows reads one [rows.X].
func (r *reader) rows(s *section, name string) {
	if s == nil {
		return
	}
	x := &Rows{Name: name, File: r.file(s, name)}
	word := s.text("kind", name)
	if x.Kind = r.schema.Named(word); x.Kind == nil || !writable(x.Kind.Num) {
		s.fault("kind", "the core-banking feed writes %s, not %s", r.kindNames(), Shown(word))
		return
	}
	looked := r.vias(s, x)
	x.Key = r.template(s, "key", looked)
	x.Group = s.flag("group", false)
	if x.Key.Empty() || !x.Group && len(x.Key.Sources()) == 0 {
		s.fault("key", "rows need a key with a column in it")
	}
	x.Full = s.flag("full", r.full)
	if _, ends := EndOf(x.Kind.Num); !ends {
		if s.has("full") && x.Full {
			s.fault("full", "rows of kind %s do not end", x.Kind.Name)
		}
		x.Full = false
	}
	x.Where = r.conditions(s.table("where"), looked)
	r.unpivot(s, x)
	lets := s.table("let")
	for _, word := range lets.names() {
		x.Lets = append(x.Lets, r.let(lets, word, x, looked))
	}
	fields := s.table("fields")
	for _, word := range fields.names() {
		r.field(fields, word, x, looked)
	}
	slices.SortFunc(x.Fields, func(a, b Field) int { return int(a.Num) - int(b.Num) })
	s.end()
	r.m.Rows = append(r.m.Rows, x)
}

func (r *reader) kindNames() string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, r.schema.Kind(k).Name)
	}
	return strings.Join(names, ", ")
}

// vias reads via and maybe and returns the names of the lookups.
func (r *reader) vias(s *section, x *Rows) []string {
	var looked []string
	for _, word := range []string{"via", "maybe"} {
		t := s.table(word)
		for _, name := range t.names() {
			l := r.lookups[name]
			switch {
			case l == nil:
				t.fault(name, "there is no [lookup.%s]", name)
				continue
			case slices.Contains(looked, name):
				t.fault(name, "is in via and in maybe")
				continue
			}
			key := r.template(t, name, looked)
			if len(key.Sources()) == 0 {
				t.fault(name, "must be a template with a column in it")
			}
			x.Vias = append(x.Vias, Via{Lookup: l, Key: key, Optional: word == "maybe"})
			looked = append(looked, name)
		}
	}
	return looked
}

func (r *reader) unpivot(s *section, x *Rows) {
	t := s.table("unpivot")
	for _, column := range t.names() {
		item := t.text(column, "")
		if item == "" {
			t.fault(column, "needs a name for the item")
		}
		x.Unpivot = append(x.Unpivot, Unpivot{Column: column, Item: item})
	}
	if x.Unpivot != nil && x.Group {
		s.fault("unpivot", "rows cannot be grouped and unpivoted at once")
	}
}

// let reads a computed column: a field without a number.
func (r *reader) let(s *section, name string, x *Rows, looked []string) Field {
	f := Field{Name: name}
	if strings.ContainsAny(name, "{}.") {
		s.fault(name, "a computed column's name has no braces and no dot")
	}
	r.spec(s, name, &f, x, looked)
	f.check(s)
	if f.Use != UseLast || f.When != nil {
		s.fault(name, "a computed column is not summed: use and when belong to fields")
	}
	return f
}

// field reads one field of the kind.
func (r *reader) field(s *section, name string, x *Rows, looked []string) {
	col := x.Kind.Named(name)
	switch {
	case col == nil:
		s.fault(name, "kind %s has no such field; it has %s", x.Kind.Name, fieldNames(x.Kind))
	case col.Num == KeyField(x.Kind):
		s.fault(name, "stands outside of fields, as key of the rows")
	case col.Owner == crdt.Branch:
		s.fault(name, "belongs to the branches: a feed would overwrite what they wrote")
	default:
		f := Field{Num: col.Num, Name: name, Ref: col.Ref, Required: col.Ref != 0, Words: WordsOf(x.Kind.Num, col.Num)}
		f.As = Usual(x.Kind.Num, col)
		r.spec(s, name, &f, x, looked)
		r.fits(s, &f, x, col)
		f.check(s)
		x.Fields = append(x.Fields, f)
		return
	}
	s.read[name] = true
}

func fieldNames(k *crdt.Kind) string {
	var names []string
	for _, f := range Fields(k) {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// spec reads what makes a field: a template, or a table.
func (r *reader) spec(s *section, name string, f *Field, x *Rows, looked []string) {
	if x.File != nil {
		f.Dates, f.Numbers = x.File.Dates, x.File.Numbers
	}
	if _, short := s.m[name].(string); short {
		f.From = r.template(s, name, looked)
		return
	}
	t := s.table(name)
	if t == nil {
		return
	}
	f.From = r.template(t, "from", looked)
	if t.has("as") {
		word := t.text("as", "")
		at := slices.Index(asNames, word)
		if at < 0 {
			t.fault("as", "must be one of %s", strings.Join(asNames, ", "))
		}
		f.As = As(max(at, 0))
	}
	f.Dates = dates(t, f.Dates)
	f.Numbers.Digits = t.number("digits", f.Numbers.Digits, 0, maxDigits)
	f.Default = t.text("default", "")
	f.Required = t.flag("required", f.Required)
	f.Without = t.text("without", "")
	r.codes(t, f)
	r.known(t, f, x)
	r.use(t, f, x, looked)
	t.end()
}

func (r *reader) codes(t *section, f *Field) {
	if v := t.table("values"); v != nil {
		f.Values = map[string]string{}
		for _, code := range v.names() {
			f.Values[code] = v.text(code, "")
		}
	}
	f.HasOther = t.has("other")
	f.Other = t.text("other", "")
	if f.HasOther && f.Values == nil {
		t.fault("other", "needs values beside it")
	}
}

func (r *reader) known(t *section, f *Field, x *Rows) {
	word := t.text("known", "")
	if word == "" {
		return
	}
	k := r.schema.Named(word)
	if k == nil || !before(k.Num, x.Kind.Num) {
		t.fault("known", "must be a kind that is taken before %s", x.Kind.Name)
		return
	}
	f.Known = k.Num
}

var useNames = []string{"last", "first", "sum", "sum_positive", "sum_negative", "count"}

func (r *reader) use(t *section, f *Field, x *Rows, looked []string) {
	word := t.text("use", "last")
	at := slices.Index(useNames, word)
	if at < 0 {
		t.fault("use", "must be one of %s", strings.Join(useNames, ", "))
	}
	f.Use = Use(max(at, 0))
	f.When = r.conditions(t.table("when"), looked)
	if !x.Group && (t.has("use") || t.has("when")) {
		t.fault("", "use and when need group = true on the rows")
	}
	if f.Use != UseCount && !t.has("from") {
		t.fault("", "needs from = \"...\"")
	}
}

// fits checks that what the text becomes is what the field holds.
func (r *reader) fits(s *section, f *Field, x *Rows, col *crdt.Field) {
	switch {
	case f.Use.Adds() && (col.Type != crdt.Int || f.Ref != 0):
		s.fault(f.Name, "only numbers are added up")
	case f.Use == UseCount:
	case f.As == AsKey && f.Ref == 0 || f.Ref != 0 && f.As != AsKey:
		s.fault(f.Name, "as key goes with references to other kinds, and only with them")
	case f.Ref == 0 && f.As.makes() != col.Type:
		s.fault(f.Name, "%s does not fit: the field holds %s", f.As, map[crdt.Type]string{crdt.Int: "a number", crdt.Text: "a text"}[col.Type])
	case f.Ref != 0 && !before(f.Ref, x.Kind.Num):
		s.fault(f.Name, "refers to a kind that is not taken before %s", x.Kind.Name)
	}
}

// check converts what the mapping itself says, so that a wrong word is found
// before a file is opened.
func (f *Field) check(s *section) {
	try := func(text string, convert func(string) (crdt.Value, error)) {
		if text == "" {
			return
		}
		if _, err := convert(text); err != nil {
			s.fault(f.Name, "%v", err)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(f.Values)) {
		try(f.Values[code], f.Plain)
	}
	try(f.Other, f.Plain)
	try(f.Default, f.Plain)
	if text, constant := f.From.Constant(); constant {
		try(text, f.Convert)
	}
}
