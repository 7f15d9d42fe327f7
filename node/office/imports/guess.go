package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"bough/crdt"
	"bough/node/office/corefeed"
	"bough/node/office/corefeed/mapping"
)

// Encodings and Delimiters are what a file may be written in.
func Encodings() []string {
	return []string{"utf-8", "gb18030", "gbk", "windows-1250", "windows-1252", "latin1"}
}

// Delimiters are the words for what stands between two columns.
func Delimiters() []string { return []string{"comma", "semicolon", "tab", "pipe"} }

// Decimals are how amounts are written.
func Decimals() []string { return []string{"1234.56", "1,234.56", "1234,56", "1.234,56", "1 234,56"} }

var delimiters = map[string]byte{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|'}

// format is how corefeed reads a file.
func (f *File) format() mapping.Format {
	d := delimiters[f.Delimiter]
	if d == 0 {
		d = ','
	}
	return mapping.Format{Delimiter: d, Quote: '"', Encoding: f.Encoding, Header: f.Header}
}

// guessWriting guesses how a file is written from how it begins.
func (f *File) guessWriting(head []byte) {
	f.Encoding = encodingOf(head)
	best := 0
	f.Delimiter, f.Header, f.Decimal = "comma", true, Decimals()[0]
	for _, word := range Delimiters() {
		try := *f
		try.Delimiter = word
		if n := try.regular(head); n > best {
			best, f.Delimiter = n, word
		}
	}
	f.Header = f.hasHeader(head)
}

// regular is how many columns all lines have that can be read, weighed by how
// many those are; 0 where there is one.
func (f *File) regular(head []byte) int {
	format := f.format()
	format.Header = true
	h, err := corefeed.ReadHead(bytes.NewReader(head), f.Path, format, 20)
	if err != nil || len(h.Names) < 2 {
		return 0
	}
	good := 1
	for _, l := range h.Lines {
		if l.Fault == nil {
			good++
		}
	}
	return len(h.Names) * 100 * good / (len(h.Lines) + 1)
}

var figures = regexp.MustCompile(`^[-+0-9.,:/ ]+$`)

// hasHeader reports whether the first line names the columns: it holds no figure
// and nothing empty, or it holds a name that is known.
func (f *File) hasHeader(head []byte) bool {
	h, err := corefeed.ReadHead(bytes.NewReader(head), f.Path, f.format(), 1)
	if err != nil {
		return true
	}
	for _, name := range h.Names {
		if known(name) {
			return true
		}
	}
	return !slices.ContainsFunc(h.Names, func(name string) bool { return name == "" || figures.MatchString(name) })
}

// encodingOf guesses the encoding of a text by its first bytes.
func encodingOf(head []byte) string {
	if end := bytes.LastIndexByte(head, '\n'); end > 0 {
		head = head[:end]
	}
	if utf8.Valid(head) {
		return "utf-8"
	}
	enc, _ := mapping.Encoding("gb18030")
	text, err := enc.NewDecoder().Bytes(head)
	if err == nil && !bytes.ContainsRune(text, utf8.RuneError) && hanShare(text) > 50 {
		return "gb18030"
	}
	enc, _ = mapping.Encoding("windows-1250")
	if text, err := enc.NewDecoder().Bytes(head); err == nil && bytes.ContainsAny(text, "řěščžťďňůŘŠČŽąęłśźż") {
		return "windows-1250"
	}
	return "windows-1252"
}

// hanShare is how many of a hundred letters beyond ASCII are common Han ones:
// bytes of another encoding make rare ones.
func hanShare(text []byte) int {
	han, all := 0, 0
	gbk, _ := mapping.Encoding("gbk")
	to := gbk.NewEncoder()
	for _, r := range string(text) {
		if r < utf8.RuneSelf {
			continue
		}
		all++
		b, err := to.Bytes([]byte(string(r)))
		if unicode.Is(unicode.Han, r) && err == nil && len(b) == 2 && b[0] >= 0xb0 && b[0] <= 0xf7 && b[1] >= 0xa1 {
			han++
		}
	}
	if all == 0 {
		return 0
	}
	return han * 100 / all
}

// Preview is how a file begins, as it would be read.
type Preview struct {
	*corefeed.Head
	Bad corefeed.BadFiles // why it cannot be read as it is said to be written
}

// head reads how a file begins.
func (im *Imports) head(n int64, files []File, at int, most int) (*Preview, error) {
	f := &files[at]
	in, err := folder{im.spool(n), files}.Open(f.Path)
	if err != nil {
		return nil, fmt.Errorf("imports: read file: %w", err)
	}
	defer in.Close() // read only: nothing can be lost
	h, err := corefeed.ReadHead(io.LimitReader(in, headBytes), f.Path, f.format(), most)
	if err != nil {
		p := &Preview{Head: &corefeed.Head{}}
		if errors.As(err, &p.Bad) {
			err = nil
		}
		return p, err
	}
	return &Preview{Head: h}, nil
}

// usable reports whether a mapping can name a column.
func usable(names []string, at int) bool {
	name := names[at]
	return name != "" && !strings.ContainsAny(name, "{}") && slices.Index(names, name) == at && !slices.Contains(names[at+1:], name)
}

// guessColumns guesses what a file gives, and which column is which field.
func (f *File) guessColumns(h *corefeed.Head) {
	f.Columns = make([]Column, len(h.Names))
	for i, name := range h.Names {
		f.Columns[i] = Column{Name: name, Unusable: !usable(h.Names, i)}
	}
	if f.Kind == "" {
		f.Kind = guessKind(f.Path, h.Names)
	}
	f.guessFields(h)
}

// guessFields gives the columns fields of the file's kind.
func (f *File) guessFields(h *corefeed.Head) {
	kind := schema().Named(f.Kind)
	f.Key, f.Constants = "", nil
	for i := range f.Columns {
		f.Columns[i].Field, f.Columns[i].How = "", ""
	}
	if kind == nil {
		return
	}
	taken := map[string]bool{}
	for i := range f.Columns {
		c := &f.Columns[i]
		if c.Unusable {
			continue
		}
		field := fieldOf(f.Kind, c.Name)
		switch {
		case field == "" || taken[field]:
		case field == keyWord:
			f.Key, taken[field] = c.Name, true
		default:
			c.Field, taken[field] = field, true
			c.How = guessHow(kind, field, columnOf(h, i))
		}
	}
	if i := slices.IndexFunc(f.Columns, func(c Column) bool { return c.Name == f.Key && c.Field == "" }); i >= 0 && kind.Named("number") != nil && !taken["number"] {
		f.Columns[i].Field = "number" // of a branch or an account: what is printed is what tells it apart
	}
	for _, one := range usualConstants(f.Kind) {
		if field, _, _ := strings.Cut(one, "="); !taken[strings.TrimSpace(field)] {
			f.Constants = append(f.Constants, one)
		}
	}
}

func columnOf(h *corefeed.Head, at int) (out []string) {
	for _, l := range h.Lines {
		if l.Fault == nil && at < len(l.Columns) && l.Columns[at] != "" {
			out = append(out, l.Columns[at])
		}
	}
	return out
}

// layouts of dates that are guessed, the plainest first.
var layouts = []string{"YYYY-MM-DD", "YYYYMMDD", "YYYY/MM/DD", "YYYY/M/D", "YYYY.MM.DD", "YYYY-MM-DD hh:mm:ss", "YYYY/MM/DD hh:mm:ss", "YYYY年MM月DD日", "YYYY年M月D日",
	"D.M.YYYY", "D/M/YYYY", "M/D/YYYY", "YYMMDD", "YYWWDD", "YYMMDD hh:mm:ss"}

// guessHow guesses how a column is written: the layout of dates, or what codes
// mean.
func guessHow(kind *crdt.Kind, field string, texts []string) string {
	f := kind.Named(field)
	if f == nil {
		return ""
	}
	switch mapping.Usual(kind.Num, f) {
	case mapping.AsDate, mapping.AsMonth, mapping.AsTime:
		return layoutOf(texts)
	}
	if words := mapping.WordsOf(kind.Num, f.Num); words != nil {
		return codes(words, texts)
	}
	return ""
}

// layoutOf is the layout that most of the texts have; empty where that is none.
func layoutOf(texts []string) (best string) {
	most := 0
	for _, layout := range layouts {
		d, err := mapping.NewDates(layout, firstYear)
		n := 0
		for _, text := range texts {
			if _, _, bad := d.Parse(text); err == nil && bad == nil {
				n++
			}
		}
		if n > most {
			best, most = layout, n
		}
	}
	return best
}

// codes says what each code of a column means, where one is not known: nothing
// behind the sign. None are needed where all are our words.
func codes(words, texts []string) string {
	var out, seen []string
	plain := true
	for _, text := range texts {
		if slices.Contains(seen, text) || len(seen) >= maxCodes {
			continue
		}
		seen = append(seen, text)
		word := codeOf(words, text)
		plain = plain && word == text
		out = append(out, text+" = "+word)
	}
	if plain {
		return ""
	}
	return strings.Join(out, "; ")
}
