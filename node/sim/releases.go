package sim

import (
	"errors"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/journal"
	"bough/sync/rows"
)

// Mixed is the fault of banks in the weeks of an upgrade.
const Mixed Fault = "mixed"

// olderPerMille are the workstations that begin with the release before.
const olderPerMille = 400

// releases are two in one bank: the release before does not know some kinds and
// fields that the newest one writes.
func releases() feature {
	return feature{
		faults:  []fault{{Mixed, "some workstations run the release before; they are upgraded, and go back to it"}},
		nemeses: []nemesis{{Mixed, 3, (*World).upgrade}, {Mixed, 2, (*World).downgrade}, {Mixed, 9, (*World).writeAhead}},
		opened:  (*station).comeToLife,
		heal:    (*World).upgradeSome,
		checks: []check{
			{7, "what the release before does not know is whole, and an upgrade shows it without asking again", (*World).checkUpgrades},
		},
		situations: []string{"an upgrade brings kinds to life", "an upgrade shows what a neighbour wrote and head office has not judged",
			"a workstation goes back to the release before", "the release before passes on what it does not know",
			"the release before keeps a row that it does not know", "the release before keeps a field that it does not know"},
	}
}

// ahead are the kinds that the release before does not know; aheadFields are
// fields of a party that it does not. The desk of the release before is the one of
// today: kinds that its pages of customers read cannot be among them.
func ahead() []uint8       { return []uint8{crm.CaseStep, crm.Keying, crm.Feedback} }
func aheadFields() []uint8 { return []uint8{crm.PartyEmployer, crm.PartyIndustry} }

// before makes the table of the release before.
func before() (*crdt.Schema, error) {
	var kinds []*crdt.Kind
	for _, k := range crm.Table().Kinds {
		switch {
		case slices.Contains(ahead(), k.Num):
			continue
		case k.Num == crm.Party:
			party := *k
			party.Fields = slices.DeleteFunc(slices.Clone(k.Fields), func(f crdt.Field) bool { return slices.Contains(aheadFields(), f.Num) })
			k = &party
		}
		kinds = append(kinds, k)
	}
	return crdt.NewSchema(kinds...)
}

// older reports whether a workstation runs the release before.
func (s *station) older() bool { return s.schema == s.w.t.before }

// knows reports whether the release of a workstation knows a field.
func (s *station) knows(kind, field uint8) bool {
	k := s.schema.Kind(kind)
	return k != nil && k.Field(field) != nil
}

// release is what a workstation begins with.
func (w *World) release() *crdt.Schema {
	if w.o.has(Mixed) && w.faults.chance(olderPerMille) {
		return w.t.before
	}
	return w.schema
}

// blank is the file of a workstation that knows nothing yet, as its release
// makes it.
func (s *station) blank() string {
	if s.older() {
		return s.w.t.blankBefore
	}
	return s.w.t.blank
}

func (w *World) upgrade() {
	s := w.running(true)
	if s == nil {
		return
	}
	if w.faults.chance(800) {
		w.outageOf(s)
	}
	w.say(s.name, "is upgraded")
	w.after(w.faults.between(1, 60_000), func() {
		if s.older() && s.up && !w.healed {
			s.install(w.schema)
		}
	})
}

// outageOf cuts the line of a branch, and has a colleague write what the
// workstation to be upgraded does not know.
func (w *World) outageOf(s *station) {
	b := s.seat.branch
	w.cut[b] = true
	w.after(w.faults.between(120_000, 600_000), func() { w.cut[b] = false })
	for _, o := range w.working() {
		if o.seat.branch == b && !o.older() {
			if c := w.counterAt(o); c != nil {
				w.newCase(o, c, w.someone(c))
			}
			return
		}
	}
}

func (w *World) downgrade() {
	if s := w.running(false); s != nil {
		w.say(s.name, "goes back to the release before")
		w.saw("a workstation goes back to the release before")
		s.install(w.t.before)
	}
}

// upgradeSome upgrades half of the workstations that are left behind when all
// trouble ends; the others stay as they are.
func (w *World) upgradeSome() {
	for _, s := range w.working() {
		if s.older() && w.faults.chance(500) {
			s.crash()
			s.schema = w.schema
			s.boot()
		}
	}
}

// running draws a workstation that is on and runs the release before, or the
// newest; nil where there is none.
func (w *World) running(older bool) *station {
	up := slices.DeleteFunc(w.working(), func(s *station) bool { return s.older() != older })
	if len(up) == 0 {
		return nil
	}
	return pick(w.faults, up)
}

// install ends a workstation's program, whatever it was at, and begins another
// release in its place.
func (s *station) install(schema *crdt.Schema) {
	s.crash()
	s.schema = schema
	s.w.after(s.w.faults.between(100, 60_000), s.boot)
}

