package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Frontier is what this file holds: by author up to which number nothing is
// missing, its own changes included.
func (s *Store) Frontier() map[crdt.Origin]uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[crdt.Origin]uint64{s.Origin(): s.author.Seq()}
	for origin, n := range s.neighbours {
		out[origin] = n.have()
	}
	return out
}

// Held is what this file holds that central is not known to have: by author,
// up to which number; own changes included.
func (s *Store) Held() map[crdt.Origin]uint64 {
	taken, _ := s.overlay.taken()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[crdt.Origin]uint64{}
	if own := s.author.Seq(); own > taken {
		out[s.Origin()] = own
	}
	for origin, n := range s.neighbours {
		if n.last > n.taken && n.last > n.base {
			out[origin] = n.last
		}
	}
	return out
}

// Lacks reports whether a neighbour holds something of others that is not here.
func (s *Store) Lacks(held map[crdt.Origin]uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for origin, upTo := range held {
		n := s.neighbours[origin]
		if origin != s.Origin() && upTo > n.have() {
			return true
		}
	}
	return false
}

// Beyond reports whether something is held here that follows a frontier.
func (s *Store) Beyond(have map[crdt.Origin]uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	lend := s.lendable()
	if own := have[s.Origin()]; lend(s.Origin(), own, s.author.Seq()) > own {
		return true
	}
	for origin, n := range s.neighbours {
		if n.last > n.base && lend(origin, have[origin], n.last) > have[origin] && n.base <= have[origin] {
			return true
		}
	}
	return false
}

