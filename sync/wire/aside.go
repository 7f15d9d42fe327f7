package wire

import (
	"fmt"

	"bough/crdt"
)

// maxWhy is how much is told of why a row cannot be read, in bytes.
const maxWhy = 200

// Aside is a row of a page that its reader cannot read, as far as it is known.
type Aside struct {
	N    int64   // its feed number; where that cannot be read, the page's Until
	Kind uint8   // 0: not known, and ID neither
	ID   crdt.ID // 0: not known
	Why  string  // holds nothing of the row
}

// UnreadError is a page of several rows that cannot be read, though its head can:
// in smaller pages the rows that can be read are told from those that cannot.
type UnreadError struct {
	Rows  int   // of the page
	Until int64 // of the page
	Err   error
}

func (e *UnreadError) Error() string {
	return fmt.Sprintf("of a page of %d rows up to %d not all can be read: %v", e.Rows, e.Until, e.Err)
}

// Unwrap is why.
func (e *UnreadError) Unwrap() error { return e.Err }

// unread is a page whose head could be read, and its rows not. A single row is set
// aside: the reading of the feed goes on behind it.
func (r *reader) unread(p *Page, err error) (*Page, error) {
	if len(p.Rows) != 1 {
		return nil, fmt.Errorf("page: %w", &UnreadError{Rows: len(p.Rows), Until: p.Until, Err: err})
	}
	a, row := Aside{N: p.Until, Why: err.Error()}, &p.Rows[0]
	if r.named && row.Row.ID > 0 && row.N > p.Since && row.N <= p.Until {
		a.N, a.Kind, a.ID = row.N, row.Row.Kind, row.Row.ID
	}
	a.Why = a.Why[:min(len(a.Why), maxWhy)]
	p.Rows, p.Aside = nil, []Aside{a}
	return p, nil
}
