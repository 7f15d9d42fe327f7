package office

import (
	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
)

// looks reports whether a change tells of nothing but whom somebody saw.
func looks(c *journal.Change) bool {
	for i := range c.Bodies {
		if c.Bodies[i].Op.Kind != crm.Viewings {
			return false
		}
	}
	return len(c.Bodies) > 0
}

// viewings judges what a workstation tells of whom somebody saw. It is told after
// the fact, perhaps when the session is over and the person may not sign in any
// more: that they may not read now is no reason not to know that they did.
func (h *hearing) viewings(kind *crdt.Kind, row *rows.Stored, op *crdt.Op) error {
	switch {
	case row != nil || h.fresh[op.ID] != nil:
		return no("written_once", "a %s is written once and never changed", kind.Name)
	case op.ID.Origin() != h.n.Origin:
		return no("bad_value", "only the workstation where somebody looked tells of it")
	}
	v, err := crm.ReadViewed(func(field uint8) crdt.Value { return valueOf(op, field) })
	switch {
	case err != nil:
		return no("bad_value", "%v", err)
	case v.Branch != h.n.Branch:
		return no("other_branch", "%s.branch names another branch", kind.Name)
	case v.Person != int64(h.who.id):
		return no("bad_value", "these are of another person than the session")
	case v.Quarter > h.at:
		return no("bad_value", "nobody has looked yet when it was told")
	}
	h.fresh[op.ID] = op
	return nil
}

// turnedAway judges what a workstation tells of sign-ins that it refused.
func (h *hearing) turnedAway(op *crdt.Op) error {
	t, err := crm.ReadTurnedAway(func(field uint8) crdt.Value { return valueOf(op, field) })
	switch {
	case err != nil:
		return no("bad_value", "%v", err)
	case t.Branch != h.n.Branch:
		return no("other_branch", "refused_sign_in.branch names another branch")
	case t.Quarter > h.at:
		return no("bad_value", "nobody has tried yet when it was told")
	}
	return nil
}

// touched brings what follows from a row up to date in the same transaction: the
// index, and the table that the audit is searched by.
func (f *Office) touched(tx *rows.Tx, row *rows.Stored) error {
	if row.Kind == crm.Viewings {
		return spread(tx, row)
	}
	_, err := f.Local.Touch(tx, row, nil)
	return err
}

// spread enters viewings into the table that the audit is searched by.
func spread(tx *rows.Tx, row *rows.Stored) error {
	v, err := crm.ReadViewed(row.Get)
	if err != nil {
		return err // the judge let it pass
	}
	for _, id := range v.Parties {
		err := tx.Exec(`INSERT OR IGNORE INTO viewed (party, quarter, person, how, branch, told) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
			int64(id), v.Quarter, v.Person, v.How, v.Branch, int64(row.ID))
		if err != nil {
			return err
		}
	}
	return nil
}