// comeToLife looks, when a workstation opens its file, whether what came into
// its tables by that has all that neighbours wrote and that waits for central.
func (s *station) comeToLife() {
	gained := s.store.File.Gained()
	if len(gained) == 0 {
		return
	}
	merged := map[change]bool{}
	err := s.store.File.Read(s.w.ctx, func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT (SELECT count(*) FROM case_step)+(SELECT count(*) FROM keying)+(SELECT count(*) FROM feedback)`)
		if n > 0 {
			s.w.saw("an upgrade brings kinds to life")
		}
		return errors.Join(err, tx.Query(`SELECT origin, seq FROM neighbour_change WHERE merged=1`, func(st *rows.Stmt) error {
			merged[change{crdt.Origin(st.ColumnInt64(0)), uint64(st.ColumnInt64(1))}] = true
			return nil
		}))
	})
	if !s.w.must("read what came to life", err) || !s.w.hub.up {
		return
	}
	for _, a := range s.w.truth.acts {
		if merged[change{a.origin, a.seq}] && !s.w.hub.judged(a) && !a.unsure(s.w) && !s.w.doubted(a.origin) {
			s.checkAlive(a, gained)
		}
	}
}

// change names a change.
type change struct {
	origin crdt.Origin
	seq    uint64
}

// judged reports whether central has taken or refused an act.
func (h *hub) judged(a *act) bool {
	return h.taken(a.origin) >= a.seq
}

// checkAlive looks for the rows of gained kinds that an act made.
func (s *station) checkAlive(a *act, gained []uint8) {
	here := &counter{file: s.store.File}
	for i := range a.ops {
		op := &a.ops[i]
		if !slices.Contains(gained, op.Kind) || s.w.truth.made[cell{op.Kind, op.ID, 0}] != a || s.strange(op) {
			continue
		}
		s.w.saw("an upgrade shows what a neighbour wrote and head office has not judged")
		if s.w.row(here, op.Kind, op.ID) == nil {
			s.w.fail("%s was upgraded and lacks %s %d of change %d/%d, which it holds of a neighbour", s.name, kindName(s.w, op.Kind), op.ID, a.origin, a.seq)
		}
	}
}

// strange reports whether an op hangs on a party that is not here.
func (s *station) strange(op *crdt.Op) bool {
	kind := s.w.schema.Kind(op.Kind)
	return slices.ContainsFunc(op.Set, func(f crdt.FieldSet) bool {
		return kind.Field(f.Field).Ref == crm.Party && s.w.row(&counter{file: s.store.File}, crm.Party, f.Value.ID()) == nil
	})
}

// relaysUnknown counts what the release before passes on.
func (s *station) relaysUnknown(r *journal.Range) {
	for i := range r.Changes {
		for _, b := range r.Changes[i].Bodies {
			if !b.Closed() && s.older() && slices.Contains(ahead(), b.Op.Kind) {
				s.w.saw("the release before passes on what it does not know")
			}
		}
	}
}

// checkUpgrades opens a copy of every file of the release before with the newest
// one: what was kept unread stands in the tables, to the byte.
func (w *World) checkUpgrades(q *quiet) {
	for i, s := range w.stations {
		if !s.older() {
			continue
		}
		w.countKept(q.here[i])
		path := w.file(s.name+"-upgraded", s.gen)
		if w.must("copy "+s.name, copyFile(s.path(), path)) {
			w.must("upgrade a copy of "+s.name, errors.Join(w.openUpgraded(s, q.here[i], path), removeFile(path)))
		}
	}
}

func (w *World) openUpgraded(s *station, was *census, path string) error {
	disk, err := newPlatter(w, path)
	if err != nil {
		return err
	}
	up, err := store.Open(w.ctx, store.Options{Path: path, Schema: w.schema, Branch: s.seat.branch, Rand: s.secret, NowMS: s.nowMS, Alone: true, Disk: disk})
	if err != nil {
		return errors.Join(err, disk.Close())
	}
	w.checkUpgraded(s, was, up)
	return errors.Join(up.File.Close(), disk.Close())
}

func (w *World) checkUpgraded(s *station, was *census, up *store.Store) {
	is := w.census(s.name+", upgraded,", up.File)
	for _, r := range was.rows {
		if now := is.by[cell{r.Kind, r.ID, 0}]; now == nil || now.Digest() != r.Digest() {
			w.found("%s is upgraded, and its %s %d is another", s.name, kindName(w, r.Kind), r.ID)
		}
	}
	wrong, err := up.Recount(w.ctx)
	if w.must("add rows up", err) && (len(wrong) > 0 || len(is.rows) != len(was.rows)) {
		w.found("%s had %d rows and has %d after an upgrade; the digests of scopes %v differ", s.name, len(was.rows), len(is.rows), wrong)
	}
	err = up.File.Read(w.ctx, func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM unknown WHERE kind IN (?1, ?2, ?3)`, int64(crm.CaseStep), int64(crm.Keying), int64(crm.Feedback))
		if n > 0 {
			w.found("%s was upgraded, and %d rows are still kept unread", s.name, n)
		}
		return err
	})
	w.must("read what is kept unread", err)
}

