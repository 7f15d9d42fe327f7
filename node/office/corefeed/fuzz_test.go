package corefeed

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office/corefeed/mapping"
)

// FuzzLines: whatever the bytes, every line is counted once, and what comes out
// is UTF-8 without an end of line.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a;b\r\n\"c;\"\"d\";e\n"), "utf-8")
	f.Add([]byte("\xef\xbb\xbf\xd6\xd0,\xb9\xfa"), "gbk")
	f.Fuzz(func(t *testing.T, text []byte, encoding string) {
		if _, known := mapping.Encoding(encoding); !known {
			encoding = "utf-8"
		}
		l := newLines(bytes.NewReader(text), encoding)
		for {
			line, fault, err := l.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if fault == nil && strings.ToValidUTF8(line, "") != line || strings.Contains(line, "\n") {
				t.Fatalf("line %d: %q", l.number, line)
			}
		}
		want := bytes.Count(text, []byte("\n"))
		if len(text) > 0 && text[len(text)-1] != '\n' {
			want++
		}
		if l.number != want {
			t.Fatalf("%d lines, want %d", l.number, want)
		}
	})
}

// FuzzColumns: columns that are written with quotes are read as they were.
func FuzzColumns(f *testing.F) {
	f.Add("a", `b"c`, "d;e", byte(';'))
	f.Add("", "'", "\t", byte(','))
	f.Fuzz(func(t *testing.T, a, b, c string, delimiter byte) {
		if delimiter == '"' || delimiter >= 0x80 || strings.ContainsAny(a+b+c, "\r\n") {
			return // such columns are not of one line, or have no delimiter
		}
		cut := splitter{delimiter: delimiter, quote: '"'}
		var quoted []string
		for _, s := range []string{a, b, c} {
			quoted = append(quoted, `"`+strings.ReplaceAll(s, `"`, `""`)+`"`)
		}
		got, err := cut.split(strings.Join(quoted, string(rune(delimiter))), nil)
		if diff := cmp.Diff([]string{trim(a), trim(b), trim(c)}, got); err != nil || diff != "" {
			t.Fatalf("%v\n%s", err, diff)
		}
		if got, err := cut.split(a+b+c, nil); err == nil && len(got) == 0 {
			t.Fatal("a line has no column")
		}
	})
}

// FuzzBatchRecord: bytes decode to a record with the same bytes, or to an error.
func FuzzBatchRecord(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{9})
	f.Add(sampleLog().append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		log, err := decodeLog(b)
		if err != nil {
			if !errors.Is(err, ErrBadRecord) {
				t.Fatal(err)
			}
			return
		}
		again, err := decodeLog(log.append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(log, again, cmp.AllowUnexported(batchLog{}, changedField{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

func sampleLog() *batchLog {
	row := RowID{crm.Party, crdt.MakeID(7, 4)}
	return &batchLog{
		Name: "mini", Date: "2026-03-31", Files: []FileInfo{{Path: "a.csv", SizeBytes: 5, Lines: 2, SHA256: "00"}},
		created: []RowID{row, {crm.Card, crdt.MakeID(7, 2)}},
		changed: []changedField{{row, crm.PartyName, crdt.TextValue("a"), crdt.Value{}}, {row, crm.PartyHome, crdt.Value{}, crdt.IntValue(-5)}},
	}
}

func TestABatchRecordIsReadBackAndDamageIsNoticed(t *testing.T) {
	b := sampleLog().append(nil)
	log, err := decodeLog(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sampleLog(), log, cmp.AllowUnexported(batchLog{}, changedField{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range b {
		if _, err := decodeLog(b[:i]); !errors.Is(err, ErrBadRecord) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	for _, bad := range [][]byte{append(b[:len(b):len(b)], 0), append([]byte{2}, b[1:]...)} {
		if _, err := decodeLog(bad); !errors.Is(err, ErrBadRecord) {
			t.Errorf("%v", err)
		}
	}
}
