package sim

import (
	"errors"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
)

// Poison is the fault of workstations that write what central cannot take.
const Poison Fault = "poison"

// poisoned begins what an act is called that nobody could have typed.
const poisoned = "poison: "

// quarantine is what central holds, and what head office decides about it.
func quarantine() feature {
	hangs := func(w *World, a *act) bool {
		return isPoison(a) || slices.Contains(mine[verdicts](w).early, change{a.origin, a.seq}) || w.hangs(a, w.truth.wasRefused)
	}
	only := func(_ *World, a *act) bool { return isPoison(a) }
	return feature{
		faults:  []fault{{Poison, "workstations write what central cannot read or must not take"}},
		nemeses: []nemesis{{Poison, 6, (*World).poison}},
		orders:  []order{{14, (*World).decide}},
		refusals: []refusal{{"waits", hangs}, {"missing_row", hangs}, {"no_session", hangs}, {"unreadable", only}, {"too_large", only},
			{"future", only}, {"not_allowed", only}, {"session_over", only}},
		checks: []check{
			{2, "what is held is in sight of its author and of head office", (*World).checkHeld},
			{2, "what rests on nothing that is held is not held for it", (*World).checkWaiting},
		},
		situations: []string{"poison: unreadable", "poison: too large", "poison: of nobody", "poison: not allowed", "poison: of a future version", "poison: a broken reference",
			"a change waits for a held one", "a held change is applied", "a held change is dropped", "a held change cannot be applied"},
	}
}

// verdicts are what head office decided.
type verdicts struct {
	early []change // while central lacked what they hang on, whatever became of that
}

func isPoison(a *act) bool { return strings.HasPrefix(a.what, poisoned) }

// madeUp begins the counters of ids that a brew makes up.
const madeUp = 1 << 31

// brew is one sort of poison: the changes that make it up.
type brew struct {
	name string
	make func(p *brewing) [][]journal.Body
}

// brewing is a workstation that writes poison.
type brewing struct {
	w       *World
	s       *station
	who     *desk.Who
	party   crdt.ID // that central knows
	session crdt.ID
	n       uint32
}

func brews() []brew {
	return []brew{
		{"unreadable", func(p *brewing) [][]journal.Body {
			eve, op := p.prospect()
			return [][]journal.Body{{{Opaque: append(op.Append(nil), 0xff)}}, {p.note(eve)}, {p.note(p.party)}}
		}},
		{"too large", func(p *brewing) [][]journal.Body {
			many := make([]journal.Body, journal.MaxOps+1)
			for i := range many {
				many[i] = p.note(p.party)
			}
			return [][]journal.Body{many, {p.note(p.party)}}
		}},
		{"of nobody", func(p *brewing) [][]journal.Body {
			eve, op := p.prospect()
			p.session = p.mint()
			return [][]journal.Body{{{Op: op}}, {p.note(eve)}, {p.memo(eve)}}
		}},
		{"not allowed", func(p *brewing) [][]journal.Body {
			return [][]journal.Body{{{Op: crdt.Op{Kind: crm.Warning, ID: p.mint(), Set: []crdt.FieldSet{
				field(crm.WarningParty, crdt.RefValue(p.party)), field(crm.WarningLevel, crdt.TextValue("stop")), field(crm.WarningText, crdt.TextValue(p.text()))}}}}}
		}},
		{"of a future version", func(p *brewing) [][]journal.Body {
			return [][]journal.Body{{{Op: crdt.Op{Kind: 200, ID: p.mint(), Set: []crdt.FieldSet{field(1, crdt.TextValue(p.text()))}}}, p.note(p.party)}}
		}},
		{"a broken reference", func(p *brewing) [][]journal.Body {
			return [][]journal.Body{{p.note(crdt.MakeID(crdt.MaxOrigin, p.w.faults.Uint32()|1))}}
		}},
	}
}

func (p *brewing) mint() crdt.ID {
	p.n++
	return crdt.MakeID(p.s.seat.origin, madeUp|p.n)
}

func (p *brewing) text() string { return p.w.text("poison") }

func (p *brewing) prospect() (crdt.ID, crdt.Op) {
	id := p.mint()
	return id, crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{field(crm.PartyType, crdt.TextValue("person")),
		field(crm.PartyName, crdt.TextValue(p.text())), field(crm.PartyHome, crdt.IntValue(p.s.seat.branch))}}
}

