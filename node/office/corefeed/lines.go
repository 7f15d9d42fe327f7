package corefeed

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"

	"bough/node/office/corefeed/mapping"
)

// lines reads physical lines, decoded.
type lines struct {
	in      *bufio.Reader
	number  int // of the line read last
	decoder *encoding.Decoder
	name    string // of the encoding
	spare   []byte
}

func newLines(in io.Reader, encodingName string) *lines {
	l := &lines{in: bufio.NewReaderSize(in, readBuffer), name: encodingName}
	if enc, _ := mapping.Encoding(encodingName); enc != nil {
		l.decoder = enc.NewDecoder()
	}
	return l
}

// wide reports whether the file begins with a mark of UTF-16, whose lines cannot
// be cut before they are decoded.
func (l *lines) wide() bool {
	head, err := l.in.Peek(2)
	return err == nil && (string(head) == "\xff\xfe" || string(head) == "\xfe\xff")
}

// next returns the next line without its end. A line that is too long or does
// not decode comes with a fault and the reading goes on; err is io.EOF at the
// end, or what the file said.
func (l *lines) next() (text string, fault *mapping.Reason, err error) {
	raw, fault, err := l.raw()
	if err != nil || fault != nil {
		return "", fault, err
	}
	if l.number == 1 {
		raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	}
	if l.decoder == nil {
		if at := invalid(raw); at >= 0 {
			return "", mapping.NewReason("not_utf8", strconv.Itoa(at+1)), nil
		}
		return string(raw), nil, nil
	}
	decoded, derr := l.decoder.Bytes(raw)
	if derr != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
		return "", mapping.NewReason("not_encoding", l.name), nil
	}
	return string(decoded), nil, nil
}

func invalid(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// raw reads to the end of the line; what is beyond the limit is skipped.
func (l *lines) raw() (line []byte, fault *mapping.Reason, err error) {
	l.spare = l.spare[:0]
	for first := true; ; first = false {
		part, err := l.in.ReadSlice('\n')
		if first && (err == nil || len(part) > 0) {
			l.number++
		}
		if err == nil && first {
			return chop(part), nil, nil // the usual case: no copy
		}
		if len(l.spare)+len(part) <= maxLineBytes+2 {
			l.spare = append(l.spare, part...)
		} else {
			fault = mapping.NewReason("long_line", strconv.Itoa(maxLineBytes))
		}
		switch {
		case err == nil || err == io.EOF && len(l.spare) > 0:
			return chop(l.spare), fault, nil
		case err != bufio.ErrBufferFull:
			return nil, nil, err
		}
	}
}

func chop(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// splitter cuts a line into columns, trimmed of blanks.
type splitter struct {
	delimiter byte
	quote     byte // 0 for none
}

// split appends the columns to dst. A quote belongs to its line: one stray
// quote spoils one line, not the rest of the file.
func (s splitter) split(line string, dst []string) (columns []string, fault *mapping.Reason) {
	for {
		if len(dst) == maxColumns {
			return dst, mapping.NewReason("wide_line", strconv.Itoa(maxColumns))
		}
		column, rest, more, fault := s.column(line)
		if fault != nil {
			return dst, &mapping.Reason{Code: "in_column", Args: []string{strconv.Itoa(len(dst) + 1)}, Of: fault}
		}
		dst = append(dst, column)
		if !more {
			return dst, nil
		}
		line = rest
	}
}

func (s splitter) column(line string) (column, rest string, more bool, fault *mapping.Reason) {
	start := 0
	for start < len(line) && isBlank(line[start]) && line[start] != s.delimiter {
		start++
	}
	if s.quote != 0 && start < len(line) && line[start] == s.quote {
		return s.quoted(line[start+1:])
	}
	end := strings.IndexByte(line, s.delimiter)
	if end < 0 {
		return trim(line), "", false, nil
	}
	return trim(line[:end]), line[end+1:], true, nil
}

// quoted reads after the opening quote; two quotes stand for one.
func (s splitter) quoted(line string) (column, rest string, more bool, fault *mapping.Reason) {
	from := 0
	for {
		end := strings.IndexByte(line[from:], s.quote)
		if end < 0 {
			return "", "", false, mapping.NewReason("open_quote")
		}
		end += from
		if end+1 < len(line) && line[end+1] == s.quote {
			from = end + 2
			continue
		}
		column, rest = line[:end], line[end+1:]
		break
	}
	if from > 0 {
		q := string(rune(s.quote))
		column = strings.ReplaceAll(column, q+q, q)
	}
	for rest != "" && isBlank(rest[0]) && rest[0] != s.delimiter {
		rest = rest[1:]
	}
	switch {
	case rest == "":
		return trim(column), "", false, nil
	case rest[0] != s.delimiter:
		return "", "", false, mapping.NewReason("after_quote")
	}
	return trim(column), rest[1:], true, nil
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func trim(s string) string { return strings.Trim(s, " \t") }
