package central

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
)

// Codes of what central itself holds back or refuses.
const (
	CodeAhead      = "clock_ahead"
	CodeEpoch      = "epoch"
	CodeWithheld   = "withheld"   // held: a part came without its text
	CodeUnreadable = "unreadable" // held: a part cannot be decoded here
	CodeTooLarge   = "too_large"  // held: more than a change may be
	CodeFuture     = "future"     // held: rows of a kind that only a newer release knows
	CodeWaits      = "waits"      // held: it rests on a held change
	CodeRevoked    = "revoked"    // held: its workstation was revoked before it came
)

// States of a change that was not taken at once, as its row says.
const (
	StateRefused = ""        // never taken
	StateHeld    = "held"    // waits for a decision, or for what it rests on
	StateApplied = "applied" // taken after all
	StateDropped = "dropped" // decided against
)

// Errors of decisions.
var (
	// ErrDecided is a held change that is not held any more, or never was.
	ErrDecided = errors.New("central: this change is not held, or was decided meanwhile")
	// ErrStuck is a held change that cannot be applied now; the text says why.
	ErrStuck = errors.New("central: this change cannot be applied")
)

// Decision is what head office does with a held change.
type Decision struct {
	Apply bool
	// As is the person who answers for the change; 0: its author.
	As  crdt.ID
	By  crdt.ID // who decides
	Why string
}

// Outcome is what became of a held change, for the row that tells of it.
type Outcome struct {
	State   string
	Refusal *Refusal // why it is held still, or dropped by rule; nil: no change
	By      crdt.ID  // who decided; 0: central itself
	Why     string
}

// held is a change that waits.
type held struct {
	id     crdt.ID
	origin crdt.Origin
	seq    uint64
}

