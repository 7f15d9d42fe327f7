package store

import (
	"errors"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// change is a change of a neighbour on its way into the rows.
type change struct {
	journal.Change
	by crdt.ID
}

// mergeDue merges, in the order of their stamps, the changes of neighbours that
// are not ahead of time. After one that waits, its author's later ones wait too.
// What central has taken meanwhile is not merged any more: it is in the rows of
// the feed, or was refused.
func (s *Store) mergeDue(tx *rows.Tx, known neighbours) (merged []change, touched []crdt.ID, err error) {
	var waiting []journal.Change
	err = eachOfNeighbours(tx, `merged=0 ORDER BY stamp`, func(c *journal.Change) error {
		waiting = append(waiting, *c)
		return nil
	})
	if err != nil || len(waiting) == 0 {
		return nil, nil, err
	}
	early := map[crdt.Origin]bool{}
	now := s.nowMS()
	for i := range waiting {
		c := &waiting[i]
		if n := known[c.Origin]; early[c.Origin] || c.Seq <= n.taken {
			continue
		}
		if err := s.author.Clock.Observe(c.Stamp, now, maxAheadMS); errors.Is(err, crdt.ErrAhead) {
			early[c.Origin] = true
			continue
		} else if err != nil {
			return nil, nil, err
		}
		counts, err := s.countsHere(tx, c)
		if err != nil {
			return nil, nil, err
		}
		if !counts {
			continue
		}
		var by crdt.ID
		if by, touched, err = s.mergeTheirs(tx, c, touched); err != nil {
			return nil, nil, err
		}
		merged = append(merged, change{*c, by})
	}
	if err := known.noteEarly(tx); err != nil {
		return nil, nil, err
	}
	return merged, touched, s.author.KeepClock(tx)
}

// mergeTheirs merges a change of a neighbour into the rows.
func (s *Store) mergeTheirs(tx *rows.Tx, c *journal.Change, touched []crdt.ID) (by crdt.ID, _ []crdt.ID, err error) {
	a := admitted(s.File.Held(), c)
	// A change may open its own session.
	for i := range a.Bodies {
		op := &a.Bodies[i].Op
		if op.Kind == crm.Session && op.ID == c.Session {
			by = personIn(op)
		}
	}
	if by == 0 {
		if by, err = personOf(tx, c.Session); err != nil {
			return 0, touched, err
		}
	}
	for i := range a.Bodies {
		if touched, err = s.mergeOp(tx, &a.Bodies[i].Op, c.Written(by), touched); err != nil {
			return by, touched, err
		}
	}
	return by, touched, tx.Exec(`UPDATE neighbour_change SET merged=1 WHERE origin=?1 AND seq=?2`, int64(c.Origin), int64(c.Seq))
}

// mergeOp merges an op into the rows.
func (s *Store) mergeOp(tx *rows.Tx, op *crdt.Op, w crdt.Written, touched []crdt.ID) ([]crdt.ID, error) {
	if s.File.Held().Kind(op.Kind).Nowhere() {
		return touched, nil
	}
	old, err := tx.Get(op.Kind, op.ID)
	if err != nil {
		return touched, err
	}
	if away, err := s.foreign(tx, op, old); err != nil || away {
		return touched, err
	}
	next := rows.Merge(s.File.Held(), old, op, w)
	if err := tx.Swap(old, next, s.ScopeOf(op.Kind)); err != nil {
		return touched, err
	}
	return s.Touch(tx, next, touched)
}

func personIn(session *crdt.Op) crdt.ID {
	for _, f := range session.Set {
		if f.Field == crm.SessionPerson {
			return f.Value.ID()
		}
	}
	return 0
}

// merged lays what came into the rows over them, once it is durable.
func (s *Store) merged(list []change, touched []crdt.ID) {
	if len(list) == 0 {
		return
	}
	s.overlay.addTheirs(s.File.Held(), list)
	s.changed(touched)
}

func (o *overlay) addTheirs(schema *crdt.Schema, list []change) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range list {
		c := &list[i]
		o.others[c.Origin] = append(o.others[c.Origin], o.layers.add(admitted(schema, &c.Change), c.by))
	}
}

// admitted is a change of a neighbour with those of its ops that may stand in
// the rows before central has judged them. What only central writes is never
// believed of a workstation: nobody becomes a manager over the LAN. What this
// release does not know is kept and passed on, but not shown.
func admitted(schema *crdt.Schema, c *journal.Change) *journal.Change {
	out := *c
	out.Bodies = nil
	seen := map[key]bool{}
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		kind := schema.Kind(op.Kind)
		if c.Bodies[i].Closed() || kind == nil || kind.CentralOnly || seen[key{op.Kind, op.ID}] || !admissible(kind, op, c.Origin) {
			continue
		}
		seen[key{op.Kind, op.ID}] = true
		out.Bodies = append(out.Bodies, c.Bodies[i])
	}
	return &out
}

func admissible(kind *crdt.Kind, op *crdt.Op, author crdt.Origin) bool {
	if len(op.Clear) > 0 && kind.Class != crdt.Set {
		return false
	}
	for i := range op.Set {
		set := &op.Set[i]
		f := kind.Field(set.Field)
		if f == nil {
			continue // of a newer release: kept
		}
		made := set.Field == kind.Scope.Home && op.ID.Origin() == author
		if f.Owner.Replaces() && !made || set.Value.T != crdt.Null && set.Value.T != f.Type {
			return false
		}
	}
	return true
}
