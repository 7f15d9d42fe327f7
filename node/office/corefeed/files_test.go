package corefeed

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// inEnglish compares what was refused by its sentence alone.
var inEnglish = cmpopts.IgnoreFields(Refused{}, "Why")

func TestAFileThatCannotBeUsedStopsTheFeedWithAClearError(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(fstest.MapFS)
		want string
	}{
		{"missing", func(f fstest.MapFS) { delete(f, "cards.csv"); delete(f, "roles.csv") }, "roles.csv: it is not in the folder\ncorefeed: a file of the feed cannot be used: cards.csv: it is not in the folder"},
		{"empty", func(f fstest.MapFS) { f["cards.csv"].Data = nil }, "cards.csv: it is empty"},
		{"a folder", func(f fstest.MapFS) {
			delete(f, "cards.csv")
			f["cards.csv/x"] = &fstest.MapFile{}
		}, "cards.csv: it is not a regular file"},
		{"column renamed", func(f fstest.MapFS) { f["cards.csv"].Data = []byte("card;who;account;last4\n") }, `cards.csv: line 1: there is no column "person"; there are card, who, account, last4`},
		{"column twice", func(f fstest.MapFS) { f["cards.csv"].Data = []byte("card;person;account;card\n") }, `two columns are called "card"`},
		{"UTF-16", func(f fstest.MapFS) { f["people.csv"].Data = []byte("\xff\xfen\x00o\x00") }, "people.csv: it is UTF-16"},
		{"header not UTF-8", func(f fstest.MapFS) { f["people.csv"].Data = []byte("no;typ\xe9\n") }, "people.csv: line 1: not UTF-8: byte 7"},
		{"header with an open quote", func(f fstest.MapFS) { f["people.csv"].Data = []byte("no;\"type\n") }, "people.csv: line 1: column 2: a quote is not closed on its line"},
	} {
		folder := miniFolder(t)
		c.edit(folder)
		_, err := Load(t.Context(), Options{Folder: folder, Mapping: miniMapping(t)})
		if !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want ...%s", c.name, err, c.want)
		}
	}
}

func TestAFolderOrDateThatIsMissingStopsTheFeed(t *testing.T) {
	_, err := Load(t.Context(), Options{Folder: os.DirFS(filepath.Join(t.TempDir(), "nowhere")), Mapping: miniMapping(t)})
	if !errors.Is(err, ErrFolder) {
		t.Errorf("no folder: %v", err)
	}
	for date, want := range map[string]error{"": ErrDate, "2026-02-30": ErrDate, "2026-02-28": nil} {
		m := miniMapping(t, `date = "2026-03-31"`, "")
		if _, err := Load(t.Context(), Options{Folder: miniFolder(t), Mapping: m, Date: date}); !errors.Is(err, want) {
			t.Errorf("date %q: %v, want %v", date, err, want)
		}
	}
	short := fstest.MapFS{"a.csv": {Data: []byte("preamble\n")}}
	for skip, want := range map[string]string{"skip = 1": "it ends before the line with the names", "skip = 2": "it ends within the 2 lines of preamble"} {
		_, err := Load(t.Context(), Options{Folder: short, Mapping: oneFile(t, skip, "")})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", skip, err)
		}
	}
}

