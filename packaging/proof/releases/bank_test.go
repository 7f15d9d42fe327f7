package releases

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// Who and when, in recordings.
const (
	startMS       int64       = 1_790_000_000_000 // a Monday
	branch        int64       = 1
	centralOrigin crdt.Origin = 900
	password                  = "correct horse"
)

// bank is head office of a make-believe bank with one branch, on a real file.
type bank struct {
	*office.Office
	t         testing.TB
	now       int64
	random    *rand.ChaCha8
	authority *trust.Authority
	codec     *wire.Codec
}

func (b *bank) time() int64 { b.now++; return b.now }

// openBank opens central's file with the keys of an authority.
func openBank(t testing.TB, path string, a *trust.Authority, o office.Options) *bank {
	t.Helper()
	b := &bank{t: t, now: startMS, random: rand.NewChaCha8([32]byte{1}), authority: a, codec: must[*wire.Codec](t)(wire.NewCodec())}
	o.Path, o.Authority, o.Rand, o.NowMS, o.NoSync = path, a, b.random, b.time, true
	o.Cost = trust.Cost{Time: 1, MemoryKiB: 8, Threads: 1}
	b.Office = must[*office.Office](t)(office.Open(t.Context(), o))
	t.Cleanup(func() { check(t, b.Close()) })
	return b
}

// found makes a bank: a branch and the people of it.
func found(t testing.TB) *bank {
	a := must[*trust.Authority](t)(trust.NewAuthority("recorded", time.UnixMilli(startMS), rand.NewChaCha8([32]byte{2})))
	b := openBank(t, filepath.Join(t.TempDir(), "central.db"), a, office.Options{Origin: centralOrigin})
	check(t, b.AddBranch(t.Context(), rows.Actor{}, branch, "Old Town"))
	for _, role := range []string{"teller", "manager"} {
		must[crdt.ID](t)(b.AddPerson(t.Context(), rows.Actor{}, office.NewPerson{Login: role, Name: "A " + role, Role: role, Branch: branch, Password: password}))
	}
	return b
}

// till is a workstation of the bank, with its file and a desk on it.
type till struct {
	*store.Store
	b        *bank
	desk     *desk.Desk
	identity *trust.Identity
	path     string
}

// join takes a new workstation in.
func (b *bank) join(origin crdt.Origin) *till {
	b.t.Helper()
	id := must[*trust.Identity](b.t)(trust.NewIdentity(b.random))
	n := central.Node{Origin: origin, Branch: branch, Name: fmt.Sprint("till ", origin), Key: id.Public(), Joined: b.now}
	check(b.t, b.Central.Join(b.t.Context(), n, func(a *rows.Act) error { return office.NodeRow(a, n) }))
	l := b.sit(filepath.Join(b.t.TempDir(), "node.db"), origin, id, nil)
	l.sync()
	return l
}

// sit opens the file of a workstation and puts a desk on it.
func (b *bank) sit(path string, origin crdt.Origin, id *trust.Identity, disk rows.Disk) *till {
	b.t.Helper()
	l := &till{b: b, identity: id, path: path}
	l.Store = must[*store.Store](b.t)(store.Open(b.t.Context(), store.Options{Path: path, Schema: crm.Table(), Origin: origin, Branch: branch,
		Rand: b.random, NowMS: b.time, NoSync: true, Disk: disk}))
	b.t.Cleanup(func() { check(b.t, l.File.Close()) })
	l.desk = desk.New(desk.Options{Local: l.Local, Ledger: l.Store, Branch: branch, NowMS: b.time, Rand: b.random, Pending: l.Pending})
	return l
}

func (l *till) sign(message []byte) []byte { return l.identity.Sign(trust.ContextJournalHead, message) }

func (l *till) signed(message, signature []byte) bool {
	return trust.CheckSigned(l.identity.Public(), trust.ContextJournalHead, message, signature) == nil
}

// push sends what central has not taken, as frames.
func (l *till) push(since uint64) *wire.Pushed {
	t := l.b.t
	t.Helper()
	frame := l.frame(since)
	if frame == nil {
		return nil
	}
	p := must[*wire.Push](t)(l.b.codec.DecodePush(frame))
	answer := must[*wire.Pushed](t)(l.b.Central.Push(t.Context(), l.Origin(), p, l.signed))
	l.Pushed(p.Ranges, answer.Vector)
	return answer
}

