package sim

import (
	"fmt"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
)

// vetoCode is the code of refusals for no reason.
const vetoCode = "sim_veto"

// restless says what still moves; empty when nothing does.
func (w *World) restless() string {
	if !w.hub.up {
		return "central is down"
	}
	if w.flying > 0 {
		return fmt.Sprintf("%d messages are under way", w.flying)
	}
	for i := range w.features {
		if restless := w.features[i].restless; restless != nil {
			if why := restless(w); why != "" {
				return why
			}
		}
	}
	for _, s := range w.stations {
		if !s.up {
			return s.name + " is down"
		}
		st := s.rep.State()
		if st.Written != s.at || st.Sent != st.Written || st.Taken != st.Written {
			return fmt.Sprintf("%s wrote %d (%d known to sync), sent %d, taken %d", s.name, s.at, st.Written, st.Sent, st.Taken)
		}
		for _, at := range st.Cursors {
			if head := w.hub.feed(at.Scope).Feed; !at.AtHead || at.Feed != head {
				return fmt.Sprintf("%s has read scope %d to %d of %d", s.name, at.Scope, at.Feed, head)
			}
		}
	}
	return ""
}

// census is every row of a file, in order.
type census struct {
	name string
	rows []*rows.Stored
	by   map[cell]*rows.Stored
}

func (w *World) census(name string, file *rows.File) *census {
	c := &census{name: name, by: map[cell]*rows.Stored{}}
	err := file.Read(w.ctx, func(tx *rows.Tx) error {
		return tx.Each(func(r *rows.Stored) error {
			c.rows = append(c.rows, r)
			c.by[cell{r.Kind, r.ID, 0}] = r
			return nil
		})
	})
	w.must("read all of "+name, err)
	return c
}

// found notes a failure of the last checks; a few are enough.
func (w *World) found(format string, args ...any) {
	if len(w.failures) < maxFound {
		w.fail(format, args...)
	}
}

// agreement is that everybody has the same.
func agreement() feature {
	return feature{checks: []check{
		{3, "a scope is the same at its nodes and at central, and its digest says so", (*World).checkScopes},
	}}
}

// check runs every check, at quiet.
func (w *World) check() {
	w.say("world", "quiet: checking")
	q := &quiet{head: w.census("central", w.hub.office.Central.File)}
	for _, s := range w.stations {
		q.here = append(q.here, w.census(s.name, s.store.File))
	}
	w.markRefused(q.head)
	for i := range w.features {
		if fates := w.features[i].fates; fates != nil {
			fates(w, q)
		}
	}
	for _, c := range all(w.features, func(f *feature) []check { return f.checks }) {
		before := len(w.failures)
		if c.do(w, q); len(w.failures) > before {
			w.fail("promise %d does not hold: %s", c.promise, c.name)
		}
	}
}

// compare tells in what workstations differ from central, where they never agree.
func (w *World) compare() {
	q := &quiet{}
	for _, s := range w.stations {
		if !s.up {
			return
		}
		q.here = append(q.here, w.census(s.name, s.store.File))
	}
	w.checkScopes(q)
}

func (w *World) checkScopes(q *quiet) {
	for i, s := range w.stations {
		for _, scope := range s.store.Scopes() {
			w.checkScope(s, q.here[i], scope)
		}
	}
}

// checkFiles: chain and file are sound, everywhere.
func (w *World) checkFiles(*quiet) {
	w.checkFile("central", w.hub.office.Central.File, w.hub.origin)
	for _, s := range w.stations {
		w.checkFile(s.name, s.store.File, s.seat.origin)
	}
}

func (w *World) checkProofs(*quiet) {
	for _, s := range w.stations {
		w.checkProof(s)
	}
}

// scopeRows are the rows of a scope at central, as its feed lists them, by kind
// and id.
func scopeRows(tx *rows.Tx, scope int64) (keys []cell, err error) {
	err = tx.Query(`SELECT kind, row_id FROM feed WHERE scope=?1 AND void=0 ORDER BY kind, row_id, n`, func(s *rows.Stmt) error {
		keys = append(keys, cell{uint8(s.ColumnInt64(0)), crdt.ID(s.ColumnInt64(1)), 0})
		return nil
	}, scope)
	return keys, err
}

