package rows

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"bough/crdt"
)

// plan is how rows of one kind lie in their table. The columns are id, the
// fields in order, then clock, n, conflicts, extra, and for sets cleared and
// gone.
type plan struct {
	kind     *crdt.Kind
	fields   []crdt.Field                 // those of the kind, and what a newer release added to the file
	maxField int                          // greatest field number
	types    [crdt.MaxField + 1]crdt.Type // of the columns, by field; Null: it has none
	sql      func() *texts                // written when first asked for: most kinds never are
}

// texts is the SQL of one kind.
type texts struct {
	columns string // all but id
	get     string
	find    string // a condition follows
	put     string
	remove  string
}

// newPlan makes the plan of a kind whose table has columns for more fields
// than this release knows: what stands in them is kept.
func newPlan(k *crdt.Kind, more []crdt.Field) *plan {
	p := &plan{kind: k, fields: k.Fields}
	if len(more) > 0 {
		p.fields = slices.Concat(k.Fields, more)
		slices.SortFunc(p.fields, func(a, b crdt.Field) int { return cmp.Compare(a.Num, b.Num) })
	}
	for _, f := range p.fields {
		p.maxField = int(f.Num)
		p.types[f.Num] = f.Type
	}
	p.sql = sync.OnceValue(p.write)
	return p
}

func (p *plan) write() *texts {
	var cols []string
	for _, f := range p.fields {
		cols = append(cols, quote(f.Name))
	}
	cols = append(cols, "clock", "n", "conflicts", "extra")
	if p.kind.Class == crdt.Set {
		cols = append(cols, "cleared", "gone")
	}
	marks := make([]string, len(cols))
	for i := range cols {
		marks[i] = ", ?" + strconv.Itoa(i+2)
	}
	t, columns := quote(p.kind.Name), strings.Join(cols, ", ")
	return &texts{
		columns: columns,
		get:     "SELECT " + columns + " FROM " + t + " WHERE id=?1",
		find:    "SELECT id, " + columns + " FROM " + t + " WHERE ",
		put:     "INSERT OR REPLACE INTO " + t + " (id, " + columns + ") VALUES (?1" + strings.Join(marks, "") + ")",
		remove:  "DELETE FROM " + t + " WHERE id=?1",
	}
}

func createTable(k *crdt.Kind) string {
	var b strings.Builder
	fmt.Fprintf(&b, "-- %s\nCREATE TABLE %s (\n\tid INTEGER PRIMARY KEY,\n", k.Doc, quote(k.Name))
	for _, f := range k.Fields {
		fmt.Fprintf(&b, "\t%s %s, -- %s\n", quote(f.Name), sqlType(f), f.Doc)
	}
	b.WriteString("\tclock BLOB NOT NULL, -- packed crdt.Clocks\n\tn INTEGER NOT NULL, -- feed number\n")
	b.WriteString("\tconflicts INTEGER, -- rows of table conflict; NULL for none\n\textra BLOB")
	if k.Class == crdt.Set {
		b.WriteString(",\n\tcleared BLOB, -- stamps that clears named\n\tgone INTEGER -- 1: cleared")
	}
	b.WriteString("\n) STRICT;\n")
	for _, f := range k.Fields {
		if f.Index {
			b.WriteString(createIndex(k, f))
		}
	}
	return b.String()
}

func createIndex(k *crdt.Kind, f crdt.Field) string {
	name := quote(k.Name + "_" + f.Name)
	return fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s ON %s (%s) WHERE %s IS NOT NULL;\n", name, quote(k.Name), quote(f.Name), quote(f.Name))
}

func addColumn(k *crdt.Kind, f crdt.Field) string {
	s := fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s;\n", quote(k.Name), quote(f.Name), sqlType(f))
	if f.Index {
		s += createIndex(k, f)
	}
	return s
}

func sqlType(f crdt.Field) string {
	if f.Type == crdt.Int {
		return "INTEGER"
	}
	return "TEXT"
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
