package office

import (
	"maps"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
)

// isLate reports whether a row, or the party it hangs on, left the author's
// branch and the author's workstation has not confirmed yet to be rid of it: it
// did not know. Its work is taken, and flagged.
func (h *hearing) isLate(row *rows.Stored) (bool, error) {
	for _, party := range partiesOf(h.b.Schema(), row) {
		owes, err := h.b.Owes(h.n, central.RowID{Kind: crm.Party, ID: party})
		if err != nil || owes {
			if owes {
				h.late[party] = true
			}
			return owes, err
		}
	}
	return false, nil
}

// hadLeft reports whether the author's branch had a customer of whom a restored central
// may know that by a move alone, or by a page of its own, so that nobody owes a receipt:
// the change was made when they were there, or before the branch had to have heard that
// they are not. It is late.
func (h *hearing) hadLeft(row *rows.Stored) (bool, error) {
	for _, party := range partiesOf(h.b.Schema(), row) {
		moves, err := h.b.Naming(crm.Move, crm.MoveParty, party)
		if err != nil {
			return false, err
		}
		slices.SortFunc(moves, func(x, y *rows.Stored) int { return x.Clocks.Latest().Compare(y.Clocks.Latest()) })
		had := h.movedAway(moves)
		if !had {
			had, err = h.wasGiven(party, moves)
		}
		if err != nil || had {
			if had {
				h.late[party] = true
			}
			return had, err
		}
	}
	return false, nil
}

// movedAway reports whether the change was made in a time that a move from the author's
// branch ended.
func (h *hearing) movedAway(moves []*rows.Stored) bool {
	came := int64(0)
	for _, r := range moves {
		left := r.Clocks.Latest().Millis()
		if r.Get(crm.MoveFrom).I == h.n.Branch && came <= h.at && h.at < left+central.LeaseMS {
			return true
		}
		came = left
	}
	return false
}

// wasGiven reports whether the author's branch was given the customer between the backup
// and the restore, which took them away again: somebody served them, say. A move that
// brought them there before that page, or took them away after it, narrows the time.
func (h *hearing) wasGiven(party crdt.ID, moves []*rows.Stored) (bool, error) {
	at, given, err := h.b.Given(central.RowID{Kind: crm.Party, ID: party}, h.n.Branch)
	came, left := int64(0), h.b.RestoredMS()
	for _, r := range moves {
		switch moved := r.Clocks.Latest().Millis(); {
		case moved <= at && r.Get(crm.MoveTo).I == h.n.Branch:
			came = moved
		case moved > at && r.Get(crm.MoveFrom).I == h.n.Branch:
			left = min(left, moved)
		}
	}
	return given && came <= h.at && h.at < left+central.LeaseMS, err
}

// partiesOf are the parties that a row hangs on, or itself.
func partiesOf(schema *crdt.Schema, row *rows.Stored) (out []crdt.ID) {
	if row.Kind == crm.Party {
		return []crdt.ID{row.ID}
	}
	kind := schema.Kind(row.Kind)
	for _, f := range kind.Scope.Roots {
		if v := row.Get(f); kind.Field(f).Ref == crm.Party && !v.IsNull() {
			out = append(out, v.ID())
		}
	}
	return out
}

// serves judges something new for a party that need not belong to the branch:
// whoever comes in is served, and held here for a while from then on.
func (h *hearing) serves(kind *crdt.Kind, party *rows.Stored) error {
	if kind.Num == crm.Move {
		return nil // a branch takes a customer in; moves judges it
	}
	scopes, err := h.b.Scopes(party)
	if err != nil {
		return err
	}
	if !slices.Contains(scopes, h.n.Branch) {
		if late, err := h.isLate(party); err != nil || late {
			return err
		}
	}
	if party.Get(crm.PartyHome).I != h.n.Branch {
		h.served[party.ID] = true
	}
	return nil
}

// moves judges that a customer moves: to the author's own branch only.
func (h *hearing) moves(op *crdt.Op) error {
	if valueOf(op, crm.MoveTo).I != h.n.Branch {
		return no("other_branch", "a branch takes a customer in; it sends none away")
	}
	h.moved = append(h.moved, op)
	return nil
}

