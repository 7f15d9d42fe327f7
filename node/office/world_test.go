package office_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

const (
	startMS  int64 = 1_790_000_000_000
	password       = "correct horse"
)

func ctx() context.Context { return context.Background() }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// world is head office on a real file, with two branches and some people.
type world struct {
	*office.Office
	t         testing.TB
	path      string
	now       int64
	origin    crdt.Origin
	authority *trust.Authority
	random    *rand.ChaCha8
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, now: startMS, origin: 900, path: filepath.Join(t.TempDir(), "central.db"), random: rand.NewChaCha8([32]byte{1})}
	var err error
	w.authority, err = trust.NewAuthority("test", time.UnixMilli(w.now), w.random)
	must(t, err)
	w.open()
	t.Cleanup(func() { must(t, w.Close()) })
	return w
}

func (w *world) open() {
	w.t.Helper()
	var err error
	w.Office, err = office.Open(ctx(), office.Options{Path: w.path, Authority: w.authority, Origin: w.origin, Rand: w.random,
		NowMS: func() int64 { w.now++; return w.now }, Cost: trust.Cost{Time: 1, MemoryKiB: 8, Threads: 1}, NoSync: true})
	must(w.t, err)
}

// staffed adds branches 1 and 2 with a teller and a manager each.
func staffed(t testing.TB) *world {
	w := newWorld(t)
	for n, name := range []string{"", "Old Town", "New Town"} {
		if n == 0 {
			continue
		}
		must(t, w.AddBranch(ctx(), rows.Actor{}, int64(n), name))
		for _, role := range []string{"teller", "banker", "manager"} {
			_, err := w.AddPerson(ctx(), rows.Actor{}, office.NewPerson{Login: role + string(rune('0'+n)), Role: role, Branch: int64(n), Password: password})
			must(t, err)
		}
	}
	return w
}

func (w *world) count(sql string, args ...any) (n int64) {
	w.t.Helper()
	must(w.t, w.Central.File.Read(ctx(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(sql, args...)
		return err
	}))
	return n
}

func (w *world) text(sql string, args ...any) (out string) {
	w.t.Helper()
	must(w.t, w.Central.File.Read(ctx(), func(tx *rows.Tx) error {
		return tx.Query(sql, func(s *rows.Stmt) error { out = s.ColumnText(0); return nil }, args...)
	}))
	return out
}

func (w *world) person(login string) crdt.ID {
	w.t.Helper()
	id, err := w.PersonID(ctx(), login)
	must(w.t, err)
	return id
}

// keyOf opens the key of a person.
func (w *world) keyOf(login string) *trust.PersonKey {
	w.t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(w.text(`SELECT sealed FROM credential JOIN person ON person.id=credential.person WHERE login=?1`, login))
	must(w.t, err)
	key, err := trust.OpenPersonKey(b, int64(w.person(login)), password)
	must(w.t, err)
	return key
}

// act writes ops at head office; an op without an id gets a fresh one.
func (w *world) act(ops ...crdt.Op) crdt.ID {
	w.t.Helper()
	r, err := w.Central.Act(ctx(), rows.Actor{}, func(a *rows.Act) error {
		for _, op := range ops {
			if op.ID == 0 {
				var err error
				if op.ID, err = a.Mint(); err != nil {
					return err
				}
			}
			a.Add(op)
		}
		return nil
	})
	must(w.t, err)
	return r.Ops[0].ID
}

// pen writes the journal of a workstation by hand: also what no honest program
// would write.
type pen struct {
	w       *world
	origin  crdt.Origin
	branch  int64
	key     *trust.Identity
	seq     uint64
	hash    journal.Hash
	minted  uint32
	session crdt.ID
	aheadMS int64           // of its clock
	sent    []journal.Range // a change each
}

func (w *world) join(origin crdt.Origin, branch int64) *pen {
	w.t.Helper()
	key, err := trust.NewIdentity(bytes.NewReader(bytes.Repeat([]byte{byte(origin)}, 64)))
	must(w.t, err)
	p := &pen{w: w, origin: origin, branch: branch, key: key}
	n := central.Node{Origin: origin, Branch: branch, Name: "till", Key: p.key.Public(), Joined: w.now}
	must(w.t, w.Central.Join(ctx(), n, func(a *rows.Act) error { return office.NodeRow(a, n) }))
	return p
}

func (p *pen) mint() crdt.ID { p.minted++; return crdt.MakeID(p.origin, p.minted) }

