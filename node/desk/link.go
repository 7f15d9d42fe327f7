package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

const maxLinked = 32 // parties that are one person: more is a mistake, not a person

// LinkedLine is one of the parties that a page shows as one.
type LinkedLine struct {
	ID        crdt.ID
	Name      string
	Birth     string
	Status    string
	Home      int64
	HomeName  string
	Canonical bool // whose values the page shows
	CoreKnows bool
	Missing   bool // its row has not come to this file yet
	// Differs are its own values where the page shows another one.
	Differs []FieldValue
}

// LinkLine is a link between two of them.
type LinkLine struct {
	ID                 crdt.ID
	One, Other         crdt.ID
	OneName, OtherName string
	Reason             string
	Author             Author
}

// linked fills in what the page says of the parties that are one.
func (p *page) linked(canonical *rows.Stored) error {
	if len(p.ids) == 1 {
		return nil
	}
	for _, id := range p.ids {
		row, err := p.tx.Get(crm.Party, id)
		if err != nil {
			return err
		}
		if row == nil {
			p.c.Linked = append(p.c.Linked, LinkedLine{ID: id, Missing: true})
			continue
		}
		if err := p.side(row, canonical); err != nil {
			return err
		}
	}
	return p.links()
}

// side adds one of the parties, with what it says differently.
func (p *page) side(row, canonical *rows.Stored) (err error) {
	line := LinkedLine{ID: row.ID, Name: row.Get(crm.PartyName).S, Birth: row.Get(crm.PartyBirth).S, Status: row.Get(crm.PartyStatus).S,
		Home: row.Get(crm.PartyHome).I, Canonical: row.ID == canonical.ID, CoreKnows: crm.CoreKnows(&row.Row)}
	if line.HomeName, err = p.branch(line.Home); err != nil {
		return err
	}
	if !line.Canonical {
		p.kept(row)
		for _, f := range p.d.file.Schema().Kind(crm.Party).Fields {
			v := row.Get(f.Num)
			if v.IsNull() || v == canonical.Get(f.Num) || f.Num == crm.PartyHome || f.Num == crm.PartyKey {
				continue
			}
			shown, err := p.fieldValue(row, &f)
			if err != nil {
				return err
			}
			line.Differs = append(line.Differs, shown)
		}
		if err := p.rowConflicts(row); err != nil {
			return err
		}
	}
	p.c.Linked = append(p.c.Linked, line)
	return nil
}

// links lists the links between the parties of the page.
func (p *page) links() error {
	return p.each(crm.Link, "one=?1 OR other=?1", func(r *rows.Stored) error {
		one, other := r.Get(crm.LinkOne).ID(), r.Get(crm.LinkOther).ID()
		a, err := p.party(one)
		if err != nil {
			return err
		}
		b, err := p.party(other)
		if err != nil {
			return err
		}
		by, err := p.d.rowAuthor(p.names, r)
		p.c.Links = append(p.c.Links, LinkLine{ID: r.ID, One: one, Other: other, OneName: a.name, OtherName: b.name, Reason: r.Get(crm.LinkReason).S, Author: by})
		return err
	})
}

// Link says that two parties are the same person or organisation. Nothing is
// rewritten: what hangs on either stays there, and is shown with both.
func (d *Desk) Link(ctx context.Context, who *Who, one, other crdt.ID, reason string) (Saved, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Saved{}, err
	}
	return d.act(ctx, who, crm.ActLink, func(a *rows.Act) (crdt.ID, error) {
		if err := d.twoParties(a.Tx, one, other); err != nil {
			return 0, err
		}
		group, err := store.Linked(a.Tx, one)
		if err != nil {
			return 0, err
		}
		more, err := store.Linked(a.Tx, other)
		switch {
		case err != nil:
			return 0, err
		case slices.Contains(group, other):
			return 0, invalid("other", "linked_already", "these two are linked already")
		case len(group)+len(more) > maxLinked:
			return 0, invalid("other", "too_many_linked", "at most %d records can be one person; look whether they really are", maxLinked)
		}
		if err := clearPairs(a, crm.Distinct, one, other); err != nil {
			return 0, err
		}
		return addPair(a, crm.Link, one, other, reason)
	})
}