func (p *brewing) note(party crdt.ID) journal.Body {
	return journal.Body{Op: crdt.Op{Kind: crm.Interaction, ID: p.mint(), Set: []crdt.FieldSet{
		field(crm.InteractionParty, crdt.RefValue(party)), field(crm.InteractionText, crdt.TextValue(p.text()))}}}
}

func (p *brewing) memo(party crdt.ID) journal.Body {
	return journal.Body{Op: crdt.Op{Kind: crm.Party, ID: party, Set: []crdt.FieldSet{field(crm.PartyMemo, crdt.TextValue(p.text()))}}}
}

// poison makes a workstation write what its desk would never let through: straight
// into the journal, while the program is down.
func (w *World) poison() {
	up := w.working()
	if len(up) == 0 {
		return
	}
	s := up[w.faults.IntN(len(up))]
	who := s.signIn()
	if who == nil || len(w.failures) > 0 || w.doubted(s.seat.origin) {
		return
	}
	parties := w.parties(s.counter(who))
	if len(parties) == 0 {
		return
	}
	b := pick(w.faults, brews())
	p := &brewing{w: w, s: s, who: who, party: parties[0], session: who.Session, n: uint32(s.at) << 10}
	changes := b.make(p)
	if !w.must("close "+s.name, s.drop()) || !w.must("write poison", s.chain(changes, p.session, who.Person)) || !w.must(s.name+" goes on", s.open()) {
		return
	}
	s.harvest(poisoned+b.name, nil)
	w.say(s.name, "writes poison: %s, %d changes", b.name, len(changes))
	w.saw("poison: " + b.name)
}

// chain writes changes over bodies as they are into the closed file.
func (s *station) chain(changes [][]journal.Body, session, by crdt.ID) error {
	disk, err := newPlatter(s.w, s.path())
	if err != nil {
		return err
	}
	f, err := rows.Open(rows.Options{Path: s.path(), Schema: s.schema, Migrations: store.LocalTables(), NoSync: true, Alone: true, Disk: disk})
	if err != nil {
		return errors.Join(err, disk.Close())
	}
	err = f.Write(s.w.ctx, func(tx *rows.Tx) error {
		a, err := f.LoadAuthor(tx, 0, s.secret)
		if err != nil {
			return err
		}
		names, err := minted(tx, a, changes, session)
		if err != nil {
			return err
		}
		for i := range changes {
			for j := range changes[i] {
				if b := &changes[i][j]; b.Opaque == nil {
					b.Op = names.Op(s.schema, &b.Op)
				}
			}
			c, err := a.Chain(tx, a.Clock.Now(s.nowMS()), names.ID(session), changes[i])
			if err != nil {
				return err
			}
			if err := s.mergeRaw(f, tx, c, by); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, f.Close(), disk.Close())
}

// minted gives the made-up ids of a brew true ones: a file knows by their order
// which of its ids came after which change.
func minted(tx *rows.Tx, a *rows.Author, changes [][]journal.Body, session crdt.ID) (names crm.Renaming, err error) {
	names.IDs = map[crdt.ID]crdt.ID{}
	give := func(id crdt.ID) {
		if _, given := names.IDs[id]; err == nil && !given && id.Origin() == a.Origin() && id.Counter() >= madeUp {
			names.IDs[id], err = a.Mint(tx)
		}
	}
	give(session)
	for i := range changes {
		for j := range changes[i] {
			give(changes[i][j].Op.ID)
		}
	}
	return names, err
}

// mergeRaw brings what can be read of a change into the rows, as whatever program
// wrote it would have.
func (s *station) mergeRaw(f *rows.File, tx *rows.Tx, c *journal.Change, by crdt.ID) error {
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		if c.Bodies[i].Closed() {
			continue
		}
		old, err := tx.Get(op.Kind, op.ID)
		if err != nil {
			return err
		}
		if err := tx.Swap(old, rows.Merge(f.Held(), old, op, c.Written(by)), s.seat.branch); err != nil {
			return err
		}
	}
	return nil
}

// mayBeApplied reports whether what is held is whole and can be read: what its
// author was not allowed somebody else may be.
func mayBeApplied(r *rows.Stored) bool {
	return slices.Contains([]string{"not_allowed", "session_over", "no_session", "revoked", "stranded"}, r.Get(crm.RefusalCode).S)
}

// decide is somebody at head office who looks at what is held.
func (w *World) decide() {
	held := w.heldRows()
	if len(held) == 0 {
		return
	}
	r := pick(w.faults, held)
	if i := slices.IndexFunc(held, mayBeApplied); i >= 0 && w.faults.chance(500) {
		r = held[i]
	}
	who := w.admin()
	if who == nil {
		return
	}
	if at := (change{crdt.Origin(r.Get(crm.RefusalOrigin).I), uint64(r.Get(crm.RefusalSeq).I)}); w.lacksFor(at) {
		mine[verdicts](w).early = append(mine[verdicts](w).early, at)
	}
	v := office.Verdict{Apply: w.faults.chance(700), Mine: w.faults.chance(500), Why: "looked into it"}
	err := w.hub.office.Decide(w.ctx, rows.Actor{Session: who.Session, Person: who.Person}, r.ID, v)
	if errors.Is(err, central.ErrStuck) {
		w.saw("a held change cannot be applied")
		v.Apply = false
		err = w.hub.office.Decide(w.ctx, rows.Actor{Session: who.Session, Person: who.Person}, r.ID, v)
	}
	if !w.must("decide on a held change", err) {
		return
	}
	what := map[bool]string{true: "applied", false: "dropped"}[v.Apply]
	w.say("central", "held change %d/%d (%s) is %s", r.Get(crm.RefusalOrigin).I, r.Get(crm.RefusalSeq).I, r.Get(crm.RefusalCode).S, what)
	w.saw("a held change is " + what)
	w.hub.tell()
}

// lacksFor reports whether central has not got, or not taken, what a change hangs on.
func (w *World) lacksFor(at change) (lacks bool) {
	i := slices.IndexFunc(w.truth.acts, func(a *act) bool { return a.origin == at.origin && a.seq == at.seq })
	if i < 0 {
		return false
	}
	a := w.truth.acts[i]
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) (err error) {
		lacks = w.hangs(a, func(c cell) bool {
			made := w.truth.made[c]
			if err != nil || made == nil || made == a {
				return false
			}
			row, errGet := tx.Get(c.kind, c.row)
			err = errGet
			return err == nil && row == nil
		})
		return err
	})
	w.must("read what a held change hangs on", err)
	return lacks
}

