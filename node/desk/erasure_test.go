package desk_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/rows"
)

// lies tells which words stand in a database file, or in what lies beside it.
func lies(t testing.TB, path string, words ...string) (found []string) {
	t.Helper()
	for _, end := range []string{"", "-wal"} {
		data, err := os.ReadFile(path + end)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, w := range words {
			if bytes.Contains(bytes.ToLower(data), []byte(strings.ToLower(w))) {
				found = append(found, filepath.Base(path)+end+": "+w)
			}
		}
	}
	return found
}

// secrets are words that stand in what is written of somebody who is erased.
var secrets = []string{"Quetzalcoatl", "xylophone", "zugzwang", "+442079460777", "aardvark", "Jabberwock"}

// lived is somebody with a life in the files: written at two workstations, with
// a conflict, a draft, an answer of the API, a refusal, a relation and a household.
type lived struct {
	boss      *desk.Who
	id, other crdt.ID
	group     crdt.ID
}

func (b *bank) live(here, there *place) (l lived) {
	t := here.t
	l.boss = here.signIn("manager1")
	l.id = here.saved(here.NewProspect(ctx(), l.boss, desk.Prospect{Fields: map[string]string{"name": "Quetzalcoatl"}, Phone: "+442079460777"}))
	l.other = here.prospect(l.boss, "Somebody Else")
	here.till.sync()
	there.till.sync()
	bob := there.signIn("banker1")
	// Two write at once.
	seen := here.customer(l.boss, l.id).Field("memo").Stamp
	here.edit(l.boss, l.id, "memo", "plays the xylophone", seen)
	there.edit(bob, l.id, "memo", "in zugzwang", seen)
	here.saved(here.RecordInteraction(ctx(), l.boss, l.id, desk.Interaction{Channel: "counter", Text: "spoke of the aardvark", PromiseText: "find the aardvark", PromiseDueMS: 9e12}))
	must(t, here.SaveDraft(ctx(), l.boss, "wrapup/"+l.id.String(), "text=half+an+aardvark"))
	must(t, here.till.PutAnswer(ctx(), l.boss.Person, "k1", store.Answer{Status: 201, Body: []byte(`{"id":"` + l.id.String() + `","name":"Quetzalcoatl"}`)}, b.time()))
	_, err := here.till.Index(ctx(), 1000)
	must(t, err)
	for range 2 {
		here.till.sync()
		there.till.sync()
	}
	l.group = b.act(set(crm.Group, 0, crm.GroupType, "household", crm.GroupHome, 1, crm.GroupName, "of the house"))
	b.act(set(crm.Membership, 0, crm.MembershipParty, l.id, crm.MembershipGroup, l.group))
	b.act(set(crm.Membership, 0, crm.MembershipParty, l.other, crm.MembershipGroup, l.group))
	b.act(set(crm.Relation, 0, crm.RelationFrom, l.id, crm.RelationTo, l.other, crm.RelationType, "spouse", crm.RelationNote, "Jabberwock"))
	here.till.sync()
	there.till.sync()
	return l
}

func (b *bank) order(t testing.TB, id crdt.ID) int64 {
	t.Helper()
	must(t, b.second())
	one, err := b.PersonID(ctx(), "admin1")
	must(t, err)
	two, err := b.PersonID(ctx(), "second")
	must(t, err)
	n, err := b.OrderErasure(ctx(), one, id, "request", "file 17")
	must(t, err)
	if err := b.ConfirmErasure(ctx(), one, n); err == nil {
		t.Error("who ordered it confirmed it")
	}
	must(t, b.ConfirmErasure(ctx(), two, n))
	return n
}

// second makes another administrator, once.
func (b *bank) second() error {
	_, err := b.AddPerson(ctx(), rows.Actor{}, office.NewPerson{Login: "second", Role: "admin", Password: password})
	if err != nil && strings.Contains(err.Error(), "taken") {
		return nil
	}
	return err
}

// purge makes a workstation clean its disk and say so.
func (l *till) purge() {
	l.bank.t.Helper()
	_, err := l.Purge(ctx())
	must(l.bank.t, err)
	list, err := l.Receipts(ctx(), 100)
	must(l.bank.t, err)
	must(l.bank.t, l.bank.Central.Noted(ctx(), l.origin, list))
	_, err = l.Noted(ctx(), list)
	must(l.bank.t, err)
}

// sound checks the chains of everybody and the digests of a workstation.
func (l *till) sound(t testing.TB) {
	t.Helper()
	for origin, f := range map[crdt.Origin]*rows.File{l.origin: l.File, l.bank.Central.Origin(): l.bank.Central.File} {
		must(t, f.Read(ctx(), func(tx *rows.Tx) error {
			_, err := tx.CheckChain(origin)
			return err
		}))
	}
	for _, scope := range l.Scopes() {
		var theirs rows.Scope
		must(t, l.bank.Central.File.Read(ctx(), func(tx *rows.Tx) (err error) {
			theirs, err = tx.Scope(scope)
			return err
		}))
		mine, err := l.Cursor(ctx(), scope)
		must(t, err)
		if mine.Digest != theirs.Digest {
			t.Errorf("scope %d of %d: the digests differ", scope, l.origin)
		}
	}
}