func (w *World) countKept(here *census) {
	for _, r := range here.rows {
		switch {
		case slices.Contains(ahead(), r.Kind):
			w.saw("the release before keeps a row that it does not know")
		case r.Kind == crm.Party && !r.Get(crm.PartyEmployer).IsNull():
			w.saw("the release before keeps a field that it does not know")
		}
	}
}

// writeAhead is somebody at a workstation of the newest release, who writes what
// the release before does not know.
func (w *World) writeAhead() {
	s := w.running(false)
	if s == nil {
		return
	}
	c := w.counterAt(s)
	if c == nil {
		return
	}
	switch party := w.someone(c); {
	case party != 0 && w.faults.chance(350):
		w.employ(c, party)
	case w.faults.chance(350):
		w.key(s, c)
	default:
		w.newCase(s, c, party)
	}
}

// counterAt brings somebody to a workstation; nil when nobody can sign in.
func (w *World) counterAt(s *station) *counter {
	who := s.signIn()
	if who == nil || len(w.failures) > 0 {
		return nil
	}
	return s.counter(who)
}

// employ edits a field that the release before does not know.
func (w *World) employ(c *counter, party crdt.ID) {
	l := w.open(c, party)
	if l == nil {
		return
	}
	f := l.page.Field("employer")
	e := desk.Edit{Field: "employer", Value: w.text("employer"), Saw: []string{}}
	if f.Stamp != "" {
		e.Saw = []string{f.Stamp}
	}
	saved, err := c.desk.EditParty(w.ctx, c.who, l.party, []desk.Edit{e})
	w.did(c, "edit ahead", saved, err, screen{cell{crm.Party, l.party, crm.PartyEmployer}: w.stamps(f.Stamp)})
}

// newCase opens a case with a step and something to be keyed, and says what the
// clerk thinks of the page.
func (w *World) newCase(s *station, c *counter, party crdt.ID) {
	if party == 0 {
		return
	}
	w.acts(s, c, "case ahead", nil, func(a *rows.Act) error {
		ids := make([]crdt.ID, 4)
		for i := range ids {
			var err error
			if ids[i], err = a.Mint(); err != nil {
				return err
			}
		}
		who, file := field(crm.CaseParty, crdt.RefValue(party)), crdt.RefValue(ids[0])
		a.Add(crdt.Op{Kind: crm.Case, ID: ids[0], Set: []crdt.FieldSet{who, field(crm.CaseText, crdt.TextValue(w.text("case")))}})
		a.Add(crdt.Op{Kind: crm.CaseStep, ID: ids[1], Set: []crdt.FieldSet{field(crm.CaseStepParty, who.Value), field(crm.CaseStepCase, file), field(crm.CaseStepText, crdt.TextValue(w.text("step")))}})
		a.Add(crdt.Op{Kind: crm.Keying, ID: ids[2], Set: []crdt.FieldSet{field(crm.KeyingParty, who.Value), field(crm.KeyingCase, file), field(crm.KeyingState, crdt.TextValue("open"))}})
		a.Add(crdt.Op{Kind: crm.Feedback, ID: ids[3], Set: []crdt.FieldSet{field(crm.FeedbackBranch, crdt.IntValue(s.seat.branch)), field(crm.FeedbackText, crdt.TextValue(w.text("feedback")))}})
		return nil
	})
}

// key says what became of something that was to be keyed.
func (w *World) key(s *station, c *counter) {
	var ids []crdt.ID
	err := c.file.Read(w.ctx, func(tx *rows.Tx) (err error) {
		ids, err = tx.IDs(`SELECT id FROM keying ORDER BY id`)
		return err
	})
	if !w.must("list what is to be keyed", err) || len(ids) == 0 {
		return
	}
	id := pick(w.faults, ids)
	saw := []crdt.Stamp{w.row(c, crm.Keying, id).Clocks.Of(crm.KeyingState).Stamp}
	w.acts(s, c, "key ahead", screen{cell{crm.Keying, id, crm.KeyingState}: saw}, func(a *rows.Act) error {
		a.Add(crdt.Op{Kind: crm.Keying, ID: id, Set: []crdt.FieldSet{{Field: crm.KeyingState, Value: crdt.TextValue(w.text("keyed")), Saw: saw}}})
		return nil
	})
}

// acts writes an act for which there is no desk here.
func (w *World) acts(s *station, c *counter, what string, on screen, fn func(*rows.Act) error) {
	saved, err := s.store.Act(w.ctx, rows.Actor{Session: c.who.Session, Person: c.who.Person}, fn)
	s.unsure = on
	if w.must(c.name+": "+what, err) {
		w.did(c, what, desk.Saved{ID: saved.Ops[0].ID, Seq: saved.Seq, Stamp: saved.Stamp}, nil, on)
	}
}
