package chart

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wellFormed reads a picture as XML.
func wellFormed(t interface{ Fatalf(string, ...any) }, svg string) {
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v:\n%s", err, svg)
		}
	}
}

func TestBarsAreWellFormedWhateverGoesIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.SampledFrom([]string{"Mon", "周一", `<b>"&'`, "", "\x00"})
		bars := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Bar {
			return Bar{Label: strings.ReplaceAll(label.Draw(t, "label"), "\x00", ""), Parts: rapid.SliceOfN(rapid.IntRange(-5, 1_000_000), 0, 6).Draw(t, "parts"), Quiet: rapid.Bool().Draw(t, "quiet")}
		}), 0, 80).Draw(t, "bars")
		svg := string(Bars(`what "is" <due>`, bars))
		wellFormed(t, svg)
		if strings.Contains(svg, `"-`) {
			t.Fatalf("something lies outside the picture:\n%s", svg)
		}
	})
}

func TestTheTallestBarFillsThePicture(t *testing.T) {
	svg := string(Bars("load", []Bar{{Label: "Mon", Parts: []int{2, 1}}, {Label: "Tue", Parts: []int{6}}}))
	for _, want := range []string{`height="84"`, `height="28"`, `height="14"`, `aria-label="load"`, `>6</text>`, `>3</text>`} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}
