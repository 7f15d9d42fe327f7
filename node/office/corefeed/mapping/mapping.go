package mapping

import "bough/crdt"

// Mapping is a whole feed.
type Mapping struct {
	Name    string
	About   string
	Date    string // YYYY-MM-DD, or empty
	Files   []*File
	Lookups []*Lookup
	Rows    []*Rows
}

// Format is how a file is written.
type Format struct {
	Delimiter byte
	Quote     byte // 0 for none
	Encoding  string
	Header    bool
	Skip      int
	Missing   []string
	Dates     Dates
	Numbers   Numbers
}

// File is one file of the feed.
type File struct {
	Name    string
	Path    string // relative, with slashes
	Columns []string
	Format
}

// Pick says which row counts where several share a lookup's key.
type Pick uint8

// The picks.
const (
	PickOnly Pick = iota // a second row is refused
	PickFirst
	PickLast
)

// Lookup is a file that rows of other files look into by key.
type Lookup struct {
	Name    string
	File    *File
	Key     Template
	Pick    Pick
	Where   []Condition
	Columns []string // those that somebody uses, ascending
}

// Via is one look into a lookup.
type Via struct {
	Lookup   *Lookup
	Key      Template
	Optional bool
}

// Condition holds where the source has one of the values.
type Condition struct {
	Source Source
	Values []string
}

// Holds says whether the condition is true of a text.
func (c *Condition) Holds(text string) bool {
	for _, v := range c.Values {
		if v == text {
			return true
		}
	}
	return false
}

// Unpivot makes a row of a column.
type Unpivot struct {
	Column string
	Item   string
}

// Rows are the rows of one kind that one file gives.
type Rows struct {
	Name    string
	Kind    *crdt.Kind
	File    *File
	Key     Template
	Full    bool
	Group   bool
	Where   []Condition
	Vias    []Via
	Lets    []Field
	Unpivot []Unpivot
	Fields  []Field // ascending by Num; the key is not among them
}

// Use says how lines of a group make one value.
type Use uint8

// The uses.
const (
	UseLast Use = iota
	UseFirst
	UseSum
	UseSumPositive // of amounts above zero
	UseSumNegative // of amounts below zero, sign dropped
	UseCount
)

// Adds reports whether the use makes a number out of all lines.
func (u Use) Adds() bool { return u >= UseSum }

// Field is one field, or one computed column (Num 0).
type Field struct {
	Num      uint8
	Name     string
	Ref      uint8 // the kind it refers to by key, 0 for none
	Known    uint8 // the kind whose key the text must be, 0 for any text
	From     Template
	As       As
	Dates    Dates
	Numbers  Numbers
	Values   map[string]string
	Other    string
	HasOther bool
	Default  string
	Required bool
	Without  string
	Words    []string // what a coded field may hold; nil for anything
	Use      Use
	When     []Condition
}

// Feeds returns the names of the files in an order in which every lookup is
// complete before the rows that use it. Parse has refused circles.
func (m *Mapping) Feeds() []*File {
	var out []*File
	done := map[*File]bool{}
	var visit func(f *File)
	visit = func(f *File) {
		if done[f] {
			return
		}
		done[f] = true
		for _, r := range m.Rows {
			for _, v := range r.Vias {
				if r.File == f {
					visit(v.Lookup.File)
				}
			}
		}
		out = append(out, f)
	}
	for _, f := range m.Files {
		visit(f)
	}
	return out
}
