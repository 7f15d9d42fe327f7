package chart

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func drawText(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{"Anna Nováková", "上海浦东发展银行股份有限公司", `<b>"&'`, "", strings.Repeat("long ", 40)}).Draw(t, label)
}

func TestLinesAreWellFormedWhateverGoesIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Point {
			return Point{Label: drawText(t, "label"), Value: rapid.Int64().Draw(t, "value")}
		}), 0, 200).Draw(t, "points")
		svg := string(Line(`what <it> shows`, points))
		if (svg == "") != (len(points) < 2) {
			t.Fatalf("%d points give %q", len(points), svg)
		}
		wellFormed(t, svg)
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") || strings.Contains(svg, `"-`) {
			t.Fatalf("something lies outside the picture:\n%s", svg)
		}
	})
}

func TestALineShowsWhereItCrossesZero(t *testing.T) {
	svg := string(Line("balance", []Point{{"Jan", -100}, {"Feb", 100}}))
	for _, want := range []string{`<line x1="0" y1="32.0"`, `points="4.0,60.0 316.0,4.0"`, `>Jan<`, `>Feb<`, `aria-label="balance"`} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
}

func TestAPictureOfPeopleIsWellFormedWhateverGoesIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Custom(func(t *rapid.T) Neighbour {
			return Neighbour{Name: drawText(t, "name"), Role: drawText(t, "role"), Organisation: rapid.Bool().Draw(t, "organisation")}
		})
		others := rapid.SliceOfN(draw, 0, 30).Draw(t, "others")
		svg := string(Around("who", draw.Draw(t, "middle"), others))
		if (svg == "") != (len(others) == 0) {
			t.Fatalf("%d others give %q", len(others), svg)
		}
		wellFormed(t, svg)
		if strings.Contains(svg, `"-`) {
			t.Fatalf("something lies outside the picture:\n%s", svg)
		}
	})
}

func TestANameIsCutWhereItsBoxEnds(t *testing.T) {
	for text, want := range map[string]string{
		"Anna": "Anna", "1234567890123456789": "1234567890123456789", "12345678901234567890": "123456789012345678…", "上海浦东发展银行股份有限公司": "上海浦东发展银行…",
	} {
		if got := clip(text, nameCells); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}
