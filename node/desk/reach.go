package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/rows"
)

// checkReach checks a way to reach and brings a phone number into E.164 where
// it can be understood; one that cannot be is kept as typed.
func (d *Desk) checkReach(r *Reach) error {
	if err := oneOf("channel", r.Channel, crm.ReachChannels); err != nil {
		return err
	}
	if r.Label == "" {
		r.Label = "other"
	}
	if err := oneOf("label", r.Label, crm.ReachLabels); err != nil {
		return err
	}
	v, err := reachValue(r.Channel, r.Value)
	r.Value = v
	return err
}

func reachValue(channel, typed string) (string, error) {
	v := strings.TrimSpace(clean(typed))
	switch {
	case v == "":
		return "", invalid(channel, "missing", "nothing was typed")
	case len(v) > 200:
		return "", invalid(channel, "too_long", "at most 200 bytes, this has %d", len(v))
	}
	switch channel {
	case "phone":
		if strings.Count(v, "")-1 < 3 || strings.IndexFunc(v, func(r rune) bool { return r >= '0' && r <= '9' }) < 0 {
			return "", invalid(channel, "bad_phone", "%q is not a phone number", clip(v))
		}
		if n, err := phonenumbers.Parse(v, ""); err == nil && phonenumbers.IsPossibleNumber(n) {
			return phonenumbers.Format(n, phonenumbers.E164), nil
		}
	case "email":
		at := strings.LastIndexByte(v, '@')
		if at < 1 || at == len(v)-1 || strings.ContainsAny(v, " \t\n<>,;") {
			return "", invalid(channel, "bad_email", "%q is not an e-mail address", clip(v))
		}
	}
	return v, nil
}

func addReach(a *rows.Act, party crdt.ID, r Reach) error {
	id, err := a.Mint()
	preferred := crdt.Value{}
	if r.Preferred {
		preferred = crdt.IntValue(1)
	}
	a.Add(crdt.Op{Kind: crm.Reach, ID: id, Set: filled(
		set(crm.ReachParty, crdt.RefValue(party)),
		set(crm.ReachChannel, crdt.TextValue(r.Channel)),
		set(crm.ReachValue, crdt.TextValue(r.Value)),
		set(crm.ReachLabel, crdt.TextValue(r.Label)),
		set(crm.ReachPreferred, preferred),
	)})
	return err
}

// AddReach adds a way to reach a party.
func (d *Desk) AddReach(ctx context.Context, who *Who, party crdt.ID, r Reach) (Saved, error) {
	if err := d.need(who, crm.ActEdit); err != nil {
		return Saved{}, err
	}
	if err := d.checkReach(&r); err != nil {
		return Saved{}, err
	}
	return d.act(ctx, who, crm.ActEdit, func(a *rows.Act) (crdt.ID, error) {
		if err := mustHave(a.Tx, crm.Party, party); err != nil {
			return 0, err
		}
		if err := addReach(a, party, r); err != nil {
			return 0, err
		}
		return a.Ops[len(a.Ops)-1].ID, nil
	})
}

// EditReach changes the value of a way to reach in place: two branches doing
// so at once leave a conflict.
func (d *Desk) EditReach(ctx context.Context, who *Who, reach crdt.ID, value string, saw []string) (Saved, error) {
	return d.act(ctx, who, crm.ActEdit, func(a *rows.Act) (crdt.ID, error) {
		row, err := d.element(a.Tx, reach)
		if err != nil {
			return 0, err
		}
		v, err := reachValue(row.Get(crm.ReachChannel).S, value)
		if err != nil {
			return 0, err
		}
		seen := sawCurrent(row, crm.ReachValue)
		if saw != nil {
			if seen, err = parseSaw(row, row.Get(crm.ReachChannel).S, saw); err != nil {
				return 0, err
			}
		}
		if v == row.Get(crm.ReachValue).S && slices.Equal(seen, sawCurrent(row, crm.ReachValue)) {
			return reach, nil
		}
		a.Add(crdt.Op{Kind: crm.Reach, ID: reach, Set: []crdt.FieldSet{{Field: crm.ReachValue, Value: crdt.TextValue(v), Saw: seen}}})
		return reach, nil
	})
}

func (d *Desk) element(tx *rows.Tx, reach crdt.ID) (*rows.Stored, error) {
	row, err := tx.Get(crm.Reach, reach)
	if err == nil && (row == nil || row.Gone(row.Conflicts...)) {
		err = notFound("reach", "this way to reach was removed meanwhile")
	}
	return row, err
}

