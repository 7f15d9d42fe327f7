package sim

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/node/store/vault"
	"bough/sync/replica"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Move is the fault that customers do not stay where they are.
const Move Fault = "move"

// moves is customers who change their branch, come back, visit another one, and
// what workstations do about it.
func moves() feature {
	return feature{
		faults: []fault{{Move, "customers move between branches, and visit others"}},
		nemeses: []nemesis{
			{Move, 3, (*World).moveOne},
			{Move, 1, (*World).moveBack},
			{Move, 1, (*World).moveMany},
			{Move, 2, (*World).serveElsewhere},
			{Move, 1, (*World).forgetVisits},
			{Move, 3, (*World).purgeSomewhere},
		},
		stories: []story{{Move, 5, (*World).leavesWithWork}},
		checks: []check{
			{6, "every receipt that is due has come", (*World).checkReceipts},
			{6, "nothing outside the scopes is on a disk after the receipt", (*World).checkDisks},
			{2, "a late change is taken and flagged at both branches", (*World).checkLate},
		},
		restless: (*World).purging,
		situations: []string{"a customer moves", "a customer moves back", "many customers move", "a visitor is served", "visits are over",
			"purged", "receipts noted", "a purge waits for untaken work", "untaken work on a row that left", "a late change is flagged"},
	}
}

// movesBackPerMille are the customers who think better of it within minutes.
const movesBackPerMille = 200

// moved is what the feature keeps.
type moved struct {
	last crdt.ID
	from int64
}

func (w *World) branch() int64 { return w.faults.between(1, int64(w.o.Branches)) }

// atHome are the customers of a home; 0: all.
func (w *World) atHome(home int64) []crdt.ID {
	return w.customers(`SELECT id FROM party WHERE home=?1 OR ?1=0 ORDER BY id`, home)
}

// onlyAt are the customers of a home whom no other branch holds.
func (w *World) onlyAt(home int64) []crdt.ID {
	return w.customers(`SELECT id FROM party WHERE home=?1 AND NOT EXISTS (SELECT 1 FROM member WHERE row_id=id AND scope<>?1) ORDER BY id`, home)
}

func (w *World) customers(query string, home int64) (ids []crdt.ID) {
	w.must("read the customers", w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
		ids, err = tx.IDs(query, home)
		return err
	}))
	return ids
}

func (w *World) moveTo(what string, to int64, ids ...crdt.ID) {
	if !w.hub.up || w.o.Branches < 2 || len(ids) == 0 {
		return
	}
	_, err := w.hub.office.Move(w.ctx, rows.Actor{}, office.Moving{To: to, Parties: ids})
	if w.must(what, err) && w.must("read central's journal", w.hub.harvest(what, nil)) {
		w.say("central", "%s: %v to branch %d", what, ids, to)
		w.saw(what)
		w.hub.tell()
	}
}

func (w *World) home(id crdt.ID) (home int64) {
	w.must("read a home", w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
		home, _, err = tx.Int(`SELECT home FROM party WHERE id=?1`, int64(id))
		return err
	}))
	return home
}

func (w *World) moveOne() {
	if !w.hub.up {
		return
	}
	id := pick(w.faults, w.atHome(0))
	*mine[moved](w) = moved{id, w.home(id)}
	w.moveTo("a customer moves", w.branch(), id)
	if w.faults.chance(movesBackPerMille) {
		w.after(w.faults.between(1_000, 300_000), w.moveBack)
	}
}

// moveBack sends whoever moved last back where they came from, soon after.
func (w *World) moveBack() {
	if m := mine[moved](w); m.last != 0 && !w.healed && !w.truth.erased(crm.Party, m.last) {
		w.moveTo("a customer moves back", m.from, m.last)
	}
}