// follows writes what follows from a change that is taken.
func (h *hearing) follows(c *journal.Change) error {
	for _, party := range slices.Sorted(maps.Keys(h.served)) {
		if err := h.b.Serve(central.RowID{Kind: crm.Party, ID: party}, h.n.Branch); err != nil {
			return err
		}
	}
	for _, op := range h.moved {
		if err := h.takesIn(valueOf(op, crm.MoveParty).ID()); err != nil {
			return err
		}
	}
	for _, party := range slices.Sorted(maps.Keys(h.late)) {
		if err := h.flag(c, party); err != nil {
			return err
		}
	}
	return nil
}

// takesIn makes the author's branch the home of a party.
func (h *hearing) takesIn(party crdt.ID) error {
	row, err := h.b.Get(crm.Party, party)
	if err != nil || row == nil {
		return err
	}
	ops, err := homeOps(row, h.n.Branch, func(where string, fn func(*rows.Stored) error, args ...any) error {
		return h.b.Each(crm.Holding, where, fn, args...)
	})
	for _, op := range ops {
		if err == nil {
			err = h.b.Write(&op)
		}
	}
	return err
}

// homeOps give a party another home branch, and with it the accounts that it
// owns and that were kept at the old one.
func homeOps(party *rows.Stored, to int64, holdings func(where string, fn func(*rows.Stored) error, args ...any) error) ([]crdt.Op, error) {
	from := party.Get(crm.PartyHome).I
	if from == to {
		return nil, nil
	}
	ops := []crdt.Op{homeOp(&party.Row, crm.PartyHome, to)}
	err := holdings(`branch=?2 AND id IN (SELECT holding FROM role WHERE party=?1 AND role='owner') ORDER BY id`, func(r *rows.Stored) error {
		ops = append(ops, homeOp(&r.Row, crm.HoldingBranch, to))
		return nil
	}, int64(party.ID), from)
	return ops, err
}

func homeOp(row *crdt.Row, field uint8, to int64) crdt.Op {
	set := crdt.FieldSet{Field: field, Value: crdt.IntValue(to)}
	if s := row.Clocks.Of(field).Stamp; !s.IsZero() {
		set.Saw = []crdt.Stamp{s}
	}
	return crdt.Op{Kind: row.Kind, ID: row.ID, Set: []crdt.FieldSet{set}}
}

// flag writes the row that tells both branches of a late change.
func (h *hearing) flag(c *journal.Change, party crdt.ID) error {
	row, err := h.b.Get(crm.Party, party)
	if err != nil || row == nil {
		return err
	}
	id, err := h.b.Mint()
	if err != nil {
		return err
	}
	var kinds []string
	for i := range c.Bodies {
		if k := h.b.Schema().Kind(c.Bodies[i].Op.Kind); k != nil && !slices.Contains(kinds, k.Name) {
			kinds = append(kinds, k.Name)
		}
	}
	return h.b.Write(&crdt.Op{Kind: crm.Late, ID: id, Set: present(
		crdt.FieldSet{Field: crm.LateBranch, Value: crdt.IntValue(h.n.Branch)},
		crdt.FieldSet{Field: crm.LateParty, Value: crdt.RefValue(party)},
		crdt.FieldSet{Field: crm.LateOrigin, Value: crdt.IntValue(int64(c.Origin))},
		crdt.FieldSet{Field: crm.LateSeq, Value: crdt.IntValue(int64(c.Seq))},
		crdt.FieldSet{Field: crm.LatePerson, Value: crdt.IntValue(int64(h.who.id))},
		crdt.FieldSet{Field: crm.LateKind, Value: crdt.TextValue(strings.Join(kinds, " "))},
		crdt.FieldSet{Field: crm.LateWritten, Value: crdt.IntValue(c.Stamp.Millis())},
		crdt.FieldSet{Field: crm.LateHome, Value: crdt.IntValue(row.Get(crm.PartyHome).I)},
	)})
}