// checkScope compares a scope at a node with central, row by row and by digest.
func (w *World) checkScope(s *station, here *census, scope int64) {
	var sum crdt.Digest
	var sc rows.Scope
	wanted := map[cell]bool{}
	err := w.hub.office.Central.File.Read(w.ctx, func(tx *rows.Tx) error {
		keys, err := scopeRows(tx, scope)
		if err != nil {
			return err
		}
		for _, k := range keys {
			r, err := tx.Get(k.kind, k.row)
			if err != nil {
				return err
			}
			if r == nil {
				continue
			}
			if wanted[k] {
				w.found("%s %d stands twice in the feed of scope %d", kindName(w, k.kind), k.row, scope)
			}
			wanted[k] = true
			sum.Add(r.Digest())
			w.checkSame(r, here, scope)
		}
		return nil
	})
	w.must("read central", err)
	if sc = w.hub.feed(scope); sc.Digest != sum {
		w.found("central keeps digest %s of scope %d, its rows make %s", sc.Digest, scope, sum)
	}
	w.checkDigest(s, here, scope, sum)
	for _, r := range here.rows {
		if everywhere := w.schema.Kind(r.Kind).Scope.Everywhere; everywhere == (scope == 0) && !wanted[cell{r.Kind, r.ID, 0}] {
			w.found("%s has %s %d, which central does not have in scope %d", s.name, kindName(w, r.Kind), r.ID, scope)
		}
	}
}

// checkSame compares a row of central with that of a node.
func (w *World) checkSame(r *rows.Stored, here *census, scope int64) {
	mine := here.by[cell{r.Kind, r.ID, 0}]
	switch {
	case mine == nil:
		w.found("%s lacks %s %d of scope %d", here.name, kindName(w, r.Kind), r.ID, scope)
	case mine.Digest() != r.Digest():
		w.found("%s has another %s %d than central in scope %d:\n  here    %s\n  central %s", here.name, kindName(w, r.Kind), r.ID, scope, describe(mine), describe(r))
	}
}

func describe(r *rows.Stored) string {
	s := fmt.Sprintf("n=%d clocks=", r.N)
	for _, c := range r.Clocks {
		s += fmt.Sprintf("%s/%x/%d ", c.Stamp, c.Mask, c.By)
	}
	for i := range r.Conflicts {
		x := &r.Conflicts[i]
		s += fmt.Sprintf("conflict{%d %s %q closed=%s by=%d} ", x.Field, x.Stamp, x.Value, x.Closed, x.By)
	}
	return fmt.Sprintf("%sfields=%q cleared=%v", s, r.Fields, r.Cleared)
}

// checkDigest: what a node keeps as the digest of a scope is what its rows make,
// and what central's rows make.
func (w *World) checkDigest(s *station, here *census, scope int64, central crdt.Digest) {
	var sum crdt.Digest
	for _, r := range here.rows {
		if w.schema.Kind(r.Kind).Scope.Everywhere == (scope == 0) {
			sum.Add(r.Digest())
		}
	}
	at, err := s.store.Cursor(w.ctx, scope)
	if w.must("read a scope", err) && at.Digest != sum {
		w.found("%s keeps digest %s of scope %d, its rows make %s", s.name, at.Digest, scope, sum)
	}
	if sum != central {
		w.found("%s and central differ in scope %d: %s, %s", s.name, scope, sum, central)
	}
	w.say(s.name, "scope %d: digest %s", scope, sum)
}

// markRefused reads the rows that tell of refusals and marks the acts.
func (w *World) markRefused(head *census) {
	type dot struct {
		origin crdt.Origin
		seq    uint64
	}
	acts, j := map[dot]*act{}, w.judgement(head)
	for _, a := range w.truth.acts {
		acts[dot{a.origin, a.seq}] = a
	}
	for _, r := range head.rows {
		if r.Kind != crm.Refusal {
			continue
		}
		if r.Get(crm.RefusalState).S == central.StateApplied {
			continue // taken after all
		}
		d := dot{crdt.Origin(r.Get(crm.RefusalOrigin).I), uint64(r.Get(crm.RefusalSeq).I)}
		a := acts[d]
		switch {
		case w.doubted(d.origin) && (a == nil || !j.took(change{a.origin, a.seq}, a.stamp)): // of another file
		case a == nil:
			w.found("central refused %d/%d, which nobody wrote", d.origin, d.seq)
		case a.refused != "":
			w.found("central refused %d/%d twice", d.origin, d.seq)
		default:
			a.refused, a.held = r.Get(crm.RefusalCode).S, r.Get(crm.RefusalState).S == central.StateHeld
			w.saw("refused: " + a.refused)
		}
	}
}