// hold puts a change into the quarantine, under the id of the row that tells of
// it; the rows that it would make are awaited then.
func (b *Batch) hold(id crdt.ID, ch *journal.Change, r *Refusal) error {
	b.c.holds = true
	b.waits[id] = ch
	readable := bit(!slices.ContainsFunc(ch.Bodies, journal.Body.Closed))
	err := b.Tx.Exec(`INSERT OR REPLACE INTO held (id, origin, seq, stamp, code, readable) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
		int64(id), int64(ch.Origin), int64(ch.Seq), ch.Stamp.Bytes(), r.Code, int64(readable))
	if err != nil {
		return err
	}
	for i := range ch.Bodies {
		op := &ch.Bodies[i].Op
		if ch.Bodies[i].Closed() {
			continue
		}
		makes, err := b.makes(ch, op)
		if err != nil {
			return err
		}
		if !makes {
			continue
		}
		// Whoever wrote first makes the row; a later one edits it.
		err = b.Tx.Exec(`INSERT INTO held_row (kind, row_id, held) SELECT ?1, ?2, ?3
			WHERE NOT EXISTS (SELECT 1 FROM held_row WHERE kind=?1 AND row_id=?2)`, int64(op.Kind), int64(op.ID), int64(id))
		if err != nil {
			return err
		}
	}
	for i := range r.forms {
		f := &r.forms[i]
		if err := b.Tx.Exec(`INSERT OR IGNORE INTO held_copy (held, origin, seq, hash) VALUES (?1, ?2, ?3, ?4)`, int64(id), int64(f.Origin), int64(f.Seq), f.Hash[:]); err != nil {
			return err
		}
	}
	if r.stranded != nil {
		err := b.Tx.Exec(`UPDATE stranded SET held=?4 WHERE origin=?1 AND seq=?2 AND hash=?3`, int64(ch.Origin), int64(ch.Seq), r.stranded[:], int64(id))
		if err != nil {
			return err
		}
	}
	if err := b.holdFor(id, r); err != nil {
		return err
	}
	for _, on := range r.rests {
		if err := b.Tx.Exec(`INSERT OR IGNORE INTO held_wait (held, rests_on) VALUES (?1, ?2)`, int64(id), int64(on)); err != nil {
			return err
		}
	}
	return nil
}

// release forgets that a change is held, and returns those that waited for it
// and wait for nothing else, in the order of their stamps.
func (b *Batch) release(id crdt.ID) (next []held, err error) {
	waited, err := b.heldWhere(`id IN (SELECT held FROM held_wait WHERE rests_on=?1)`, int64(id))
	if err != nil {
		return nil, err
	}
	for _, sql := range []string{`DELETE FROM held WHERE id=?1`, `DELETE FROM held_row WHERE held=?1`, `DELETE FROM held_copy WHERE held=?1`, `DELETE FROM held_for WHERE held=?1`, `DELETE FROM held_wait WHERE held=?1 OR rests_on=?1`} {
		if err := b.Tx.Exec(sql, int64(id)); err != nil {
			return nil, err
		}
	}
	for _, h := range waited {
		n, _, err := b.Tx.Int(`SELECT count(*) FROM held_wait WHERE held=?1`, int64(h.id))
		if err != nil {
			return nil, err
		}
		if n == 0 {
			next = append(next, h)
		}
	}
	return next, nil
}

func (b *Batch) heldWhere(where string, args ...any) (out []held, err error) {
	err = b.Tx.Query(`SELECT id, origin, seq FROM held WHERE `+where+` ORDER BY stamp`, func(s *sqlite.Stmt) error {
		out = append(out, held{crdt.ID(s.ColumnInt64(0)), crdt.Origin(s.ColumnInt64(1)), uint64(s.ColumnInt64(2))})
		return nil
	}, args...)
	return out, err
}

// Awaited reports whether a row that is not there is made by a held change;
// perhaps is true where an unreadable one of the row's own workstation may make it.
func (b *Batch) Awaited(kind uint8, id crdt.ID) (made, perhaps bool, err error) {
	on, sure, err := b.makers(kind, id)
	return len(on) > 0 && sure, len(on) > 0, err
}

// makers are the held changes that make a row, or, where none is known to,
// those of its workstation that may.
func (b *Batch) makers(kind uint8, id crdt.ID) (on []crdt.ID, sure bool, err error) {
	if !b.c.holds {
		return nil, false, nil
	}
	if on, err = b.Tx.IDs(`SELECT held FROM held_row WHERE kind=?1 AND row_id=?2 AND held<>?3`, int64(kind), int64(id), int64(b.deciding)); err != nil || len(on) > 0 {
		return on, true, err
	}
	on, err = b.Tx.IDs(`SELECT id FROM held WHERE origin=?1 AND readable=0 AND id<>?2`, int64(id.Origin()), int64(b.deciding))
	return on, false, err
}

// resting turns a refusal for a missing row into waiting where a held change
// makes that row.
func (b *Batch) resting(r *Refusal) (*Refusal, error) {
	if r == nil || r.Missing == (RowID{}) {
		return r, nil
	}
	on, _, err := b.makers(r.Missing.Kind, r.Missing.ID)
	if err != nil || len(on) == 0 {
		return r, err
	}
	return &Refusal{Code: CodeWaits, Message: "it rests on a change that head office holds back; both are decided together", Hold: true, rests: on}, nil
}

// Decide applies or drops a held change, and after it all that waited for it, in
// the order of their stamps: each is judged again. ErrDecided and ErrStuck are for
// whoever decides.
func (c *Central) Decide(ctx context.Context, id crdt.ID, d Decision) error {
	return c.write(ctx, func(b *Batch) error {
		list, err := b.heldWhere(`id=?1`, int64(id))
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return ErrDecided
		}
		h := list[0]
		if !d.Apply {
			return b.settleHeld(h, Outcome{State: StateDropped, By: d.By, Why: d.Why})
		}
		ch, n, err := b.heldChange(h)
		if err != nil {
			return err
		}
		b.deciding = h.id
		by, refusal, err := b.mayApply(ch, n, d.As)
		if err != nil {
			return err
		}
		if refusal != nil {
			return fmt.Errorf("%w: %s", ErrStuck, refusal.Message)
		}
		return b.applyHeld(h, ch, n, by, Outcome{State: StateApplied, By: d.By, Why: d.Why})
	})
}

// Retry judges again what is held because this release could not read it, or
// another could not: for the start of a newer one.
func (c *Central) Retry(ctx context.Context) error {
	return c.write(ctx, func(b *Batch) error {
		list, err := b.heldWhere(`code IN ('` + CodeUnreadable + `', '` + CodeFuture + `')`)
		for i := range list {
			if err == nil {
				err = b.retry(list[i])
			}
		}
		return err
	})
}

func (b *Batch) retry(h held) error {
	ch, n, err := b.stillHeld(h)
	if err != nil || ch == nil {
		return err
	}
	if r := b.c.unfit(ch); r != nil && (r.Code == CodeUnreadable || r.Code == CodeFuture) {
		return nil
	}
	return b.rejudge(h, ch, n)
}

// stillHeld reads a held change; nil: one before it took it along.
func (b *Batch) stillHeld(h held) (*journal.Change, *Node, error) {
	_, still, err := b.Tx.Int(`SELECT 1 FROM held WHERE id=?1`, int64(h.id))
	if err != nil || !still {
		return nil, nil, err
	}
	return b.heldChange(h)
}

// heldChange reads a held change from the range it was taken with.
func (b *Batch) heldChange(h held) (*journal.Change, *Node, error) {
	n, err := findNode(b.Tx, h.origin)
	if err == nil {
		n.Was, err = ancestors(b.Tx, n.Origin)
	}
	if err != nil {
		return nil, nil, err
	}
	if ch := b.waits[h.id]; ch != nil {
		return b.named(ch, n)
	}
	var frame []byte
	err = b.Tx.Query(`SELECT r.frame FROM stranded AS s JOIN stranded_range AS r ON r.id=s.frame WHERE s.held=?3
		UNION ALL SELECT * FROM (SELECT frame FROM taken WHERE origin=?1 AND last>=?2 AND first<=?2 ORDER BY last LIMIT 1) LIMIT 1`, func(s *sqlite.Stmt) error {
		frame = rows.Blob(s, 0)
		return nil
	}, int64(h.origin), int64(h.seq), int64(h.id))
	if err != nil {
		return nil, nil, err
	}
	p, err := b.c.codec.DecodePush(frame)
	if err != nil {
		return nil, nil, fmt.Errorf("central: held change %d/%d: %w", h.origin, h.seq, err)
	}
	for i := range p.Ranges[0].Changes {
		if ch := &p.Ranges[0].Changes[i]; ch.Seq == h.seq {
			return b.named(ch, n)
		}
	}
	return nil, nil, fmt.Errorf("central: held change %d/%d is not in the range it was taken with", h.origin, h.seq)
}

// named is a change under the names that hold now, with its author.
func (b *Batch) named(ch *journal.Change, n *Node) (*journal.Change, *Node, error) {
	if !b.c.renames && !b.c.forms {
		return ch, n, nil
	}
	ch, err := b.c.renamed(b, ch)
	return ch, n, err
}

// mayApply judges a held change but for who wrote it.
func (b *Batch) mayApply(ch *journal.Change, n *Node, as crdt.ID) (crdt.ID, *Refusal, error) {
	if r := b.c.unfit(ch); r != nil && r.Code != CodeTooLarge {
		return 0, r, nil
	}
	if r, err := b.awaits(ch); err != nil || r != nil {
		return 0, r, err
	}
	by, refusal, err := b.c.o.Judge.Content(b, n, ch, as)
	if err != nil || refusal == nil {
		return by, nil, err
	}
	refusal, err = b.resting(refusal)
	return 0, refusal, err
}

// applyHeld merges a held change, then what rested on it.
func (b *Batch) applyHeld(h held, ch *journal.Change, n *Node, by crdt.ID, o Outcome) error {
	if err := b.mergeChange(ch, by, n); err != nil {
		return err
	}
	return b.settleHeld(h, o)
}

// settleHeld ends the holding of a change, and judges again what waited for it.
func (b *Batch) settleHeld(h held, o Outcome) error {
	if o.State == StateDropped {
		if err := b.unmakeHeld(h.id); err != nil {
			return err
		}
	}
	next, err := b.release(h.id)
	if err != nil {
		return err
	}
	if err := b.tellOutcome(h.id, o); err != nil {
		return err
	}
	for _, w := range next {
		ch, n, err := b.heldChange(w)
		if err != nil {
			return err
		}
		if err := b.rejudge(w, ch, n); err != nil {
			return err
		}
	}
	return nil
}

// rejudge takes, drops or holds on a change that was held.
func (b *Batch) rejudge(h held, ch *journal.Change, n *Node) error {
	defer func(was crdt.ID) { b.deciding = was }(b.deciding)
	b.deciding = h.id
	by, refusal, err := b.c.judge(b, n, ch)
	if err != nil {
		return err
	}
	if refusal, err = b.resting(refusal); err != nil {
		return err
	}
	switch {
	case refusal == nil:
		return b.applyHeld(h, ch, n, by, Outcome{State: StateApplied})
	case !refusal.Hold:
		return b.settleHeld(h, Outcome{State: StateDropped, Refusal: refusal})
	}
	if err := b.hold(h.id, ch, refusal); err != nil {
		return err
	}
	return b.tellOutcome(h.id, Outcome{State: StateHeld, Refusal: refusal})
}

func (b *Batch) tellOutcome(id crdt.ID, o Outcome) error {
	now := b.NowMS()
	op := b.c.o.Judge.Decided(id, o, now)
	return b.merge(&op, crdt.Written{Stamp: b.c.author.Clock.Now(now), By: o.By})
}

func (b *Batch) mergeChange(ch *journal.Change, by crdt.ID, n *Node) error {
	if err := b.c.observe(ch.Stamp); err != nil {
		return err
	}
	for i := range ch.Bodies {
		if ch.Bodies[i].Erased {
			continue
		}
		op := &ch.Bodies[i].Op
		if err := b.merge(op, ch.Written(by)); err != nil {
			return err
		}
		if err := b.answer(key{op.Kind, op.ID}, b.c.authorScope(n, op.Kind)); err != nil {
			return err
		}
	}
	return nil
}
