package chart

import (
	"fmt"
	"html"
	"html/template"
	"strings"
)

// Geometry of a line, in units of the picture.
const (
	lineWidth  = 320
	lineHeight = 64
	lineFoot   = 18 // for the labels below
	lineEdge   = 4  // so that the ends are not cut
	maxPoints  = 120
)

// Point is one value over time.
type Point struct {
	Label string
	Value int64
}

// Line draws values over time, oldest first, with the zero line where they
// cross it; below stand the labels of the first and the last. title says in
// words what it shows. Fewer than two points make no picture.
func Line(title string, points []Point) template.HTML {
	points = points[max(len(points)-maxPoints, 0):]
	if len(points) < 2 {
		return ""
	}
	low, high := min(points[0].Value, 0), max(points[0].Value, 0)
	for _, p := range points {
		low, high = min(low, p.Value), max(high, p.Value)
	}
	span := max(float64(high)-float64(low), 1)
	y := func(v int64) float64 {
		return lineEdge + (lineHeight-2*lineEdge)*(float64(high)-float64(v))/span
	}
	x := func(i int) float64 {
		return lineEdge + float64(i)*(lineWidth-2*lineEdge)/float64(len(points)-1)
	}
	var path strings.Builder
	for i, p := range points {
		fmt.Fprintf(&path, "%.1f,%.1f ", x(i), y(p.Value))
	}
	last := len(points) - 1
	var s strings.Builder
	fmt.Fprintf(&s, `<svg class="chart over-time" viewBox="0 0 %d %d" role="img" aria-label="%s">`, lineWidth, lineHeight+lineFoot, html.EscapeString(title))
	fmt.Fprintf(&s, `<polygon class="area" points="%.1f,%.1f %s%.1f,%.1f"/>`, x(0), y(0), path.String(), x(last), y(0))
	fmt.Fprintf(&s, `<line x1="0" y1="%.1f" x2="%d" y2="%.1f"/>`, y(0), lineWidth, y(0))
	fmt.Fprintf(&s, `<polyline points="%s"/><circle cx="%.1f" cy="%.1f" r="3"/>`, strings.TrimSpace(path.String()), x(last), y(points[last].Value))
	fmt.Fprintf(&s, `<text class="from" x="0" y="%d">%s</text><text class="to" x="%d" y="%d">%s</text></svg>`,
		lineHeight+lineFoot-4, html.EscapeString(points[0].Label), lineWidth, lineHeight+lineFoot-4, html.EscapeString(points[last].Label))
	return template.HTML(s.String())
}
