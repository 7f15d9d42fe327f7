package replica

import "fmt"

// parting keeps pages small while rows that cannot be read are told from those
// that can: half as large after each page that cannot be read, twice after each
// that can, until what could not be read at first was passed.
type parting struct {
	rows  int // of a page; 0: as many as otherwise
	until int64
}

func (n *parting) limit(most int) int {
	if n.rows > 0 {
		return min(most, n.rows)
	}
	return most
}

// read notes how far the feed was read since.
func (n *parting) read(feed int64) {
	if n.rows *= 2; feed >= n.until {
		*n = parting{}
	}
}

// unread takes a page of which not all rows can be read: a part of it is asked for
// at once. A side that does not send smaller pages is not asked in a circle.
func (r *Replica) unread(e *Unread) {
	if e.Ticket == 0 || e.Ticket != r.pull.ticket || r.came != nil {
		return
	}
	s := r.asked
	if n := &s.parting; e.Rows < 2 || n.rows > 0 && e.Rows > n.rows {
		r.miss(&r.pull, Rejected, fmt.Sprintf("scope %d: %s", s.scope, e.Detail))
		return
	}
	r.contact()
	r.pull.succeed()
	s.want, s.parting = true, parting{rows: e.Rows / 2, until: max(e.Until, s.parting.until)}
}
