package sim

import (
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/directory"
	"bough/node/visitors"
	"bough/sync/rows"
)

// visiting is customers who come to a counter of another branch, where only the
// directory knows them.
func visiting() feature {
	return feature{
		nemeses: []nemesis{{Move, 8, (*World).visitorComes}, {Move, 1, (*World).visitorRefuses}},
		stories: []story{{Move, 6, (*World).visitorWithAStop}},
		acts:    []deed{{2, (*World).warn}},
		checks: []check{
			{6, "the directory says what the rows say, of everybody who is there, and nothing more", (*World).checkDirectory},
			{5, "a stop and a refusal reach every branch, also one that only has the directory", (*World).checkStops},
		},
		situations: []string{"a visitor is found by the directory", "a visitor is served with the line down", "a visitor's stop shows", "a visitor's refusal is taken",
			"a visitor came into the scope", "who came into the scope waits for the consents"},
	}
}

// visited is what the feature keeps of a world.
type visited struct{ served []visit }

type visit struct {
	s     *station
	party crdt.ID
}

// warn puts a warning on somebody.
func (w *World) warn(c *counter) {
	l := w.glance(c)
	if l == nil {
		return
	}
	saved, err := c.desk.Warn(w.ctx, c.who, l.party, pick(w.clerks, crm.WarningLevels), w.text("warning"))
	w.did(c, "warn", saved, err, nil)
}

// strangers are those whom a workstation does not hold, and knows by the directory.
func (w *World) strangers(s *station) (ids []crdt.ID) {
	w.must("read the directory", s.store.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
		ids, err = tx.IDs(`SELECT id FROM directory WHERE id NOT IN (SELECT id FROM party) ORDER BY id`)
		return err
	}))
	return ids
}

// visitorComes makes somebody come to a branch that does not hold them.
func (w *World) visitorComes() {
	if s, who, id := w.visit(); who != nil {
		w.serve(s, who, id)
	}
}

// visitorWithAStop is a stop at one branch, whose customer is at the other one's
// counter as soon as the directory there has it. The line there is cut.
func (w *World) visitorWithAStop() {
	s, c := w.somewhere()
	if s == nil || !w.hub.up || w.o.Branches < 2 {
		return
	}
	ids := w.onlyAt(s.seat.branch)
	if len(ids) == 0 {
		return
	}
	party, t := pick(w.faults, ids), (*station)(nil)
	w.once(func() bool { // not everybody may
		if c = w.staffed(s); c == nil || w.open(c, party) == nil {
			return false
		}
		saved, err := c.desk.Warn(w.ctx, c.who, party, "stop", w.text("warning"))
		w.did(c, "warn", saved, err, nil)
		return err == nil
	}, func() {
		w.once(func() bool { t = w.showsStop(party); return t != nil }, func() {
			if who := t.signIn(); who != nil && len(w.failures) == 0 {
				w.cutOff(t.seat.branch, 30_000)
				w.serve(t, who, party)
			}
		})
	})
}

// showsStop is a workstation to which somebody is a stranger with a stop; nil: there
// is none.
func (w *World) showsStop(party crdt.ID) *station {
	for _, t := range w.working() {
		var shows bool
		w.must("read the directory", t.store.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
			_, shows, err = tx.Int(`SELECT 1 FROM directory WHERE id=?1 AND warning='stop' AND id NOT IN (SELECT id FROM party)`, int64(party))
			return err
		}))
		if shows {
			return t
		}
	}
	return nil
}

// serve is a visitor at a counter: they say who they are, are looked up, and are
// served.
func (w *World) serve(s *station, who *desk.Who, id crdt.ID) {
	book, c := visitors.New(s.desk), s.counter(who)
	if typed := w.says(id); typed != "" {
		found, err := book.Find(w.ctx, who, typed)
		s.harvest("look in the directory", nil)
		if !w.looked(s, "look in the directory", err) {
			return
		}
		for _, line := range found.Lines {
			if line.ID == id {
				w.saw("a visitor is found by the directory")
			}
		}
	}
	v, here, err := book.Open(w.ctx, who, id)
	s.harvest("open a visitor", nil)
	if !w.looked(s, "open a visitor", err) || here {
		return
	}
	if v.Warning == "stop" {
		w.saw("a visitor's stop shows")
	}
	saved, err := s.desk.RecordInteraction(w.ctx, who, id, desk.Interaction{Channel: "counter", Text: w.text("came by")})
	w.did(c, "serve a visitor", saved, err, nil)
	if err != nil {
		return
	}
	m := mine[visited](w)
	m.served = append(m.served, visit{s, id})
	if !w.hub.up || w.cut[s.seat.branch] {
		w.saw("a visitor is served with the line down")
	}
}