func TestABadLineIsRefusedWithItsReasonAndTheRestIsRead(t *testing.T) {
	good := "2;;Eva;1.1.1970;1"
	for _, c := range []struct{ line, column, reason string }{
		{"4;;Eva;1.1.1970", "", "4 of 5 columns"},
		{"4;;Eva;1.1.1970;1;more", "", "6 columns instead of 5"},
		{"4;;\"Eva;1.1.1970;1", "", "3 of 5 columns: column 3: a quote is not closed on its line"},
		{"4;;\"Eva\"x;1.1.1970;1", "", "3 of 5 columns: column 3: text after the closing quote"},
		{"4;;Ev\xe1;1.1.1970;1", "", "not UTF-8: byte 6"},
		{"4;;" + strings.Repeat("x", maxLineBytes) + ";1.1.1970;1", "", "longer than 65536 bytes"},
		{"4" + strings.Repeat(";", maxColumns+1), "", "more than 512 columns"},
		{";;Eva;1.1.1970;1", "no", "the key is missing"},
		{strings.Repeat("4", 201) + ";;Eva;1.1.1970;1", "no", `202 bytes, at most 200: "P444444444444444444444444444444444444444"…`},
		{"4;;;1.1.1970;1", "name", "nothing is there, but something must be"},
		{"4;;" + strings.Repeat("Ev", 1025) + ";1.1.1970;1", "name", `2050 bytes, at most 2048: "EvEvEvEvEvEvEvEvEvEvEvEvEvEvEvEvEvEvEvEv"…`},
		{"4;;E\x00va;1.1.1970;1", "name", `control character U+0000 at byte 2: "E\x00va"`},
		{"4;;E\ufffdva;1.1.1970;1", "name", "a character that was lost in an earlier conversion, at byte 2: \"E\ufffdva\""},
		{"4;robot;Eva;1.1.1970;1", "type", `"robot" is not one of person, organisation`},
		{"4;;Eva;29.2.1970;1", "born", `not a date of the form D.M.YYYY: "29.2.1970"`},
		{"4;;Eva;1970-01-01;1", "born", `not a date of the form D.M.YYYY: "1970-01-01"`},
		{"4;;Eva;1.1.1970;one", "branch", `not a whole number: "one"`},
		{"4;;Eva;1.1.1970;99999999999999999999", "branch", `a number beyond 63 bits: "99999999999999999999"`},
		{"2;;Ada;1.1.1970;1", "no", `the key "P2" stands in people.csv, line 2, already`},
	} {
		folder := miniFolder(t)
		folder["people.csv"].Data = []byte("\ufeffno;type;name;born;branch\r\n" + good + "\r\n \r\n" + c.line + "\r\n5;;Ida;1.1.1970;1")
		feed := load(t, folder, miniMapping(t))
		want := []Refused{{File: "people.csv", Line: 4, Column: c.column, Reason: c.reason}}
		if c.column != "" {
			want[0].Kind = "party"
		}
		if diff := cmp.Diff(want, feed.Refused.Listed, inEnglish); diff != "" {
			t.Errorf("%.40q (-want +got):\n%s", c.line, diff)
		}
		parties := 0
		for _, r := range feed.Records {
			if r.File == "people.csv" {
				parties++
			}
		}
		if parties != 2 {
			t.Errorf("%.40q: %d other lines became rows, want 2", c.line, parties)
		}
	}
}

func TestBadAmountsAndUnknownCodesAreRefused(t *testing.T) {
	for _, c := range []struct{ from, to, column, reason string }{
		{"1.204,50", "1.204.50", "balance", `not an amount: "1.204.50"`},
		{"1.204,50", "1,204,50", "balance", `not an amount: "1,204,50"`},
		{"1.204,50", "12.04,50", "balance", `not an amount: "12.04,50"`},
		{"1.204,50", "1204,505", "balance", `an amount finer than the minor unit: "1204,505"`},
		{"1.204,50", "--1", "balance", `not an amount: "--1"`},
		{"1.204,50", "92233720368547758,08", "balance", `a number beyond 63 bits: "92233720368547758,08"`},
		{"A1;retail;1;C", "A1;retail;1;Z", "type", `unknown code "Z"`},
		{"31T17:30", "31T24:00", "when", `not a date of the form YYYY-MM-DDThh:mm: "2026-03-31T24:00"`},
	} {
		folder := miniFolder(t)
		replace(t, folder, "accounts.csv", c.from, c.to)
		want := []Refused{{File: "accounts.csv", Line: 2, Column: c.column, Kind: "holding", Reason: c.reason}}
		if diff := cmp.Diff(want, load(t, folder, miniMapping(t)).Refused.Listed, inEnglish); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.to, diff)
		}
	}
}

func TestRefusalsAreCountedBeyondTheList(t *testing.T) {
	folder := miniFolder(t)
	folder["people.csv"].Data = []byte("no;type;name;born;branch\n" + strings.Repeat("x\n", 50))
	feed, err := Load(t.Context(), Options{Folder: folder, Mapping: miniMapping(t), MaxListed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if r := feed.Refused; len(r.Listed) != 3 || r.Total != 50 {
		t.Errorf("%d listed of %d", len(r.Listed), r.Total)
	}
}

func TestProgressReachesTheWholeAndACancelledReadStops(t *testing.T) {
	var done, total int64
	progress := func(d, all int64) {
		if d < done || d > all {
			t.Errorf("%d of %d after %d", d, all, done)
		}
		done, total = d, all
	}
	feed, err := Load(t.Context(), Options{Folder: many(t, 20000, 0), Mapping: miniMapping(t), Progress: progress})
	if err != nil {
		t.Fatal(err)
	}
	if done != total || total == 0 || len(feed.Files) != 5 {
		t.Errorf("%d of %d bytes, %d files", done, total, len(feed.Files))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, Options{Folder: many(t, 20000, 0), Mapping: miniMapping(t)}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
