package sim

import (
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// linkedTwicePerMille are the links that two branches make at the same time.
const linkedTwicePerMille = 300

// people are linked and unlinked: the same person, created at two branches.
func people() feature {
	return feature{
		acts:   []deed{{14, (*World).link}, {16, (*World).unlink}, {9, (*World).rename}},
		checks: []check{{4, "an address is never made of two halves", (*World).checkWhole}, {4, "who is linked is shown as one, with what was written to either", (*World).checkLinked}},
		situations: []string{"two records linked", "a link removed", "linked at two places at once", "a link outlives a removal",
			"a write to a record that is linked", "consent differs across a link", "the core takes over a conflict"},
	}
}

// groupOf are the parties that are one with party by the links of a file, in
// the order of their ids. It asks nobody but the rows.
func (w *World) groupOf(c *counter, party crdt.ID) []crdt.ID {
	group := []crdt.ID{party}
	err := c.file.Read(w.ctx, func(tx *rows.Tx) error {
		for grown := true; grown; {
			grown = false
			err := tx.Rows(crm.Link, "1=1 ORDER BY id", func(r *rows.Stored) error {
				one, other := r.Get(crm.LinkOne).ID(), r.Get(crm.LinkOther).ID()
				if has := slices.Contains(group, one); !r.Gone(r.Conflicts...) && has != slices.Contains(group, other) {
					grown = true
					if !has {
						other = one
					}
					group = append(group, other)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	w.must("read links", err)
	slices.Sort(group)
	return group
}

// link says of two records that they are one person.
func (w *World) link(c *counter) {
	if !c.who.May(crm.ActLink) {
		return
	}
	ids := w.parties(c)
	if len(ids) < 2 {
		return
	}
	one, other := w.someone(c), w.someone(c)
	if w.clerks.chance(800) {
		one, other = ids[0], ids[1] // those that everybody knows: others link them, too
	}
	on := w.standingPairs(c)
	saved, err := c.desk.Link(w.ctx, c.who, one, other, w.text("why"))
	if err == nil {
		w.saw("two records linked")
	}
	w.did(c, "link", saved, err, on)
	if err == nil && w.clerks.chance(linkedTwicePerMille) {
		w.linkToo(c, one, other)
	}
}

// linkToo has somebody at another branch do the same at once.
func (w *World) linkToo(c *counter, one, other crdt.ID) {
	for _, s := range w.working() {
		if s.name == c.name || s.seat.branch == c.branch {
			continue
		}
		o := w.counterAt(s)
		if o == nil || !o.who.May(crm.ActLink) {
			continue
		}
		on := w.standingPairs(o)
		saved, err := o.desk.Link(w.ctx, o.who, one, other, w.text("why"))
		if err == nil && saved.Seq > 0 {
			w.saw("linked at two places at once")
		}
		w.did(o, "link, too", saved, err, on)
		return
	}
}

// rename gives somebody of whom the core does not know another name, as two
// clerks do at once who have the same page open.
func (w *World) rename(c *counter) {
	var ids []crdt.ID
	err := c.file.Read(w.ctx, func(tx *rows.Tx) (err error) {
		ids, err = tx.IDs(`SELECT id FROM party WHERE key IS NULL ORDER BY id LIMIT 1`)
		return err
	})
	if !w.must("list prospects", err) || len(ids) == 0 {
		return
	}
	l := w.open(c, ids[0])
	for _, old := range *c.looks {
		if l != nil && old.party == l.party && w.clerks.chance(500) {
			l = &old
		}
	}
	if l == nil || l.page.Field("name").Locked {
		return
	}
	f := l.page.Field("name")
	on := screen{cell{crm.Party, l.party, crm.PartyName}: w.stamps(f.Stamp)}
	saved, err := c.desk.EditParty(w.ctx, c.who, l.party, []desk.Edit{{Field: "name", Value: w.text("name"), Saw: []string{f.Stamp}}})
	w.did(c, "rename", saved, err, on)
}

// standingPairs are the stamps of the links and distinct pairs that stand at a
// counter: whoever removes one has them all before their eyes.
func (w *World) standingPairs(c *counter) screen {
	on := screen{}
	err := c.file.Read(w.ctx, func(tx *rows.Tx) error {
		for _, kind := range []uint8{crm.Link, crm.Distinct} {
			err := tx.Rows(kind, "gone IS NULL", func(r *rows.Stored) error {
				on[cell{kind, r.ID, 0}] = standingStamps(r)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	w.must("read links", err)
	return on
}

// unlink removes a link that a page shows, which may be an old one.
func (w *World) unlink(c *counter) {
	l := w.glance(c)
	if l == nil || len(l.page.Links) == 0 || !c.who.May(crm.ActLink) {
		return
	}
	on := w.standingPairs(c)
	saved, err := c.desk.Unlink(w.ctx, c.who, pick(w.clerks, l.page.Links).ID)
	if err == nil {
		w.saw("a link removed")
	}
	w.did(c, "unlink", saved, err, on)
}

// checkLinked compares the pages of linked records with the rows of the file.
func (w *World) checkLinked(q *quiet) {
	w.checkPairs(q.head)
	for i, s := range w.stations {
		who := s.anybody()
		if who == nil {
			continue
		}
		c := s.counter(who)
		for _, r := range q.here[i].rows {
			if r.Kind == crm.Party {
				w.checkOne(c, q.here[i], r.ID)
			}
		}
	}
}

// checkWhole: the halves of an address were written together, where it stands
// and where it lost.
func (w *World) checkWhole(q *quiet) {
	for _, c := range append(slices.Clone(q.here), q.head) {
		for _, r := range c.rows {
			if r.Kind != crm.Party {
				continue
			}
			for _, v := range append(losing(r, crm.PartyAddress), r.Get(crm.PartyAddress)) {
				if first, second, two := strings.Cut(v.S, "\n"); two && first != second {
					w.found("%s has the address %q of party %d, of which nobody wrote both halves", c.name, v.S, r.ID)
				}
			}
		}
	}
}

// losing are the values of a field that lost.
func losing(r *rows.Stored, field uint8) (out []crdt.Value) {
	for i := range r.Conflicts {
		if r.Conflicts[i].Field == field {
			out = append(out, r.Conflicts[i].Value)
		}
	}
	return out
}

// checkPairs counts what happened to links while they were made and removed.
func (w *World) checkPairs(head *census) {
	standing, gone := map[[2]crdt.ID]int{}, map[[2]crdt.ID]int{}
	for _, r := range head.rows {
		if r.Kind != crm.Link {
			continue
		}
		pair := [2]crdt.ID{r.Get(crm.LinkOne).ID(), r.Get(crm.LinkOther).ID()}
		if r.Gone(r.Conflicts...) {
			gone[pair]++
			continue
		}
		standing[pair]++
	}
	for pair := range gone {
		if standing[pair] > 0 {
			w.saw("a link outlives a removal")
		}
	}
}

// checkOne: the page of a record is that of its group, and shows what hangs on
// any of them.
func (w *World) checkOne(c *counter, here *census, id crdt.ID) {
	page, err := c.desk.Customer(w.ctx, c.who, id)
	if !w.must(c.name+" opens a page", err) {
		return
	}
	group := w.groupOf(c, id)
	var shown []crdt.ID
	for _, l := range page.Linked {
		shown = append(shown, l.ID)
	}
	if slices.Sort(shown); len(group) > 1 && !slices.Equal(shown, group) || len(group) == 1 && (len(shown) > 0 || page.ID != id) {
		w.found("%s shows %v as one with party %d, the links make it %v", c.name, shown, id, group)
	}
	notes, talks := 0, map[crdt.ID]bool{}
	for _, line := range page.Timeline {
		talks[line.ID] = true
	}
	reaches := map[crdt.ID]bool{}
	for _, line := range page.Reaches {
		reaches[line.ID] = true
	}
	for _, r := range here.rows {
		switch {
		case r.Kind == crm.Interaction && slices.Contains(group, r.Get(crm.InteractionParty).ID()):
			notes++
			if len(group) > 1 && r.Get(crm.InteractionParty).ID() != page.ID {
				w.saw("a write to a record that is linked")
			}
			if !talks[r.ID] && !page.MoreTimeline {
				w.found("%s does not show interaction %d on the page of party %d", c.name, r.ID, id)
			}
		case r.Kind == crm.Reach && slices.Contains(group, r.Get(crm.ReachParty).ID()):
			if gone := r.Gone(r.Conflicts...); gone == reaches[r.ID] {
				w.found("%s: way to reach %d is gone: %t, on the page of party %d: %t", c.name, r.ID, gone, id, reaches[r.ID])
			}
		}
	}
	if !page.MoreTimeline && notes != len(page.Timeline) {
		w.found("%s shows %d interactions of party %d and those it is one with; there are %d", c.name, len(page.Timeline), id, notes)
	}
	w.checkCanonical(c, here, page, group)
}

// checkCanonical: who is shown is one that the core knows, where there is one,
// and the smallest id of those.
func (w *World) checkCanonical(c *counter, here *census, page *desk.Customer, group []crdt.ID) {
	known := func(id crdt.ID) bool {
		r := here.by[cell{crm.Party, id, 0}]
		return r != nil && crm.CoreKnows(&r.Row)
	}
	want := group[0]
	if i := slices.IndexFunc(group, known); i >= 0 {
		want = group[i]
	}
	if page.ID != want {
		w.found("%s shows party %d for the group %v, and %d stands for it", c.name, page.ID, group, want)
	}
}
