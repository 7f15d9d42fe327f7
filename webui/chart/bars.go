package chart

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// Geometry of bars, in units of the picture.
const (
	barStep    = 56 // from one bar to the next
	barWidth   = 36 //
	barHeight  = 84 // of the tallest
	barFoot    = 20 // for the label below
	barHead    = 16 // for the figure above
	maxBars    = 62 // two months of days
	maxParts   = 4  // stacked parts of a bar
	minSegment = 2  // what is there at all is seen
)

// Bar is one column, its parts stacked from below.
type Bar struct {
	Label string
	Parts []int // of classes part-1, part-2, …; negative counts as 0
	Quiet bool  // a day that does not count, drawn paler
}

// Bars draws columns side by side. title says in words what they show.
func Bars(title string, bars []Bar) template.HTML {
	bars = bars[:min(len(bars), maxBars)]
	most := 1
	for _, b := range bars {
		most = max(most, b.sum())
	}
	width, height := barStep*len(bars), barHead+barHeight+barFoot
	var s strings.Builder
	fmt.Fprintf(&s, `<svg class="chart bars" viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, html.EscapeString(title))
	for i, b := range bars {
		b.draw(&s, i*barStep+(barStep-barWidth)/2, most)
	}
	s.WriteString(`</svg>`)
	return template.HTML(s.String())
}

func (b Bar) sum() int {
	n := 0
	for _, p := range b.Parts[:min(len(b.Parts), maxParts)] {
		n += max(p, 0)
	}
	return n
}

func (b Bar) draw(s *strings.Builder, x, most int) {
	class := "bar"
	if b.Quiet {
		class = "bar quiet"
	}
	fmt.Fprintf(s, `<g class="%s">`, class)
	y := barHead + barHeight
	for i, p := range b.Parts[:min(len(b.Parts), maxParts)] {
		if p <= 0 {
			continue
		}
		h := max(p*barHeight/most, minSegment)
		y -= h
		fmt.Fprintf(s, `<rect class="part-%d" x="%d" y="%d" width="%d" height="%d"/>`, i+1, x, y, barWidth, h)
	}
	middle := x + barWidth/2
	if n := b.sum(); n > 0 {
		fmt.Fprintf(s, `<text class="figure" x="%d" y="%d">%d</text>`, middle, y-4, n)
	}
	fmt.Fprintf(s, `<line x1="%d" y1="%d" x2="%d" y2="%d"/>`, x-4, barHead+barHeight, x+barWidth+4, barHead+barHeight)
	fmt.Fprintf(s, `<text x="%d" y="%d">%s</text></g>`, middle, barHead+barHeight+15, html.EscapeString(b.Label))
}
