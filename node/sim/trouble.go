package sim

import (
	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
)

// trouble is one random thing that goes wrong, or that head office does.
func (w *World) trouble() {
	all := []struct {
		fault  Fault
		weight int
		do     func()
	}{
		{Part, 5, w.part}, {Crash, 5, w.crashOne}, {Restart, 2, w.restart}, {Loss, 2, w.changeWeather}, {Delay, 1, w.changeWeather},
		{Skew, 3, w.jump}, {Feed, 7, w.headOffice},
	}
	weights := make([]int, len(all))
	total := 0
	for i, t := range all {
		if w.o.has(t.fault) {
			weights[i] = t.weight
			total += t.weight
		}
	}
	if total > 0 {
		all[w.faults.weighed(weights)].do()
	}
}

// part cuts a line for a while: of a branch, of a node, in one direction.
func (w *World) part() {
	lasts := w.faults.between(5_000, 1+w.faults.Int64N(1_200_000)+5_000)
	s := pick(w.faults, w.stations)
	switch w.faults.IntN(4) {
	case 0, 1:
		b := s.seat.branch
		w.cut[b] = true
		w.say("net", "branch %d is cut for %d ms", b, lasts)
		w.saw("branch cut off")
		w.after(lasts, func() { w.cut[b] = false })
	case 2:
		s.cutUp, s.cutDown = true, true
		w.say("net", "%s is cut for %d ms", s.name, lasts)
		w.saw("node cut off")
		w.after(lasts, func() { s.cutUp, s.cutDown = false, false })
	default:
		w.saw("line cut in one direction")
		w.say("net", "%s hears nothing for %d ms", s.name, lasts)
		s.cutDown = true
		w.after(lasts, func() { s.cutDown = false })
	}
}

func (w *World) crashOne() {
	if up := w.working(); len(up) > 0 {
		up[w.faults.IntN(len(up))].crashAndReturn()
	}
}

// crashAndReturn crashes, and plans the return.
func (s *station) crashAndReturn() {
	s.crash()
	if !s.w.healed {
		s.w.after(s.w.faults.between(1_000, 300_000), s.boot)
	}
}

func (w *World) restart() {
	if !w.hub.up {
		return
	}
	w.hub.crash()
	renumber := w.faults.chance(150)
	w.after(w.faults.between(500, 60_000), func() {
		w.hub.boot()
		if renumber {
			w.hub.newEpoch()
		}
	})
}

// jump sets a clock wrong.
func (w *World) jump() {
	if w.faults.chance(250) {
		w.hub.skewMS = w.faults.between(-20_000, 20_000)
		w.say("central", "clock is %d ms off", w.hub.skewMS)
		w.saw("central's clock jumped")
		return
	}
	s := pick(w.faults, w.stations)
	s.clock.skewMS = skew(w.faults)
	w.saw("a wall clock jumped")
	w.say(s.name, "wall clock is %d ms off", s.clock.skewMS)
}

// headOffice is an act at central: of the core's feed, of people there, of its
// database administrator.
func (w *World) headOffice() {
	if !w.hub.up {
		return
	}
	switch w.faults.IntN(8) {
	case 0, 1:
		w.coreFeed("tier", w.tier)
	case 2:
		w.coreFeed("new account at a branch", w.account)
	case 4:
		w.coreFeed("a prospect is known now", w.adopt)
	case 3:
		w.must("mark a backup", w.hub.office.Central.MarkBackup(w.ctx))
		w.say("central", "a backup covers all that is taken")
		w.saw("journals may be trimmed")
	default:
		w.administrator()
	}
}

func (w *World) coreFeed(what string, fn func(*rows.Act) error) {
	_, err := w.hub.office.Central.Act(w.ctx, rows.Actor{}, fn)
	if w.must(what, err) && w.must("read central's journal", w.hub.harvest(what, nil)) {
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

// adopt gives a party a key of the core: what is guarded is the core's from now on.
func (w *World) adopt(a *rows.Act) error {
	ids, err := a.Tx.IDs(`SELECT id FROM party WHERE key IS NULL ORDER BY id`)
	if err != nil || len(ids) == 0 {
		return err
	}
	id := pick(w.faults, ids)
	w.truth.adopted[id] = true
	a.Add(crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{field(crm.PartyKey, crdt.TextValue("key "+id.String()))}})
	return nil
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

// administrator acts at central's own desk, on the same customers.
func (w *World) administrator() {
	h := w.hub
	if h.token != "" {
		if _, err := h.desk.Check(w.ctx, h.token); err != nil {
			h.token = ""
		}
	}
	if h.token == "" {
		token, _, err := h.desk.SignIn(w.ctx, adminLogin, password, true)
		if !w.must("administrator signs in", err) || !w.must("read central's journal", h.harvest("sign in", nil)) {
			return
		}
		h.token = token
	}
	who, err := h.desk.Check(w.ctx, h.token)
	if !w.must("check a token", err) {
		return
	}
	w.saw("act at central's own desk")
	w.actAt(&counter{name: "central", desk: h.desk, file: h.office.Central.File, who: who, looks: &h.looks, harvest: func(what string, on screen) []*act {
		before := len(w.truth.acts)
		w.must("read central's journal", h.harvest(what, on))
		h.tell()
		return w.truth.acts[before:]
	}})
}
