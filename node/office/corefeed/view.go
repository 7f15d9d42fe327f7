package corefeed

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/text/width"
)

// View is a plan as the API and a screen show it.
type View struct {
	Feed        string     `json:"feed"`
	Date        string     `json:"date,omitempty"`
	Files       []FileInfo `json:"files"`
	Kinds       []KindView `json:"kinds"`
	Refused     []Refused  `json:"refused"`
	RefusedAll  int        `json:"refused_total"`
	NeedsSecond bool       `json:"needs_second"`
	Empty       bool       `json:"empty"`
	Fingerprint string     `json:"fingerprint"`
}

// KindView is a KindPlan as the API and a screen show it.
type KindView struct {
	Kind      string    `json:"kind"`
	New       int       `json:"new"`
	Changed   int       `json:"changed"`
	Unchanged int       `json:"unchanged"`
	Ended     int       `json:"ended"`
	Refused   int       `json:"refused"`
	Held      bool      `json:"held"`
	Examples  []Example `json:"examples"`
}

// View makes the plan ready for JSON.
func (p *Plan) View() View {
	v := View{
		Feed: p.Name, Date: p.Date, Files: p.Files, Refused: p.Refused.Listed, RefusedAll: p.Refused.Total,
		NeedsSecond: p.NeedsSecond, Empty: p.Empty(), Fingerprint: p.Fingerprint(),
	}
	for _, k := range p.Kinds {
		v.Kinds = append(v.Kinds, KindView{
			Kind: k.Kind.Name, New: k.New, Changed: k.Changed, Unchanged: k.Unchanged,
			Ended: k.Ended, Refused: k.Refused, Held: k.Held, Examples: append([]Example{}, k.Examples...),
		})
	}
	v.Files, v.Refused = append([]FileInfo{}, v.Files...), append([]Refused{}, v.Refused...)
	return v
}

// Table writes the plan as aligned plain text: counts by kind, examples, and
// the refused rows.
func (p *Plan) Table(w io.Writer) error {
	g := grid{{"kind", "new", "changed", "unchanged", "ended", "refused"}}
	for _, k := range p.Kinds {
		row := []string{k.Kind.Name}
		for _, n := range []int{k.New, k.Changed, k.Unchanged, k.Ended, k.Refused} {
			row = append(row, strconv.Itoa(n))
		}
		g = append(g, row)
	}
	var b strings.Builder
	g.write(&b, 1)
	p.examples(&b)
	p.notes(&b)
	p.refusals(&b)
	_, err := io.WriteString(w, b.String())
	if err != nil {
		return fmt.Errorf("corefeed: write the table: %w", err)
	}
	return nil
}

func (p *Plan) examples(b *strings.Builder) {
	var g grid
	for _, k := range p.Kinds {
		for _, e := range k.Examples {
			g = append(g, []string{"  " + k.Kind.Name, e.Key, e.Field, orNothing(e.Old) + " -> " + orNothing(e.New)})
		}
	}
	if len(g) > 0 {
		b.WriteString("\nfor example:\n")
		g.write(b, len(g[0]))
	}
}

func orNothing(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return strings.ReplaceAll(s, "\n", " / ")
}

func (p *Plan) notes(b *strings.Builder) {
	for _, k := range p.Kinds {
		if k.Held {
			fmt.Fprintf(b, "\nNothing of kind %s ends: the feed is full, but a refused line hid its key.\n", k.Kind.Name)
		}
	}
	if p.NeedsSecond {
		b.WriteString("\nMore than 1 % of the rows of a kind would end: a second person must approve.\n")
	}
	if p.Empty() {
		b.WriteString("\nThere is nothing to change.\n")
	}
}

func (p *Plan) refusals(b *strings.Builder) {
	if p.Refused.Total == 0 {
		return
	}
	fmt.Fprintf(b, "\n%d refused:\n", p.Refused.Total)
	g := grid{{"  file", "line", "column", "reason"}}
	for _, r := range p.Refused.Listed {
		g = append(g, []string{"  " + r.File, strconv.Itoa(r.Line), r.Column, r.Reason})
	}
	g.write(b, len(g[0]))
	if more := p.Refused.Total - len(p.Refused.Listed); more > 0 {
		fmt.Fprintf(b, "  and %d more\n", more)
	}
}

// grid is aligned text. Columns from right on are numbers, set to the right.
type grid [][]string

func (g grid) write(b *strings.Builder, right int) {
	widths := make([]int, len(g[0]))
	for _, row := range g {
		for i, cell := range row {
			widths[i] = max(widths[i], cells(cell))
		}
	}
	for _, row := range g {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-cells(cell))
			if i > 0 {
				line.WriteString("  ")
			}
			if i >= right {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// cells is how wide a text is on a terminal: a Han character takes two.
func cells(s string) int {
	n := 0
	for _, r := range s {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}