// Sideways reads what follows a neighbour's frontier, about limit changes: own
// ranges, signed for it, and those of others as they were received, with the
// certificates of these. What is not here, or does not follow, is left out.
func (s *Store) Sideways(ctx context.Context, have map[crdt.Origin]uint64, limit int, sign journal.Signer) (map[crdt.Origin][]byte, []journal.Range, error) {
	s.mu.Lock()
	own, lend := s.author.Seq(), s.lendable()
	s.mu.Unlock()
	certificates := map[crdt.Origin][]byte{}
	var ranges []journal.Range
	err := s.File.Read(ctx, func(tx *rows.Tx) error {
		trimmed, err := tx.Trimmed()
		if err != nil {
			return err
		}
		known, err := loadNeighbours(tx) // as of this snapshot
		if err != nil {
			return err
		}
		b := bundle{tx: tx, own: s.Origin(), sign: sign, limit: limit}
		if since := have[s.Origin()]; since >= trimmed && since < lend(s.Origin(), since, own) {
			b.from = append(b.from, source{origin: s.Origin(), since: since, until: lend(s.Origin(), since, own)})
		}
		for origin, n := range known {
			if since := have[origin]; since >= n.base && since < lend(origin, since, n.last) {
				b.from = append(b.from, source{origin: origin, since: since, until: lend(origin, since, n.last), n: n})
				certificates[origin] = n.certificate
			}
		}
		ranges, err = b.ranges()
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("store: what follows a neighbour's frontier: %w", err)
	}
	return certificates, ranges, nil
}

// source is an author of whom changes are sent on.
type source struct {
	origin       crdt.Origin
	since, until uint64
	n            neighbour // of neighbours
	changes      []entry   // ascending
	heads        []uint64  // of neighbours, ascending
	end          uint64    // what is sent of it ends here
}

// entry is a change that may be sent.
type entry struct {
	seq   uint64
	stamp crdt.Stamp
}

// bundle picks what is sent of several authors at once: of all that is there
// nothing that came later is sent before what its author may have seen.
type bundle struct {
	tx    *rows.Tx
	own   crdt.Origin
	sign  journal.Signer
	limit int
	from  []source
}

func (b *bundle) ranges() (out []journal.Range, err error) {
	total := 0
	for i := range b.from {
		if err := b.list(&b.from[i]); err != nil {
			return nil, err
		}
		total += len(b.from[i].changes)
	}
	b.cut(total)
	for i := range b.from {
		ranges, err := b.read(&b.from[i])
		if err != nil {
			return nil, err
		}
		out = append(out, ranges...)
	}
	slices.SortStableFunc(out, func(x, y journal.Range) int { return x.Changes[0].Stamp.Compare(y.Changes[0].Stamp) })
	return out, nil
}

// list reads which changes and heads of a source there are.
func (b *bundle) list(f *source) error {
	note := func(s *sqlite.Stmt) error {
		stamp, err := crdt.DecodeStamp(rows.Blob(s, 1))
		f.changes = append(f.changes, entry{uint64(s.ColumnInt64(0)), stamp})
		return err
	}
	if f.origin == b.own {
		return b.tx.Query(`SELECT seq, stamp FROM journal WHERE seq>?1 AND seq<=?2 ORDER BY seq LIMIT ?3`, note, int64(f.since), int64(f.until), wire.MaxPushChanges)
	}
	err := b.tx.Query(`SELECT seq FROM neighbour_head WHERE origin=?1 AND seq>?2 AND seq<=?3 ORDER BY seq`, func(s *sqlite.Stmt) error {
		f.heads = append(f.heads, uint64(s.ColumnInt64(0)))
		return nil
	}, int64(f.origin), int64(f.since), int64(f.until))
	if err != nil || len(f.heads) == 0 {
		return err
	}
	return b.tx.Query(`SELECT seq, stamp FROM neighbour_change WHERE origin=?1 AND seq>?2 AND seq<=?3 ORDER BY seq LIMIT ?4`, note,
		int64(f.origin), int64(f.since), int64(f.heads[len(f.heads)-1]), wire.MaxPushChanges)
}

// cut sets where each source ends. Ranges of neighbours end at signed heads, so
// a cut in the middle moves on to the next one, for all of them, until it stands.
func (b *bundle) cut(total int) {
	if total <= b.limit {
		for i := range b.from {
			b.from[i].cutAfter(nil)
		}
		return
	}
	var all []crdt.Stamp
	for i := range b.from {
		for _, e := range b.from[i].changes {
			all = append(all, e.stamp)
		}
	}
	slices.SortFunc(all, crdt.Stamp.Compare)
	upTo := all[max(b.limit, 1)-1]
	for again := true; again; {
		again = false
		for i := range b.from {
			if last := b.from[i].cutAfter(&upTo); upTo.Less(last) {
				upTo, again = last, true
			}
		}
	}
}

// cutAfter ends the source at the last change that is not after upTo (nil: at
// the last of all) or at the head that follows it, and returns its stamp.
func (f *source) cutAfter(upTo *crdt.Stamp) (last crdt.Stamp) {
	n := len(f.changes)
	if upTo != nil {
		for n = 0; n < len(f.changes) && !upTo.Less(f.changes[n].stamp); n++ {
			continue
		}
	}
	if n == 0 {
		return last
	}
	at := f.changes[n-1]
	if i, there := slices.BinarySearch(f.heads, at.seq); !there && i < len(f.heads) {
		at.seq = f.heads[i]
		at.stamp = f.changes[min(int(at.seq-f.changes[0].seq), len(f.changes)-1)].stamp
	}
	f.end = at.seq
	return at.stamp
}

// read makes the ranges of a source: own ones signed at least every
// journal.SignEvery changes, others' at heads not much further apart.
func (b *bundle) read(f *source) (out []journal.Range, err error) {
	for since := f.since; since < f.end; {
		r, err := b.one(f, since)
		if err != nil {
			return nil, err
		}
		if len(r.Changes) == 0 {
			return out, nil
		}
		out = append(out, r)
		since = r.Head.Seq
	}
	return out, nil
}

func (b *bundle) one(f *source, since uint64) (r journal.Range, err error) {
	if f.origin == b.own {
		return rangeOf(b.tx, b.own, since, int(min(f.end-since, journal.SignEvery)), b.sign)
	}
	end := f.end
	for _, head := range f.heads {
		if head >= since+journal.SignEvery && head <= f.end {
			end = head
			break
		}
	}
	if r.Prev, err = linkOf(b.tx, f.origin, &f.n, since); err != nil {
		return r, err
	}
	err = eachOfNeighbours(b.tx, `origin=?1 AND seq>?2 AND seq<=?3 ORDER BY seq`, func(c *journal.Change) error {
		r.Changes = append(r.Changes, *c)
		return nil
	}, int64(f.origin), int64(since), int64(end))
	if err != nil || len(r.Changes) == 0 {
		return r, err
	}
	r.Head = journal.Head{Origin: f.origin, Seq: end}
	if r.Head.Hash, err = linkOf(b.tx, f.origin, &f.n, end); err != nil {
		return r, err
	}
	err = b.tx.Query(`SELECT signature FROM neighbour_head WHERE origin=?1 AND seq=?2`, func(s *sqlite.Stmt) error {
		r.Head.Signature = rows.Blob(s, 0)
		return nil
	}, int64(f.origin), int64(end))
	return r, err
}

// relay is what is known of the way up of neighbours' changes. It is guarded
// by Store.mu and not kept across restarts: sending twice is harmless.
type relay struct {
	sent  map[crdt.Origin]uint64 // central is known to have them up to here
	stuck map[crdt.Origin]stuck  // central passed over what followed sent
	since map[crdt.Origin]int64  // ms UTC since when something is held that central is not known to have
}

func newRelay() relay {
	return relay{sent: map[crdt.Origin]uint64{}, stuck: map[crdt.Origin]stuck{}, since: map[crdt.Origin]int64{}}
}

// relayAfterMS is how long an author has to send its changes itself before its
// neighbours do it, too.
const relayAfterMS = 2_000

// stuck is an author of whom central passed something over: what is before it is
// missing there, or is of another history.
type stuck struct {
	last uint64 // what was held then
	atMS int64
}

func (a stuck) still(last uint64, nowMS int64) bool {
	return a.last == last && nowMS >= a.atMS && nowMS-a.atMS < askAgainMS
}

// askAgainMS is after how long what central passed over is sent again: it may know
// its author by now, or that nothing before it will ever come.
const askAgainMS = 60 * 60 * 1000

// Relayable is how many changes of neighbours are held here that central is not
// known to have and that their authors had time to send.
func (s *Store) Relayable() (n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noteWaiting()
	now := s.nowMS()
	for origin, from := range s.upward() {
		if at := s.neighbours[origin]; at.own || now-s.relay.since[origin] >= relayAfterMS {
			n += at.sendable() - from
		}
	}
	return n
}

// noteWaiting notes since when changes of neighbours wait to be passed on.
// Store.mu is held.
func (s *Store) noteWaiting() {
	waits, now := s.upward(), s.nowMS()
	for origin := range waits {
		if since, noted := s.relay.since[origin]; !noted || since > now {
			s.relay.since[origin] = now
		}
	}
	maps.DeleteFunc(s.relay.since, func(origin crdt.Origin, _ int64) bool {
		_, there := waits[origin]
		return !there
	})
}

// upward are the neighbours of whom central is not known to have all, with the
// number after which to send. Store.mu is held.
func (s *Store) upward() map[crdt.Origin]uint64 {
	out := map[crdt.Origin]uint64{}
	for origin, n := range s.neighbours {
		from := max(s.relay.sent[origin], n.taken, n.base)
		if n.sendable() > from && !s.relay.stuck[origin].still(n.last, s.nowMS()) {
			out[origin] = from
		}
	}
	return out
}

// Proof is what proves a neighbour of whom changes are held; nil: there is none.
func (s *Store) Proof(origin crdt.Origin) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.neighbours[origin].certificate
}

