package store

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// This is the model of conflicts over the real files of nodes and of central:
// one field of one customer, two branches, neighbours who exchange what central
// has not taken, changes that central refuses, pushes that relay. The truth,
// who had received what when they wrote, is kept on the side.

// fickle refuses the changes of a list; nothing else.
type fickle struct{ refused map[dot]bool }

type dot struct {
	origin crdt.Origin
	seq    uint64
}

func (f *fickle) Judge(_ *central.Batch, _ *central.Node, c *journal.Change) (crdt.ID, *central.Refusal, error) {
	if f.refused[dot{c.Origin, c.Seq}] {
		return 0, &central.Refusal{Code: "no", Message: "not today"}, nil
	}
	return 9, nil, nil
}

func (*fickle) Refused(id crdt.ID, n *central.Node, c *journal.Change, r *central.Refusal, nowMS int64) crdt.Op {
	return crdt.Op{Kind: crm.Refusal, ID: id, Set: []crdt.FieldSet{
		{Field: crm.RefusalBranch, Value: crdt.IntValue(n.Branch)}, {Field: crm.RefusalOrigin, Value: crdt.IntValue(int64(c.Origin))},
		{Field: crm.RefusalSeq, Value: crdt.IntValue(int64(c.Seq))}, {Field: crm.RefusalAt, Value: crdt.IntValue(nowMS)}}}
}

func (*fickle) Content(_ *central.Batch, _ *central.Node, _ *journal.Change, as crdt.ID) (crdt.ID, *central.Refusal, error) {
	return as, nil, nil
}

func (*fickle) Decided(id crdt.ID, o central.Outcome, _ int64) crdt.Op {
	return crdt.Op{Kind: crm.Refusal, ID: id, Set: []crdt.FieldSet{{Field: crm.RefusalState, Value: crdt.TextValue(o.State)}, {Field: crm.RefusalWhy, Value: crdt.TextValue(o.Why)}}}
}

// town is a central with nodes of two branches, and the truth about them.
type town struct {
	t       *rapid.T
	central *central.Central
	judge   *fickle
	party   crdt.ID
	nodes   []*desk1
	now     int64
	wrote   map[crdt.Stamp]*wrote
}

// wrote is a value that somebody wrote, and what they had received by then.
type wrote struct {
	at   dot
	past map[crdt.Stamp]bool
}

type desk1 struct {
	*Store
	identity *trust.Identity
	skew     int64
	sent     uint64
	seen     map[crdt.Stamp]bool
}

func (w *town) must(err error) {
	if err != nil {
		w.t.Helper()
		w.t.Fatal(err)
	}
}

func newTown(t *rapid.T, dir string) *town {
	w := &town{t: t, judge: &fickle{map[dot]bool{}}, now: startMS, wrote: map[crdt.Stamp]*wrote{}}
	var err error
	w.central, err = central.Open(ctx(), central.Options{Path: filepath.Join(dir, "central.db"), Schema: crm.Table(), Origin: 1,
		Rand: bytes.NewReader(make([]byte, 1<<20)), NowMS: func() int64 { return w.now }, Judge: w.judge, NoSync: true})
	w.must(err)
	_, err = w.central.Act(ctx(), rows.Actor{}, func(a *rows.Act) error {
		ids := make([]crdt.ID, 3)
		for i := range ids {
			if ids[i], err = a.Mint(); err != nil {
				return err
			}
		}
		w.party = ids[0]
		a.Add(crdt.Op{Kind: crm.Party, ID: ids[0], Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue("Ada Král")}, {Field: crm.PartyHome, Value: crdt.IntValue(1)}}})
		a.Add(crdt.Op{Kind: crm.Holding, ID: ids[1], Set: []crdt.FieldSet{{Field: crm.HoldingNumber, Value: crdt.TextValue("17")}, {Field: crm.HoldingBranch, Value: crdt.IntValue(2)}}})
		a.Add(crdt.Op{Kind: crm.Role, ID: ids[2], Set: []crdt.FieldSet{{Field: crm.RoleParty, Value: crdt.RefValue(ids[0])}, {Field: crm.RoleHolding, Value: crdt.RefValue(ids[1])}}})
		return nil
	})
	w.must(err)
	for i, branch := range []int64{1, 1, 1, 2} {
		origin := crdt.Origin(101 + i)
		seed := bytes.Repeat([]byte{byte(i + 1)}, 32)
		n := &desk1{skew: int64(rapid.IntRange(-50, 50).Draw(t, "skew")), seen: map[crdt.Stamp]bool{}}
		n.identity, err = trust.NewIdentity(bytes.NewReader(seed))
		w.must(err)
		w.must(w.central.Join(ctx(), central.Node{Origin: origin, Branch: branch, Name: "desk", Key: n.identity.Public()}, func(*rows.Act) error { return nil }))
		n.Store, err = Open(ctx(), Options{Path: filepath.Join(dir, fmt.Sprint(i, ".db")), Schema: crm.Table(), Origin: origin, Branch: branch,
			Rand: bytes.NewReader(bytes.Repeat(seed, 4096)), NowMS: func() int64 { return w.now + n.skew }, NoSync: true})
		w.must(err)
		w.nodes = append(w.nodes, n)
		w.pull(n)
	}
	return w
}

