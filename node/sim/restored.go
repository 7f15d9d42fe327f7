package sim

import (
	"errors"
	"maps"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Backup is the fault of central's disk.
const Backup Fault = "backup"

// keptOfCentral are the backups of central that are kept: fewer than it
// remembers.
const keptOfCentral = 3

// restores lose central's disk and put a backup in its place.
func restores() feature {
	return feature{
		faults:   []fault{{Backup, "central's disk is lost, and its newest or an older backup is put in its place"}},
		nemeses:  []nemesis{{Backup, 3, (*World).backUpCentral}, {Backup, 1, (*World).restoreCentral}},
		stories:  []story{{Backup, 4, (*World).joinedSince}, {Backup, 7, (*World).closedSince}},
		refusals: []refusal{{"other_branch", (*World).restsOnLostMove}},
		fates:    (*World).cameBack,
		checks: []check{
			{2, "nothing is numbered twice", (*World).checkNumbers},
			{7, "what a restored central wrote before, and somebody keeps, is with it again", (*World).checkRecalled},
			{6, "nobody who was erased is in a page that is kept for central", (*World).checkKept},
		},
		situations: []string{"a restored central asks who keeps its pages", "a restored central asks again, for the line broke", "a page from before a restore comes after its reader told what it keeps", "what only central wrote came back", "a row waits for its author's journal", "a page is kept where somebody was erased",
			"central is restored from its newest backup", "central is restored from an older backup", "a workstation that joined after the backup is taken in",
			"what was closed for central is opened for it"},
	}
}

// rebirths are what the feature keeps of a world.
type rebirths struct {
	backups []backupOf
	written int // backups, in all
	times   int
	numbers int64                  // the greatest number of any feed
	had     map[crdt.Origin]uint64 // what central had when a disk of its was lost
	lost    map[change]bool        // what central wrote, and lost with a disk
	back    map[change]bool        // of that what came back, though it may be replaced by now
}

// backupOf is a backup of central.
type backupOf struct {
	path   string
	origin crdt.Origin
	at     uint64 // own changes then
	vector map[crdt.Origin]uint64
	back   map[change]bool
	atMS   int64
}

// backUpCentral has central write a backup.
func (w *World) backUpCentral() {
	m := mine[rebirths](w)
	if !w.hub.up {
		return
	}
	m.written++
	b := backupOf{path: w.file("backup-of-central", m.written), origin: w.hub.origin, at: w.hub.at, back: maps.Clone(m.back), atMS: w.hub.nowMS()}
	v, err := w.hub.office.Central.Vector(w.ctx)
	if !w.must("read the vector", err) || !w.must("back central up", w.hub.office.Central.Backup(w.ctx, b.path)) {
		return
	}
	b.vector = maps.Clone(v)
	w.say("central", "a backup is written")
	if m.backups = append(m.backups, b); len(m.backups) > keptOfCentral {
		w.must("forget a backup", removeFile(m.backups[0].path))
		m.backups = m.backups[1:]
	}
}

// joinedSince is a workstation that goes on under another number after a backup of
// central, or between two of them, one of which is restored.
func (w *World) joinedSince() {
	s, _ := w.somewhere()
	if s == nil {
		return
	}
	w.backUpCentral()
	w.backUp(s)
	w.then(10_000, func() {
		if c := w.newestCopy(s); c != nil && s.up {
			w.restore(s, c)
		}
	})
	w.then(70_000, w.backUpCentral)
	w.then(90_000, w.restoreCentral)
}

// closedSince is a customer who leaves after a backup of central: what was written
// of them is closed, and then lost at central.
func (w *World) closedSince() {
	s, c := w.somewhere()
	if s == nil || !w.hub.up {
		return
	}
	w.backUpCentral()
	l := w.open(c, w.someone(c))
	if l == nil {
		return
	}
	saved, err := c.desk.RecordInteraction(w.ctx, c.who, l.party, desk.Interaction{Channel: "counter", Text: w.text("note")})
	w.did(c, "interaction", saved, err, nil)
	w.rest(s.seat.branch, 150_000)
	w.then(50_000, func() {
		if w.hub.up && !w.truth.erased(crm.Party, l.party) {
			w.moveTo("a customer moves", s.seat.branch%int64(w.o.Branches)+1, l.party)
		}
	})
	w.then(110_000, func() {
		if s.up && w.nowMS >= s.pause {
			s.purge()
		}
	})
	w.then(120_000, w.restoreCentral)
}

// restoreCentral puts one of its backups in the place of central's file.
func (w *World) restoreCentral() {
	if w.restorable() {
		w.loseCentral(w.faults.IntN(len(mine[rebirths](w).backups)))
	}
}

// restoreNewest does so with the newest.
func (w *World) restoreNewest() {
	if w.restorable() {
		w.loseCentral(len(mine[rebirths](w).backups) - 1)
	}
}

func (w *World) restorable() bool {
	return len(mine[rebirths](w).backups) > 0 && w.hub.up && !w.healed && w.hub.committed == nil
}

// loseCentral loses central's disk, unless that would be two disasters, and begins
// anew with a backup. What only central wrote since is gone; what workstations
// wrote is not.
func (w *World) loseCentral(i int) {
	m, h := mine[rebirths](w), w.hub
	b, newest := m.backups[i], i == len(m.backups)-1
	if w.twoDisasters(&b) {
		return
	}
	had, err := h.office.Central.Vector(w.ctx)
	if !w.must("read the vector", err) {
		return
	}
	w.noteNumbers()
	from := h.path()
	h.gen++
	h.watch, h.looks, h.token = nil, nil, ""
	if !w.must("close central", h.drop()) || !w.must("remove central", removeFile(from)) || !w.must("copy a backup", copyFile(b.path, h.path())) {
		return
	}
	if m.lost == nil {
		m.lost = map[change]bool{}
	}
	if m.back = b.back; m.back == nil {
		m.back = map[change]bool{}
	}
	for origin, at := range m.had { // what an earlier life had need not have come back yet
		had[origin] = max(had[origin], at)
	}
	m.times, m.had = m.times+1, had
	origin := centralOrigin + crdt.Origin(100*m.times)
	r, err := central.Restore(w.ctx, central.Restoring{Path: h.path(), Schema: w.schema, Migrations: store.LocalTables(), Origin: origin, NowMS: h.nowMS()})
	if !w.must("restore central", err) {
		return
	}
	for _, a := range w.truth.acts {
		if a.s == nil && !(a.origin == b.origin && a.seq <= b.at) && !w.before(a, &b) {
			a.refused = lostCode
			m.lost[change{a.origin, a.seq}] = true
		}
	}
	m.backups = m.backups[:i+1]
	h.origin, h.at = origin, 0
	for _, s := range w.stations {
		s.everTaken = min(s.everTaken, b.vector[s.seat.origin])
	}
	w.say("central", "its disk is lost; restored as %d from a backup at change %d of %d, epoch %d", origin, b.at, b.origin, r.Epoch)
	w.saw(map[bool]string{true: "central is restored from its newest backup", false: "central is restored from an older backup"}[newest])
	h.boot()
	w.must("read central's journal", h.harvest("restored", nil))
}

// twoDisasters reports whether central would lose with its disk what was written
// on a disk that is lost, too: that is nowhere then, and what followed it waits at
// neighbours for ever. Or the numbers that a file had before: nobody speaks for
// those any more.
func (w *World) twoDisasters(b *backupOf) bool {
	return slices.ContainsFunc(mine[graves](w).lost, func(g *grave) bool { return w.hub.taken(g.origin) > b.vector[g.origin] }) ||
		slices.ContainsFunc(mine[selves](w).formers, func(origin crdt.Origin) bool { _, known := b.vector[origin]; return !known })
}

// catchesUp reports whether a restored central still lacks what it had of an
// origin.
func (w *World) catchesUp(origin crdt.Origin) bool {
	had := mine[rebirths](w).had[origin]
	return had > 0 && (!w.hub.up || w.hub.taken(origin) < had)
}

// before reports whether an act of central stands in a backup: it was written by
// a former life of it.
func (w *World) before(a *act, b *backupOf) bool { return a.origin < b.origin && a.refused == "" }

// readmit takes in a workstation that a restored central does not know, by the
// certificate it has and the renewals since.
func (h *hub) readmit(at *seat) {
	if mine[rebirths](h.w).times == 0 {
		return // it knows everybody
	}
	_, err := h.office.Central.Node(h.w.ctx, at.origin)
	if !h.w.strange(err) {
		return
	}
	cert, since, err := trust.SplitCredential(at.proof)
	if !h.w.must("read a certificate", err) {
		return
	}
	if _, err = h.office.Central.Holder(h.w.ctx, cert); err == nil {
		_, err = h.follow(since, store.Forked)
	}
	if h.w.must("take a workstation in again", err) && h.w.must("read central's journal", h.harvest("readmitted", nil)) {
		h.w.saw("a workstation that joined after the backup is taken in")
	}
}

// strange reports whether an error says that central does not know a workstation
// that joined after the backup it was restored from, and that has not called yet.
func (w *World) strange(err error) bool {
	return errors.Is(err, central.ErrUnknownNode) && mine[rebirths](w).times > 0
}

// noteNumbers takes down what central has numbered so far.
func (w *World) noteNumbers() {
	m := mine[rebirths](w)
	m.numbers = max(m.numbers, slices.Max(w.hub.heads()))
}

// checkNumbers: no row that a restored central wrote has a number that another
// had before; no id was given twice.
func (w *World) checkNumbers(q *quiet) {
	m := mine[rebirths](w)
	if m.times == 0 {
		return
	}
	for _, r := range q.head.rows {
		if r.ID.Origin() == w.hub.origin && r.N <= m.numbers {
			w.found("%s %d has number %d, and central had given %d out before it was restored", kindName(w, r.Kind), r.ID, r.N, m.numbers)
		}
		if r.Kind == crm.Refusal && r.ID.Origin() != w.hub.origin && r.ID.Origin() >= 1000 {
			w.found("refusal %d has an id of a workstation", r.ID)
		}
	}
}

// taken is up to which change central has an origin; none of one that it does
// not know yet, or any more.
func (h *hub) taken(origin crdt.Origin) uint64 { return h.vector()[origin] }

// vector is how far central has each origin that it knows, of revoked ones, too.
func (h *hub) vector() map[crdt.Origin]uint64 {
	v, err := h.office.Central.Vector(h.w.ctx)
	h.w.must("read the vector", err)
	return v
}

// disclose has central open what a workstation closed for it, where it was lost;
// false where nobody is there to do so, and nothing can be sent without its text.
func (s *station) disclose(ranges []journal.Range) bool {
	h := s.w.hub
	closed, err := s.store.Enclosed(s.w.ctx, ranges)
	if !s.w.must("read envelopes", err) || len(closed) == 0 || !h.up {
		return len(closed) == 0
	}
	h.readmit(s.seat)
	n, err := h.office.Central.Node(s.w.ctx, s.seat.origin)
	if !s.w.must("central knows its node", err) {
		return false
	}
	out, err := h.office.Central.Disclose(s.w.ctx, s.w.t.authority, n, wire.Disclose{Envelopes: closed})
	if s.w.must("central opens envelopes", err) && s.w.must("put back what was opened", wire.PutBack(ranges, out.Envelopes)) {
		s.w.saw("what was closed for central is opened for it")
	}
	return true
}

// movedThen are the customers whom central moved to a branch, where the move went
// with its disk.
func (w *World) movedThen(branch int64) map[crdt.ID]bool {
	out := map[crdt.ID]bool{}
	for _, a := range w.truth.acts {
		for _, op := range a.ops {
			out[op.ID] = out[op.ID] || a.s == nil && a.refused == lostCode && op.Kind == crm.Party &&
				slices.ContainsFunc(op.Set, func(f crdt.FieldSet) bool { return f.Field == crm.PartyHome && f.Value.I == branch })
		}
	}
	return out
}

// restsOnLostMove reports whether an act is about a customer whom central moved
// to its author's branch, and the move went with central's disk.
func (w *World) restsOnLostMove(a *act) (rests bool) {
	if a.s == nil || mine[rebirths](w).times == 0 {
		return false
	}
	moved := w.movedThen(a.s.seat.branch)
	names := func(kind *crdt.Kind, field uint8, v crdt.Value) bool {
		f := kind.Field(field)
		return f != nil && f.Ref == crm.Party && moved[v.ID()]
	}
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		for _, op := range a.ops {
			kind := w.schema.Kind(op.Kind)
			row, err := tx.Get(op.Kind, op.ID)
			if err != nil || kind == nil {
				return err
			}
			rests = rests || op.Kind == crm.Party && moved[op.ID] ||
				slices.ContainsFunc(op.Set, func(f crdt.FieldSet) bool { return names(kind, f.Field, f.Value) }) ||
				slices.ContainsFunc(kind.Scope.Roots, func(f uint8) bool {
					return row != nil && names(kind, f, row.Get(f)) ||
						slices.ContainsFunc(w.truth.atCell[cell{op.Kind, op.ID, f}], func(wr *write) bool { return names(kind, f, wr.value) }) // it was cleared since
				})
		}
		return nil
	})
	return w.must("read whom an act is about", err) && rests
}