// leavesWithWork is a customer who moves away from a workstation without a line:
// somebody there writes of them just before a neighbour hands on what central says,
// and its program ends.
func (w *World) leavesWithWork() {
	s, _ := w.somewhere()
	if s == nil || !w.hub.up || w.o.Branches < 2 {
		return
	}
	ids := w.onlyAt(s.seat.branch)
	if len(ids) == 0 {
		return
	}
	party := pick(w.faults, ids)
	s.unplugged(100_000)
	w.rest(s.seat.branch, 100_000)
	w.then(50_000, func() {
		if w.hub.up && !w.truth.erased(crm.Party, party) {
			w.moveTo("a customer moves", s.seat.branch%int64(w.o.Branches)+1, party)
		}
	})
	w.then(75_000, func() {
		c := w.staffed(s)
		if c == nil {
			return
		}
		if l := w.open(c, party); l != nil {
			w.change(c, l, "memo")
		}
		here, err := s.cursor(s.seat.branch)
		if p := w.thirdOf(s); p != nil && w.hub.up && w.must("read a cursor", err) {
			w.lineBack(s.seat.branch)
			s.unplugged(10_000)
			p.lend(s, wire.Pull{Scope: s.seat.branch, Since: here.Feed, Limit: pageLimit})
		}
	})
	w.then(76_000, func() {
		if s.on() {
			s.crashAndReturn()
		}
	})
}

// moveMany closes a branch.
func (w *World) moveMany() {
	if w.hub.up {
		w.moveTo("many customers move", w.branch(), w.atHome(w.branch())...)
	}
}

// serveElsewhere makes somebody at a counter talk to a customer whom the branch
// may not hold.
func (w *World) serveElsewhere() {
	up := w.working()
	if !w.hub.up || len(up) == 0 {
		return
	}
	s := pick(w.faults, up)
	who := s.signIn()
	if who == nil || len(w.failures) > 0 {
		return
	}
	id := pick(w.faults, w.atHome(0))
	_, err := s.store.Act(w.ctx, rows.Actor{Session: who.Session, Person: who.Person}, func(a *rows.Act) error {
		if r, err := a.Tx.Get(crm.Party, id); err != nil || r != nil {
			return err
		}
		talk, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.Interaction, ID: talk, Set: []crdt.FieldSet{
			field(crm.InteractionParty, crdt.RefValue(id)), field(crm.InteractionChannel, crdt.TextValue("counter")),
			field(crm.InteractionText, crdt.TextValue(fmt.Sprintf("visited %d", w.faults.Uint32()))), field(crm.InteractionHappened, crdt.IntValue(w.nowMS))}})
		return err
	})
	if w.must(s.name+" serves a visitor", err) && len(s.harvest("serves a visitor", nil)) > 0 {
		w.say(s.name, "serves a visitor: %d", id)
		w.saw("a visitor is served")
	}
}

// forgetVisits lets thirteen months pass for those who were served elsewhere.
func (w *World) forgetVisits() {
	if !w.hub.up {
		return
	}
	c := w.hub.office.Central
	err := c.File.Write(w.ctx, func(tx *rows.Tx) error { return tx.Exec(`UPDATE served SET until=1`) })
	if !w.must("let visits be over", err) {
		return
	}
	if n, err := c.ExpireServed(w.ctx, 100); w.must("expire visits", err) && n > 0 {
		w.say("central", "%d visits are over", n)
		w.saw("visits are over")
		w.hub.tell()
	}
}

func (w *World) purgeSomewhere() {
	if up := w.working(); len(up) > 0 {
		pick(w.faults, up).purge()
	}
}

// purging makes every workstation purge at quiet, and tells what is owed.
func (w *World) purging() string {
	for _, s := range w.stations {
		if !s.up {
			return s.name + " is down"
		}
		s.purge()
	}
	owed, err := w.hub.office.Central.Outstanding(w.ctx)
	if w.must("read what is owed", err) && len(owed) > 0 {
		for _, s := range w.stations {
			if n := owed[s.seat.origin].Count; n > 0 {
				return fmt.Sprintf("%s owes %d receipts, among them %s", s.name, n, w.owes(s))
			}
		}
	}
	return ""
}

// owes is one of the orders that a workstation has not confirmed.
func (w *World) owes(s *station) (order string) {
	const query = `SELECT why, kind, row_id, n FROM purge WHERE done=0 AND origin=?1 LIMIT 1`
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Query(query, func(st *rows.Stmt) error {
			order = fmt.Sprintf("%s: %s %d by number %d", st.ColumnText(0), kindName(w, uint8(st.ColumnInt64(1))), st.ColumnInt64(2), st.ColumnInt64(3))
			return nil
		}, int64(s.seat.origin))
	})
	w.must("read what is owed", err)
	return order
}