func (b *bank) path() string { return b.Central.File.Path() }

func TestWhatIsErasedIsNowhereOnAnyDiskAndTheChainsStillVerify(t *testing.T) {
	b := newBank(t)
	here, there := &place{bank: b, till: b.join(11, 1), t: t}, &place{bank: b, till: b.join(12, 1), t: t}
	here.Desk, there.Desk = here.till.desk, there.till.desk
	l := b.live(here, there)
	for _, path := range []string{b.path(), here.till.path, there.till.path} {
		if len(lies(t, path, secrets...)) == 0 {
			t.Fatalf("the scan finds nothing in %s even while it is there", filepath.Base(path))
		}
	}
	b.act(set(crm.Directory, l.id, crm.DirectoryName, "Q. Jabberwock"))
	n := b.order(t, l.id)
	if found := lies(t, b.path(), secrets...); len(found) > 0 {
		t.Errorf("central: %v", found)
	}
	// A late write of somebody who has not heard of it.
	there.saved(there.RecordInteraction(ctx(), there.signIn("banker1"), l.id, desk.Interaction{Channel: "counter", Text: "again the aardvark"}))
	for _, p := range []*place{here, there} {
		p.till.sync()
		p.till.sync()
		if list, err := p.till.Receipts(ctx(), 10); err != nil || len(list) != 0 {
			t.Errorf("a receipt is out before the disk is clean: %v %v", list, err)
		}
		p.till.purge()
		if found := lies(t, p.till.path, secrets...); len(found) > 0 {
			t.Errorf("%d: %v", p.till.origin, found)
		}
		p.till.sound(t)
	}
	if found := lies(t, b.path(), secrets...); len(found) > 0 {
		t.Errorf("central, after the late write: %v", found)
	}
	list, err := b.Erasures(ctx())
	must(t, err)
	if len(list) != 1 || list[0].N != n || list[0].Done() != 2 || len(list[0].Receipts) != 2 {
		t.Errorf("%+v", list)
	}
	if _, err := here.Customer(ctx(), l.boss, l.id); trouble(err) != "not found erased" {
		t.Error(err)
	}
	c := here.customer(l.boss, l.other)
	if len(c.Relations) != 0 || len(c.Groups) != 1 || len(c.Groups[0].Members) != 1 {
		t.Errorf("who stays: %+v %+v", c.Relations, c.Groups)
	}
	if o, err := there.Outage(ctx()); err != nil || o.Missing() != 0 || o.RefusedCount != 1 || o.Refused[0].Code != "erased" || o.Refused[0].Typed != "" {
		t.Errorf("%+v %v", o, err)
	}
}

// unplug is a workstation that was off for weeks: it wrote, and heard nothing.
func TestAWorkstationThatWasOffForWeeksErasesWhenItHears(t *testing.T) {
	b := newBank(t)
	here, there := &place{bank: b, till: b.join(11, 1), t: t}, &place{bank: b, till: b.join(12, 1), t: t}
	here.Desk, there.Desk = here.till.desk, there.till.desk
	l := b.live(here, there)
	bob := there.signIn("banker1")
	reach := there.customer(bob, l.id).Reaches[0].ID
	there.saved(there.EditReach(ctx(), bob, reach, "+442079460778", nil))
	there.edit(bob, l.other, "memo", "stays")
	b.order(t, l.id)
	b.mu.Lock()
	b.now += 40 * dayMS
	b.mu.Unlock()
	there.till.pull() // the feed comes before the push: its own entries are erased
	there.till.sync()
	there.till.sync()
	there.till.purge()
	if found := lies(t, there.till.path, append(secrets, "+442079460778")...); len(found) > 0 {
		t.Error(found)
	}
	there.till.sound(t)
	if o, err := there.Outage(ctx()); err != nil || o.Missing() != 0 || o.RefusedCount != 0 {
		t.Errorf("%+v %v", o, err)
	}
	if c := there.customer(there.signIn("banker1"), l.other); c.Field("memo").Value != "stays" {
		t.Errorf("%+v", c.Field("memo"))
	}
	// The other one is still away: head office sees who.
	list, err := b.Erasures(ctx())
	must(t, err)
	if len(list[0].Receipts) != 2 || list[0].Done() != 1 || list[0].Receipts[0].Origin != 11 || list[0].Receipts[0].DoneMS != 0 {
		t.Errorf("%+v", list[0].Receipts)
	}
	// What was restored from an old backup, or is passed on by it, brings nothing back.
	must(t, here.till.File.Read(ctx(), func(tx *rows.Tx) error { return nil }))
	here.till.sync()
	here.till.sync()
	here.till.sound(t)
}

