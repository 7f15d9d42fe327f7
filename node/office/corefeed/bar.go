package corefeed

import (
	"fmt"
	"io"
	"strings"
)

// Bar shows progress on a terminal, in place; on anything else it is silent.
type Bar struct {
	w     io.Writer
	label string
	shown int // percent drawn last, -1 before the first
}

const barCells = 30

// NewBar makes a bar that writes to w only if that is a terminal.
func NewBar(w io.Writer, terminal bool, label string) *Bar {
	if !terminal {
		w = io.Discard
	}
	return &Bar{w: w, label: label, shown: -1}
}

// Update draws the bar where the percentage has changed. It fits
// Options.Progress; a terminal that cannot be written to loses its bar only.
func (b *Bar) Update(done, total int64) {
	percent := 100
	if total > 0 {
		percent = int(min(done, total) * 100 / total)
	}
	if percent == b.shown {
		return
	}
	b.shown = percent
	full := percent * barCells / 100
	fmt.Fprintf(b.w, "\r%s [%s%s] %3d %%", b.label, strings.Repeat("#", full), strings.Repeat(".", barCells-full), percent)
}

// Done ends the line of the bar, if it was drawn.
func (b *Bar) Done() {
	if b.shown >= 0 {
		fmt.Fprintln(b.w)
		b.shown = -1
	}
}
