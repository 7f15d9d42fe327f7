package mapping

import (
	"fmt"
	"strings"
)

// Error is one fault of a mapping.
type Error struct {
	Line   int    // of the mapping, 0 where it has none
	Path   string // the key, with dots
	Reason string
}

// Error is the fault in one line.
func (e Error) Error() string {
	s := e.Reason
	if e.Path != "" {
		s = e.Path + ": " + s
	}
	if e.Line > 0 {
		s = fmt.Sprintf("line %d: %s", e.Line, s)
	}
	return s
}

// Errors are the faults of one mapping, in the order of its lines.
type Errors struct {
	Name string // of the mapping
	List []Error
}

// Error is every fault, one a line.
func (e *Errors) Error() string {
	lines := make([]string, 0, len(e.List)+1)
	lines = append(lines, fmt.Sprintf("mapping: read %s:", e.Name))
	for _, one := range e.List {
		lines = append(lines, "  "+one.Error())
	}
	return strings.Join(lines, "\n")
}