func TestARestoredCentralErasesBeforeItServesAnybody(t *testing.T) {
	b := newBank(t)
	here, there := &place{bank: b, till: b.join(11, 1), t: t}, &place{bank: b, till: b.join(12, 1), t: t}
	here.Desk, there.Desk = here.till.desk, there.till.desk
	l := b.live(here, there)
	old := filepath.Join(t.TempDir(), "backup.db")
	must(t, b.Central.File.Backup(ctx(), old))
	b.order(t, l.id)
	if found := lies(t, old, secrets...); len(found) == 0 {
		t.Fatal("the backup knows nothing of the party even before it is restored")
	}
	if found := lies(t, b.ledger, secrets...); len(found) > 0 {
		t.Errorf("the ledger tells of somebody: %v", found)
	}
	_, err := central.Restore(ctx(), central.Restoring{Path: old, Schema: crm.Table(), Migrations: store.LocalTables(), Origin: 901, NowMS: b.time()})
	must(t, err)
	f, err := office.Open(ctx(), office.Options{Path: old, Authority: b.authority, Rand: b.random, NowMS: b.time, Cost: cheap, NoSync: true, Erasures: b.ledger})
	must(t, err)
	defer func() { must(t, f.Close()) }()
	if found := lies(t, old, secrets...); len(found) > 0 {
		t.Errorf("restored: %v", found)
	}
	must(t, f.Central.File.Read(ctx(), func(tx *rows.Tx) error {
		row, err := tx.Get(crm.Party, l.id)
		if row != nil {
			t.Error("the party is back")
		}
		return err
	}))
	// Every workstation is told again, and owes its receipt.
	list, err := f.Erasures(ctx())
	must(t, err)
	if len(list) != 1 || len(list[0].Receipts) != 2 || list[0].Done() != 0 {
		t.Errorf("%+v", list)
	}
	// A ledger that was tampered with is not passed over.
	data, err := os.ReadFile(b.ledger)
	must(t, err)
	must(t, os.WriteFile(b.ledger, bytes.Replace(data, []byte(`"n":`), []byte(`"m":`), 1), 0o600))
	if _, err := office.Open(ctx(), office.Options{Path: filepath.Join(t.TempDir(), "x.db"), Authority: b.authority, Origin: 902, Rand: b.random, NowMS: b.time, Cost: cheap, NoSync: true, Erasures: b.ledger}); err == nil {
		t.Error("central starts over a damaged ledger")
	}
}

func TestWhoMustBeKeptIsNotErased(t *testing.T) {
	b := newBank(t)
	must(t, b.second())
	one, err := b.PersonID(ctx(), "admin1")
	must(t, err)
	id := b.act(set(crm.Party, 0, crm.PartyName, "Ada", crm.PartyHome, 1))
	holding := b.act(set(crm.Holding, 0, crm.HoldingBranch, 1))
	b.act(set(crm.Role, 0, crm.RoleParty, id, crm.RoleHolding, holding))
	for _, tc := range []struct{ basis, reference, want string }{
		{"request", "file 1", "must keep"}, {"whim", "file 1", "basis"}, {"request", "", "where the case is kept"},
	} {
		if _, err := b.OrderErasure(ctx(), one, id, tc.basis, tc.reference); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%+v: %v", tc, err)
		}
	}
	b.act(set(crm.Holding, holding, crm.HoldingClosed, time.UnixMilli(startMS-4*365*dayMS).UTC().Format(time.DateOnly)))
	if _, err := b.OrderErasure(ctx(), one, id, "request", "file 1"); err == nil {
		t.Error("closed four years ago, and erased")
	}
	b.act(set(crm.Holding, holding, crm.HoldingClosed, time.UnixMilli(startMS-6*365*dayMS).UTC().Format(time.DateOnly)))
	n, err := b.OrderErasure(ctx(), one, id, "request", "file 1")
	must(t, err)
	must(t, b.DropErasure(ctx(), n))
	n, err = b.OrderErasure(ctx(), one, id, "court", "file 2")
	must(t, err)
	two, err := b.PersonID(ctx(), "second")
	must(t, err)
	must(t, b.ConfirmErasure(ctx(), two, n))
	if _, err := b.OrderErasure(ctx(), one, id, "court", "file 2"); err == nil {
		t.Error("erased twice")
	}
	must(t, b.Central.File.Read(ctx(), func(tx *rows.Tx) error {
		row, err := tx.Get(crm.Holding, holding)
		if row != nil {
			t.Error("an account that nobody else has a role in stays")
		}
		return err
	}))
}
