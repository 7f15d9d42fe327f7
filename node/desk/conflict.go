package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// Conflicts lists the open conflicts, newest first.
func (d *Desk) Conflicts(ctx context.Context, who *Who, limit int) (out []Conflict, err error) {
	if err := d.need(who, crm.ActRead); err != nil {
		return nil, err
	}
	err = d.read(ctx, who, func(r *Reader) error {
		var found []crdt.Conflict
		limit = min(max(limit, 1), MaxLimit)
		err := r.Query(`SELECT kind, row_id, field, stamp FROM conflict WHERE closed IS NULL ORDER BY stamp DESC`, func(s *rows.Stmt) error {
			c := crdt.Conflict{Kind: uint8(s.ColumnInt64(0)), Row: crdt.ID(s.ColumnInt64(1)), Field: uint8(s.ColumnInt64(2))}
			if len(found) == limit || !d.knows(c.Kind, c.Field) {
				return nil
			}
			var err error
			c.Stamp, err = crdt.DecodeStamp(rows.Blob(s, 3))
			found = append(found, c)
			return err
		})
		if err != nil {
			return err
		}
		for i := range found {
			line, err := d.openConflict(r.names, &found[i])
			if err != nil {
				return err
			}
			out = append(out, line)
		}
		return nil
	})
	return who.veilConflicts(out), err
}

// knows reports whether this release knows a field: a conflict of another waits
// for the upgrade, or for a workstation that can show it.
func (d *Desk) knows(kind, field uint8) bool {
	k := d.file.Schema().Kind(kind)
	return k != nil && k.Field(field) != nil
}

func (d *Desk) openConflict(n *names, c *crdt.Conflict) (Conflict, error) {
	row, err := n.tx.Get(c.Kind, c.Row)
	if err != nil {
		return Conflict{}, err
	}
	if row == nil {
		return Conflict{}, fmt.Errorf("desk: conflict %d: its row %d is not there", c.ID(), c.Row)
	}
	for i := range row.Conflicts {
		if row.Conflicts[i].Compare(c) == 0 {
			return d.conflictLine(n, row, &row.Conflicts[i])
		}
	}
	return Conflict{}, fmt.Errorf("desk: conflict %d: its row %d does not know it", c.ID(), c.Row)
}

func (d *Desk) conflictLine(n *names, r *rows.Stored, c *crdt.Conflict) (Conflict, error) {
	kind := d.file.Schema().Kind(r.Kind)
	line := Conflict{ID: c.ID(), Kind: kind.Name, Row: r.ID, Field: kind.Field(c.Field).Name, Losing: c.Value.String(), LosingStamp: c.Stamp.String(),
		Current: r.Get(c.Field).String(), CurrentStamp: r.Clocks.Of(c.Field).Stamp.String(), Closed: !c.Closed.IsZero()}
	if r.Kind == crm.Reach {
		line.Channel = r.Get(crm.ReachChannel).S
	}
	line.Party = partyOf(kind, r)
	who, err := n.party(line.Party)
	line.PartyName = who.name
	state := d.stateOf(r.Kind, r.ID)
	var err2, err3 error
	line.LosingBy, err2 = n.author(crdt.Written{Stamp: c.Stamp, By: c.By}, state)
	line.CurrentBy, err3 = n.author(r.Clocks.Of(c.Field), state)
	return line, errors.Join(err, err2, err3)
}

// partyOf is the party a row hangs on first; 0 for none.
func partyOf(kind *crdt.Kind, r *rows.Stored) crdt.ID {
	if kind.Num == crm.Party {
		return r.ID
	}
	for i := range kind.Fields {
		if f := &kind.Fields[i]; f.Ref == crm.Party && !r.Get(f.Num).IsNull() {
			return r.Get(f.Num).ID()
		}
	}
	return 0
}

// Settle ends a conflict by a new write that names both values: the current
// one stays, or the losing one is taken back. Of a guarded field a second
// person settles: nobody decides on their own value. saw is the stamp of the
// current value on screen; without it, the one that is current now.
func (d *Desk) Settle(ctx context.Context, who *Who, conflict crdt.ID, keepLosing bool, saw ...string) (Saved, error) {
	return d.act(ctx, who, crm.ActRead, func(a *rows.Act) (crdt.ID, error) {
		row, c, err := conflictByID(a.Tx, conflict)
		if err != nil {
			return 0, err
		}
		if !d.knows(row.Kind, c.Field) {
			return 0, invalid("field", "no_field", "this conflict is about something that only a newer version knows")
		}
		act, _ := crm.ActOf(row.Kind, true)
		if err := d.need(who, act); err != nil {
			return 0, err
		}
		cur := row.Clocks.Of(c.Field).Stamp
		seen, v := []crdt.Stamp{cur}, row.Get(c.Field)
		if keepLosing {
			v = c.Value
			if saw != nil {
				if seen, err = parseSaw(row, "conflict", saw); err != nil {
					return 0, err
				}
			}
		}
		seen = append(seen, c.Stamp)
		// Also of what an old page showed as current: central asks who wrote that, too.
		if err := d.maySettle(who, row, &crdt.FieldSet{Field: c.Field, Saw: append([]crdt.Stamp{cur}, seen...)}); err != nil {
			return 0, err
		}
		if keepLosing && d.guarded(row, c.Field) && crm.CoreKnows(&row.Row) {
			return 0, denied("core_field", "this value comes from core banking; keep it, or ask for a correction")
		}
		a.Add(crdt.Op{Kind: row.Kind, ID: row.ID, Set: []crdt.FieldSet{{Field: c.Field, Value: v, Saw: seen}}})
		return row.ID, nil
	})
}

func (d *Desk) guarded(row *rows.Stored, field uint8) bool {
	f := d.file.Schema().Kind(row.Kind).Field(field)
	return f != nil && f.Owner == crdt.Guarded
}

// maySettle checks a write that names more than the value it replaces, and so
// settles: of a guarded field only a manager may, who wrote none of the values.
func (d *Desk) maySettle(who *Who, row *rows.Stored, set *crdt.FieldSet) error {
	if len(set.Saw) <= 1 || !d.guarded(row, set.Field) {
		return nil
	}
	if !who.May(crm.ActSettle) {
		return denied("settle_manager", "a manager settles conflicts of names, birth dates and identity numbers")
	}
	second := denied("settle_second", "somebody other than the authors of the values must settle this")
	if w := row.Clocks.Of(set.Field); w.By == who.Person && slices.Contains(set.Saw, w.Stamp) {
		return second
	}
	for i := range row.Conflicts {
		if c := &row.Conflicts[i]; c.Field == set.Field && c.By == who.Person && slices.Contains(set.Saw, c.Stamp) {
			return second
		}
	}
	return nil
}

func conflictByID(tx *rows.Tx, id crdt.ID) (*rows.Stored, *crdt.Conflict, error) {
	var kind uint8
	var at crdt.ID
	err := tx.Query(`SELECT kind, row_id FROM conflict WHERE id=?1 AND closed IS NULL`, func(s *rows.Stmt) error {
		kind, at = uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1))
		return nil
	}, int64(id))
	if err != nil {
		return nil, nil, err
	}
	if kind != 0 {
		row, err := tx.Get(kind, at)
		if err != nil {
			return nil, nil, err
		}
		for i := range row.Conflicts {
			if row.Conflicts[i].ID() == id {
				return row, &row.Conflicts[i], nil
			}
		}
	}
	return nil, nil, notFound("conflict", "this conflict was settled meanwhile")
}