// visitorRefuses makes a visitor object to something.
func (w *World) visitorRefuses() {
	s, who, id := w.visit()
	if who == nil {
		return
	}
	act := desk.ConsentAct{Purpose: pick(w.faults, crm.Purposes), Channel: pick(w.faults, crm.ConsentChannels), Withdraw: true}
	saved, err := s.desk.RecordConsent(w.ctx, who, id, act)
	w.did(s.counter(who), "take a visitor's refusal", saved, err, nil)
	if err == nil {
		w.saw("a visitor's refusal is taken")
	}
}

// visit is a workstation with somebody at it, and a visitor; nobody: it is not to be.
func (w *World) visit() (*station, *desk.Who, crdt.ID) {
	up := w.working()
	if len(up) == 0 || w.o.Branches < 2 {
		return nil, nil, 0
	}
	s := pick(w.faults, up)
	ids := w.strangers(s)
	if len(ids) == 0 {
		return nil, nil, 0
	}
	id := pick(w.faults, ids)
	who := s.signIn()
	if len(w.failures) > 0 {
		who = nil
	}
	return s, who, id
}

// looked reports whether something worked; what the desk says no to is no failure.
func (w *World) looked(s *station, what string, err error) bool {
	if err != nil && desk.ReasonOf(err) == desk.Internal {
		w.must(s.name+": "+what, err)
	}
	return err == nil
}