// frame is the journal after a number, as it is pushed; nil when there is none.
func (l *till) frame(since uint64) []byte {
	t := l.b.t
	t.Helper()
	r := must[journal.Range](t)(l.Range(t.Context(), since, 1000, l.sign))
	if len(r.Changes) == 0 {
		return nil
	}
	return must[[]byte](t)(l.b.codec.EncodePush(&wire.Push{Ranges: []journal.Range{r}}))
}

// pull reads the feeds to their heads; a feed of another epoch from 0.
func (l *till) pull() {
	t := l.b.t
	t.Helper()
	n := must[*central.Node](t)(l.b.Central.Node(t.Context(), l.Origin()))
	for _, scope := range l.Scopes() {
		for more := true; more; {
			at := must[rows.Scope](t)(l.Cursor(t.Context(), scope))
			if at.Epoch != l.b.Central.Epoch() {
				check(t, l.Rewind(t.Context(), scope, l.b.Central.Epoch(), false))
				at.Feed = 0
			}
			page := must[*wire.Page](t)(l.b.codec.DecodePage(l.b.page(n, scope, at.Feed)))
			check(t, l.Apply(t.Context(), page))
			more = page.More
		}
	}
}

// page is the frame of a page for a node.
func (b *bank) page(n *central.Node, scope, since int64) []byte {
	b.t.Helper()
	p := must[*wire.Page](b.t)(b.Central.Page(b.t.Context(), n, wire.Pull{Scope: scope, Since: since}))
	return must[[]byte](b.t)(b.codec.EncodePage(p))
}

func (l *till) sync() {
	l.b.t.Helper()
	l.push(l.Taken())
	l.pull()
}

// agrees checks that the scopes of a workstation are what they are at central.
func (l *till) agrees() {
	t := l.b.t
	t.Helper()
	for _, scope := range l.Scopes() {
		here := must[rows.Scope](t)(l.Cursor(t.Context(), scope))
		var there rows.Scope
		check(t, l.b.Central.File.Read(t.Context(), func(tx *rows.Tx) (err error) {
			there, err = tx.Scope(scope)
			return err
		}))
		if here.Digest != there.Digest || here.Digest == (crdt.Digest{}) {
			t.Errorf("scope %d: %s here, %s at central", scope, here.Digest, there.Digest)
		}
	}
	if wrong := must[[]int64](t)(l.Recount(t.Context())); len(wrong) > 0 {
		t.Errorf("the rows of %v do not add up to their digests", wrong)
	}
}

func (l *till) signIn(login string) *desk.Who {
	l.b.t.Helper()
	_, who, err := l.desk.SignIn(l.b.t.Context(), login, password, false)
	check(l.b.t, err)
	return who
}

func (l *till) saved(s desk.Saved, err error) crdt.ID {
	l.b.t.Helper()
	check(l.b.t, err)
	return s.ID
}

func (l *till) prospect(who *desk.Who, name, phone string) crdt.ID {
	l.b.t.Helper()
	return l.saved(l.desk.NewProspect(l.b.t.Context(), who, desk.Prospect{Fields: map[string]string{"name": name, "type": "person"}, Phone: phone}))
}

// memo rewrites the memo of a party, having seen what stood there.
func (l *till) memo(who *desk.Who, id crdt.ID, text string) {
	t := l.b.t
	t.Helper()
	page := must[*desk.Customer](t)(l.desk.Customer(t.Context(), who, id))
	edit := desk.Edit{Field: "memo", Value: text}
	for i := range page.Fields {
		if f := &page.Fields[i]; f.Name == "memo" && f.Stamp != "" {
			edit.Saw = []string{f.Stamp}
		}
	}
	l.saved(l.desk.EditParty(t.Context(), who, id, []desk.Edit{edit}))
}

func (l *till) note(who *desk.Who, id crdt.ID, text string) {
	l.b.t.Helper()
	l.saved(l.desk.RecordInteraction(l.b.t.Context(), who, id, desk.Interaction{Channel: "call_in", Reason: "other", Text: text, Outcome: "done"}))
}
