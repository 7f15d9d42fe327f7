package corefeed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"bough/node/office/corefeed/mapping"
)

// FileInfo is what was read of one file.
type FileInfo struct {
	Path      string `json:"path"`
	SizeBytes int64  `json:"size_bytes"`
	Lines     int    `json:"lines"`
	SHA256    string `json:"sha256"`
}

// The faults of a whole file. They stop a feed; everything else refuses a line.
var (
	ErrFolder = errors.New("corefeed: the folder of the feed cannot be read")
	ErrFile   = errors.New("corefeed: a file of the feed cannot be used")
)

// BadFile is why a file of a feed cannot be used.
type BadFile struct {
	Path string          `json:"path"`
	Why  *mapping.Reason `json:"why"`

	cause error // nil: the file is at fault, not the reading of it
}

// BadFiles are all files of a feed that cannot be used; it is ErrFile.
type BadFiles []BadFile

// Error names one file a line.
func (b BadFiles) Error() string {
	var lines []string
	for _, one := range b {
		lines = append(lines, fmt.Sprintf("%v: %s: %v", ErrFile, one.Path, one.Why))
	}
	return strings.Join(lines, "\n")
}

// Unwrap is ErrFile, and what hindered the reading.
func (b BadFiles) Unwrap() []error {
	errs := []error{ErrFile}
	for _, one := range b {
		if one.cause != nil {
			errs = append(errs, one.cause)
		}
	}
	return errs
}

func badFile(path, code string, args ...string) error {
	return BadFiles{{Path: path, Why: mapping.NewReason(code, args...)}}
}

func badLine(path string, line int, why *mapping.Reason) error {
	return BadFiles{{Path: path, Why: &mapping.Reason{Code: "at_line", Args: []string{strconv.Itoa(line)}, Of: why}}}
}

// unread is a file that the system does not let read; line 0: any of it.
func unread(path string, line int, err error) error {
	b := BadFile{Path: path, Why: mapping.NewReason("unread", err.Error()), cause: err}
	if line > 0 {
		b.Why = &mapping.Reason{Code: "at_line", Args: []string{strconv.Itoa(line)}, Of: b.Why}
	}
	return BadFiles{b}
}

// measure looks at every file before one is read, so that all that are missing
// are named at once.
func measure(folder fs.FS, files []*mapping.File) (total int64, err error) {
	if _, err := fs.Stat(folder, "."); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	var faults BadFiles
	add := func(code string, f *mapping.File) {
		faults = append(faults, BadFile{Path: f.Path, Why: mapping.NewReason(code)})
	}
	for _, f := range files {
		info, err := fs.Stat(folder, f.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			add("no_file", f)
		case err != nil:
			faults = append(faults, BadFile{f.Path, mapping.NewReason("unread", err.Error()), err})
		case !info.Mode().IsRegular():
			add("not_regular", f)
		case info.Size() == 0:
			add("empty", f)
		default:
			total += info.Size()
		}
	}
	if faults != nil {
		return 0, faults
	}
	return total, nil
}

// meter counts bytes, hashes them, reports progress and notices a cancelled
// context.
type meter struct {
	ctx      context.Context
	in       io.Reader
	sum      hash.Hash
	size     int64
	told     *int64 // bytes of the whole feed, so far
	pending  int64
	progress func()
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.Read(p)
	m.sum.Write(p[:n])
	m.size += int64(n)
	*m.told += int64(n)
	if m.pending += int64(n); m.pending >= progressEvery {
		m.pending = 0
		m.progress()
	}
	return n, err
}

// sheet is an open file whose columns are known.
type sheet struct {
	file  *mapping.File
	names []string
	lines *lines
	cut   splitter
	cols  []string
}

func openSheet(f *mapping.File, in io.Reader) (*sheet, error) {
	s := &sheet{file: f, names: f.Columns, lines: newLines(in, f.Encoding), cut: splitter{f.Delimiter, f.Quote}}
	if s.lines.wide() {
		return nil, badFile(f.Path, "utf16")
	}
	for range f.Skip {
		if _, _, err := s.lines.next(); err != nil {
			return nil, badFile(f.Path, "short_preamble", strconv.Itoa(f.Skip))
		}
	}
	if !f.Header {
		return s, nil
	}
	text, fault, err := s.lines.next()
	switch {
	case err == io.EOF:
		return nil, badFile(f.Path, "no_names")
	case err != nil:
		return nil, unread(f.Path, 0, err)
	case fault != nil:
		return nil, badLine(f.Path, s.lines.number, fault)
	}
	if s.names, fault = s.cut.split(text, nil); fault != nil {
		return nil, badLine(f.Path, s.lines.number, fault)
	}
	s.names = dropEmptyTail(s.names)
	return s, nil
}

func dropEmptyTail(names []string) []string {
	for len(names) > 1 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	return names
}

// column finds a column by name.
func (s *sheet) column(name string) (int, error) {
	at := slices.Index(s.names, name)
	if at < 0 {
		return 0, badLine(s.file.Path, s.lines.number, mapping.NewReason("no_column", strconv.Quote(name), strings.Join(s.names, ", ")))
	}
	if slices.Contains(s.names[at+1:], name) {
		return 0, badLine(s.file.Path, s.lines.number, mapping.NewReason("column_twice", strconv.Quote(name)))
	}
	return at, nil
}

// next returns the columns of the next line that is not blank; they are good
// until the next call. A fault concerns the line alone.
func (s *sheet) next() (cols []string, fault *mapping.Reason, err error) {
	for {
		text, fault, err := s.lines.next()
		if err != nil || fault != nil {
			return nil, fault, err
		}
		if strings.TrimSpace(text) != "" {
			cols, fault = s.columns(text)
			return cols, fault, nil
		}
	}
}

func (s *sheet) columns(text string) ([]string, *mapping.Reason) {
	var fault *mapping.Reason
	want := len(s.names)
	counted := func(n int) []string { return []string{strconv.Itoa(n), strconv.Itoa(want)} }
	if s.cols, fault = s.cut.split(text, s.cols[:0]); fault != nil {
		if len(s.cols)+1 < want {
			fault = &mapping.Reason{Code: "cut_short", Args: counted(len(s.cols) + 1), Of: fault}
		}
		return nil, fault
	}
	for len(s.cols) > want && s.cols[len(s.cols)-1] == "" {
		s.cols = s.cols[:len(s.cols)-1]
	}
	switch {
	case len(s.cols) < want:
		return nil, &mapping.Reason{Code: "few_columns", Args: counted(len(s.cols))}
	case len(s.cols) > want:
		return nil, &mapping.Reason{Code: "many_columns", Args: counted(len(s.cols))}
	}
	for i, c := range s.cols {
		if slices.Contains(s.file.Missing, c) {
			s.cols[i] = ""
		}
	}
	return s.cols, nil
}

func (m *meter) info(f *mapping.File, lines int) FileInfo {
	return FileInfo{Path: f.Path, SizeBytes: m.size, Lines: lines, SHA256: hex.EncodeToString(m.sum.Sum(nil))}
}

func newMeter(ctx context.Context, in io.Reader, told *int64, progress func()) *meter {
	return &meter{ctx: ctx, in: in, sum: sha256.New(), told: told, progress: progress}
}
