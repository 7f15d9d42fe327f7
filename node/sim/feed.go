package sim

import (
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Feed is the fault of head office: it is at work, too.
const Feed Fault = "feed"

// headOffice is the core's feed, the people at central and its database
// administrator.
func headOffice() feature {
	return feature{
		faults:  []fault{{Feed, "head office and the core write too"}},
		nemeses: []nemesis{{Feed, 14, (*World).headOffice}},
		stories: []story{{Feed, 3, (*World).foughtOverThenKnown}},
		orders: []order{
			{4, func(w *World) { w.coreFeed("tier", w.tier) }},
			{2, func(w *World) { w.coreFeed("new account at a branch", w.account) }},
			{5, (*World).adoption},
			{2, (*World).markBackup},
			{6, (*World).administrator},
		},
		refusals: []refusal{{"core_field", func(w *World, a *act) bool {
			return slices.ContainsFunc(a.ops, func(op crdt.Op) bool { return w.truth.adopted[op.ID] })
		}}},
		situations: []string{"act at central's own desk", "journals may be trimmed", "core feed: tier", "core feed: new account at a branch",
			"core feed: a prospect is known now", "a value of the core is locked"},
	}
}

// headOffice is one act at central.
func (w *World) headOffice() {
	if !w.hub.up {
		return
	}
	if o := draw(w.faults, w.orders, func(o *order) int { return o.weight }); o != nil {
		o.do(w)
	}
}

// markBackup tells central that a backup was taken and kept.
func (w *World) markBackup() {
	w.must("mark a backup", w.hub.office.Central.MarkBackup(w.ctx))
	w.say("central", "a backup covers all that is taken")
	w.saw("journals may be trimmed")
}

func (w *World) coreFeed(what string, fn func(*rows.Act) error) { w.coreSees(what, nil, fn) }

// coreSees is an act of the core that has seen something.
func (w *World) coreSees(what string, on screen, fn func(*rows.Act) error) {
	_, err := w.hub.office.Central.Act(w.ctx, rows.Actor{}, fn)
	if w.must(what, err) && w.must("read central's journal", w.hub.harvest(what, on)) {
		w.say("central", "%s", what)
		w.saw("core feed: " + what)
		w.hub.tell()
	}
}

// any draws a party that the core knows.
func (w *World) any(a *rows.Act) (crdt.ID, error) {
	ids, err := a.Tx.IDs(`SELECT id FROM party WHERE key IS NOT NULL ORDER BY id`)
	if err != nil {
		return 0, err
	}
	return pick(w.faults, ids), nil
}

func (w *World) tier(a *rows.Act) error {
	id, err := w.any(a)
	a.Add(crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{field(crm.PartyTier, crdt.TextValue(pick(w.faults, []string{"A", "B", "C", "D"})))}})
	return err
}

// adoption gives a party a key of the core: what is guarded is the core's from
// now on, conflicts that were open end with the value that stands.
func (w *World) adoption() {
	on := screen{}
	w.coreSees("a prospect is known now", on, func(a *rows.Act) error {
		ids, err := a.Tx.IDs(`SELECT id FROM party WHERE key IS NULL ORDER BY id`)
		if err != nil || len(ids) == 0 {
			return err
		}
		id := pick(w.faults, ids)
		fought, err := a.Tx.IDs(`SELECT row_id FROM conflict JOIN party ON party.id=row_id WHERE kind=?1 AND field=?2 AND closed IS NULL AND key IS NULL ORDER BY row_id`,
			int64(crm.Party), int64(crm.PartyName))
		if err != nil {
			return err
		}
		switch {
		case len(fought) > 0:
			id = fought[0]
		case w.faults.chance(700):
			return nil // there may be a fight yet
		}
		row, err := a.Tx.Get(crm.Party, id)
		if err != nil {
			return err
		}
		for i := range row.Conflicts {
			if x := &row.Conflicts[i]; x.Closed.IsZero() && w.schema.Kind(crm.Party).Field(x.Field).Owner == crdt.Guarded {
				at := cell{crm.Party, id, x.Field}
				on[at] = append(on[at], x.Stamp, row.Clocks.Of(x.Field).Stamp)
				w.saw("the core takes over a conflict")
			}
		}
		w.truth.adopted[id] = true
		a.Add(crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{field(crm.PartyKey, crdt.TextValue("key "+id.String()))}})
		return nil
	})
}

// foughtOverThenKnown is a prospect who is renamed at two workstations at once, and
// whom the core's feed knows a little later.
func (w *World) foughtOverThenKnown() {
	s, c := w.somewhere()
	if s == nil {
		return
	}
	w.prospect(c)
	w.then(40_000, func() {
		t := w.thirdOf(s)
		if !s.up || w.nowMS < s.pause || t == nil {
			return
		}
		for _, id := range w.prospects(s) {
			one, other := w.counterAt(s), w.counterAt(t)
			if one == nil || other == nil || w.row(other, crm.Party, id) == nil {
				continue
			}
			here, there := w.open(one, id), w.open(other, id)
			if here == nil || there == nil || here.party != there.party {
				return
			}
			w.change(one, here, "name")
			w.change(other, there, "name")
			return
		}
	})
	w.then(100_000, func() {
		if w.hub.up {
			w.adoption()
		}
	})
}

// prospects are the parties at a workstation that the core does not know.
func (w *World) prospects(s *station) (ids []crdt.ID) {
	w.must("read the prospects", s.store.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
		ids, err = tx.IDs(`SELECT id FROM party WHERE key IS NULL ORDER BY id DESC`)
		return err
	}))
	return ids
}

// account gives a party an account at some branch: it enters the scope there
// with all that hangs on it.
func (w *World) account(a *rows.Act) error {
	id, err := w.any(a)
	if err != nil {
		return err
	}
	return openHolding(a, id, w.faults.between(1, int64(w.o.Branches)))
}

// admin is the database administrator, signed in; nil when that failed.
func (w *World) admin() *desk.Who {
	h := w.hub
	if h.token != "" {
		if who, err := h.desk.Check(w.ctx, h.token); err == nil {
			return who
		}
	}
	token, who, err := h.desk.SignIn(w.ctx, adminLogin, password, true)
	if !w.must("administrator signs in", err) || !w.must("read central's journal", h.harvest("sign in", nil)) {
		return nil
	}
	h.token = token
	return who
}

// administrator acts at central's own desk, on the same customers.
func (w *World) administrator() {
	h, who := w.hub, w.admin()
	if who == nil {
		return
	}
	w.saw("act at central's own desk")
	w.actAt(&counter{name: "central", desk: h.desk, file: h.office.Central.File, who: who, looks: &h.looks, unsure: new(screen), harvest: func(what string, on screen) []*act {
		before := len(w.truth.acts)
		w.must("read central's journal", h.harvest(what, on))
		h.tell()
		return w.truth.acts[before:]
	}})
}
