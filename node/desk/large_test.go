package desk_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/journal"
	"bough/sync/rows"
)

// chain writes changes over ops into the journal of a workstation whose program
// is down, as a release with other limits would.
func (l *till) chain(who *desk.Who, changes ...[]crdt.Op) {
	l.bank.t.Helper()
	must(l.bank.t, l.File.Close())
	f, err := rows.Open(rows.Options{Path: l.path, Schema: crm.Table(), Migrations: store.LocalTables(), NoSync: true})
	must(l.bank.t, err)
	must(l.bank.t, f.Write(ctx(), func(tx *rows.Tx) error {
		a, err := f.LoadAuthor(tx, 0, l.bank.random)
		if err != nil {
			return err
		}
		for _, ops := range changes {
			bodies := make([]journal.Body, len(ops))
			for i := range ops {
				bodies[i].Op = ops[i]
			}
			if _, err := a.Chain(tx, a.Clock.Now(l.bank.time()), who.Session, bodies); err != nil {
				return err
			}
		}
		return nil
	}))
	must(l.bank.t, f.Close())
	l.open()
}

func TestATooLargeChangeIsHeldInSightOfAllAndWhatComesAfterItGoesOn(t *testing.T) {
	p := workstation(t)
	boss := p.signIn("manager1")
	ada := p.prospect(boss, "Ada")
	id := func(n uint32) crdt.ID { return crdt.MakeID(p.till.origin, 1<<31|n) }
	eve := id(1)
	large := []crdt.Op{set(crm.Party, eve, crm.PartyType, "person", crm.PartyName, "Eve", crm.PartyHome, 1)}
	for n := range uint32(journal.MaxOps) {
		large = append(large, set(crm.Interaction, id(10+n), crm.InteractionParty, eve, crm.InteractionText, "one of many"))
	}
	p.till.chain(boss, large, []crdt.Op{set(crm.Interaction, id(5), crm.InteractionParty, eve, crm.InteractionText, "rests on it")})
	p.Desk = p.till.desk
	boss = p.signIn("manager1")
	after := p.saved(p.RecordInteraction(ctx(), boss, ada, note("goes on")))
	p.till.sync()
	// The author is told, and so is head office; the stream went on.
	o, err := p.Outage(ctx())
	must(t, err)
	if o.Missing() != 0 || o.Unsent != 0 || o.HeldCount != 2 || o.RefusedCount != 0 || len(o.Refused) != 2 || o.Refused[1].Code != "too_large" || o.Refused[0].Code != "waits" || !o.Refused[0].Held() || !o.Refused[1].Held() {
		t.Errorf("the author's list: %+v", o.Refused)
	}
	all, err := p.bank.desk.RefusedAll(ctx())
	must(t, err)
	if len(all) != 2 || all[1].Code != "too_large" || all[1].By != boss.Name {
		t.Errorf("head office's list: %+v", all)
	}
	held, err := p.bank.desk.Held(ctx())
	must(t, err)
	if diff := cmp.Diff(map[crdt.Origin]uint64{p.till.Origin(): 2}, held); diff != "" {
		t.Errorf("held, as the fleet shows it: %s", diff)
	}
	must(t, p.bank.Central.File.Read(ctx(), func(tx *rows.Tx) error {
		r, err := tx.Get(crm.Interaction, after)
		if r == nil {
			t.Error("what came after is not at central")
		}
		return err
	}))
	// Decided: what rested on it comes along, and it is written down who decided.
	must(t, p.bank.Decide(ctx(), rows.Actor{Person: boss.Person}, all[1].ID, office.Verdict{Apply: true, Why: "an import by hand"}))
	for range 2 {
		p.till.sync()
	}
	if c := p.customer(boss, eve); c.Name != "Eve" || !c.MoreTimeline {
		t.Errorf("applied: %s, %d lines", c.Name, len(c.Timeline))
	}
	o, err = p.Outage(ctx())
	must(t, err)
	if o.HeldCount != 0 || o.Missing() != 0 || len(o.Refused) != 2 || o.Refused[1].State != crm.RefusalApplied || o.Refused[1].Why != "an import by hand" || o.Refused[1].Decider == "" ||
		o.Refused[0].State != crm.RefusalApplied || o.Refused[0].Decider != "" {
		t.Errorf("after the decision: %+v", o.Refused)
	}
	p.till.sound(t)
}
