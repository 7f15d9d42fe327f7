package wire

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"bough/crdt"
)

var errRow = errors.New("malformed row")

// checkHead holds what the columns leave unsaid of a page, but for its rows.
func checkHead(p *Page) error {
	if p.Since < 0 || p.Until < p.Since {
		return fmt.Errorf("a page from %d to %d", p.Since, p.Until)
	}
	if p.Floor < 0 || p.Head < 0 || p.Floor > p.Head {
		return fmt.Errorf("a page of a feed from %d to %d", p.Floor, p.Head)
	}
	return nil
}

// checkRows holds the same of its rows; values are checked already where the page
// comes from columns.
func checkRows(p *Page, values bool) error {
	last := p.Since
	for i := range p.Rows {
		row := &p.Rows[i]
		if row.N <= last || row.N > p.Until {
			return fmt.Errorf("row %d has number %d, after %d of a page up to %d", i, row.N, last, p.Until)
		}
		last = row.N
		if err := checkRow(row, values); err != nil {
			return fmt.Errorf("row %d (kind %d, id %d): %w", i, row.Row.Kind, row.Row.ID, err)
		}
	}
	return nil
}

func checkRow(p *PageRow, values bool) error {
	r := &p.Row
	switch {
	case r.Kind == 0 || r.ID <= 0:
		return fmt.Errorf("%w: no kind or no id", errRow)
	case len(r.Fields) > crdt.MaxField+1 || len(r.Fields) > 0 && !r.Fields[0].IsNull():
		return fmt.Errorf("%w: fields are numbered 1 to %d", errRow, crdt.MaxField)
	case len(r.Cleared) > MaxCleared || len(p.Conflicts) > MaxConflicts:
		return fmt.Errorf("%w: %d stamps cleared, %d conflicts", errRow, len(r.Cleared), len(p.Conflicts))
	}
	if values {
		for num, v := range r.Fields {
			if err := checkValue(v); err != nil {
				return fmt.Errorf("field %d: %w", num, err)
			}
		}
	}
	for i, s := range r.Cleared {
		if s.Origin > crdt.MaxOrigin || i > 0 && !r.Cleared[i-1].Less(s) {
			return fmt.Errorf("%w: cleared stamps do not ascend", errRow)
		}
	}
	if err := checkClocks(r.Clocks); err != nil {
		return err
	}
	for i := range p.Conflicts {
		if err := checkConflict(r, &p.Conflicts[i]); err != nil {
			return fmt.Errorf("conflict %d: %w", i, err)
		}
	}
	return nil
}

func checkValue(v crdt.Value) error {
	switch {
	case v.T > crdt.Text:
		return fmt.Errorf("%w: a value of type %d", errRow, v.T)
	case v.T == crdt.Text && (v.S == "" || len(v.S) > crdt.MaxText || !utf8.ValidString(v.S)):
		return fmt.Errorf("%w: a text is 1 to %d bytes of UTF-8, got %d", errRow, crdt.MaxText, len(v.S))
	}
	return nil
}

// checkClocks holds the canonical form: the digests rest on it.
func checkClocks(clocks crdt.Clocks) error {
	var seen uint64
	var last crdt.Stamp
	for i, e := range clocks {
		if e.Mask == 0 || e.Mask&1 != 0 || e.Mask&seen != 0 || !last.Less(e.Stamp) || e.Stamp.Origin > crdt.MaxOrigin || e.By < 0 {
			return fmt.Errorf("%w: entry %d of its clocks is not canonical", errRow, i)
		}
		seen |= e.Mask
		last = e.Stamp
	}
	return nil
}

func checkConflict(r *crdt.Row, c *crdt.Conflict) error {
	switch {
	case c.Kind != r.Kind || c.Row != r.ID:
		return fmt.Errorf("%w: it belongs to kind %d, id %d", errRow, c.Kind, c.Row)
	case c.Field == 0 || c.Field > crdt.MaxField || c.By < 0:
		return fmt.Errorf("%w: field %d, written by %d", errRow, c.Field, c.By)
	case c.Stamp.Origin > crdt.MaxOrigin || c.Closed.Origin > crdt.MaxOrigin:
		return fmt.Errorf("%w: a stamp of no origin", errRow)
	}
	return checkValue(c.Value)
}
