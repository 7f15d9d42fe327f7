package branches

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAListOfDaysIsReadAsPeoplePasteIt(t *testing.T) {
	in := "\ufeffDate;Name\r\n2026-10-01..2026-10-02;国庆节\r\n2026/10/10\tworks\n2026年10月11日，上班，补班日\n\n# a remark\n\"2026-12-25\",\"Christmas, first day\"\n20261226 Boxing Day\nlater 9\n2026-02-30,None\n2026-01-01..2026-06-01,Long\n"
	var got []string
	for _, p := range Parse(in) {
		word := "closed"
		if p.Works {
			word = "works"
		}
		got = append(got, strings.Join([]string{p.Date, word, p.Name, p.Fault}, "|"))
	}
	want := []string{
		"2026-10-01|closed|国庆节|", "2026-10-02|closed|国庆节|", "2026-10-10|works||", "2026-10-11|works|补班日|",
		"2026-12-25|closed|Christmas|", "2026-12-26|closed|Boxing Day|",
		"|closed||day_date", "|closed||day_date", "|closed||day_date",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAListThatIsTooLongSaysSo(t *testing.T) {
	days := Parse(strings.Repeat("2026-01-01..2026-02-01\n", 40))
	if last := days[len(days)-1]; len(days) > maxDays+1 || last.Fault != "days_many" {
		t.Errorf("%d days, the last %+v", len(days), last)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2026-10-01..2026-10-07,National Day")
	f.Add("2026年10月11日，上班")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range Parse(text) {
			if p.Fault == "" && len(p.Date) != 10 {
				t.Errorf("%q: %+v", text, p)
			}
		}
	})
}