// says is what a visitor says of themselves: their name and a phone number, as
// central has them; empty: they have none.
func (w *World) says(id crdt.ID) (typed string) {
	if !w.hub.up {
		return ""
	}
	w.must("ask a visitor", w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT party.name || ' ' || reach.value FROM party JOIN reach ON reach.party=party.id WHERE party.id=?1 AND channel='phone' AND reach.gone IS NULL ORDER BY reach.id LIMIT 1`,
			func(st *rows.Stmt) error { typed = st.ColumnText(0); return nil }, int64(id))
	}))
	name, phone, _ := strings.Cut(typed, " ")
	if at := strings.LastIndex(phone, " "); at >= 0 {
		phone = phone[at+1:]
	}
	return strings.TrimSpace(name + " " + phone)
}

// checkDirectory: everybody has one entry, those who are one have one together, and
// it says no more than it may.
func (w *World) checkDirectory(q *quiet) {
	for _, v := range mine[visited](w).served {
		if i := slices.Index(w.stations, v.s); i >= 0 && q.here[i].by[cell{crm.Party, v.party, 0}] != nil {
			w.saw("a visitor came into the scope")
		}
	}
	hub := &counter{name: "central", file: w.hub.office.Central.File}
	listed := map[crdt.ID]bool{}
	for _, r := range q.head.rows {
		if r.Kind == crm.Party {
			group := w.canonical(q.head, w.groupOf(hub, r.ID))
			listed[group] = true
		}
	}
	for id := range listed {
		if q.head.by[cell{crm.Directory, id, 0}] == nil {
			w.found("party %d is not in the directory", id)
		}
	}
	for _, c := range append(slices.Clone(q.here), q.head) {
		for _, r := range c.rows {
			if r.Kind != crm.Directory {
				continue
			}
			if !listed[r.ID] {
				w.found("%s has an entry of %d in the directory, who is not there any more or is not the one shown", c.name, r.ID)
				continue
			}
			w.checkEntry(c, r, q.head)
		}
	}
}

// canonical is who stands for a group.
func (w *World) canonical(head *census, group []crdt.ID) crdt.ID {
	i := slices.IndexFunc(group, func(id crdt.ID) bool {
		r := head.by[cell{crm.Party, id, 0}]
		return r != nil && crm.CoreKnows(&r.Row)
	})
	return group[max(i, 0)]
}

// checkEntry: nothing that a party or its ways to reach say can be read in an entry.
func (w *World) checkEntry(c *census, entry *rows.Stored, head *census) {
	party := head.by[cell{crm.Party, entry.ID, 0}]
	if entry.Get(crm.DirectoryName).S != directory.Mask(party.Get(crm.PartyName).S) || entry.Get(crm.DirectoryHome) != party.Get(crm.PartyHome) ||
		entry.Get(crm.DirectoryLanguage) != party.Get(crm.PartyLanguage) {
		w.found("%s: the entry of %d says %q of branch %d; the party is %q of branch %d", c.name, entry.ID, entry.Get(crm.DirectoryName).S, entry.Get(crm.DirectoryHome).I,
			party.Get(crm.PartyName).S, party.Get(crm.PartyHome).I)
	}
	for _, f := range entry.Fields {
		for _, text := range []uint8{crm.PartyName, crm.PartyBirth, crm.PartyDocument, crm.PartyAddress, crm.PartyMemo, crm.PartyKey} {
			if secret := party.Get(text).S; len(secret) > 3 && strings.Contains(f.S, secret) {
				w.found("%s: the entry of %d says %q", c.name, entry.ID, secret)
			}
		}
	}
}

// checkStops: what the rows at central say of stops and refusals stands in the
// entry at every workstation.
func (w *World) checkStops(q *quiet) {
	hub := &counter{name: "central", file: w.hub.office.Central.File}
	for _, r := range q.head.rows {
		if r.Kind != crm.Directory {
			continue
		}
		stop, refused := false, w.refusedBy(hub, r.ID)
		for _, one := range w.groupOf(hub, r.ID) {
			for _, x := range q.head.rows {
				stop = stop || x.Kind == crm.Warning && x.Get(crm.WarningParty).ID() == one && x.Get(crm.WarningLevel).S == "stop" && !x.Gone(x.Conflicts...)
			}
		}
		for _, c := range append(slices.Clone(q.here), q.head) {
			here := c.by[cell{crm.Directory, r.ID, 0}]
			if here == nil {
				continue // told by the comparison of scopes
			}
			if (here.Get(crm.DirectoryWarning).S == "stop") != stop {
				w.found("%s: the entry of %d says %q, a stop stands: %t", c.name, r.ID, here.Get(crm.DirectoryWarning).S, stop)
			}
			if got := strings.Fields(here.Get(crm.DirectoryRefused).S); !slices.Equal(got, refused) {
				w.found("%s: the entry of %d says that %v was refused, it was %v", c.name, r.ID, got, refused)
			}
		}
	}
}

// refusedBy are the purposes and channels that somebody withdrew, and no grant
// names it, by the rows at a counter.
func (w *World) refusedBy(c *counter, party crdt.ID) (out []string) {
	events := w.consentRows(c, party)
	for _, e := range events {
		word := e.purpose + "/" + e.channel
		named := slices.ContainsFunc(events, func(g consentRow) bool { return !g.withdraws && slices.Contains(g.overrides, e.id) })
		if e.withdraws && !named && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	slices.Sort(out)
	return out
}

// entering reports whether one of the parties came into the scope at a counter
// since the feed was last read to its end.
func (w *World) entering(c *counter, parties []crdt.ID) (is bool) {
	w.must("read who came", c.file.Read(w.ctx, func(tx *rows.Tx) error {
		if _, is, _ = tx.Int(`SELECT 1 FROM aside WHERE kind IN (0, ?1, ?2)`, int64(crm.Consent), int64(crm.Link)); is {
			return nil
		}
		for _, id := range parties {
			if _, on, err := tx.Int(`SELECT 1 FROM entering WHERE party=?1`, int64(id)); err != nil || on {
				is = on
				return err
			}
		}
		return nil
	}))
	if is {
		w.saw("who came into the scope waits for the consents")
	}
	return is
}
