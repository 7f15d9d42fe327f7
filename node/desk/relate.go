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

// Limits of what hangs on a party.
const (
	maxShareBP  = 10_000
	maxTagRunes = 40
	maxWarning  = 300 // bytes: a sentence or two, read by somebody at a counter
	maxGroup    = 200 // bytes of its name
)

// Relation is how another party belongs to one, as typed.
type Relation struct {
	Other   crdt.ID
	Type    string // crm.RelationTypes: what the other is to the party
	Inverse bool   // or what the party is to the other
	ShareBP int64  // of an owner, in basis points; 0: not known
	Note    string
}

func (in *Relation) check(party crdt.ID) error {
	in.Note = strings.TrimSpace(clean(in.Note))
	switch {
	case in.Other == 0:
		return invalid("other", "other_missing", "find the other person or company first")
	case in.Other == party:
		return invalid("other", "same_customer", "this is the customer on the page; find the other one")
	case in.ShareBP < 0 || in.ShareBP > maxShareBP:
		return invalid("share", "bad_share", "a share lies between 0 and 100 %%")
	case in.ShareBP > 0 && in.Type != "owner":
		return invalid("share", "share_owner", "only an owner has a share")
	case len(in.Note) > maxWarning:
		return invalid("note", "too_long", "at most %d bytes, this has %d: make it shorter", maxWarning, len(in.Note))
	}
	return oneOf("type", in.Type, crm.RelationTypes)
}

// Relate says how another party belongs to this one.
func (d *Desk) Relate(ctx context.Context, who *Who, party crdt.ID, in Relation) (Saved, error) {
	if err := cmp.Or(d.need(who, crm.ActEdit), in.check(party)); err != nil {
		return Saved{}, err
	}
	return d.act(ctx, who, crm.ActEdit, func(a *rows.Act) (crdt.ID, error) {
		if err := cmp.Or(mustHave(a.Tx, crm.Party, party), mustHave(a.Tx, crm.Party, in.Other)); err != nil {
			return 0, err
		}
		from, to := in.Other, party
		if in.Inverse {
			from, to = party, in.Other
		}
		n, _, err := a.Tx.Int(`SELECT count(*) FROM relation WHERE from_party=?1 AND to_party=?2 AND type=?3 AND gone IS NULL`, int64(from), int64(to), in.Type)
		if err != nil {
			return 0, err
		}
		if n > 0 {
			return 0, invalid("type", "related", "this is known already")
		}
		if in.Type == "owner" {
			if err := sharesLeft(a.Tx, to, in.ShareBP); err != nil {
				return 0, err
			}
		}
		return element(a, crm.Relation, set(crm.RelationFrom, crdt.RefValue(from)), set(crm.RelationTo, crdt.RefValue(to)),
			set(crm.RelationType, crdt.TextValue(in.Type)), set(crm.RelationShareBP, whole(in.ShareBP)), set(crm.RelationNote, text(in.Note)))
	})
}

// sharesLeft: the owners of one company hold no more than all of it.
func sharesLeft(tx *rows.Tx, company crdt.ID, bp int64) error {
	sum, _, err := tx.Int(`SELECT coalesce(sum(share_bp), 0) FROM relation WHERE to_party=?1 AND type='owner' AND gone IS NULL`, int64(company))
	if err == nil && sum+bp > maxShareBP {
		err = invalid("share", "shares_over", "with this the owners would hold more than 100 %%; what is written already comes to %d basis points", sum)
	}
	return err
}

// Membership is that a party belongs to a household or group, as typed: to one
// that is there, or to a new one.
type Membership struct {
	Group crdt.ID // 0: a new one
	Type  string  // of a new one: household | group
	Name  string  // of a new one
	Role  string  // crm.MemberRoles
}

// Join puts a party into a household or group.
func (d *Desk) Join(ctx context.Context, who *Who, party crdt.ID, in Membership) (Saved, error) {
	in.Name = strings.TrimSpace(clean(in.Name))
	if err := cmp.Or(d.need(who, crm.ActEdit), oneOf("role", in.Role, crm.MemberRoles)); err != nil {
		return Saved{}, err
	}
	if in.Group == 0 {
		if err := oneOf("type", in.Type, crm.GroupTypes); err != nil {
			return Saved{}, err
		}
		if in.Name == "" || len(in.Name) > maxGroup {
			return Saved{}, invalid("name", "group_name", "give it a name of at most %d bytes", maxGroup)
		}
	}
	return d.act(ctx, who, crm.ActEdit, func(a *rows.Act) (crdt.ID, error) {
		if err := mustHave(a.Tx, crm.Party, party); err != nil {
			return 0, err
		}
		if in.Group == 0 {
			row, err := a.Tx.Get(crm.Party, party)
			if err != nil {
				return 0, err
			}
			home := cmp.Or(d.o.Branch, row.Get(crm.PartyHome).I)
			if in.Group, err = element(a, crm.Group, set(crm.GroupType, crdt.TextValue(in.Type)), set(crm.GroupName, crdt.TextValue(in.Name)),
				set(crm.GroupHome, whole(home))); err != nil {
				return 0, err
			}
		} else {
			if row, err := a.Tx.Get(crm.Group, in.Group); err != nil || row == nil {
				return 0, cmp.Or(err, notFound("group", "no such household or group here"))
			}
			n, _, err := a.Tx.Int(`SELECT count(*) FROM membership WHERE party=?1 AND in_group=?2 AND gone IS NULL`, int64(party), int64(in.Group))
			if err != nil || n > 0 {
				return 0, cmp.Or(err, invalid("group", "member", "is a member already"))
			}
		}
		return element(a, crm.Membership, set(crm.MembershipParty, crdt.RefValue(party)), set(crm.MembershipGroup, crdt.RefValue(in.Group)),
			set(crm.MembershipRole, crdt.TextValue(in.Role)))
	})
}

