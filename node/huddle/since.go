package huddle

import (
	"math"

	"bough/crdt"
	"bough/node/desk"
	"bough/sync/rows"
)

// talk is what is counted of an interaction: its row is not read.
type talk struct {
	id         crdt.ID
	happenedMS int64
	writtenMS  int64
	epoch      uint16  // of the stamp that the time is of
	writer     crdt.ID // who wrote it down
}

// talksSince finds the interactions that were written at or after a time and up to
// another, ms UTC. Rows of an origin have ids and stamps that ascend together, and so
// have their times within an epoch: the first of each is searched for by halves, and
// none before it is looked at.
func talksSince(r *desk.Reader, fromMS, toMS int64, fn func(talk) error) error {
	for first := crdt.ID(0); ; {
		id, found, err := r.Int(`SELECT min(id) FROM interaction WHERE id>=?1`, int64(first))
		if err != nil || !found || id == 0 {
			return err
		}
		end := crdt.ID(math.MaxInt64)
		if origin := crdt.ID(id).Origin(); origin < crdt.MaxOrigin {
			end = crdt.MakeID(origin+1, 0)
		}
		for first = crdt.ID(id); first < end; {
			if first, err = talksOfEpoch(r, [2]crdt.ID{first, end}, [2]int64{fromMS, toMS}, fn); err != nil {
				return err
			}
		}
	}
}

// talksOfEpoch is talksSince, from and to a time, for the epoch of the first of some
// rows of an origin, before an end; it returns where the next epoch begins, or end.
func talksOfEpoch(r *desk.Reader, ids [2]crdt.ID, ms [2]int64, fn func(talk) error) (next crdt.ID, err error) {
	is, err := talkFrom(r, ids[0])
	if err != nil {
		return 0, err
	}
	next, err = firstOf(r, ids[0], ids[1], func(t talk) bool { return t.epoch > is.epoch })
	if err != nil {
		return 0, err
	}
	begin, err := firstOf(r, ids[0], next, func(t talk) bool { return t.writtenMS >= ms[0] })
	if err != nil {
		return 0, err
	}
	return next, talks(r, begin, next, ms[1], fn)
}

// firstOf is the first id from low on, before end, whose row is; all after it are,
// too. end where none is.
func firstOf(r *desk.Reader, low, end crdt.ID, is func(talk) bool) (crdt.ID, error) {
	last, _, err := r.Int(`SELECT max(id) FROM interaction WHERE id<?1`, int64(end))
	high := crdt.ID(last) + 1
	for err == nil && low < high {
		mid := low + (high-low)/2
		var at talk
		if at, err = talkFrom(r, mid); is(at) {
			high = mid
		} else {
			low = at.id + 1
		}
	}
	if low > crdt.ID(last) {
		low = end
	}
	return low, err
}

// talkFrom is the first interaction from an id on.
func talkFrom(r *desk.Reader, id crdt.ID) (at talk, err error) {
	err = r.Query(`SELECT id, clock FROM interaction WHERE id>=?1 ORDER BY id LIMIT 1`, func(s *rows.Stmt) (err error) {
		at, err = writtenAt(crdt.ID(s.ColumnInt64(0)), rows.Blob(s, 1))
		return err
	}, int64(id))
	return at, err
}

// talks reads those of one origin until one was written after a time.
func talks(r *desk.Reader, begin, end crdt.ID, toMS int64, fn func(talk) error) error {
	const some = 1000 // read at a time
	for more := true; more; {
		more = false
		n := 0
		err := r.Query(`SELECT id, clock, coalesce(happened, 0), coalesce(written_by, 0) FROM interaction WHERE id>=?1 AND id<?2 ORDER BY id LIMIT ?3`, func(s *rows.Stmt) error {
			n++
			t, err := writtenAt(crdt.ID(s.ColumnInt64(0)), rows.Blob(s, 1))
			begin, more = t.id+1, n == some && t.writtenMS <= toMS
			if err != nil || t.writtenMS > toMS {
				return err
			}
			t.happenedMS = s.ColumnInt64(2)
			if writer := s.ColumnInt64(3); writer != 0 {
				t.writer = crdt.ID(writer)
			}
			return fn(t)
		}, int64(begin), int64(end), some)
		if err != nil {
			return err
		}
	}
	return nil
}

func writtenAt(id crdt.ID, clock []byte) (talk, error) {
	clocks, err := crdt.DecodeClocks(clock)
	if err != nil || len(clocks) == 0 {
		return talk{id: id}, err
	}
	last := clocks[len(clocks)-1]
	return talk{id: id, writtenMS: last.Stamp.Millis(), epoch: last.Stamp.Epoch, writer: last.By}, nil
}
