package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// page gathers what the page of a customer shows, from one snapshot.
type page struct {
	d *Desk
	*names
	id  crdt.ID
	now int64
	c   *Customer
}

// Customer reads everything the page of a party shows.
func (d *Desk) Customer(ctx context.Context, who *Who, id crdt.ID) (*Customer, error) {
	if err := d.need(who, crm.ActRead); err != nil {
		return nil, err
	}
	var c *Customer
	err := d.file.Read(ctx, func(tx *rows.Tx) error {
		row, err := tx.Get(crm.Party, id)
		if err != nil {
			return err
		}
		if row == nil {
			return notFound("customer", "no such customer in this branch; search for the name")
		}
		p := &page{d: d, names: newNames(tx), id: id, now: d.o.NowMS(), c: &Customer{ID: id, State: AtHeadOffice}}
		c = p.c
		for _, part := range []func() error{
			func() error { return p.head(row) }, p.reaches, p.consents, p.holdings, p.relations, p.groups,
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
	return c, d.o.Local.Opened(ctx, who.Person, id, d.o.NowMS())
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
	locked := known(r)
	for _, f := range p.d.file.Schema().Kind(crm.Party).Fields {
		v := FieldValue{Name: f.Name, Value: r.Get(f.Num).String(), Locked: f.Owner == crdt.Core || f.Owner == crdt.Guarded && locked}
		w := r.Clocks.Of(f.Num)
		v.Stamp = w.Stamp.String()
		if !w.Stamp.IsZero() {
			if v.Author, err = p.author(w, p.d.stateOf(r.Kind, r.ID)); err != nil {
				return err
			}
		}
		if v.Conflicts, err = p.losers(r, f.Num); err != nil {
			return err
		}
		c.Fields = append(c.Fields, v)
	}
	return p.rowConflicts(r)
}

// known reports whether the core-banking feed knows a party: its guarded
// fields are the core's then.
func known(r *rows.Stored) bool { return !r.Get(crm.PartyKey).IsNull() }

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
		if !r.Conflicts[i].Closed.IsZero() {
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

// each reads the rows of a kind that hang on the party, elements that were
// cleared left out.
func (p *page) each(kind uint8, where string, fn func(*rows.Stored) error) error {
	return p.tx.Rows(kind, where, func(r *rows.Stored) error {
		if r.Gone(r.Conflicts...) {
			return nil
		}
		p.kept(r)
		return fn(r)
	}, int64(p.id))
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
	p.c.Timeline, err = p.d.interactions(p.names, p.id, TimelineLimit+1)
	if len(p.c.Timeline) > TimelineLimit {
		p.c.Timeline, p.c.MoreTimeline = p.c.Timeline[:TimelineLimit], true
	}
	for _, line := range p.c.Timeline {
		p.c.State = min(p.c.State, line.Author.State)
	}
	return err
}

// interactions reads the newest interactions of a party, by when they happened.
func (d *Desk) interactions(n *names, party crdt.ID, limit int) (out []InteractionLine, err error) {
	err = n.tx.Rows(crm.Interaction, "party=?1 ORDER BY happened DESC, id DESC LIMIT ?2", func(r *rows.Stored) error {
		a, err := d.rowAuthor(n, r)
		out = append(out, InteractionLine{ID: r.ID, Channel: r.Get(crm.InteractionChannel).S, Reason: r.Get(crm.InteractionReason).S,
			Text: r.Get(crm.InteractionText).S, Outcome: r.Get(crm.InteractionOutcome).S, HappenedMS: r.Get(crm.InteractionHappened).I, Author: a})
		return err
	}, int64(party), limit)
	return out, err
}

// Timeline reads the newest interactions of a party, at most limit.
func (d *Desk) Timeline(ctx context.Context, who *Who, id crdt.ID, limit int) (out []InteractionLine, err error) {
	if err := d.need(who, crm.ActRead); err != nil {
		return nil, err
	}
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		if row, err := tx.Get(crm.Party, id); err != nil || row == nil {
			return cmp.Or(err, notFound("customer", "no such customer in this branch; search for the name"))
		}
		out, err = d.interactions(newNames(tx), id, min(max(limit, 1), MaxLimit))
		return err
	})
	return out, err
}
