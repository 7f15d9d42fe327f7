package central

import (
	"encoding/json"
	"errors"
	"slices"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// What a neighbour holds of a workstation may follow what nobody has any more: the
// file was put back, and so was central, or central has another history there. The
// numbers in it may mean other rows than those that have them here, and nothing
// proves that they do not. So each change is held by itself, until head office
// decides, or until it comes in a form that follows what central has.

// CodeStranded is held: what its workstation wrote before it is nowhere.
const CodeStranded = "stranded"

// Limits of it.
const (
	strandsAfterMS = 30 * 60 * 1000 // since it came first: who has what is missing had time to send it
	maxStrands     = 1000           // ranges that are remembered since when they came: more than a bank has
)

// strand is a range that follows nothing here.
type strand struct {
	n *Node // who wrote it
	r *journal.Range
}

// strand leaves a range that follows nothing here to be held, where nobody writes
// under its number any more and it came half an hour ago, too.
func (in *intake) strand(n *Node, r *journal.Range) error {
	closed, err := in.b.closed(n)
	if err != nil || !closed {
		return err // its author fills the gap, or hears of the fork
	}
	now := in.b.NowMS()
	first, met := in.c.strands[r.Head.Hash]
	if !met {
		if len(in.c.strands) >= maxStrands {
			clear(in.c.strands) // they wait a little longer
		}
		in.c.strands[r.Head.Hash] = now
	} else if now-first >= strandsAfterMS {
		delete(in.c.strands, r.Head.Hash)
		in.stranded = append(in.stranded, strand{n, r})
	}
	return nil
}

// closed reports whether a workstation went on under another number, or was revoked.
func (b *Batch) closed(n *Node) (closed bool, err error) {
	if n.Revoked || b.c.o.Forms == nil {
		return b.c.o.Forms != nil, nil
	}
	err = b.Tx.Query(`SELECT renews, formers FROM origin`, func(s *rows.Stmt) error {
		var formers []crdt.Origin
		err := json.Unmarshal([]byte(s.ColumnText(1)), &formers)
		closed = closed || crdt.Origin(s.ColumnInt64(0)) == n.Origin || slices.Contains(formers, n.Origin)
		return err
	})
	return closed, err
}

// stray is a change of such a range.
type stray struct {
	ch      *journal.Change
	link    journal.Hash
	nothing bool // is left of it: it was ordered erased
}

// holdStranded holds what is new of a range that follows nothing here.
func (in *intake) holdStranded(s strand) error {
	list, err := in.b.strays(s.r)
	if err != nil || len(list) == 0 {
		return err
	}
	for i := range list {
		if list[i].nothing, err = in.b.arrive(list[i].ch); err != nil {
			return err
		}
	}
	frame, err := in.c.codec.EncodePush(&wire.Push{Ranges: []journal.Range{*s.r}})
	if err != nil {
		return err
	}
	last, _, err := in.b.Tx.Int(`SELECT coalesce(max(id), 0) FROM stranded_range`)
	if err != nil {
		return err
	}
	in.c.forms = true
	err = in.b.Tx.Exec(`INSERT INTO stranded_range (id, frame) VALUES (?1, ?2)`, last+1, frame)
	for i := range list {
		if err != nil {
			return err
		}
		in.refused++
		err = in.holdStray(s.n, &list[i], last+1)
	}
	return err
}

// strays are the changes of a range that central has in no form. Its others may have
// come with another range.
func (b *Batch) strays(r *journal.Range) (out []stray, err error) {
	at, buf := r.Prev, []byte(nil)
	for i := range r.Changes {
		ch := &r.Changes[i]
		at, buf = ch.Seal(at, buf)
		f := &journal.Former{Origin: ch.Origin, Seq: ch.Seq, Hash: at}
		took, err := b.c.tookFirst(b, f)
		if err != nil {
			return nil, err
		}
		as, err := b.takenForm(f)
		if err != nil {
			return nil, err
		}
		there, _, err := b.strandedAs(f)
		if err != nil {
			return nil, err
		}
		if !took && as == nil && !there {
			out = append(out, stray{ch: ch, link: at})
		}
	}
	return out, nil
}

// holdStray holds a change, unless another form of it was taken, and tells those who
// have it that it counts no more.
func (in *intake) holdStray(n *Node, s *stray, frame int64) error {
	b := in.b
	ch, twice, err := b.c.form(b, s.ch, s.link)
	if err != nil {
		return err
	}
	err = b.Tx.Exec(`INSERT INTO stranded (origin, seq, hash, frame) VALUES (?1, ?2, ?3, ?4)`, int64(ch.Origin), int64(ch.Seq), s.link[:], frame)
	if err != nil {
		return err
	}
	switch {
	case twice != nil:
		err = b.c.passTwice(b, n, ch, twice)
	case s.nothing:
		err = b.c.refuse(b, n, ch, &Refusal{Code: CodeErased, Message: "head office ordered this customer erased; what was written is erased too"})
	case !b.erasing() || ch.Live() > 0:
		err = b.c.refuse(b, n, ch, &Refusal{Code: CodeStranded, Hold: true, stranded: &s.link,
			Message: "what its workstation wrote before it is lost, there and at head office: look whether the numbers in it mean who has them now"})
	}
	return errors.Join(err, b.tell(n, &journal.Former{Origin: ch.Origin, Seq: ch.Seq, Hash: s.link, Stamp: ch.Stamp}, ch.Stamp), b.came(s.ch, s.link))
}

// strandedAs reports whether a change came stranded, and whether it is held still.
func (b *Batch) strandedAs(f *journal.Former) (there, open bool, err error) {
	if !b.c.forms {
		return false, false, nil
	}
	err = b.Tx.Query(`SELECT EXISTS (SELECT 1 FROM held WHERE id=stranded.held) FROM stranded WHERE origin=?1 AND seq=?2 AND hash=?3`, func(s *rows.Stmt) error {
		there, open = true, s.ColumnInt64(0) == 1
		return nil
	}, int64(f.Origin), int64(f.Seq), f.Hash[:])
	return there, open, err
}

// overtaken ends the holding of what was stranded and has come after all, itself or
// in another form: what is said of that counts. taken is false where that was
// refused or is held.
func (b *Batch) overtaken(ch *journal.Change, link journal.Hash, taken bool) error {
	if !b.c.holds || !b.c.forms {
		return nil
	}
	for _, f := range b.formsOf(ch, link) {
		list, err := b.heldWhere(`id IN (SELECT held FROM stranded WHERE origin=?1 AND seq=?2 AND hash=?3)`, int64(f.Origin), int64(f.Seq), f.Hash[:])
		if err != nil {
			return err
		}
		for _, h := range list { // one, or none
			if err := b.overtake(h, taken); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Batch) overtake(h held, taken bool) error {
	o := Outcome{State: StateApplied}
	if !taken {
		o.State = StateDropped
		if err := b.Tx.Exec(`DELETE FROM held_row WHERE held=?1`, int64(h.id)); err != nil { // they may come to be all the same
			return err
		}
	}
	return errors.Join(b.Tx.Exec(`DELETE FROM stranded WHERE held=?1`, int64(h.id)), b.settleHeld(h, o))
}