// checkRefusals: a refusal must have a reason that truth knows too.
func (w *World) checkRefusals() {
	codes := all(w.features, func(f *feature) []refusal { return f.refusals })
	for _, a := range w.truth.acts {
		ok := a.refused == "" || a.unsure(w) || slices.ContainsFunc(codes, func(r refusal) bool {
			return r.code == a.refused && (r.reason == nil || r.reason(w, a))
		})
		if !ok {
			w.found("central refused change %d/%d (%s) with %q, for which there is no reason", a.origin, a.seq, a.what, a.refused)
		}
	}
}

// hangs reports whether an act was written in a session, writes to a row, or names
// one, of which something holds.
func (w *World) hangs(a *act, holds func(cell) bool) bool {
	return holds(sessionCell(a)) || slices.ContainsFunc(a.ops, func(op crdt.Op) bool {
		kind := w.schema.Kind(op.Kind)
		return holds(cell{op.Kind, op.ID, 0}) || kind != nil && slices.ContainsFunc(op.Set, func(f crdt.FieldSet) bool {
			fd := kind.Field(f.Field)
			return fd.Ref != 0 && holds(cell{fd.Ref, f.Value.ID(), 0})
		})
	})
}

// checkTaken: central has every change up to the last one written, and its
// history of each origin is without a gap, but where what is missing came under
// another number (decision 0034).
func (w *World) checkTaken() {
	for _, s := range w.stations {
		n, err := w.hub.office.Central.Node(w.ctx, s.seat.origin)
		if !w.must("central knows its node", err) {
			continue
		}
		if n.Seq != s.at {
			w.found("central has %d changes of %s, which wrote %d", n.Seq, s.name, s.at)
		}
		w.checkHistory(s.seat.origin, n.Seq)
	}
}

// checkHistory reads what central took, verbatim.
func (w *World) checkHistory(origin crdt.Origin, seq uint64) {
	stamps := w.hub.history(origin)
	for _, a := range w.truth.acts {
		if a.origin == origin && !a.moved && a.seq <= seq && stamps[a.seq] != a.stamp {
			w.found("change %d/%d (%s) was acknowledged at %s; central's history has %s there", origin, a.seq, a.what, a.stamp, stamps[a.seq])
		}
	}
	has := len(stamps)
	if has < int(seq) {
		for at := range w.hub.elsewhere(origin) {
			if _, here := stamps[at]; !here && at <= seq {
				has++
			}
		}
	}
	if has != int(seq) {
		w.found("central's history of %d has %d changes of %d", origin, has, seq)
	}
}

// checkFile: chain and file are sound.
func (w *World) checkFile(name string, file *rows.File, origin crdt.Origin) {
	err := file.Read(w.ctx, func(tx *rows.Tx) error {
		_, err := tx.CheckChain(origin)
		return err
	})
	w.must("chain of "+name, err)
	faults, err := file.Integrity(w.ctx)
	if w.must("integrity of "+name, err) && len(faults) > 0 {
		w.found("the file of %s is damaged: %v", name, faults)
	}
}

// checkProof: written = accepted + refused + held, nothing missing, nothing unsent.
func (w *World) checkProof(s *station) {
	o, err := s.desk.Outage(w.ctx)
	if !w.must("outage page", err) {
		return
	}
	refused, held := 0, 0
	for _, a := range w.truth.acts {
		switch {
		case !s.own(a) || a.refused == "":
		case a.held:
			held++
		default:
			refused++
		}
	}
	if o.Missing() != 0 || o.Unsent != 0 || len(o.Items) != 0 || o.Written != s.at || (int(o.RefusedCount) != refused || int(o.HeldCount) != held) && !w.doubted(s.seat.origin) {
		w.found("%s shows %d written, %d accepted, %d refused, %d held, %d unsent (%d listed), %d missing; truth: %d written, %d refused, %d held",
			s.name, o.Written, o.Accepted, o.RefusedCount, o.HeldCount, o.Unsent, len(o.Items), o.Missing(), s.at, refused, held)
	}
	w.say(s.name, "%d written, %d accepted, %d refused, %d held, %d missing", o.Written, o.Accepted, o.RefusedCount, o.HeldCount, o.Missing())
}