func (w *town) close() {
	w.must(w.central.Close())
	for _, n := range w.nodes {
		w.must(n.File.Close())
	}
}

func (n *desk1) sign(m []byte) []byte { return n.identity.Sign(trust.ContextJournalHead, m) }

// write changes the memo, naming what stands on the screen.
func (w *town) write(n *desk1) {
	r, err := n.Act(ctx(), rows.Actor{Session: 5, Person: 9}, func(a *rows.Act) error {
		row, err := a.Tx.Get(crm.Party, w.party)
		if err != nil {
			return err
		}
		set := crdt.FieldSet{Field: crm.PartyMemo, Value: crdt.TextValue(fmt.Sprint(n.Origin(), "/", len(w.wrote)))}
		if at := row.Clocks.Of(crm.PartyMemo).Stamp; !at.IsZero() {
			set.Saw = []crdt.Stamp{at}
		}
		a.Add(crdt.Op{Kind: crm.Party, ID: w.party, Set: []crdt.FieldSet{set}})
		return nil
	})
	w.must(err)
	v := &wrote{at: dot{n.Origin(), r.Seq}, past: map[crdt.Stamp]bool{}}
	for s := range n.seen {
		v.past[s] = true
	}
	w.wrote[r.Stamp] = v
	n.seen[r.Stamp] = true
}

// lan lets b ask a, as the exchange does.
func (w *town) lan(a, b *desk1) {
	have := b.Frontier()
	if !a.Acknowledged(b.Origin(), have[a.Origin()]) {
		w.t.Fatal("a neighbour knows more than the author")
	}
	have[b.Origin()] = 1 << 62
	certificates, ranges, err := a.Sideways(ctx(), have, rapid.IntRange(1, 5).Draw(w.t, "limit"), a.sign)
	w.must(err)
	for i := range ranges {
		author := w.nodes[ranges[i].Head.Origin-101]
		w.must(ranges[i].Verify(func(m, s []byte) bool {
			return trust.CheckSigned(author.identity.Public(), trust.ContextJournalHead, m, s) == nil
		}))
	}
	_, err = b.Receive(ctx(), certificates, ranges)
	w.must(err)
	for i := range ranges {
		for j := range ranges[i].Changes {
			w.see(b, ranges[i].Changes[j].Stamp)
		}
	}
}

// see notes that a node received a change, and with it what its author knew.
func (w *town) see(n *desk1, s crdt.Stamp) {
	if v := w.wrote[s]; v != nil {
		n.seen[s] = true
		for p := range v.past {
			n.seen[p] = true
		}
	}
}

// push sends what is to go up.
func (w *town) push(n *desk1) {
	ranges, err := n.Upward(ctx(), n.sent, rapid.IntRange(1, 6).Draw(w.t, "limit"), n.sign)
	w.must(err)
	for i := range ranges {
		for j := range ranges[i].Changes {
			c := &ranges[i].Changes[j]
			at := dot{c.Origin, c.Seq}
			if _, judged := w.judge.refused[at]; !judged {
				w.judge.refused[at] = rapid.IntRange(0, 19).Draw(w.t, "refused") == 0
			}
		}
	}
	out, err := w.central.Push(ctx(), n.Origin(), &wire.Push{Ranges: ranges}, func(m, s []byte) bool {
		return trust.CheckSigned(n.identity.Public(), trust.ContextJournalHead, m, s) == nil
	})
	w.must(err)
	n.sent = out.Vector[n.Origin()]
	n.Pushed(ranges, out.Vector)
}

