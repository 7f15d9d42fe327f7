package desk_test

import (
	"slices"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// fresh makes a workstation forget that its feed has reached its head.
func fresh(t *testing.T, l *till) {
	t.Helper()
	must(t, l.File.Write(ctx(), func(tx *rows.Tx) error { return tx.Exec(`DELETE FROM fact WHERE name='feed met its head'`) }))
}

func (p *place) outage() *desk.Outage {
	p.t.Helper()
	o, err := p.Outage(ctx())
	must(p.t, err)
	if o.Missing() != 0 {
		p.t.Errorf("%d missing: %+v", o.Missing(), o)
	}
	return o
}

func TestTheOutagePageAccountsForEveryChange(t *testing.T) {
	p := workstation(t)
	p.till.online = false
	who := p.signIn("teller1")
	id := p.prospect(who, "Ada")
	p.saved(p.RecordInteraction(ctx(), who, id, desk.Interaction{Channel: "counter", Text: "asked for a loan"}))
	p.edit(who, id, "memo", "likes trains", []string{}...)
	o := p.outage()
	if o.Online || o.Written != 4 || o.Unsent != 4 || o.Accepted != 0 || o.RefusedCount != 0 || o.OldestMS <= 0 || !o.Bootstrapped || o.SinceMS != 5 || o.LastContactMS != 6 {
		t.Errorf("%+v", o)
	}
	var lines []string
	for _, i := range o.Items {
		lines = append(lines, i.Kind+" "+i.Name+" "+i.By)
	}
	if !slices.Equal(lines, []string{"party Ada A teller", "interaction Ada A teller", "party Ada A teller", "session  A teller"}) ||
		!strings.Contains(o.Items[1].Text, "asked for a loan") || !strings.Contains(o.Items[0].Text, "likes trains") || o.Items[3].Text != "" {
		t.Errorf("%+v", o.Items)
	}
	// A right is taken away at head office while the line is down.
	for _, r := range p.rights() {
		if r.Get(crm.RightRole).S == "teller" && r.Get(crm.RightAct).S == string(crm.ActRecord) {
			p.act(set(crm.Right, r.ID, crm.RightAllowed, 0))
		}
	}
	p.till.sync()
	p.till.online = true
	o = p.outage()
	if !o.Online || o.Written != 4 || o.Accepted != 3 || o.RefusedCount != 0 || o.HeldCount != 1 || o.Missing() != 0 || o.Unsent != 0 || o.OldestMS != 0 || len(o.Items) != 0 {
		t.Errorf("%+v", o)
	}
	if len(o.Refused) != 1 || o.Refused[0].Code != "not_allowed" || o.Refused[0].By != "A teller" || o.Refused[0].Kind != "interaction" || o.Refused[0].Seq != 3 || o.Refused[0].Branch != 1 {
		t.Errorf("%+v", o.Refused)
	}
	if c := p.customer(who, id); len(c.Timeline) != 0 || c.Field("memo").Value != "likes trains" {
		t.Errorf("%+v", c.Timeline)
	}
	all, err := p.bank.desk.RefusedAll(ctx())
	if err != nil || len(all) != 1 || all[0].Seq != 3 || all[0].Typed == "" {
		t.Errorf("%+v %v", all, err)
	}
}

func TestAJournalThatLostAChangeIsMissingOne(t *testing.T) {
	p := workstation(t)
	who := p.signIn("teller1")
	for range 3 {
		p.prospect(who, "Ada")
	}
	must(t, p.till.File.Write(ctx(), func(tx *rows.Tx) error { return tx.Exec(`DELETE FROM journal WHERE seq=2`) }))
	p.till.open()
	o, err := p.till.desk.Outage(ctx())
	must(t, err)
	if o.Missing() != 1 {
		t.Errorf("%d missing of %d", o.Missing(), o.Written)
	}
}

func TestHeadOfficeIsAlwaysOnline(t *testing.T) {
	b := newBank(t)
	if o, err := b.desk.Outage(ctx()); err != nil || !o.Online || o.Missing() != 0 || !o.Bootstrapped {
		t.Errorf("%+v %v", o, err)
	}
}

func TestASlowListenerIsToldAnything(t *testing.T) {
	b := newBank(t)
	d := b.desk
	slow, stop := d.Subscribe()
	quick, stopQuick := d.Subscribe()
	defer stopQuick()
	seen := map[crdt.ID]int{}
	for i := range 1000 {
		d.Tell([]crdt.ID{crdt.ID(i + 1)})
		seen[(<-quick).Party]++
	}
	if len(seen) != 1000 || seen[0] != 0 {
		t.Errorf("a listener who keeps up heard %d parties, %d times anything", len(seen), seen[0])
	}
	var heard []crdt.ID
	for len(slow) > 0 {
		heard = append(heard, (<-slow).Party)
	}
	if len(heard) == 0 || heard[0] != 0 || heard[len(heard)-1] != 1000 {
		t.Errorf("a slow one heard %v", heard)
	}
	stop()
	d.Tell([]crdt.ID{5})
	if len(slow) != 0 {
		t.Error("who left is still told")
	}
	<-quick
	d.Tell(nil)
	if e := <-quick; e.Party != 0 {
		t.Errorf("%+v", e)
	}
	many := make([]crdt.ID, 500)
	d.Tell(many)
	if e := <-quick; e.Party != 0 || len(quick) != 0 {
		t.Errorf("of a page of 500 it was told %d more", len(quick))
	}
}

func TestWhatAnotherSavedIsHeard(t *testing.T) {
	p := workstation(t)
	who := p.signIn("teller1")
	events, stop := p.Subscribe()
	defer stop()
	id := p.prospect(who, "Ada")
	if e := <-events; e.Party != id {
		t.Errorf("%+v", e)
	}
	p.till.push()
	p.act(set(crm.Party, id, crm.PartyTier, "A"))
	p.till.pull()
	var heard []crdt.ID
	for len(events) > 0 {
		heard = append(heard, (<-events).Party)
	}
	if !slices.Contains(heard, id) {
		t.Errorf("%v", heard)
	}
}
