package desk

import (
	"context"
	"errors"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// Line tells how the line is and how much exists only here, without the lists
// of Outage: the head of every page shows it.
func (d *Desk) Line(ctx context.Context) (*Outage, error) {
	o, _, err := d.lineNow(ctx)
	return o, err
}

// Outage tells how the line is and what exists only here.
func (d *Desk) Outage(ctx context.Context) (*Outage, error) {
	o, line, err := d.lineNow(ctx)
	if err != nil || d.o.Line == nil {
		return o, err
	}
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		n := newNames(tx)
		for _, seq := range line.Untaken[:min(len(line.Untaken), outageLines)] {
			item, err := d.unsent(n, seq)
			if err != nil {
				return err
			}
			o.Items = append(o.Items, item)
		}
		o.Refused, err = d.refused(n, int64(d.o.Ledger.Origin()))
		return err
	})
	return o, err
}

// OutageFor is the same for somebody's eyes: it is written down whose names it
// shows them.
func (d *Desk) OutageFor(ctx context.Context, who *Who) (*Outage, error) {
	if err := signedIn(who); err != nil {
		return nil, err
	}
	o, err := d.Outage(ctx)
	if err != nil {
		return nil, err
	}
	var of []store.Viewing
	for i := range o.Items {
		if o.Items[i].Party != 0 {
			of = append(of, store.Viewing{How: crm.ViewFind, Party: o.Items[i].Party})
		}
	}
	for i := range o.Refused {
		of = append(of, store.Viewing{How: crm.ViewRead, Party: o.Refused[i].Party})
	}
	if err := d.shown(ctx, who, view{of: of}); err != nil {
		return nil, err
	}
	return o, nil
}

func (d *Desk) lineNow(ctx context.Context) (*Outage, Line, error) {
	if d.o.Line == nil {
		return &Outage{Online: true, Bootstrapped: true}, Line{}, nil
	}
	line, err := d.o.Line(ctx)
	if err != nil {
		return nil, line, err
	}
	p := line.Progress
	o := &Outage{Online: line.Online, SinceMS: line.SinceMS, LastContactMS: line.LastContactMS, Written: p.Written,
		RefusedCount: p.Refused, HeldCount: p.Held, AsideCount: p.Aside, Accepted: p.Taken - min(p.Refused+p.Held, p.Taken), Unsent: int(p.Unsent), Bootstrapped: line.Met}
	o.Safe = int(min(p.Safe, p.Written) - min(p.Safe, p.Taken, p.Written))
	if p.OldestMS > 0 {
		o.OldestMS = max(0, d.o.NowMS()-p.OldestMS)
	}
	return o, line, nil
}

// unsent describes one change of the journal.
func (d *Desk) unsent(n *names, seq uint64) (UnsentLine, error) {
	line := UnsentLine{Seq: seq}
	c, err := n.tx.Change(d.o.Ledger.Origin(), seq)
	if err != nil || c == nil {
		return line, err
	}
	line.AtMS = c.Stamp.Millis()
	person, _, err := n.tx.Int(`SELECT person FROM session WHERE id=?1`, int64(c.Session))
	if err != nil {
		return line, err
	}
	by, err := n.person(crdt.ID(person))
	if err != nil {
		return line, err
	}
	line.By = by.Name
	op := &c.Bodies[0].Op
	kind := d.file.Schema().Kind(op.Kind)
	if kind == nil {
		return line, nil // written by a newer release
	}
	line.Kind, line.Text = kind.Name, describe(kind, op)
	if line.Party, err = about(n.tx, kind, op.ID); err != nil {
		return line, err
	}
	who, err := n.party(line.Party)
	line.Name = who.name
	return line, err
}

// describe is what an op wrote, for people: its text or value where it has
// one, otherwise name=value each. References and instants are left out.
func describe(kind *crdt.Kind, op *crdt.Op) string {
	var parts []string
	for _, name := range []string{"text", "value", "name"} {
		for _, f := range op.Set {
			if fd := kind.Field(f.Field); fd != nil && fd.Name == name {
				return f.Value.String()
			}
		}
	}
	for _, f := range op.Set {
		fd := kind.Field(f.Field)
		if fd == nil || fd.Ref != 0 || fd.Type == crdt.Int || kind.Num == crm.Session {
			continue
		}
		parts = append(parts, fd.Name+"="+f.Value.String())
	}
	if len(op.Clear) > 0 {
		parts = append(parts, "removed")
	}
	return strings.Join(parts, ", ")
}