func (w *town) pull(n *desk1) {
	c, err := w.central.Node(ctx(), n.Origin())
	w.must(err)
	for _, scope := range n.Scopes() {
		at, err := n.Cursor(ctx(), scope)
		w.must(err)
		page, err := w.central.Page(ctx(), c, wire.Pull{Scope: scope, Since: at.Feed, Limit: 1000})
		w.must(err)
		if at.Epoch == 0 {
			w.must(n.Rewind(ctx(), scope, page.Epoch, false))
		}
		w.must(n.Apply(ctx(), page))
	}
	for s, v := range w.wrote {
		if seq := w.taken(v.at.origin); v.at.seq <= seq && !w.judge.refused[v.at] {
			w.see(n, s)
		}
	}
}

func (w *town) taken(origin crdt.Origin) uint64 {
	n, err := w.central.Node(ctx(), origin)
	w.must(err)
	return n.Seq
}

// quiet ends the day: everything goes up, then everything comes down.
func (w *town) quiet() {
	for range len(w.wrote) + 2 {
		for _, n := range w.nodes {
			w.push(n)
		}
	}
	for range 2 {
		for _, n := range w.nodes {
			w.pull(n)
		}
	}
}

// agree wants the same digests everywhere, nothing untaken, and no value gone
// without a trace.
func (w *town) agree() {
	for _, n := range w.nodes {
		for _, scope := range n.Scopes() {
			at, err := n.Cursor(ctx(), scope)
			w.must(err)
			var truth crdt.Digest
			w.must(w.central.File.Read(ctx(), func(tx *rows.Tx) error {
				sc, err := tx.Scope(scope)
				truth = sc.Digest
				return err
			}))
			if at.Digest != truth {
				w.t.Errorf("scope %d of %d: %s, central has %s", scope, n.Origin(), at.Digest, truth)
			}
		}
		p, err := n.Progress(ctx())
		w.must(err)
		if held := n.Held(); p.Unsent != 0 || len(held) != 0 || n.Pending(crm.Party, w.party) {
			w.t.Errorf("%d still holds %d own, %v", n.Origin(), p.Unsent, held)
		}
	}
	var row *rows.Stored
	w.must(w.central.File.Read(ctx(), func(tx *rows.Tx) (err error) {
		row, err = tx.Get(crm.Party, w.party)
		return err
	}))
	kept := map[crdt.Stamp]bool{row.Clocks.Of(crm.PartyMemo).Stamp: true}
	for i := range row.Conflicts {
		kept[row.Conflicts[i].Stamp] = true
	}
	for s, v := range w.wrote {
		if !w.judge.refused[v.at] && !kept[s] && !w.superseded(s) {
			w.t.Errorf("the value of %d/%d is gone without a trace", v.at.origin, v.at.seq)
		}
	}
}

// superseded reports whether somebody who had received a value wrote after it.
func (w *town) superseded(s crdt.Stamp) bool {
	for _, v := range w.wrote {
		if v.past[s] && !w.judge.refused[v.at] {
			return true
		}
	}
	return false
}

func TestNothingIsLostHoweverNeighboursCentralAndRefusalsMeet(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir := t.TempDir()
		w := newTown(r, dir)
		defer w.close()
		for range rapid.IntRange(5, 40).Draw(r, "steps") {
			w.now += int64(rapid.IntRange(0, 20).Draw(r, "pause"))
			n := w.nodes[rapid.IntRange(0, 3).Draw(r, "node")]
			switch k := rapid.IntRange(0, 99).Draw(r, "step"); {
			case k < 40:
				w.write(n)
			case k < 65:
				if other := w.nodes[rapid.IntRange(0, 2).Draw(r, "from")]; n.Branch() == 1 && other != n {
					w.lan(other, n)
				}
			case k < 80:
				w.push(n)
				w.pull(n)
			case k < 90:
				w.push(n)
			default:
				w.pull(n)
			}
		}
		w.quiet()
		w.agree()
		for _, a := range w.nodes[:3] { // what everybody has changes nothing
			for _, b := range w.nodes[:3] {
				if a != b {
					w.lan(a, b)
				}
			}
		}
		w.agree()
	})
}
