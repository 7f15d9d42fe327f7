package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/match"
	"bough/node/store"
	"bough/sync/rows"
)

// maxDuplicates are shown at once beside a new prospect.
const maxDuplicates = 5

// Find looks customers and prospects up by what was typed; an empty text gives
// those the person opened last, then the newest. At most limit, best first.
func (d *Desk) Find(ctx context.Context, who *Who, typed string, limit int) (out []Hit, err error) {
	if err := d.need(who, crm.ActRead); err != nil {
		return nil, err
	}
	return d.find(ctx, who, typed, limit)
}

// FindFor finds customers for an act of head office, such as to look up who saw
// them: whoever may do that need not open them.
func (d *Desk) FindFor(ctx context.Context, who *Who, act crm.Act, typed string, limit int) (out []Hit, err error) {
	if err := d.Allow(who, act); err != nil {
		return nil, err
	}
	return d.find(ctx, who, typed, limit)
}

// HitFor is one customer as find shows them, for an act of head office; nil where
// there is none of this id.
func (d *Desk) HitFor(ctx context.Context, who *Who, act crm.Act, id crdt.ID) (*Hit, error) {
	if err := d.Allow(who, act); err != nil {
		return nil, err
	}
	var out []Hit
	err := d.file.Read(ctx, func(tx *rows.Tx) (err error) {
		out, err = d.hits(newNames(tx), []crdt.ID{id})
		return err
	})
	if err == nil {
		err = d.shown(ctx, who, view{of: found(out)})
	}
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return &who.veilHits(out)[0], nil
}

func (d *Desk) find(ctx context.Context, who *Who, typed string, limit int) (out []Hit, err error) {
	limit = min(max(limit, 1), MaxLimit)
	err = d.file.Read(ctx, func(tx *rows.Tx) error {
		ids, err := d.foundIDs(tx, who, strings.TrimSpace(typed), limit)
		if err != nil {
			return err
		}
		out, err = d.hits(newNames(tx), ids)
		return err
	})
	if err == nil {
		err = d.shown(ctx, who, view{of: found(out)})
	}
	if err != nil {
		return nil, err
	}
	return who.veilHits(out), nil
}

// found are the parties of hits, as whom somebody saw.
func found(hits []Hit) (out []store.Viewing) {
	for i := range hits {
		out = append(out, store.Viewing{How: crm.ViewFind, Party: hits[i].ID})
	}
	return out
}

// hits are the lines of parties that were found, one for all that are linked.
func (d *Desk) hits(n *names, ids []crdt.ID) (out []Hit, err error) {
	met := map[crdt.ID]bool{}
	for _, id := range ids {
		group, err := store.Linked(n.tx, id)
		if err != nil {
			return nil, err
		}
		if met[group[0]] {
			continue
		}
		met[group[0]] = true
		hit, there, err := d.hit(n, group[0])
		if err != nil {
			return nil, err
		}
		if hit.Linked = len(group); len(group) == 1 {
			hit.Linked = 0
		}
		if there {
			out = append(out, hit)
		}
	}
	return out, nil
}

func (d *Desk) foundIDs(tx *rows.Tx, who *Who, typed string, limit int) ([]crdt.ID, error) {
	if typed != "" {
		found, err := d.o.Local.Find(tx, typed, who.Person, d.o.Branch, limit)
		ids := make([]crdt.ID, len(found))
		for i := range found {
			ids[i] = found[i].Party
		}
		return ids, err
	}
	ids, err := tx.IDs(`SELECT party FROM recent WHERE person=?1 ORDER BY at DESC LIMIT ?2`, int64(who.Person), limit)
	if err != nil || len(ids) >= limit {
		return ids, err
	}
	newest, err := tx.IDs(`SELECT id FROM party ORDER BY id DESC LIMIT ?1`, limit)
	for _, id := range newest {
		if len(ids) < limit && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

func (d *Desk) hit(n *names, id crdt.ID) (hit Hit, there bool, err error) {
	row, err := n.tx.Get(crm.Party, id)
	if err != nil || row == nil {
		return hit, false, err
	}
	address := strings.Split(row.Get(crm.PartyAddress).S, "\n")
	hit = Hit{ID: id, Name: row.Get(crm.PartyName).S, Type: row.Get(crm.PartyType).S, Status: row.Get(crm.PartyStatus).S,
		Birth: row.Get(crm.PartyBirth).S, Home: row.Get(crm.PartyHome).I, Tier: row.Get(crm.PartyTier).S, Town: address[len(address)-1]}
	hit.Mine = hit.Home == d.o.Branch
	if hit.HomeName, err = n.branch(hit.Home); err != nil {
		return hit, true, err
	}
	err = n.tx.Query(`SELECT level FROM warning WHERE party=?1 AND gone IS NULL`, func(s *rows.Stmt) error {
		if level := s.ColumnText(0); order(crm.WarningLevels, level, hit.Warning) > 0 {
			hit.Warning = level
		}
		return nil
	}, int64(id))
	if err != nil {
		return hit, true, err
	}
	err = n.tx.Query(`SELECT value FROM reach WHERE party=?1 AND channel='phone' AND gone IS NULL ORDER BY preferred IS NULL, id LIMIT 1`, func(s *rows.Stmt) error {
		hit.Phone = s.ColumnText(0)
		return nil
	}, int64(id))
	return hit, true, err
}

// Duplicates finds parties that may be the prospect being typed, at most five,
// with the reasons: the same phone or document, or the same name with no other
// birth date.
func (d *Desk) Duplicates(ctx context.Context, who *Who, p Prospect) (out []Candidate, err error) {
	me := match.Record{Type: cmp.Or(p.Fields["type"], crm.PartyTypes[0]), Name: p.Fields["name"], Birth: p.Fields["birth"], Document: p.Fields["document"]}
	for channel, typed := range map[string]string{"phone": p.Phone, "email": p.Email} {
		if v, err := reachValue(channel, typed); err == nil {
			me.Reaches = append(me.Reaches, v)
		}
	}
	seen := map[crdt.ID]bool{}
	for _, typed := range []string{p.Phone, me.Document, me.Name} {
		if len(strings.TrimSpace(typed)) < 2 {
			continue
		}
		hits, err := d.Find(ctx, who, typed, maxDuplicates)
		if err != nil {
			return nil, err
		}
		for _, h := range hits {
			other := typed == me.Name && me.Birth != "" && h.Birth != "" && h.Birth != me.Birth
			if seen[h.ID] || other || len(out) == maxDuplicates {
				continue
			}
			seen[h.ID] = true
			out = append(out, Candidate{Hit: h})
		}
	}
	return out, d.file.Read(ctx, func(tx *rows.Tx) error {
		for i := range out {
			it, err := record(tx, out[i].ID)
			if err != nil {
				return err
			}
			l := match.Compare(me, it, soundsLike)
			out[i].Score, out[i].Reasons = l.Score, l.Reasons
		}
		return nil
	})
}
