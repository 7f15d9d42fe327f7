package central

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// proven checks the ranges of a push. Those of an author who is not known here are
// left out: whoever passes them on cannot know. So it is with one who was revoked,
// but what neighbours hold of it may be all that is left of it: that is taken, and
// held. One of another branch, or one that its author did not sign, is the pusher's
// fault.
func (c *Central) proven(ctx context.Context, from pusher, p *wire.Push) (out []*journal.Range, err error) {
	var me *Node
	for i := range p.Ranges {
		r := &p.Ranges[i]
		by := from.check
		if r.Head.Origin != from.origin {
			if me == nil {
				if me, err = c.node(ctx, from.origin, from.load); err != nil {
					return nil, err
				}
			}
			author, err := c.writer(ctx, r.Head.Origin)
			if err != nil {
				return nil, err
			}
			if author == nil {
				if err := r.Verify(unproven); err != nil {
					return nil, err
				}
				continue
			}
			if author.Branch != me.Branch {
				return nil, fmt.Errorf("%w: %d of branch %d sent a range of %d, which is of branch %d", ErrNotYours, from.origin, me.Branch, author.Origin, author.Branch)
			}
			by = signedBy(author.Key)
		}
		if err := r.Verify(by); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// writer reads whoever wrote what another passes on, revoked or not; nil when it
// never joined.
func (c *Central) writer(ctx context.Context, origin crdt.Origin) (n *Node, err error) {
	err = c.File.Read(ctx, func(tx *rows.Tx) error {
		n, err = findNode(tx, origin)
		return err
	})
	return n, err
}

// unproven is for ranges that are not taken: only their shape is looked at.
func unproven(_, _ []byte) bool { return true }

// signedBy checks heads by the key that their author joined with.
func signedBy(key []byte) journal.Checker {
	return func(message, signature []byte) bool {
		return trust.CheckSigned(ed25519.PublicKey(key), trust.ContextJournalHead, message, signature) == nil
	}
}

// intake is the taking of one push.
type intake struct {
	c       *Central
	b       *Batch
	from    pusher
	authors map[crdt.Origin]*taking
	order   []*taking // as they came
	refused int
	// stranded are ranges that follow nothing here, and nothing that is to come.
	stranded []strand
}

// taking is what is taken of one author.
type taking struct {
	node    *Node
	seq     uint64 // planned up to here
	hash    journal.Hash
	changes []*journal.Change // new ones, ascending
	links   []journal.Hash    // of them
	ranges  []*journal.Range  // that they are of
}

// run takes ranges that were proven, and says in out what became of them.
func (in *intake) run(ranges []*journal.Range, out *wire.Pushed) error {
	if _, err := in.author(in.from.origin); err != nil {
		return err // also where it only passes on: the answer tells what is had of it
	}
	for _, r := range ranges {
		if err := in.plan(r); err != nil {
			return err
		}
	}
	if err := in.take(); err != nil {
		return err
	}
	for _, s := range in.stranded {
		if err := in.holdStranded(s); err != nil {
			return fmt.Errorf("stranded changes of %d: %w", s.n.Origin, err)
		}
	}
	out.Refused = in.refused
	for author, t := range in.authors {
		out.Vector[author] = t.node.Seq
	}
	return in.close()
}

func (in *intake) author(origin crdt.Origin) (*taking, error) {
	if t := in.authors[origin]; t != nil {
		return t, nil
	}
	load := loadAuthor
	if origin == in.from.origin {
		load = in.from.load
	}
	n, err := load(in.b.Tx, origin)
	if err != nil {
		return nil, err
	}
	t := &taking{node: n, seq: n.Seq, hash: n.Hash}
	in.authors[origin] = t
	in.order = append(in.order, t)
	return t, nil
}

// plan looks what is new of a range.
func (in *intake) plan(r *journal.Range) error {
	t, err := in.author(r.Head.Origin)
	if err != nil {
		return err
	}
	err = in.planNew(t, r)
	switch own := r.Head.Origin == in.from.origin; {
	case own && errors.Is(err, errGap):
		return nil
	case !own && (errors.Is(err, ErrFork) || errors.Is(err, errGap)):
		return in.strand(t.node, r) // the pusher's own work goes on
	}
	return err
}

// errGap: a range does not follow what is taken. The answer tells from where to send
// again.
var errGap = errors.New("central: changes before these are missing")

func (in *intake) planNew(t *taking, r *journal.Range) error {
	first := r.Changes[0].Seq
	if first > t.seq+1 {
		if bridged, err := in.bridge(t, r); err != nil || !bridged {
			return cmp.Or(err, errGap)
		}
	}
	if r.Head.Seq <= t.seq {
		if t.seq > t.node.Seq {
			return nil // sent twice in one push
		}
		return in.c.sameHistory(in.b, t.node, r) // nothing new
	}
	at := r.Prev // the link at t.seq
	if skip := t.seq + 1 - first; skip > 0 {
		buf := []byte(nil)
		for i := range r.Changes[:skip] {
			at, buf = r.Changes[i].Seal(at, buf)
		}
	}
	if at != t.hash {
		return fmt.Errorf("%w (number %d)", ErrFork, t.seq)
	}
	buf := []byte(nil)
	for i := range r.Changes {
		if c := &r.Changes[i]; c.Seq > t.seq {
			at, buf = c.Seal(at, buf)
			t.changes, t.links = append(t.changes, c), append(t.links, at)
		}
	}
	t.seq, t.hash = r.Head.Seq, r.Head.Hash
	t.ranges = append(t.ranges, r)
	return nil
}

// take judges and merges what is new, of all authors together in the order of
// the stamps: what somebody may have seen before they wrote goes first.
func (in *intake) take() error {
	for {
		var next *taking
		for _, t := range in.order {
			if len(t.changes) > 0 && (next == nil || t.changes[0].Stamp.Less(next.changes[0].Stamp)) {
				next = t
			}
		}
		if next == nil {
			return nil
		}
		ch := next.changes[0]
		ok, err := in.c.takeChange(in.b, next.node, ch, next.links[0])
		if err != nil {
			return fmt.Errorf("change %d of %d: %w", ch.Seq, ch.Origin, err)
		}
		if !ok {
			in.refused++
		}
		in.b.links[link{ch.Origin, ch.Seq}] = next.links[0]
		at := next.links[0]
		next.node.Seq, next.changes, next.links = ch.Seq, next.changes[1:], next.links[1:]
		if err := errors.Join(in.b.overtaken(ch, at, ok), in.b.came(ch, at)); err != nil {
			return fmt.Errorf("what waited for change %d of %d: %w", ch.Seq, ch.Origin, err)
		}
	}
}

// close keeps the ranges and how far their authors have come.
func (in *intake) close() error {
	for _, t := range in.order {
		for _, r := range t.ranges {
			if err := in.clean(r); err != nil {
				return err
			}
			frame, err := in.c.codec.EncodePush(&wire.Push{Ranges: []journal.Range{*r}})
			if err != nil {
				return err
			}
			since, until := spanOf(r)
			err = in.b.Tx.Exec(`INSERT OR REPLACE INTO taken (origin, last, first, frame, since, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
				int64(t.node.Origin), int64(r.Head.Seq), int64(r.Changes[0].Seq), frame, since, until)
			if err != nil {
				return err
			}
		}
		if err := moveVector(in.b.Tx, t); err != nil {
			return err
		}
	}
	return in.b.Tx.Exec(`UPDATE origin SET seen=?2 WHERE origin=?1`, int64(in.from.origin), in.c.o.NowMS())
}

// clean erases what was ordered away in those changes of a range, too, that had
// come before, with another range: the whole of it is kept.
func (in *intake) clean(r *journal.Range) error {
	for i := range r.Changes {
		if _, err := in.b.arrive(&r.Changes[i]); err != nil {
			return err
		}
	}
	return nil
}

func moveVector(tx *rows.Tx, t *taking) error {
	if len(t.ranges) == 0 {
		return nil
	}
	return tx.Exec(`UPDATE origin SET seq=?2, hash=?3 WHERE origin=?1`, int64(t.node.Origin), int64(t.node.Seq), t.hash[:])
}