// ClearReach removes a way to reach. What somebody else writes to it at the
// same time keeps it. saw are the stamps on screen, of the value and of its
// conflicts; without them, those that are there now.
func (d *Desk) ClearReach(ctx context.Context, who *Who, reach crdt.ID, saw ...string) (Saved, error) {
	return d.act(ctx, who, crm.ActEdit, func(a *rows.Act) (crdt.ID, error) {
		row, err := d.element(a.Tx, reach)
		if err != nil {
			return 0, err
		}
		seen := standing(row)
		if saw != nil {
			if seen, err = parseSaw(row, row.Get(crm.ReachChannel).S, saw); err != nil {
				return 0, err
			}
		}
		for _, w := range row.Clocks {
			if w.Mask&(1<<crm.ReachValue) == 0 { // written with the element, never changed
				seen = append(seen, w.Stamp)
			}
		}
		if len(seen) == 0 {
			return reach, nil // what was on screen was refused since
		}
		slices.SortFunc(seen, crdt.Stamp.Compare)
		a.Add(crdt.Op{Kind: crm.Reach, ID: reach, Clear: slices.Compact(seen)})
		return reach, nil
	})
}

// standing are the stamps of the value of a way to reach and of those that
// lost against it and are not settled.
func standing(row *rows.Stored) []crdt.Stamp {
	out := sawCurrent(row, crm.ReachValue)
	for i := range row.Conflicts {
		if c := &row.Conflicts[i]; c.Field == crm.ReachValue && c.Closed.IsZero() {
			out = append(out, c.Stamp)
		}
	}
	return out
}

// RecordConsent writes a grant or a withdrawal. A grant names every withdrawal
// known here, and nothing else can override one.
func (d *Desk) RecordConsent(ctx context.Context, who *Who, party crdt.ID, c ConsentAct) (Saved, error) {
	if err := d.need(who, crm.ActConsent); err != nil {
		return Saved{}, err
	}
	if err := oneOf("purpose", c.Purpose, crm.Purposes); err != nil {
		return Saved{}, err
	}
	if err := oneOf("channel", c.Channel, crm.ConsentChannels); err != nil {
		return Saved{}, err
	}
	evidence := strings.TrimSpace(clean(c.Evidence))
	if !c.Withdraw && evidence == "" {
		return Saved{}, invalid("evidence", "missing", "say what shows the consent: a form, a call, a letter")
	}
	happened, err := d.checkHappened("happened", c.HappenedMS)
	if err != nil {
		return Saved{}, err
	}
	return d.act(ctx, who, crm.ActConsent, func(a *rows.Act) (crdt.ID, error) {
		if err := d.mayConsent(a.Tx, party, c); err != nil {
			return 0, err
		}
		act, overrides := "withdraw", ""
		if !c.Withdraw {
			act = "grant"
			if overrides, err = d.withdrawals(a.Tx, party, c); err != nil {
				return 0, err
			}
		}
		id, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.Consent, ID: id, Set: filled(
			set(crm.ConsentParty, crdt.RefValue(party)),
			set(crm.ConsentPurpose, crdt.TextValue(c.Purpose)),
			set(crm.ConsentChannel, crdt.TextValue(c.Channel)),
			set(crm.ConsentAct, crdt.TextValue(act)),
			set(crm.ConsentOverrides, crdt.TextValue(overrides)),
			set(crm.ConsentEvidence, crdt.TextValue(evidence)),
			set(crm.ConsentHappened, crdt.IntValue(happened)),
		)})
		return id, err
	})
}

// mayConsent: a visitor may withdraw. A grant names the withdrawals that it
// overrides, and those are at the home branch.
func (d *Desk) mayConsent(tx *rows.Tx, party crdt.ID, c ConsentAct) error {
	if c.Withdraw {
		return mustServe(tx, party)
	}
	err := mustHave(tx, crm.Party, party)
	if err != nil && mustServe(tx, party) == nil {
		err = invalid("act", "visitor_grant", "what this customer has refused is at the home branch; take a consent there, or once the details are here")
	}
	return err
}

// withdrawals lists the withdrawals known here that a grant overrides: of the
// party, and of those that are one with it.
func (d *Desk) withdrawals(tx *rows.Tx, party crdt.ID, c ConsentAct) (string, error) {
	group, err := store.Linked(tx, party)
	if err != nil {
		return "", err
	}
	var ids []string
	n := newNames(tx)
	for _, one := range group {
		events, err := n.consentEvents(d, one)
		if err != nil {
			return "", err
		}
		for _, e := range events {
			if e.Withdraws && e.purpose == c.Purpose && e.channel == c.Channel {
				ids = append(ids, strconv.FormatInt(int64(e.ID), 10))
			}
		}
	}
	return strings.Join(ids, ","), nil
}