// Upward reads what is to be pushed: the own changes after number since and
// what is held of neighbours, about limit changes, in an order in which nothing
// goes before what its author had seen.
func (s *Store) Upward(ctx context.Context, since uint64, limit int, sign journal.Signer) ([]journal.Range, error) {
	s.mu.Lock()
	from := s.upward()
	s.mu.Unlock()
	from[s.Origin()] = since
	return s.pack(ctx, from, limit, sign)
}

// Luggage reads what a bundle carries: all that central is not known to have,
// own and neighbours', about limit changes; of each author what follows its
// number in after, which is moved on.
func (s *Store) Luggage(ctx context.Context, after map[crdt.Origin]uint64, limit int, sign journal.Signer) ([]journal.Range, error) {
	taken, _ := s.overlay.taken()
	s.mu.Lock()
	from := map[crdt.Origin]uint64{s.Origin(): taken}
	for origin, n := range s.neighbours {
		if n.last > max(n.taken, n.base) {
			from[origin] = max(n.taken, n.base)
		}
	}
	s.mu.Unlock()
	for origin := range from {
		from[origin] = max(from[origin], after[origin])
	}
	return s.pack(ctx, from, limit, sign)
}

// pack reads what follows the numbers of authors.
func (s *Store) pack(ctx context.Context, from map[crdt.Origin]uint64, limit int, sign journal.Signer) ([]journal.Range, error) {
	s.mu.Lock()
	own := s.author.Seq()
	s.mu.Unlock()
	var ranges []journal.Range
	err := s.File.Read(ctx, func(tx *rows.Tx) error {
		known, err := loadNeighbours(tx) // as of this snapshot
		if err != nil {
			return err
		}
		b := bundle{tx: tx, own: s.Origin(), sign: sign, limit: limit}
		for origin, since := range from {
			if origin == s.Origin() {
				if since < own {
					b.from = append(b.from, source{origin: origin, since: since, until: own})
				}
				continue
			}
			n := known[origin]
			if since = max(since, n.base); n.sendable() > since {
				b.from = append(b.from, source{origin: origin, since: since, until: n.sendable(), n: n})
			}
		}
		ranges, err = b.ranges()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: what is to be pushed: %w", err)
	}
	return ranges, nil
}

// Pushed takes in what central has after a push that held these ranges. An
// author of whom it took nothing is not tried again before more is known of it.
func (s *Store) Pushed(sent []journal.Range, vector map[crdt.Origin]uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := maps.Clone(s.relay.sent)
	for i := range sent {
		origin := sent[i].Head.Origin
		if origin == s.Origin() {
			continue
		}
		delete(s.relay.since, origin)
		s.relay.sent[origin] = max(vector[origin], was[origin])
		n, after := s.neighbours[origin], sent[i].Changes[0].Seq-1
		if max(s.relay.sent[origin], n.taken, n.base) < after {
			continue // what is before it is to be sent, too: that is known by now
		}
		if s.relay.sent[origin] < sent[i].Head.Seq && s.relay.sent[origin] <= max(was[origin], after) {
			s.relay.stuck[origin] = stuck{n.last, s.nowMS()}
		}
	}
}
