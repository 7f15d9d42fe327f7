package store

import "bough/crdt"

// copies is where durable second copies of own changes are known to be. It is
// not kept across restarts: neighbours say it again when they ask.
type copies struct {
	at   map[crdt.Origin]uint64 // by who holds them, up to which own number
	safe uint64                 // the greatest of them
}

// Acknowledged notes that a neighbour holds the own changes up to a number
// durably. It reports false when this file never wrote that many: it is a
// restored backup, or has a twin.
func (s *Store) Acknowledged(holder crdt.Origin, upTo uint64) bool {
	s.mu.Lock()
	written := s.author.Seq()
	s.mu.Unlock()
	if upTo > written {
		return false
	}
	if parties, moved := s.overlay.acknowledge(holder, upTo); moved {
		s.changed(parties)
	}
	return true
}

// acknowledge returns the parties whose pages may say something else now; none
// where that is not known.
func (o *overlay) acknowledge(holder crdt.Origin, upTo uint64) (parties []crdt.ID, moved bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.copies.at == nil {
		o.copies.at = map[crdt.Origin]uint64{}
	}
	if len(o.copies.at) < maxNeighbours || o.copies.at[holder] > 0 {
		o.copies.at[holder] = upTo
	}
	was := o.copies.safe
	if upTo <= was {
		return nil, false
	}
	o.copies.safe = upTo
	for i := range o.stamps {
		u := &o.stamps[i]
		if u.seq <= was || u.seq > upTo {
			continue
		}
		moved = true
		if len(u.parties) == 0 {
			return nil, true
		}
		parties = append(parties, u.parties...)
	}
	return parties, moved
}

func (o *overlay) safeUpTo() uint64 {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.copies.safe
}

// Safe reports whether every untaken change that a row carries has a durable
// second copy in the branch: at a neighbour, or, when it is a neighbour's, here.
func (s *Store) Safe(kind uint8, id crdt.ID) bool {
	o := &s.overlay
	o.mu.RLock()
	defer o.mu.RUnlock()
	for _, l := range o.byRow[key{kind, id}] {
		if l.origin == s.Origin() && l.seq > o.copies.safe {
			return false
		}
	}
	return true
}

// forgetCopies: nobody holds copies of what a new origin wrote.
func (o *overlay) forgetCopies() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.copies = copies{}
}
