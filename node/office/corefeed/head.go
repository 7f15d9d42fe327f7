package corefeed

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"bough/node/office/corefeed/mapping"
)

// Head is how a file begins.
type Head struct {
	Names []string // of the columns; numbered from 1 where there is no header
	Lines []HeadLine
}

// HeadLine is one line.
type HeadLine struct {
	Line    int
	Columns []string        // as many as there are names
	Fault   *mapping.Reason // why it would be refused
}

// ReadHead reads the names of the columns and the first lines of a file, as Read
// would see them. Its error concerns the file as a whole.
func ReadHead(in io.Reader, path string, format mapping.Format, most int) (*Head, error) {
	f := &mapping.File{Path: path, Format: format}
	s, err := openSheet(f, in)
	if err != nil {
		return nil, err
	}
	h := &Head{Names: s.names}
	for len(h.Lines) < most {
		if h.Names == nil {
			h.Lines, err = s.first()
			h.Names = s.names
		} else {
			var l HeadLine
			l.Columns, l.Fault, err = s.next()
			l.Line, l.Columns = s.lines.number, append([]string(nil), l.Columns...)
			if err == nil {
				h.Lines = append(h.Lines, l)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return h, nil
		case err != nil:
			return nil, unread(path, s.lines.number+1, err)
		}
	}
	return h, nil
}

// first reads a line that tells how many columns there are.
func (s *sheet) first() ([]HeadLine, error) {
	text, fault, err := s.lines.next()
	if err == nil && fault == nil {
		s.names, fault = s.cut.split(text, nil)
	}
	if err != nil {
		return nil, err
	}
	if fault != nil {
		return nil, fault
	}
	columns := s.names
	s.names = make([]string, len(columns))
	for i := range columns {
		s.names[i] = strconv.Itoa(i + 1)
	}
	return []HeadLine{{Line: s.lines.number, Columns: columns}}, nil
}

// Told is what the record of a batch tells of it.
type Told struct {
	Name    string
	Date    string
	Files   []FileInfo
	Created int // rows
	Changed int // rows
}

// TellBatch reads the records of the parts of a batch.
func TellBatch(records [][]byte) (Told, error) {
	log, err := decodeLogs(records)
	if err != nil {
		return Told{}, fmt.Errorf("corefeed: %w", err)
	}
	changed := map[RowID]bool{}
	for _, c := range log.changed {
		changed[c.RowID] = true
	}
	return Told{Name: log.Name, Date: log.Date, Files: log.Files, Created: len(log.created), Changed: len(changed)}, nil
}
