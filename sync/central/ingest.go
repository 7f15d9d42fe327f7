package central

import (
	"context"
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Errors of a push. The stream goes on after none of them without a person.
var (
	// ErrFork: another history stands at central under this number: the node is
	// a restored backup or a clone.
	ErrFork = errors.New("central: another history is known under these numbers: this workstation was restored from a backup or cloned")
	// ErrNotYours: a node pushed the changes of another.
	ErrNotYours = errors.New("central: the changes are of another workstation")
)

// Push takes the ranges of a node, its own and those it passes on for others of
// its branch: each is checked, each change judged, merged or refused, and the
// vectors moved, in one transaction, which pushes that come at the same time
// share. Changes of several authors in one push are taken in the order of their
// stamps. A range that does not follow what is taken
// is passed over: the answer tells from where to send again. check verifies the
// signature of the node's own heads; those of others are verified by the keys
// that they joined with.
func (c *Central) Push(ctx context.Context, origin crdt.Origin, p *wire.Push, check journal.Checker) (*wire.Pushed, error) {
	return c.push(ctx, pusher{origin, check, loadNode}, p)
}

// pusher is whose push it is: load reads them, if they may push this way.
type pusher struct {
	origin crdt.Origin
	check  journal.Checker
	load   func(*rows.Tx, crdt.Origin) (*Node, error)
}

func (c *Central) push(ctx context.Context, from pusher, p *wire.Push) (*wire.Pushed, error) {
	out := &wire.Pushed{Vector: map[crdt.Origin]uint64{}, NowMS: c.o.NowMS()}
	ranges, err := c.proven(ctx, from, p)
	if err != nil {
		return nil, fmt.Errorf("central: push of %d: %w", from.origin, err)
	}
	if c.o.Halt != nil {
		if err := c.o.Halt(); err != nil {
			return nil, fmt.Errorf("central: %w", err)
		}
	}
	if len(ranges) == 0 {
		n, err := c.node(ctx, from.origin, from.load)
		if err != nil {
			return nil, fmt.Errorf("central: push of %d: %w", from.origin, err)
		}
		out.Vector[from.origin] = n.Seq
		return out, nil // it asks what is had of it, and what time it is
	}
	err = c.share(ctx, func(b *Batch) error {
		in := intake{c: c, b: b, from: from, authors: map[crdt.Origin]*taking{}}
		return in.run(ranges, out)
	})
	if err != nil {
		return nil, fmt.Errorf("central: push of %d: %w", from.origin, err)
	}
	return out, nil
}

// sameHistory tells a range that is sent again from one that a restored or
// cloned file wrote under numbers that were taken: ErrFork.
func (c *Central) sameHistory(b *Batch, n *Node, r *journal.Range) error {
	at := n.Hash
	if r.Head.Seq < n.Seq {
		var err error
		if at, err = c.linkAt(b, n.Origin, r.Head.Seq); err != nil {
			return err
		}
	}
	if at != r.Head.Hash {
		return fmt.Errorf("%w (number %d)", ErrFork, r.Head.Seq)
	}
	return nil
}

// linkAt is the link of the chain of a node at a number that was taken.
func (c *Central) linkAt(b *Batch, origin crdt.Origin, seq uint64) (at journal.Hash, err error) {
	var frame []byte
	err = b.Tx.Query(`SELECT frame FROM taken WHERE origin=?1 AND last>=?2 ORDER BY last LIMIT 1`, func(s *sqlite.Stmt) error {
		frame = rows.Blob(s, 0)
		return nil
	}, int64(origin), int64(seq))
	if err != nil {
		return at, err
	}
	p, err := c.codec.DecodePush(frame)
	if err != nil {
		return at, fmt.Errorf("taken range with number %d: %w", seq, err)
	}
	at = p.Ranges[0].Prev
	buf := []byte(nil)
	for i := range p.Ranges[0].Changes {
		ch := &p.Ranges[0].Changes[i]
		if ch.Seq > seq {
			break
		}
		at, buf = ch.Seal(at, buf)
	}
	return at, nil
}

// takeChange merges a change, refuses it or holds it.
func (c *Central) takeChange(b *Batch, n *Node, ch *journal.Change, at journal.Hash) (taken bool, err error) {
	nothing, err := b.arrive(ch)
	if err != nil {
		return false, err
	}
	ch, twice, err := c.form(b, ch, at)
	if err != nil {
		return false, err
	}
	if twice != nil {
		return true, c.passTwice(b, n, ch, twice)
	}
	if nothing {
		return false, c.refuse(b, n, ch, &Refusal{Code: CodeErased, Message: "head office ordered this customer erased; what was written is erased too"})
	}
	if b.erasing() && ch.Live() == 0 {
		return true, nil // its author has erased it: he had the order
	}
	by, refusal, err := c.judge(b, n, ch)
	if err != nil {
		return false, err
	}
	if refusal, err = b.resting(refusal); err != nil {
		return false, err
	}
	if n.Revoked {
		if refusal, err = b.ofRevoked(n, refusal); err != nil {
			return false, err
		}
	}
	if refusal != nil {
		return false, c.refuse(b, n, ch, refusal)
	}
	return true, b.mergeChange(ch, by, n)
}

func (c *Central) judge(b *Batch, n *Node, ch *journal.Change) (crdt.ID, *Refusal, error) {
	if ahead := c.tooFarAhead(ch.Stamp); ahead > 0 {
		return 0, &Refusal{Code: CodeAhead, Message: fmt.Sprintf("the workstation's clock was %d minutes ahead of central's", ahead/60000)}, nil
	}
	if ch.Stamp.Epoch > c.author.Clock.Epoch {
		return 0, &Refusal{Code: CodeEpoch, Message: "the change is stamped in an epoch that central never began"}, nil
	}
	if r := c.unfit(ch); r != nil {
		return 0, r, nil
	}
	if r, err := b.awaits(ch); err != nil || r != nil {
		return 0, r, err
	}
	return c.o.Judge.Judge(b, n, ch)
}

// unfit looks whether this release can take the change at all, whoever wrote it.
func (c *Central) unfit(ch *journal.Change) *Refusal {
	hold := func(code, message string) *Refusal { return &Refusal{Code: code, Message: message, Hold: true} }
	for i := range ch.Bodies {
		switch body := &ch.Bodies[i]; {
		case body.Erased && len(c.erased) > 0:
			continue // ordered away: its author had heard of it, or it was erased on arrival
		case body.Erased:
			return hold(CodeWithheld, "a part of the change came without its text, and nobody ordered it erased")
		case body.Opaque != nil:
			return hold(CodeUnreadable, "a part of the change cannot be read by this version of central")
		case c.o.Schema.Kind(body.Op.Kind) == nil:
			return hold(CodeFuture, fmt.Sprintf("head office does not know rows of kind %d yet; its version is older than the workstation's", body.Op.Kind))
		}
	}
	if err := ch.Fit(); err != nil {
		return hold(CodeTooLarge, fmt.Sprintf("the change is larger than one may be: %d parts, %d bytes", len(ch.Bodies), ch.Size()))
	}
	return nil
}

// refuse writes the row that tells of the refusal, then makes every row the
// change touched go out again as central has it, if only to say there is none.
func (c *Central) refuse(b *Batch, n *Node, ch *journal.Change, r *Refusal) error {
	id, err := c.author.Mint(b.Tx)
	if err != nil {
		return err
	}
	now := c.o.NowMS()
	op := c.o.Judge.Refused(id, n, ch, r, now)
	if err := b.merge(&op, crdt.Written{Stamp: c.author.Clock.Now(now)}); err != nil {
		return err
	}
	b.rows[key{op.Kind, op.ID}].first = true
	if r.Hold {
		err = b.hold(op.ID, ch, r)
	} else {
		err = b.unmakeOf(ch)
	}
	if err != nil {
		return err
	}
	return errors.Join(b.tellForms(n, ch), c.sendBack(b, n, ch))
}

// sendBack makes every row that a change touched go out again as central has it.
func (c *Central) sendBack(b *Batch, n *Node, ch *journal.Change) error {
	for i := range ch.Bodies {
		op := &ch.Bodies[i].Op
		if ch.Bodies[i].Closed() {
			continue
		}
		if err := b.answer(key{op.Kind, op.ID}, c.authorScope(n, op.Kind)); err != nil {
			return err
		}
	}
	return nil
}

// authorScope is the scope in which a node keeps rows of a kind.
func (c *Central) authorScope(n *Node, kind uint8) int64 {
	if k := c.File.Held().Kind(kind); k != nil && k.Scope.Everywhere {
		return OfficeScope
	}
	return n.Branch
}
