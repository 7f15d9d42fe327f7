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

func (t *trace) line(atMS int64, who, format string, args ...any) {
	s := fmt.Sprintf("%10.3f %-8s %s\n", float64(atMS)/1000, who, fmt.Sprintf(format, args...))
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

// Names are the situations that are named, sorted; those that never happened
// are among them.
func (c Coverage) Names() []string {
	all := Coverage{}
	all.Add(c)
	for _, name := range situations {
		all[name] += 0
	}
	return slices.Sorted(maps.Keys(all))
}

// situations are what the runs should meet.
var situations = []string{
	"concurrent edit", "concurrent edit at two branches", "open conflict", "conflict settled", "conflict settled on an old page",
	"refused change", "void row", "crash with unsent work", "crash between the push and its rows",
	"crash inside a page", "push taken but its answer lost", "push overlaps what is taken", "page under untaken work",
	"pull of many pages", "a clear met a concurrent edit", "an element with a conflict is cleared", "a withdrawal outlives a grant",
	"a grant overrides a withdrawal", "back with a wrong clock", "branch cut off", "line cut in one direction",
	"damaged frame refused", "act on an old page", "act at central's own desk", "answer to a process that is gone",
	"new feed epoch", "feed rewound", "a night", "session over",
}