// write writes one change and pushes it; it returns the code it was refused
// for, empty when it was taken.
func (p *pen) write(session crdt.ID, ops ...crdt.Op) string {
	p.w.t.Helper()
	p.w.now++
	c := journal.Change{Origin: p.origin, Seq: p.seq + 1, Session: session,
		Stamp: crdt.Stamp{Time: uint64(p.w.now+p.aheadMS) << 16, Origin: p.origin}}
	for i, op := range ops {
		slices.SortFunc(op.Set, func(a, b crdt.FieldSet) int { return int(a.Field) - int(b.Field) })
		c.Bodies = append(c.Bodies, journal.Body{Op: op, Salt: journal.Salt{byte(i)}})
	}
	r := journal.Range{Prev: p.hash, Changes: []journal.Change{c}}
	p.hash, _ = r.Changes[0].Seal(p.hash, nil)
	p.seq++
	r.Head = journal.Head{Origin: p.origin, Seq: p.seq, Hash: p.hash}
	r.Head.Signature = p.key.Sign(trust.ContextJournalHead, r.Head.Message())
	p.sent = append(p.sent, r)
	out := p.push(r)
	code := p.w.text(`SELECT code FROM refusal WHERE origin=?1 AND seq=?2`, int64(p.origin), int64(p.seq))
	if (out.Refused == 1) != (code != "") {
		p.w.t.Errorf("%d refused, the row says %q", out.Refused, code)
	}
	return code
}

// push sends a change, and after it central has no other.
func (p *pen) push(r journal.Range) *wire.Pushed {
	p.w.t.Helper()
	out, err := p.w.Central.Push(ctx(), p.origin, &wire.Push{Ranges: []journal.Range{r}}, func(m, s []byte) bool {
		return trust.CheckSigned(p.key.Public(), trust.ContextJournalHead, m, s) == nil
	})
	must(p.w.t, err)
	if out.Vector[p.origin] != r.Head.Seq {
		p.w.t.Fatalf("central has %d of %d", out.Vector[p.origin], r.Head.Seq)
	}
	return out
}

// resend sends again what a restored central lacks.
func (p *pen) resend() {
	p.w.t.Helper()
	has := p.w.count(`SELECT seq FROM origin WHERE origin=?1`, int64(p.origin))
	for _, r := range p.sent[has:] {
		p.push(r)
	}
}

// opening is the op that opens a session of somebody here, signed with key.
func (p *pen) opening(id, person crdt.ID, key *trust.PersonKey) crdt.Op {
	s := trust.Session{ID: int64(id), Person: int64(person), Origin: uint32(p.origin), SinceMS: p.w.now, UntilMS: p.w.now + 12*3600_000}
	signed, err := key.SignSession(s)
	must(p.w.t, err)
	return set(crm.Session, id, crm.SessionPerson, person, crm.SessionOrigin, int(p.origin), crm.SessionSince, int(s.SinceMS),
		crm.SessionUntil, int(s.UntilMS), crm.SessionSignature, base64.RawURLEncoding.EncodeToString(signed.Signature), crm.SessionBranch, int(p.branch))
}

// signIn opens a session; what is written afterwards is written in it.
func (p *pen) signIn(login string) crdt.ID {
	p.w.t.Helper()
	id := p.mint()
	if code := p.write(id, p.opening(id, p.w.person(login), p.w.keyOf(login))); code != "" {
		p.w.t.Fatalf("signing in %s: %s", login, code)
	}
	p.session = id
	return id
}

// good writes what must be taken and returns the first row.
func (p *pen) good(ops ...crdt.Op) crdt.ID {
	p.w.t.Helper()
	for i := range ops {
		if ops[i].ID == 0 {
			ops[i].ID = p.mint()
		}
	}
	if code := p.write(p.session, ops...); code != "" {
		p.w.t.Fatalf("refused: %s: %s", code, p.w.text(`SELECT message FROM refusal ORDER BY id DESC LIMIT 1`))
	}
	return ops[0].ID
}

func (p *pen) party(name string) crdt.ID {
	p.w.t.Helper()
	return p.good(set(crm.Party, 0, crm.PartyName, name, crm.PartyType, "person", crm.PartyHome, int(p.branch)))
}

// set is an op from pairs of field and value.
func set(kind uint8, id crdt.ID, fields ...any) crdt.Op {
	op := crdt.Op{Kind: kind, ID: id}
	for i := 0; i < len(fields); i += 2 {
		f := crdt.FieldSet{Field: fields[i].(uint8)}
		switch v := fields[i+1].(type) {
		case string:
			f.Value = crdt.TextValue(v)
		case int:
			f.Value = crdt.IntValue(int64(v))
		case crdt.ID:
			f.Value = crdt.RefValue(v)
		}
		op.Set = append(op.Set, f)
	}
	slices.SortFunc(op.Set, func(a, b crdt.FieldSet) int { return int(a.Field) - int(b.Field) })
	return op
}

// saw names what the author of the first field had on screen.
func saw(op crdt.Op, stamps ...crdt.Stamp) crdt.Op {
	op.Set[0].Saw = stamps
	return op
}
