package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"bough/crdt"
	"bough/node/calendar"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// page gathers what the page of a customer shows, from one snapshot: the
// canonical party, with what hangs on all that are linked to it.
type page struct {
	d *Desk
	*names
	id   crdt.ID   // the canonical one
	ids  []crdt.ID // all that are linked, id first
	now  int64
	days *calendar.Calendar // of the branch
	c    *Customer
}

// Customer reads everything the page of a party shows.
func (d *Desk) Customer(ctx context.Context, who *Who, id crdt.ID) (*Customer, error) {
	if err := d.need(who, crm.ActRead); err != nil {
		return nil, err
	}
	var c *Customer
	var p *page
	err := d.file.Read(ctx, func(tx *rows.Tx) error {
		// A link or a note on paper may name the number that the party had before
		// its workstation went on as another origin.
		if now, err := store.Resolve(tx, "party", id); err != nil {
			return err
		} else if now != 0 {
			id = now
		}
		if err := mustHave(tx, crm.Party, id); err != nil {
			return err
		}
		ids, err := store.Linked(tx, id)
		if err != nil {
			return err
		}
		row, err := tx.Get(crm.Party, ids[0])
		if err != nil {
			return err
		}
		p = &page{d: d, names: newNames(tx), id: row.ID, ids: ids, now: d.o.NowMS(), c: &Customer{ID: row.ID, State: AtHeadOffice}}
		if p.days, _, err = d.Reader(tx).Calendar(); err != nil {
			return err
		}
		c = p.c
		for _, part := range []func() error{
			func() error { return p.head(row) }, func() error { return p.twice(id) }, func() error { return p.linked(row) }, p.reaches, p.consents, p.holdings, p.relations, p.groups,
			p.warnings, p.tags, p.tasks, p.cases, p.timeline,
		} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := d.shown(ctx, who, view{opened: c.ID, of: seen(crm.ViewRead, p.ids...), names: p.names}); err != nil {
		return nil, err
	}
	who.veil(c)
	return c, nil
}

// twice tells who had the number, too, under which the page was asked for.
func (p *page) twice(id crdt.ID) (err error) {
	if p.c.HadToo, err = store.HadToo(p.tx, "party", id); err != nil || p.c.HadToo == 0 {
		return err
	}
	name, err := p.party(p.c.HadToo)
	p.c.HadTooName = name.name
	return err
}

// kept notes how safe a row on the page is: the page shows the least.
func (p *page) kept(r *rows.Stored) { p.c.State = min(p.c.State, p.d.stateOf(r.Kind, r.ID)) }

func (p *page) head(r *rows.Stored) (err error) {
	p.kept(r)
	c := p.c
	c.Name, c.Type, c.Status = r.Get(crm.PartyName).S, r.Get(crm.PartyType).S, r.Get(crm.PartyStatus).S
	c.Tier, c.Greeting, c.Language = r.Get(crm.PartyTier).S, r.Get(crm.PartyGreeting).S, r.Get(crm.PartyLanguage).S
	c.Since, c.Birth, c.Home = r.Get(crm.PartySince).S, r.Get(crm.PartyBirth).S, r.Get(crm.PartyHome).I
	c.AgeYears = -1
	if c.Type != "organisation" {
		c.AgeYears = ageYears(c.Birth, p.now)
	}
	if c.HomeName, err = p.branch(c.Home); err != nil {
		return err
	}
	for i := range p.d.file.Schema().Kind(crm.Party).Fields {
		v, err := p.fieldValue(r, &p.d.file.Schema().Kind(crm.Party).Fields[i])
		if err != nil {
			return err
		}
		c.Fields = append(c.Fields, v)
	}
	return p.rowConflicts(r)
}

// fieldValue is one field of a party as the page shows it.
func (p *page) fieldValue(r *rows.Stored, f *crdt.Field) (v FieldValue, err error) {
	v = FieldValue{Name: f.Name, Value: r.Get(f.Num).String(), Locked: locked(r, f)}
	w := r.Clocks.Of(f.Num)
	v.Stamp = w.Stamp.String()
	if !w.Stamp.IsZero() {
		if v.Author, err = p.author(w, p.d.stateOf(r.Kind, r.ID)); err != nil {
			return v, err
		}
	}
	v.Conflicts, err = p.losers(r, f.Num)
	return v, err
}

// locked reports whether the core owns a field of a party.
func locked(r *rows.Stored, f *crdt.Field) bool {
	return f.Owner == crdt.Core || f.Owner == crdt.Guarded && crm.CoreKnows(&r.Row)
}

// ageYears is the age at now of who was born (founded) on an ISO date; -1 when unknown.
func ageYears(birth string, nowMS int64) int {
	b, err := time.Parse(time.DateOnly, birth)
	if err != nil {
		return -1
	}
	now := time.UnixMilli(nowMS).UTC()
	years := now.Year() - b.Year()
	if now.Month() < b.Month() || now.Month() == b.Month() && now.Day() < b.Day() {
		years--
	}
	return max(years, 0)
}

// losers are the open conflicts of one field.
func (p *page) losers(r *rows.Stored, field uint8) (out []ConflictValue, err error) {
	for i := range r.Conflicts {
		x := &r.Conflicts[i]
		if x.Field != field || !x.Closed.IsZero() {
			continue
		}
		a, err := p.author(crdt.Written{Stamp: x.Stamp, By: x.By}, p.d.stateOf(r.Kind, r.ID))
		if err != nil {
			return nil, err
		}
		out = append(out, ConflictValue{ID: x.ID(), Value: x.Value.String(), Stamp: x.Stamp.String(), Author: a})
	}
	return out, nil
}

func (p *page) rowConflicts(r *rows.Stored) error {
	for i := range r.Conflicts {
		if x := &r.Conflicts[i]; !x.Closed.IsZero() || !p.d.knows(x.Kind, x.Field) {
			continue
		}
		line, err := p.d.conflictLine(p.names, r, &r.Conflicts[i])
		if err != nil {
			return err
		}
		p.c.Conflicts = append(p.c.Conflicts, line)
	}
	return nil
}

// each reads the rows of a kind that hang on the party or on one that is linked
// to it, each once, elements that were cleared left out.
func (p *page) each(kind uint8, where string, fn func(*rows.Stored) error) error {
	met := map[crdt.ID]bool{}
	for _, id := range p.ids {
		err := p.tx.Rows(kind, where, func(r *rows.Stored) error {
			if met[r.ID] || r.Gone(r.Conflicts...) {
				return nil
			}
			met[r.ID] = true
			p.kept(r)
			return fn(r)
		}, int64(id))
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *page) reaches() error {
	err := p.each(crm.Reach, "party=?1", func(r *rows.Stored) error {
		a, err := p.d.rowAuthor(p.names, r)
		if err != nil {
			return err
		}
		line := ReachLine{ID: r.ID, Channel: r.Get(crm.ReachChannel).S, Value: r.Get(crm.ReachValue).S, Label: r.Get(crm.ReachLabel).S,
			Preferred: r.Get(crm.ReachPreferred).I == 1, Stamp: r.Clocks.Of(crm.ReachValue).Stamp.String(), Author: a}
		if line.Conflicts, err = p.losers(r, crm.ReachValue); err != nil {
			return err
		}
		p.c.Reaches = append(p.c.Reaches, line)
		return p.rowConflicts(r)
	})
	slices.SortStableFunc(p.c.Reaches, func(a, b ReachLine) int {
		return cmp.Or(order(crm.ReachChannels, a.Channel, b.Channel), -cmp.Compare(bit(a.Preferred), bit(b.Preferred)), cmp.Compare(a.ID, b.ID))
	})
	return err
}

func order(words []string, a, b string) int {
	return cmp.Compare(slices.Index(words, a), slices.Index(words, b))
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *page) warnings() error {
	err := p.each(crm.Warning, "party=?1", func(r *rows.Stored) error {
		a, err := p.d.rowAuthor(p.names, r)
		p.c.Warnings = append(p.c.Warnings, WarningLine{ID: r.ID, Level: r.Get(crm.WarningLevel).S, Text: r.Get(crm.WarningText).S, Author: a})
		return err
	})
	slices.SortStableFunc(p.c.Warnings, func(a, b WarningLine) int { return -order(crm.WarningLevels, a.Level, b.Level) })
	return err
}

func (p *page) tags() error {
	err := p.each(crm.Tag, "party=?1", func(r *rows.Stored) error {
		p.c.Tags = append(p.c.Tags, r.Get(crm.TagText).S)
		return nil
	})
	slices.Sort(p.c.Tags)
	p.c.Tags = slices.Compact(p.c.Tags)
	return err
}

func (p *page) timeline() (err error) {
	p.c.Timeline, err = p.d.interactions(p.names, p.ids, TimelineLimit+1)
	if len(p.c.Timeline) > TimelineLimit {
		p.c.Timeline, p.c.MoreTimeline = p.c.Timeline[:TimelineLimit], true
	}
	for _, line := range p.c.Timeline {
		p.c.State = min(p.c.State, line.Author.State)
	}
	return err
}

// interactions reads the newest interactions of parties that are one, by when
// they happened.
func (d *Desk) interactions(n *names, parties []crdt.ID, limit int) (out []InteractionLine, err error) {
	for _, party := range parties {
		taken, err := d.taken(n, party)
		if err != nil {
			return nil, err
		}
		err = n.tx.Rows(crm.Interaction, "party=?1 ORDER BY happened DESC, id DESC LIMIT ?2", func(r *rows.Stored) error {
			line, err := d.interactionLine(n, r, taken)
			out = append(out, line)
			return err
		}, int64(party), limit)
		if err != nil {
			return nil, err
		}
	}
	if len(parties) > 1 {
		slices.SortFunc(out, func(a, b InteractionLine) int {
			return cmp.Or(cmp.Compare(b.HappenedMS, a.HappenedMS), cmp.Compare(b.ID, a.ID))
		})
	}
	return out[:min(len(out), limit)], nil
}

// Timeline reads the newest interactions of a party, at most limit.
func (d *Desk) Timeline(ctx context.Context, who *Who, id crdt.ID, limit int) (out []InteractionLine, err error) {
	if err := d.need(who, crm.ActRead); err != nil {
		return nil, err
	}
	err = d.read(ctx, who, func(r *Reader) error {
		if err := mustHave(r.Tx, crm.Party, id); err != nil {
			return err
		}
		ids, err := store.Linked(r.Tx, id)
		if err != nil {
			return err
		}
		r.Shows(crm.ViewRead, ids...)
		out, err = d.interactions(r.names, ids, min(max(limit, 1), MaxLimit))
		return err
	})
	who.veilTimeline(out)
	return out, err
}
