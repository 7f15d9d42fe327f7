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

func badFile(path, format string, args ...any) error {
	return fmt.Errorf("%w: %s: %w", ErrFile, path, fmt.Errorf(format, args...))
}

// measure looks at every file before one is read, so that all that are missing
// are named at once.
func measure(folder fs.FS, files []*mapping.File) (total int64, err error) {
	if _, err := fs.Stat(folder, "."); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	var faults []error
	for _, f := range files {
		info, err := fs.Stat(folder, f.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			faults = append(faults, badFile(f.Path, "it is not in the folder"))
		case err != nil:
			faults = append(faults, badFile(f.Path, "%w", err))
		case !info.Mode().IsRegular():
			faults = append(faults, badFile(f.Path, "it is not a regular file"))
		case info.Size() == 0:
			faults = append(faults, badFile(f.Path, "it is empty"))
		default:
			total += info.Size()
		}
	}
	return total, errors.Join(faults...)
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
		return nil, badFile(f.Path, "it is UTF-16; export it in one of the encodings that a mapping can name")
	}
	for range f.Skip {
		if _, _, err := s.lines.next(); err != nil {
			return nil, badFile(f.Path, "it ends within the %d lines of preamble", f.Skip)
		}
	}
	if !f.Header {
		return s, nil
	}
	text, fault, err := s.lines.next()
	switch {
	case err == io.EOF:
		return nil, badFile(f.Path, "it ends before the line with the names of its columns")
	case err != nil:
		return nil, badFile(f.Path, "%w", err)
	case fault != nil:
		return nil, badFile(f.Path, "line %d: %w", s.lines.number, fault)
	}
	if s.names, fault = s.cut.split(text, nil); fault != nil {
		return nil, badFile(f.Path, "line %d: %w", s.lines.number, fault)
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
		return 0, badFile(s.file.Path, "line %d: there is no column %q; there are %s", s.lines.number, name, strings.Join(s.names, ", "))
	}
	if slices.Contains(s.names[at+1:], name) {
		return 0, badFile(s.file.Path, "line %d: two columns are called %q", s.lines.number, name)
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
