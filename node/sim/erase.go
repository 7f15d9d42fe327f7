package sim

import (
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/lan"
	"bough/sync/replica"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Erase is the fault that head office orders people erased.
const Erase Fault = "erase"

// leftParties are not erased, so that there is always somebody to write about.
const leftParties = 4

// erasures take people out of every file, while workstations are off, cut off,
// crash and write on, and central stops between the steps of an order.
func erasures() feature {
	return feature{
		faults:   []fault{{Erase, "people are ordered erased; central stops in the middle of it; what was copied before turns up after it"}},
		nemeses:  []nemesis{{Erase, 3, (*World).orderErasure}, {Erase, 4, (*World).copyWork}, {Erase, 1, (*World).copyCentral}},
		stories:  []story{{Erase, 3, (*World).erasedMeanwhile}},
		opened:   (*station).indexLater,
		refusals: []refusal{{central.CodeErased, (*World).onErased}, {central.CodeWithheld, func(_ *World, a *act) bool { return isPoison(a) }}},
		checks: []check{
			{6, "who was ordered erased is in no file, no history and no index", (*World).checkErased},
			{6, "every workstation says that nothing of the erased is left", (*World).checkErasureReceipts},
			{8, "the history that central keeps verifies, what was erased of it too", (*World).checkVerifies},
			{6, "a database from before an erasure is erased before anybody is served", (*World).checkReplayed},
		},
		situations: []string{"somebody is erased", "somebody who is linked is erased", "somebody with a conflict is erased", "erased while a workstation is off or away from the line",
			"erased with untaken work", "refused: " + central.CodeErased, "central stops between the ledger and the commit", "central stops between the erasure and the sweep of its history",
			"what was copied before an erasure turns up after it", "a backup from before an erasure is restored"},
	}
}

// erased is what the feature keeps of a world.
type erased struct {
	parties []crdt.ID // as they were ordered
	backup  string    // a copy of central's file
	since   int       // orders when it was made
}

// indexMS is how often a workstation brings its index up to date.
const indexMS = 15 * 60_000

// indexLater does what the indexer of a node does behind every save, less often.
func (s *station) indexLater() {
	life := s.life
	s.w.after(indexMS+int64(s.seat.origin%60)*1000, func() {
		if s.up && s.life == life {
			_, err := s.store.Index(s.w.ctx, 100)
			if s.w.must(s.name+" brings its index up to date", err) {
				s.indexLater()
			}
		}
	})
}

// orderErasure has two people of head office order somebody erased. Central may
// stop between the steps, and goes on where it was when it is back.
func (w *World) orderErasure() {
	if !w.hub.up {
		return
	}
	ids := w.atHome(0)
	if len(ids) <= leftParties {
		return
	}
	party := pick(w.faults, ids)
	if w.faults.chance(500) {
		party = ids[w.faults.IntN(sharedParties)] // whom everybody writes about
	}
	if fought := w.foughtOver(); len(fought) > 0 && w.faults.chance(300) {
		party = pick(w.faults, fought)
	}
	f := w.hub.office
	one, err1 := f.PersonID(w.ctx, adminLogin)
	two, err2 := f.PersonID(w.ctx, w.t.people[0].login)
	if !w.must("find who orders", err1) || !w.must("find who confirms", err2) {
		return
	}
	n, err := f.OrderErasure(w.ctx, one, party, "court", "file 1")
	if !w.must("order an erasure", err) {
		return
	}
	w.countErasure(party)
	w.confirm(two, n, party)
}

// foughtOver are the parties with an open conflict.
func (w *World) foughtOver() (ids []crdt.ID) {
	w.must("list conflicts", w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
		ids, err = tx.IDs(`SELECT DISTINCT row_id FROM conflict WHERE kind=?1 AND closed IS NULL ORDER BY row_id`, int64(crm.Party))
		return err
	}))
	return ids
}

// confirm carries an order out, or as much of it as is done when central stops.
func (w *World) confirm(by crdt.ID, n int64, party crdt.ID) {
	h := w.hub
	stops, at := w.faults.IntN(4), w.file("central", h.gen+1)
	copied := func() { w.must("copy central", copyFile(h.path(), at)) }
	switch stops {
	case 0:
		copied() // what comes now is lost, but for the ledger
		w.saw("central stops between the ledger and the commit")
	case 1:
		h.committed = func() { copied(); h.committed = nil }
		w.saw("central stops between the erasure and the sweep of its history")
	}
	if !w.must("confirm an erasure", h.office.ConfirmErasure(w.ctx, by, n)) {
		return
	}
	w.truth.erase(party)
	m := mine[erased](w)
	m.parties = append(m.parties, party)
	w.say("central", "party %d is erased", party)
	if stops > 1 {
		if w.must("read central's journal", h.harvest("erasure", nil)) {
			h.tell()
		}
		return
	}
	from := h.path()
	h.gen++
	h.watch = nil
	w.say("central", "stops in the middle of it")
	if w.must("close central", h.drop()) && w.must("remove central", removeFile(from)) {
		w.after(w.faults.between(500, 60_000), h.boot)
	}
}