// heldRows are the rows that tell of what central holds.
func (w *World) heldRows() (out []*rows.Stored) {
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Rows(crm.Refusal, "state=?1 ORDER BY id", func(r *rows.Stored) error {
			out = append(out, r)
			return nil
		}, central.StateHeld)
	})
	w.must("list what is held", err)
	return out
}

// checkHeld: whatever waits is shown where it was written and at head office, with
// what was typed.
func (w *World) checkHeld(*quiet) {
	all, err := w.hub.desk.RefusedAll(w.ctx)
	if !w.must("head office's list of what is held", err) {
		return
	}
	shown := map[crdt.ID]bool{}
	for _, line := range all {
		shown[line.ID] = line.Code != "" && line.Held()
	}
	for _, r := range w.heldRows() {
		if !shown[r.ID] && len(all) < desk.RefusedListed {
			w.found("central holds %d/%d, and its page does not say so", r.Get(crm.RefusalOrigin).I, r.Get(crm.RefusalSeq).I)
		}
		for _, s := range w.stations {
			if int64(s.seat.origin) == r.Get(crm.RefusalOrigin).I {
				w.checkAuthorSees(s, r)
			}
		}
	}
}

func (w *World) checkAuthorSees(s *station, held *rows.Stored) {
	o, err := s.desk.Outage(w.ctx)
	if !w.must("outage page of "+s.name, err) || len(o.Refused) >= desk.RefusedListed {
		return
	}
	if !slices.ContainsFunc(o.Refused, func(l desk.RefusedLine) bool { return l.ID == held.ID && l.Held() }) {
		w.found("%s is not told that its change %d is held", s.name, held.Get(crm.RefusalSeq).I)
	}
}

// checkWaiting: nothing waits but for something that is held.
func (w *World) checkWaiting(*quiet) {
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM held WHERE code='waits' AND NOT EXISTS (SELECT 1 FROM held_wait JOIN held AS h ON h.id=rests_on WHERE held_wait.held=held.id)`)
		if err != nil {
			return err
		}
		if n > 0 {
			w.found("%d changes wait for nothing", n)
		}
		if n, _, err = tx.Int(`SELECT count(*) FROM held WHERE code='waits'`); n > 0 {
			w.saw("a change waits for a held one")
		}
		return err
	})
	w.must("read what is held", err)
}