// RefusedListed is how many refused changes are listed at most; what is held
// comes first.
const RefusedListed = 200

func refusedLine(r *rows.Stored) RefusedLine {
	return RefusedLine{ID: r.ID, State: r.Get(crm.RefusalState).S, Decided: r.Get(crm.RefusalDecided).I, Why: r.Get(crm.RefusalWhy).S,
		AtMS: r.Get(crm.RefusalAt).I, Origin: crdt.Origin(r.Get(crm.RefusalOrigin).I), Seq: uint64(r.Get(crm.RefusalSeq).I),
		Branch: r.Get(crm.RefusalBranch).I, Code: r.Get(crm.RefusalCode).S, Message: r.Get(crm.RefusalMessage).S,
		Row: crdt.ID(r.Get(crm.RefusalRow).I), Typed: r.Get(crm.RefusalTyped).S}
}

// refused lists what central refused of an origin (0: of all), what is held first,
// then newest first.
func (d *Desk) refused(n *names, origin int64) (out []RefusedLine, err error) {
	err = n.tx.Rows(crm.Refusal, "?1=0 OR origin=?1 ORDER BY coalesce(state, '')='held' DESC, id DESC LIMIT ?2", func(r *rows.Stored) error {
		line := refusedLine(r)
		if k := d.file.Schema().Kind(uint8(r.Get(crm.RefusalKind).I)); k != nil {
			line.Kind = k.Name
			if line.Party, err = about(n.tx, k, line.Row); err != nil {
				return err
			}
		}
		person, _, err := n.tx.Int(`SELECT person FROM session WHERE id=?1`, r.Get(crm.RefusalSession).I)
		if err != nil {
			return err
		}
		by, err := n.person(crdt.ID(person))
		if err != nil {
			return err
		}
		decider, err := n.person(r.Get(crm.RefusalDecider).ID())
		line.By, line.Decider = by.Name, decider.Name
		out = append(out, line)
		return err
	}, origin, RefusedListed)
	return out, err
}

// about is the party that a row is about; 0: the row is not there, or about nobody.
func about(tx *rows.Tx, kind *crdt.Kind, id crdt.ID) (crdt.ID, error) {
	if kind.Num == crm.Party {
		return id, nil
	}
	row, err := tx.Get(kind.Num, id)
	if err != nil || row == nil {
		return 0, err
	}
	return partyOf(kind, row), nil
}

// RefusedAll lists the newest refused changes of every node, for a page that
// has checked the right already, and that notes whose values it shows.
func (d *Desk) RefusedAll(ctx context.Context) (out []RefusedLine, err error) {
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		out, err = d.refused(newNames(tx), 0)
		return err
	})
	return out, err
}

// SaveDraft keeps a half-typed form of a person; it never travels. An empty
// body drops it.
func (d *Desk) SaveDraft(ctx context.Context, who *Who, form, body string) error {
	if err := signedIn(who); err != nil {
		return err
	}
	if err := d.o.Local.SaveDraft(ctx, who.Person, form, body, d.o.NowMS()); errors.Is(err, store.ErrTooLong) {
		return invalid("", "too_long", "this form is too long to be kept half-typed; save it or make it shorter")
	} else if err != nil {
		return err
	}
	return nil
}

// Draft reads a half-typed form and when it was kept, ms UTC; empty when there
// is none.
func (d *Desk) Draft(ctx context.Context, who *Who, form string) (body string, atMS int64, err error) {
	if err := signedIn(who); err != nil {
		return "", 0, err
	}
	return d.o.Local.Draft(ctx, who.Person, form)
}

// DropDraft forgets a half-typed form.
func (d *Desk) DropDraft(ctx context.Context, who *Who, form string) error {
	return d.SaveDraft(ctx, who, form, "")
}