func (w *World) checkReceipts(*quiet) {
	if why := w.purging(); why != "" {
		w.found("%s", why)
	}
}

// checkDisks looks on the disk of each workstation for what was said with, and
// known of, parties that it does not hold.
func (w *World) checkDisks(q *quiet) {
	for i, s := range w.stations {
		var held strings.Builder // also what stands in a list of refused work
		for _, r := range q.here[i].rows {
			for _, v := range r.Fields {
				held.WriteString(v.S + "\n")
			}
		}
		disk := w.disk(s)
		for _, r := range q.head.rows {
			if q.here[i].by[cell{r.Kind, r.ID, 0}] != nil || !hangsOnParty(r.Kind) {
				continue
			}
			for _, word := range rowWords(r) {
				if !strings.Contains(held.String(), word) && bytes.Contains(disk, []byte(word)) {
					w.found("%q of %s %d is on the disk of %s, whose branch does not hold it", word, kindName(w, r.Kind), r.ID, s.name)
				}
			}
		}
	}
}

func hangsOnParty(kind uint8) bool {
	return slices.Contains([]uint8{crm.Party, crm.Reach, crm.Interaction, crm.Task, crm.Case, crm.Warning, crm.Tag}, kind)
}

// rowWords are the texts of a row that stand nowhere by chance: they end with a
// number that was drawn.
func rowWords(r *rows.Stored) (out []string) {
	for _, v := range r.Fields {
		digits := strings.TrimLeft(v.S, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,.'+")
		if len(digits) >= 8 && strings.Trim(digits, "0123456789") == "" {
			out = append(out, v.S)
		}
	}
	return out
}

// disk is all that stands on the disk of a workstation, decrypted; until the
// next call.
func (w *World) disk(s *station) []byte {
	w.pages = w.pages[:0]
	err := s.disk.Pages(s.path(), func(_ vault.Place, page []byte) { w.pages = append(w.pages, page...) })
	w.must("read the disk of "+s.name, err)
	return w.pages
}

// checkLate holds that both branches see the flag of a late change.
func (w *World) checkLate(q *quiet) {
	for _, r := range q.head.rows {
		if r.Kind != crm.Late {
			continue
		}
		w.saw("a late change is flagged")
		home := w.home(r.Get(crm.LateParty).ID())
		for i, s := range w.stations {
			if b := s.seat.branch; (b == r.Get(crm.LateBranch).I || b == home) && q.here[i].by[cell{crm.Late, r.ID, 0}] == nil {
				w.found("%s is not told of the late change %d", s.name, r.ID)
			}
		}
	}
}

// purge does what the purger of a node does by itself.
func (s *station) purge() {
	n, err := s.store.Purge(s.w.ctx)
	if s.w.must(s.name+" purges", err) && n > 0 {
		s.w.say(s.name, "is rid of %d", n)
		s.w.saw("purged")
	}
	waiting, err := s.store.Owing(s.w.ctx)
	if s.w.must("count what waits", err) && waiting > 0 {
		s.w.saw("a purge waits for untaken work")
	}
	due, err := s.store.Noted(s.w.ctx, nil)
	if s.w.must("count receipts", err) {
		s.step(replica.Receipts{Due: due})
	}
}

// derived are the kinds whose rows central makes without a change of a journal.
func derived(kind uint8) bool {
	return slices.Contains([]uint8{crm.Refusal, crm.Late, crm.Directory, crm.Parameter, crm.Reissue}, kind)
}

// hidden reports whether the row of an op left the branch of a workstation.
func (s *station) hidden(op *crdt.Op) (left bool) {
	s.w.must("read what left", s.store.File.Read(s.w.ctx, func(tx *rows.Tx) (err error) {
		left, err = s.store.Left(tx, op.Kind, op.ID)
		return err
	}))
	if left {
		s.w.saw("untaken work on a row that left")
	}
	return left
}
