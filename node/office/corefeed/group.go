package corefeed

import (
	"math"

	"bough/crdt"
	"bough/node/office/corefeed/mapping"
)

// group is the record that lines with one key become.
type group struct {
	rec  Record
	vals []crdt.Value // by field of the rows
	text []string
	set  []bool
}

// add takes one line into its group, wholly or not at all.
func (x *rows) add(g *group) *fault {
	vals, text, set := make([]crdt.Value, len(x.fields)), make([]string, len(x.fields)), make([]bool, len(x.fields))
	for i := range x.fields {
		f := &x.fields[i]
		vals[i], text[i], set[i] = g.vals[i], g.text[i], g.set[i]
		if !hold(f.when, &x.line) || f.Use == mapping.UseFirst && g.set[i] {
			continue
		}
		if f.Use == mapping.UseCount {
			vals[i].I++
			continue
		}
		v, t, absent, bad := f.eval(&x.line)
		if bad != nil {
			return bad
		}
		if absent {
			continue
		}
		if !f.Use.Adds() {
			vals[i], text[i], set[i] = v, t, true
			continue
		}
		sum, ok := total(vals[i].I, f.part(v.I))
		if !ok {
			return &fault{f.from.columns, mapping.NewReason("sum")}
		}
		vals[i].I = sum
	}
	g.vals, g.text, g.set = vals, text, set
	return nil
}

// part is what a line gives to a sum.
func (f *field) part(n int64) int64 {
	switch {
	case f.Use == mapping.UseSumPositive:
		return max(n, 0)
	case f.Use == mapping.UseSumNegative:
		return -min(n, 0)
	}
	return n
}

// total is not ok where the sum is beyond 63 bits.
func total(a, b int64) (sum int64, ok bool) {
	if b > 0 && a > math.MaxInt64-b || b < 0 && a < math.MinInt64-b {
		return 0, false
	}
	return a + b, true
}

func (x *rows) newGroup(key string) *group {
	n := len(x.fields)
	g := &group{
		rec:  Record{File: x.File.Path, Line: x.line.number, Kind: x.Kind.Num, Key: key},
		vals: make([]crdt.Value, n), text: make([]string, n), set: make([]bool, n),
	}
	for i := range x.fields {
		if x.fields[i].Use.Adds() {
			g.vals[i], g.set[i] = crdt.IntValue(0), true
		}
	}
	return g
}

// finish makes the record of a group.
func (x *rows) finish(g *group) Record {
	for i := range x.fields {
		if g.set[i] {
			g.rec.put(&x.fields[i], g.vals[i], g.text[i])
		}
	}
	return g.rec
}
