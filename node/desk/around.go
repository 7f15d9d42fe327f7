package desk

import (
	"cmp"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// consentEvent is one event with what the page shows of it.
type consentEvent struct {
	crdt.ConsentEvent
	party            crdt.ID
	purpose, channel string
	author           Author
	happened         int64
}

func (n *names) consentEvents(d *Desk, party crdt.ID) (out []consentEvent, err error) {
	err = n.tx.Rows(crm.Consent, "party=?1 ORDER BY id", func(r *rows.Stored) error {
		a, err := d.rowAuthor(n, r)
		e := consentEvent{party: party, purpose: r.Get(crm.ConsentPurpose).S, channel: r.Get(crm.ConsentChannel).S, author: a, happened: r.Get(crm.ConsentHappened).I}
		e.ID, e.Withdraws = r.ID, r.Get(crm.ConsentAct).S == "withdraw"
		e.Overrides = crm.Overrides(&r.Row)
		out = append(out, e)
		return err
	}, int64(party))
	return out, err
}

// consents answers for every purpose and channel. Of linked parties all events
// count as of one: it is withdrawn if any of them withdrew and no grant names it.
func (p *page) consents() error {
	var events []consentEvent
	for _, id := range p.ids {
		of, err := p.consentEvents(p.d, id)
		if err != nil {
			return err
		}
		events = append(events, of...)
	}
	met, err := p.met()
	if err != nil {
		return err
	}
	for _, purpose := range crm.Purposes {
		for _, channel := range crm.ConsentChannels {
			line := consentLine(purpose, channel, events)
			// Service rests on the contract; the others need a yes.
			line.Allowed = met && (line.Answer == crdt.ConsentGranted || purpose == "service" && line.Answer == crdt.ConsentUnknown)
			if line.Of == p.id {
				line.Of = 0
			}
			if line.Of != 0 {
				who, err := p.party(line.Of)
				if err != nil {
					return err
				}
				line.OfName = who.name
			}
			p.c.Consents = append(p.c.Consents, line)
		}
	}
	return nil
}

// met reports whether all that was said of consent can be here: until the feed
// has once reached its head, while a linked party has not come, and until the
// end of the feed in which one of them came into the scope, a withdrawal may be
// on its way.
func (p *page) met() (bool, error) {
	if slices.ContainsFunc(p.c.Linked, func(l LinkedLine) bool { return l.Missing }) {
		return false, nil
	}
	if p.d.o.Branch == 0 {
		return true, nil
	}
	if on, err := p.d.o.Local.Entering(p.tx, p.ids...); err != nil || on {
		return false, err
	}
	return p.d.o.Local.Met(p.tx)
}

// consentLine is the answer for one purpose and channel, with the event that
// decided it: of those that say what the answer says, the latest.
func consentLine(purpose, channel string, events []consentEvent) ConsentLine {
	line := ConsentLine{Purpose: purpose, Channel: channel}
	var of []crdt.ConsentEvent
	for _, e := range events {
		if e.purpose == purpose && e.channel == channel {
			of = append(of, e.ConsentEvent)
		}
	}
	line.Answer = crdt.ConsentOf(of)
	standing := crdt.StandingWithdrawals(of)
	for _, e := range events {
		decides := e.purpose == purpose && e.channel == channel && e.Withdraws == (line.Answer == crdt.ConsentWithdrawn)
		if decides && (!e.Withdraws || slices.Contains(standing, e.ID)) && e.happened >= line.AtMS {
			line.AtMS, line.Author, line.Of = e.happened, e.author, e.party
		}
	}
	return line
}

func (p *page) relations() error {
	return p.each(crm.Relation, "from_party=?1 OR to_party=?1", func(r *rows.Stored) error {
		from, to := r.Get(crm.RelationFrom).ID(), r.Get(crm.RelationTo).ID()
		other, inverse := from, false
		if slices.Contains(p.ids, from) {
			other, inverse = to, true
		}
		who, err := p.party(other)
		if err != nil {
			return err
		}
		a, err := p.d.rowAuthor(p.names, r)
		p.c.Relations = append(p.c.Relations, RelationLine{ID: r.ID, Party: other, Name: who.name, PartyType: who.kind, Type: r.Get(crm.RelationType).S,
			Inverse: inverse, ShareBP: r.Get(crm.RelationShareBP).I, Note: r.Get(crm.RelationNote).S, Author: a})
		return err
	})
}

func (p *page) groups() error {
	var ids []crdt.ID
	err := p.each(crm.Membership, "party=?1", func(r *rows.Stored) error {
		ids = append(ids, r.Get(crm.MembershipGroup).ID())
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		g, err := p.tx.Get(crm.Group, id)
		if err != nil {
			return err
		}
		if g == nil {
			continue
		}
		line := GroupLine{ID: id, Type: g.Get(crm.GroupType).S, Name: g.Get(crm.GroupName).S}
		err = p.tx.Rows(crm.Membership, "in_group=?1", func(r *rows.Stored) error {
			if r.Gone(r.Conflicts...) {
				return nil
			}
			member := r.Get(crm.MembershipParty).ID()
			who, err := p.party(member)
			line.Members = append(line.Members, MemberLine{ID: r.ID, Party: member, Name: who.name, Role: r.Get(crm.MembershipRole).S})
			return err
		}, int64(id))
		if err != nil {
			return err
		}
		p.c.Groups = append(p.c.Groups, line)
	}
	return nil
}

func (p *page) tasks() error {
	err := p.each(crm.Task, "party=?1 ORDER BY due", func(r *rows.Stored) error {
		line, err := p.d.taskLine(p.names, r, p.now)
		line.PartyName = p.c.Name
		p.c.Tasks = append(p.c.Tasks, line)
		return err
	})
	slices.SortStableFunc(p.c.Tasks, func(a, b TaskLine) int { return cmp.Compare(a.DueMS, b.DueMS) })
	return err
}

func (d *Desk) taskLine(n *names, r *rows.Stored, now int64) (TaskLine, error) {
	line := TaskLine{ID: r.ID, Party: r.Get(crm.TaskParty).ID(), Type: r.Get(crm.TaskType).S, Text: r.Get(crm.TaskText).S,
		DueMS: r.Get(crm.TaskDue).I, State: r.Get(crm.TaskState).S, Stamp: r.Clocks.Of(crm.TaskState).Stamp.String()}
	line.Overdue = line.State == "open" && line.DueMS > 0 && line.DueMS < now
	owner, err := n.person(r.Get(crm.TaskOwner).ID())
	if err != nil {
		return line, err
	}
	line.Owner = owner.Name
	line.Author, err = d.rowAuthor(n, r)
	return line, err
}

func (p *page) cases() error {
	err := p.each(crm.Case, "party=?1 ORDER BY due", func(r *rows.Stored) error {
		line, err := p.d.caseLine(p.names, r, p.now)
		p.c.Cases = append(p.c.Cases, line)
		return err
	})
	slices.SortStableFunc(p.c.Cases, func(a, b CaseLine) int { return cmp.Compare(a.DueMS, b.DueMS) })
	return err
}

func (d *Desk) caseLine(n *names, r *rows.Stored, now int64) (CaseLine, error) {
	owner, err := n.person(r.Get(crm.CaseOwner).ID())
	if err != nil {
		return CaseLine{}, err
	}
	if n.reader == nil {
		n.reader = d.Reader(n.tx)
	}
	due, err := n.reader.CaseDue(r)
	line := CaseLine{ID: r.ID, Type: r.Get(crm.CaseType).S, Text: r.Get(crm.CaseText).S, HappenedMS: r.Get(crm.CaseHappened).I,
		DueMS: due, State: r.Get(crm.CaseState).S, Owner: owner.Name}
	line.Overdue = line.State != "resolved" && line.DueMS > 0 && line.DueMS < now
	return line, err
}