// GroupsOf are the households and groups of a party, to be joined by others.
func (d *Desk) GroupsOf(ctx context.Context, who *Who, party crdt.ID) ([]GroupLine, error) {
	var out []GroupLine
	err := d.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *Reader) error {
		p := &page{d: d, names: r.names, id: party, ids: []crdt.ID{party}, now: r.NowMS, c: &Customer{}}
		err := p.groups()
		out = p.c.Groups
		return err
	})
	return out, err
}

// Warn puts a warning on a party.
func (d *Desk) Warn(ctx context.Context, who *Who, party crdt.ID, level, said string) (Saved, error) {
	said = strings.TrimSpace(clean(said))
	if err := cmp.Or(d.need(who, crm.ActWarn), oneOf("level", level, crm.WarningLevels)); err != nil {
		return Saved{}, err
	}
	if said == "" || len(said) > maxWarning {
		return Saved{}, invalid("text", "warning_text", "say what to look out for, in at most %d bytes", maxWarning)
	}
	return d.act(ctx, who, crm.ActWarn, func(a *rows.Act) (crdt.ID, error) {
		if err := mustHave(a.Tx, crm.Party, party); err != nil {
			return 0, err
		}
		return element(a, crm.Warning, set(crm.WarningParty, crdt.RefValue(party)), set(crm.WarningLevel, crdt.TextValue(level)), set(crm.WarningText, crdt.TextValue(said)))
	})
}

// PutTag puts a word on a party; once is enough.
func (d *Desk) PutTag(ctx context.Context, who *Who, party crdt.ID, word string) (Saved, error) {
	word = strings.Join(strings.Fields(clean(word)), " ")
	if err := d.need(who, crm.ActEdit); err != nil {
		return Saved{}, err
	}
	if n := len([]rune(word)); n == 0 || n > maxTagRunes {
		return Saved{}, invalid("tag", "bad_tag", "a tag is a word or two, at most %d characters", maxTagRunes)
	}
	return d.act(ctx, who, crm.ActEdit, func(a *rows.Act) (crdt.ID, error) {
		if err := mustHave(a.Tx, crm.Party, party); err != nil {
			return 0, err
		}
		n, found, err := a.Tx.Int(`SELECT id FROM tag WHERE party=?1 AND text=?2 AND gone IS NULL`, int64(party), word)
		if err != nil || found {
			return crdt.ID(n), err
		}
		return element(a, crm.Tag, set(crm.TagParty, crdt.RefValue(party)), set(crm.TagText, crdt.TextValue(word)))
	})
}

// removable are the kinds whose elements Remove takes away.
var removable = []uint8{crm.Relation, crm.Membership, crm.Warning} // nobody writes it

// Remove takes an element away: a relation, a membership, a warning.
// What somebody else writes to it at the same time keeps it.
func (d *Desk) Remove(ctx context.Context, who *Who, kind uint8, id crdt.ID) (Saved, error) {
	act, known := crm.ActOf(kind, true)
	if !known || !slices.Contains(removable, kind) {
		return Saved{}, notFound("element", "this was removed meanwhile")
	}
	return d.act(ctx, who, act, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(kind, id)
		if err != nil {
			return 0, err
		}
		if row == nil || row.Gone(row.Conflicts...) {
			return 0, notFound("element", "this was removed meanwhile")
		}
		clearRow(a, row)
		return id, nil
	})
}

// DropTag takes a word off a party, however often it stands there.
func (d *Desk) DropTag(ctx context.Context, who *Who, party crdt.ID, word string) (Saved, error) {
	return d.act(ctx, who, crm.ActEdit, func(a *rows.Act) (id crdt.ID, err error) {
		ids, err := store.Linked(a.Tx, party)
		if err != nil {
			return 0, err
		}
		for _, one := range ids {
			err = cmp.Or(err, a.Tx.Rows(crm.Tag, "party=?1 AND text=?2", func(row *rows.Stored) error {
				if !row.Gone(row.Conflicts...) {
					id = row.ID
					clearRow(a, row)
				}
				return nil
			}, int64(one), word))
		}
		if err == nil && id == 0 {
			err = notFound("element", "this was removed meanwhile")
		}
		return id, err
	})
}

// clearRow clears what is known here of an element.
func clearRow(a *rows.Act, row *rows.Stored) {
	var seen []crdt.Stamp
	for _, w := range row.Clocks {
		seen = append(seen, w.Stamp)
	}
	for i := range row.Conflicts {
		if c := &row.Conflicts[i]; c.Closed.IsZero() {
			seen = append(seen, c.Stamp)
		}
	}
	slices.SortFunc(seen, crdt.Stamp.Compare)
	a.Add(crdt.Op{Kind: row.Kind, ID: row.ID, Clear: slices.Compact(seen)})
}

// element makes a row of a kind.
func element(a *rows.Act, kind uint8, fields ...crdt.FieldSet) (crdt.ID, error) {
	id, err := a.Mint()
	a.Add(crdt.Op{Kind: kind, ID: id, Set: filled(fields...)})
	return id, err
}

func whole(n int64) crdt.Value {
	if n == 0 {
		return crdt.Value{}
	}
	return crdt.IntValue(n)
}

func text(s string) crdt.Value {
	if s == "" {
		return crdt.Value{}
	}
	return crdt.TextValue(s)
}
