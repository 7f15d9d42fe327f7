package desk

import (
	"cmp"
	"context"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// Entry is one interaction, to be looked at before it is moved.
type Entry struct {
	InteractionLine
	Party     crdt.ID
	PartyName string
	// May: the reader may take it away or, if it was, put it back.
	May bool
}

// Note reads one interaction.
func (d *Desk) Note(ctx context.Context, who *Who, id crdt.ID) (*Entry, error) {
	var out *Entry
	err := d.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *Reader) error {
		row, err := noteRow(r.Tx, id)
		if err != nil {
			return err
		}
		out = &Entry{Party: row.Get(crm.InteractionParty).ID()}
		r.Shows(crm.ViewRead, out.Party)
		if out.PartyName, err = r.PartyName(out.Party); err != nil {
			return err
		}
		taken, err := d.taken(r.names, out.Party)
		if err != nil {
			return err
		}
		if out.InteractionLine, err = d.interactionLine(r.names, row, taken); err != nil {
			return err
		}
		if !who.Sees("interaction", "text") {
			out.Text = ""
		}
		out.May, err = mayTake(r, who, row)
		return err
	})
	return out, err
}

func noteRow(tx *rows.Tx, id crdt.ID) (*rows.Stored, error) {
	row, err := tx.Get(crm.Interaction, id)
	if err == nil && row == nil {
		err = notFound("note", "no such note here")
	}
	return row, err
}

// mayTake: its author may take a note away on the day it was written, a manager
// on any day.
func mayTake(r *Reader, who *Who, row *rows.Stored) (bool, error) {
	if !who.May(crm.ActRecord) || who.May(crm.ActManage) {
		return who.May(crm.ActRecord), nil
	}
	days, _, err := r.Calendar()
	w := row.Clocks.Of(crm.InteractionText)
	return err == nil && w.By == who.Person && days.SameDay(w.Stamp.Millis(), r.NowMS), err
}

// MoveNote takes a note away from a customer that it does not belong to; with
// to it is written there, with who wrote it. That it was taken away, by whom and
// why, stays to be read where it was.
func (d *Desk) MoveNote(ctx context.Context, who *Who, id, to crdt.ID, reason string) (Saved, error) {
	why, err := checkNote("reason", reason)
	if err != nil {
		return Saved{}, cmp.Or(d.need(who, crm.ActRecord), err)
	}
	return d.takeNote(ctx, who, id, false, func(a *rows.Act, row *rows.Stored) (crdt.ID, error) {
		from := row.Get(crm.InteractionParty).ID()
		if to == from {
			return 0, invalid("to", "same_customer", "the note is on this customer already; find the other one")
		}
		removal, err := a.Mint()
		if err != nil {
			return 0, err
		}
		a.Add(crdt.Op{Kind: crm.Removal, ID: removal, Set: filled(
			set(crm.RemovalParty, crdt.RefValue(from)),
			set(crm.RemovalInteraction, crdt.RefValue(row.ID)),
			set(crm.RemovalReason, crdt.TextValue(why)),
			set(crm.RemovalMoved, crdt.IntValue(int64(bit(to != 0)))),
		)})
		if to == 0 {
			return removal, nil
		}
		if err := mustHave(a.Tx, crm.Party, to); err != nil {
			return 0, err
		}
		return writeAgain(a, row, to)
	})
}

// PutNoteBack writes a note again where it was taken away.
func (d *Desk) PutNoteBack(ctx context.Context, who *Who, id crdt.ID) (Saved, error) {
	return d.takeNote(ctx, who, id, true, func(a *rows.Act, row *rows.Stored) (crdt.ID, error) {
		return writeAgain(a, row, row.Get(crm.InteractionParty).ID())
	})
}

// takeNote writes something about a note that who may take away; gone says
// whether it was taken before.
func (d *Desk) takeNote(ctx context.Context, who *Who, id crdt.ID, gone bool, fn func(*rows.Act, *rows.Stored) (crdt.ID, error)) (Saved, error) {
	return d.act(ctx, who, crm.ActRecord, func(a *rows.Act) (crdt.ID, error) {
		row, err := noteRow(a.Tx, id)
		if err != nil {
			return 0, err
		}
		r := d.Reader(a.Tx)
		if may, err := mayTake(r, who, row); err != nil || !may {
			return 0, cmp.Or(err, denied("note_late", "its author moves a note on the day it was written, a manager on any day"))
		}
		taken, err := d.taken(r.names, row.Get(crm.InteractionParty).ID())
		if err != nil {
			return 0, err
		}
		if t := taken[id]; (t != nil) != gone || t != nil && t.Moved {
			return 0, invalid("", "note_gone", "somebody has moved this note already")
		}
		return fn(a, row)
	})
}

// writeAgain writes an interaction of another party, with its first author.
func writeAgain(a *rows.Act, row *rows.Stored, to crdt.ID) (crdt.ID, error) {
	id, err := a.Mint()
	op := crdt.Op{Kind: crm.Interaction, ID: id, Set: []crdt.FieldSet{set(crm.InteractionParty, crdt.RefValue(to))}}
	for _, field := range []uint8{crm.InteractionChannel, crm.InteractionReason, crm.InteractionText, crm.InteractionHappened, crm.InteractionOutcome, crm.InteractionClock, crm.InteractionWriter} {
		value := row.Get(field)
		if field == crm.InteractionWriter && value.IsNull() {
			value = crdt.RefValue(row.Clocks.Of(crm.InteractionText).By)
		}
		op.Set = append(op.Set, filled(set(field, value))...)
	}
	a.Add(op)
	return id, err
}

// taken are the notes of a party that somebody took away.
func (d *Desk) taken(n *names, party crdt.ID) (map[crdt.ID]*Taken, error) {
	out := map[crdt.ID]*Taken{}
	if d.file.Schema().Kind(crm.Removal) == nil {
		return out, nil // a release that knew no removals
	}
	err := n.tx.Rows(crm.Removal, "party=?1 ORDER BY id", func(r *rows.Stored) error {
		a, err := d.rowAuthor(n, r)
		if id := r.Get(crm.RemovalInteraction).ID(); out[id] == nil {
			out[id] = &Taken{Reason: r.Get(crm.RemovalReason).S, Moved: r.Get(crm.RemovalMoved).I == 1, Author: a}
		}
		return err
	}, int64(party))
	return out, err
}

func (d *Desk) interactionLine(n *names, r *rows.Stored, taken map[crdt.ID]*Taken) (InteractionLine, error) {
	line := InteractionLine{ID: r.ID, Channel: r.Get(crm.InteractionChannel).S, Reason: r.Get(crm.InteractionReason).S, Text: r.Get(crm.InteractionText).S,
		Outcome: r.Get(crm.InteractionOutcome).S, HappenedMS: r.Get(crm.InteractionHappened).I, Clock: r.Get(crm.InteractionClock).I, Taken: taken[r.ID]}
	if line.Taken != nil {
		line.Reason, line.Text, line.Outcome = "", "", ""
	}
	writer, err := n.person(r.Get(crm.InteractionWriter).ID())
	if err != nil {
		return line, err
	}
	line.Writer = writer.Name
	line.Author, err = d.rowAuthor(n, r)
	return line, err
}
