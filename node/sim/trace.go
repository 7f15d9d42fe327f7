package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"maps"
	"slices"
)

// traceKept is how many of the last lines a failure prints.
const traceKept = 60

// trace is what happened, a line an event.
type trace struct {
	last []string
	sum  hash.Hash
	to   io.Writer // nil: nobody reads along
	n    int
}

func newTrace(to io.Writer) *trace { return &trace{sum: sha256.New(), to: to} }

func (t *trace) line(atMS int64, who, what string) {
	s := fmt.Sprintf("%10.3f %-8s %s\n", float64(atMS)/1000, who, what)
	t.n++
	t.sum.Write([]byte(s))
	if t.to != nil {
		io.WriteString(t.to, s) //nolint:errcheck // a log for people
	}
	if t.last = append(t.last, s); len(t.last) > 2*traceKept {
		t.last = slices.Clone(t.last[traceKept:])
	}
}

// tail are the last lines.
func (t *trace) tail() []string { return t.last[max(0, len(t.last)-traceKept):] }

// hash names all that happened.
func (t *trace) hash() string { return hex.EncodeToString(t.sum.Sum(nil)) }

// Coverage counts situations by name.
type Coverage map[string]int

// Add counts another run in.
func (c Coverage) Add(o Coverage) {
	for name, n := range o {
		c[name] += n
	}
}

// Names are all that were counted and all that should be, sorted.
func (c Coverage) Names() []string {
	names := Coverage{}
	names.Add(c)
	for _, name := range Situations() {
		names[name] += 0
	}
	return slices.Sorted(maps.Keys(names))
}

// Rare are the situations that were met less often than asked for, sorted.
func (c Coverage) Rare(often int) (out []string) {
	for _, name := range Situations() {
		if c[name] < often {
			out = append(out, name)
		}
	}
	return out
}

// Situations are what many runs should meet, sorted.
func Situations() []string {
	names := all(features(), func(f *feature) []string { return f.situations })
	slices.Sort(names)
	return slices.Compact(names)
}