// countErasure counts what is special about somebody who is to be erased.
func (w *World) countErasure(party crdt.ID) {
	w.saw("somebody is erased")
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM link WHERE gone IS NULL AND (one=?1 OR other=?1)`, int64(party))
		if n > 0 {
			w.saw("somebody who is linked is erased")
		}
		if err != nil {
			return err
		}
		if n, _, err = tx.Int(`SELECT count(*) FROM conflict WHERE row_id=?1 AND closed IS NULL`, int64(party)); n > 0 {
			w.saw("somebody with a conflict is erased")
		}
		return err
	})
	w.must("look who is erased", err)
	for _, s := range w.stations {
		if !s.up || w.cut[s.seat.branch] {
			w.saw("erased while a workstation is off or away from the line")
		}
		if s.up && s.store.Pending(crm.Party, party) {
			w.saw("erased with untaken work")
		}
	}
}

// copyWork takes down what a workstation has to send, as a bundle on a stick
// does, and brings it to central and to a neighbour hours later.
func (w *World) copyWork() {
	if up := w.working(); len(up) > 0 {
		w.copyWorkOf(pick(w.faults, up), w.faults.between(60_000, 6*hourMS))
	}
}

// erasedMeanwhile is work on its way, and a backup, while somebody is erased.
func (w *World) erasedMeanwhile() {
	s, _ := w.somewhere()
	if s == nil {
		return
	}
	w.cutOff(s.seat.branch, 60_000)
	w.clerk(s)
	w.copyCentral()
	if s.up {
		w.copyWorkOf(s, 90_000)
	}
	w.then(30_000, w.orderErasure)
}

func (w *World) copyWorkOf(s *station, comesMS int64) {
	ranges, err := s.store.Luggage(w.ctx, map[crdt.Origin]uint64{}, pushLimit, s.sign)
	if !w.must("copy work of "+s.name, err) || len(ranges) == 0 {
		return
	}
	frame, err := w.codec.EncodePush(&wire.Push{Ranges: ranges})
	if !w.must("encode work of "+s.name, err) {
		return
	}
	side, err := lan.Encode(w.codec, map[crdt.Origin][]byte{s.seat.origin: s.seat.proof}, slices.DeleteFunc(ranges, func(r journal.Range) bool {
		return r.Head.Origin != s.seat.origin
	}))
	if !w.must("encode work of "+s.name+" for a neighbour", err) {
		return
	}
	orders, seat := len(mine[erased](w).parties), s.seat
	w.after(comesMS, func() {
		if w.done || s.seat != seat || w.doubted(seat.origin) {
			return
		}
		if len(mine[erased](w).parties) > orders {
			w.saw("what was copied before an erasure turns up after it")
		}
		w.bring(s, frame, side)
	})
}

// bring gives old work to central and to the neighbours of its author.
func (w *World) bring(s *station, frame, side []byte) {
	w.say(s.name, "old work of it turns up")
	if w.hub.up && !w.hub.revoked(s.seat.origin) {
		w.hub.push(parcel{s: s, seat: s.seat, what: "push", frame: frame})
		w.hub.tell()
	}
	for _, p := range w.stations {
		if p == s || p.seat.branch != s.seat.branch || !p.up || w.nowMS < p.pause {
			continue
		}
		certificates, ranges, err := lan.Open(w.codec, side, w.t.authority.Root(), p.seat.branch)
		if !w.must("open old work", err) {
			return
		}
		if _, err = p.store.Receive(w.ctx, certificates, ranges); w.must(p.name+" keeps old work", err) {
			p.checkHeard()
			p.spread()
			p.step(replica.Neighbours{Unsent: p.store.Relayable()})
		}
	}
}

// copyCentral keeps a copy of central's file, as a backup is.
func (w *World) copyCentral() {
	m := mine[erased](w)
	if m.backup != "" || !w.hub.up {
		return
	}
	at := w.file("backup", 0)
	if w.must("copy central", copyFile(w.hub.path(), at)) {
		m.backup, m.since = at, len(m.parties)
	}
}

// onErased reports whether all that can be read of an act is about people who
// were ordered erased.
func (w *World) onErased(a *act) bool {
	return !slices.ContainsFunc(a.ops, func(op crdt.Op) bool { return !w.truth.erased(op.Kind, op.ID) })
}
