package sim

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// consents are granted and withdrawn.
func consents() feature {
	return feature{
		acts:       []deed{{7, (*World).consent}},
		checks:     []check{{5, "nobody who withdrew is shown as contactable", (*World).checkPages}},
		situations: []string{"a withdrawal outlives a grant", "a grant overrides a withdrawal"},
	}
}

// consentRow is a grant or a withdrawal as it stands in a file.
type consentRow struct {
	id, party        crdt.ID
	purpose, channel string
	withdraws        bool
	overrides        []crdt.ID
}

// consentRows are the events of a party and of those that are one with it.
func (w *World) consentRows(c *counter, party crdt.ID) (out []consentRow) {
	for _, one := range w.groupOf(c, party) {
		out = append(out, w.consentsOf(c, one)...)
	}
	slices.SortFunc(out, func(a, b consentRow) int { return cmp.Compare(a.id, b.id) })
	return out
}

func (w *World) consentsOf(c *counter, party crdt.ID) (out []consentRow) {
	err := c.file.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Rows(crm.Consent, "party=?1 ORDER BY id", func(r *rows.Stored) error {
			e := consentRow{id: r.ID, party: party, purpose: r.Get(crm.ConsentPurpose).S, channel: r.Get(crm.ConsentChannel).S, withdraws: r.Get(crm.ConsentAct).S == "withdraw"}
			for _, word := range strings.Split(r.Get(crm.ConsentOverrides).S, ",") {
				if n, err := strconv.ParseInt(word, 10, 64); err == nil {
					e.overrides = append(e.overrides, crdt.ID(n))
				}
			}
			out = append(out, e)
			return nil
		}, int64(party))
	})
	w.must("read consents", err)
	return out
}

// withdrawals are those known at a counter.
func (w *World) withdrawals(c *counter, party crdt.ID, purpose, channel string) (ids []crdt.ID) {
	for _, e := range w.consentRows(c, party) {
		if e.withdraws && e.purpose == purpose && e.channel == channel {
			ids = append(ids, e.id)
		}
	}
	return ids
}

// checkGrant: a grant overrides the withdrawals its author knew of, no others.
func (w *World) checkGrant(c *counter, id crdt.ID, known []crdt.ID) {
	row := w.row(c, crm.Consent, id)
	if row == nil {
		w.fail("%s: the grant %d was acknowledged and is not there", c.name, id)
		return
	}
	var named []crdt.ID
	for _, word := range strings.Split(row.Get(crm.ConsentOverrides).S, ",") {
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			named = append(named, crdt.ID(n))
		}
	}
	if slices.Sort(named); !slices.Equal(named, known) {
		w.fail("%s: the grant %d overrides %v, known were %v", c.name, id, named, known)
	}
	if len(known) > 0 {
		w.saw("a grant overrides a withdrawal")
	}
}

// checkConsents: nobody who withdrew is shown as allowed where the withdrawal
// has arrived, unless a grant names it; no clock decides.
func (w *World) checkConsents(c *counter, page *desk.Customer) {
	events := w.consentRows(c, page.ID)
	waits := w.entering(c, w.groupOf(c, page.ID))
	for i := range page.Consents {
		line := &page.Consents[i]
		granted, withdrawn, sides := false, false, map[crdt.ID]bool{}
		for _, e := range events {
			if e.purpose != line.Purpose || e.channel != line.Channel {
				continue
			}
			sides[e.party] = true
			if !e.withdraws {
				granted = true
				continue
			}
			withdrawn = withdrawn || !slices.ContainsFunc(events, func(g consentRow) bool {
				return !g.withdraws && slices.Contains(g.overrides, e.id)
			})
		}
		allowed := !withdrawn && (granted || line.Purpose == "service") && !slices.ContainsFunc(page.Linked, func(l desk.LinkedLine) bool { return l.Missing }) && !waits
		if line.Allowed != allowed {
			w.fail("%s shows %s by %s of party %d as allowed=%t; withdrawn=%t granted=%t", c.name, line.Purpose, line.Channel, page.ID, line.Allowed, withdrawn, granted)
		}
		if withdrawn && granted {
			w.saw("a withdrawal outlives a grant")
			if len(sides) > 1 {
				w.saw("consent differs across a link")
			}
		}
	}
}

// consent writes a grant or a withdrawal, and checks that a grant names just
// the withdrawals that were known.
func (w *World) consent(c *counter) {
	l := w.glance(c)
	if l == nil {
		return
	}
	a := desk.ConsentAct{Purpose: pick(w.clerks, crm.Purposes[:2]), Channel: pick(w.clerks, crm.ConsentChannels[:2]),
		Withdraw: w.clerks.chance(500), Evidence: "form"}
	known := w.withdrawals(c, l.party, a.Purpose, a.Channel)
	saved, err := c.desk.RecordConsent(w.ctx, c.who, l.party, a)
	what := "grant"
	if a.Withdraw {
		what = "withdraw"
	}
	w.did(c, what, saved, err, nil)
	if err == nil && !a.Withdraw {
		w.checkGrant(c, saved.ID, known)
	}
}
