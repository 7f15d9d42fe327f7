package chart

import (
	"fmt"
	"html"
	"html/template"
	"strings"
	"unicode/utf8"
)

// Geometry of a picture of relations, in units of the picture.
const (
	boxWidth   = 156
	boxHeight  = 36
	boxStep    = 46  // from one box to the next below
	leftX      = 1   // room for the line of a box
	middleX    = 182 // of the box in the middle
	rightX     = 363
	aroundWide = rightX + boxWidth + 1
	maxAround  = 12 // the list beside has the rest
	nameCells  = 19 // columns of a name; a Chinese character takes two
	roleCells  = 23
)

// Neighbour is somebody around the one in the middle.
type Neighbour struct {
	Name, Role   string
	Organisation bool
}

// Around draws who stands around somebody: in two columns beside the one in the
// middle, people with round corners, organisations without. title says in words
// what it shows. Nobody around makes no picture.
func Around(title string, middle Neighbour, others []Neighbour) template.HTML {
	if len(others) == 0 {
		return ""
	}
	others = others[:min(len(others), maxAround)]
	onRight := (len(others) + 1) / 2
	height := onRight*boxStep - (boxStep - boxHeight) + 2
	centre := (height - boxHeight) / 2
	var s strings.Builder
	fmt.Fprintf(&s, `<svg class="chart around" viewBox="0 0 %d %d" role="img" aria-label="%s">`, aroundWide, height, html.EscapeString(title))
	var boxes strings.Builder
	for i, o := range others {
		x, row, rows := rightX, i, onRight
		if i >= onRight {
			x, row, rows = leftX, i-onRight, len(others)-onRight
		}
		y := 1 + (height-2-(rows*boxStep-(boxStep-boxHeight)))/2 + row*boxStep
		from, to := middleX+boxWidth, x
		if x == leftX {
			from, to = middleX, leftX+boxWidth
		}
		fmt.Fprintf(&s, `<line x1="%d" y1="%d" x2="%d" y2="%d"/>`, from, centre+boxHeight/2, to, y+boxHeight/2)
		box(&boxes, x, y, "box", o)
	}
	s.WriteString(boxes.String())
	box(&s, middleX, centre, "box middle", middle)
	s.WriteString(`</svg>`)
	return template.HTML(s.String())
}

func box(s *strings.Builder, x, y int, class string, n Neighbour) {
	round := boxHeight / 2
	if n.Organisation {
		round = 3
	}
	nameY := y + 23
	if n.Role != "" {
		nameY = y + 29
	}
	fmt.Fprintf(s, `<g class="%s"><rect x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, class, x, y, boxWidth, boxHeight, round)
	if n.Role != "" {
		fmt.Fprintf(s, `<text x="%d" y="%d">%s</text>`, x+boxWidth/2, y+14, html.EscapeString(clip(n.Role, roleCells)))
	}
	fmt.Fprintf(s, `<text class="figure" x="%d" y="%d">%s</text></g>`, x+boxWidth/2, nameY, html.EscapeString(clip(n.Name, nameCells)))
}

// clip cuts a text to so many columns.
func clip(text string, cells int) string {
	used := 0
	for i, r := range text {
		if r >= 0x2e80 { // Chinese, Japanese and Korean take two
			used++
		}
		if used++; used > cells {
			return text[:i-lastRune(text[:i])] + "…"
		}
	}
	return text
}

func lastRune(s string) int {
	_, n := utf8.DecodeLastRuneInString(s)
	return n
}