// checkReason reads why; it is needed: somebody will ask.
func checkReason(typed string) (string, error) {
	typed = strings.Join(strings.Fields(clean(typed)), " ")
	switch {
	case typed == "":
		return "", invalid("reason", "missing", "say why, in a few words")
	case len(typed) > maxFieldBytes:
		return "", invalid("reason", "too_long", "at most %d bytes, this has %d", maxFieldBytes, len(typed))
	}
	return typed, nil
}

// twoParties checks that there are two, of one type.
func (d *Desk) twoParties(tx *rows.Tx, one, other crdt.ID) error {
	if one == other {
		return invalid("other", "same_record", "this is the same record; choose another one")
	}
	if err := cmp.Or(mustHave(tx, crm.Party, one), mustHave(tx, crm.Party, other)); err != nil {
		return err
	}
	a, err := tx.Get(crm.Party, one)
	if err != nil {
		return err
	}
	b, err := tx.Get(crm.Party, other)
	switch {
	case err != nil:
		return err
	case a.Get(crm.PartyType) != b.Get(crm.PartyType):
		return invalid("other", "other_type", "a person and an organisation are never the same; relate them instead")
	}
	return nil
}

// addPair adds an element that names two parties, the smaller id first. The
// fields of a link and of a distinct pair have the same numbers.
func addPair(a *rows.Act, kind uint8, one, other crdt.ID, reason string) (crdt.ID, error) {
	id, err := a.Mint()
	a.Add(crdt.Op{Kind: kind, ID: id, Set: filled(
		set(crm.LinkOne, crdt.RefValue(min(one, other))),
		set(crm.LinkOther, crdt.RefValue(max(one, other))),
		set(crm.LinkReason, crdt.TextValue(reason)),
	)})
	return id, err
}

// clearPairs removes the elements of a kind that stand between two parties,
// whichever they name first.
func clearPairs(a *rows.Act, kind uint8, one, other crdt.ID) error {
	return a.Tx.Rows(kind, "(one=?1 AND other=?2 OR one=?2 AND other=?1) AND gone IS NULL", func(r *rows.Stored) error {
		op := crdt.Op{Kind: kind, ID: r.ID}
		for _, w := range r.Clocks {
			op.Clear = append(op.Clear, w.Stamp)
		}
		a.Add(op)
		return nil
	}, int64(one), int64(other))
}

// Unlink removes a link, and others between the same two that are known here:
// each party is its own again, with what was written to it all along. Who links
// them again elsewhere at the same time is not undone by this.
func (d *Desk) Unlink(ctx context.Context, who *Who, link crdt.ID) (Saved, error) {
	return d.removePair(ctx, who, crm.Link, link)
}

// NotSame remembers that two parties that look alike are not the same: they are
// not proposed again.
func (d *Desk) NotSame(ctx context.Context, who *Who, one, other crdt.ID, reason string) (Saved, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Saved{}, err
	}
	return d.act(ctx, who, crm.ActLink, func(a *rows.Act) (crdt.ID, error) {
		if err := d.twoParties(a.Tx, one, other); err != nil {
			return 0, err
		}
		group, err := store.Linked(a.Tx, one)
		if err != nil {
			return 0, err
		}
		if slices.Contains(group, other) {
			return 0, invalid("other", "linked_already", "these two are linked; remove the link first")
		}
		return addPair(a, crm.Distinct, one, other, reason)
	})
}

// MaybeSame takes NotSame back: the two may be proposed again.
func (d *Desk) MaybeSame(ctx context.Context, who *Who, distinct crdt.ID) (Saved, error) {
	return d.removePair(ctx, who, crm.Distinct, distinct)
}

func (d *Desk) removePair(ctx context.Context, who *Who, kind uint8, id crdt.ID) (Saved, error) {
	return d.act(ctx, who, crm.ActLink, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(kind, id)
		if err != nil {
			return 0, err
		}
		if row == nil || row.Gone(row.Conflicts...) {
			return 0, notFound("link", "this was taken back meanwhile")
		}
		return row.Get(crm.LinkOne).ID(), clearPairs(a, kind, row.Get(crm.LinkOne).ID(), row.Get(crm.LinkOther).ID())
	})
}

// AreOne are the parties that are one with id, the canonical one first.
func (d *Desk) AreOne(ctx context.Context, id crdt.ID) (group []crdt.ID, err error) {
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		group, err = store.Linked(tx, id)
		return err
	})
	return group, err
}
