package lan

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// bank issues certificates; it has no central in these tests.
type bank struct {
	t         testing.TB
	authority *trust.Authority
	revoked   *sync.Map // by origin
}

func newBank(t testing.TB) *bank {
	t.Helper()
	return &bank{t: t, revoked: &sync.Map{},
		authority: must[*trust.Authority](t)(trust.NewAuthority("test", time.Now().AddDate(-2, 0, 0), rand.Reader))}
}

// station is a workstation with a file and its LAN side.
type station struct {
	*store.Store
	*Exchange
	t        testing.TB
	identity *trust.Identity
	cert     *x509.Certificate
}

func (b *bank) certify(id *trust.Identity, origin crdt.Origin, branch int64, at time.Time) *x509.Certificate {
	b.t.Helper()
	ask := must[[]byte](b.t)(id.Request())
	return must[*x509.Certificate](b.t)(b.authority.IssueNode(trust.Node{Origin: uint32(origin), Branch: branch}, ask, at, rand.Reader))
}

// station makes a workstation whose feed has reached its head; wrap changes
// what its exchange sees of the file.
func (b *bank) station(origin crdt.Origin, branch int64, wrap func(*store.Store) Store) *station {
	b.t.Helper()
	s := &station{t: b.t, identity: must[*trust.Identity](b.t)(trust.NewIdentity(rand.Reader))}
	s.cert = b.certify(s.identity, origin, branch, time.Now())
	s.Store = must[*store.Store](b.t)(store.Open(b.t.Context(), store.Options{Path: filepath.Join(b.t.TempDir(), "node.db"), Schema: crm.Table(), Origin: origin,
		Branch: branch, Rand: rand.Reader, NowMS: func() int64 { return time.Now().UnixMilli() }, NoSync: true}))
	b.t.Cleanup(func() { _ = s.File.Close() })
	if err := s.Apply(b.t.Context(), &wire.Page{Scope: branch, Epoch: 1, Vector: map[crdt.Origin]uint64{}}); err != nil {
		b.t.Fatal(err)
	}
	var seen Store = s.Store
	if wrap != nil {
		seen = wrap(s.Store)
	}
	s.Exchange = must[*Exchange](b.t)(New(Options{Store: seen, Branch: branch, Identity: s.identity, Root: b.authority.Root(),
		Certificate: func() *x509.Certificate { return s.cert }, Log: slog.New(slog.DiscardHandler), Now: time.Now, After: time.After, Rand: rand.Reader,
		Refuse: func(o crdt.Origin) bool { _, is := b.revoked.Load(o); return is }}, "127.0.0.1:0"))
	s.Exchange.Start()
	b.t.Cleanup(func() {
		if err := s.Exchange.Stop(); err != nil {
			b.t.Error(err)
		}
	})
	return s
}

// party writes a new party.
func (s *station) party(name string) (id crdt.ID) {
	s.t.Helper()
	_, err := s.Act(context.Background(), rows.Actor{Session: 5, Person: 9}, func(a *rows.Act) (err error) {
		id, err = a.Mint()
		a.Add(crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue(name)}, {Field: crm.PartyHome, Value: crdt.IntValue(s.Branch())}}})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.Kick()
	return id
}

func (s *station) has(id crdt.ID) func() bool {
	return func() bool {
		var row *rows.Stored
		err := s.File.Read(context.Background(), func(tx *rows.Tx) (err error) {
			row, err = tx.Get(crm.Party, id)
			return err
		})
		return err == nil && row != nil
	}
}

func (s *station) trouble(word string) func() bool {
	return func() bool {
		peers := s.Peers()
		return len(peers) == 1 && strings.Contains(peers[0].Trouble, word)
	}
}

func TestWhatIsWrittenReachesTheNeighboursAndComesBackAsSafe(t *testing.T) {
	b := newBank(t)
	one, two, three := b.station(11, 1, nil), b.station(12, 1, nil), b.station(13, 1, nil)
	before := one.party("before they met")
	// The third knows only the second, which passes on.
	one.Ask([]string{two.Addr()})
	two.Ask([]string{one.Addr(), three.Addr()})
	three.Ask([]string{two.Addr()})
	eventually(t, "the neighbours have it", func() bool { return two.has(before)() && three.has(before)() })
	id := one.party("while they listen")
	eventually(t, "the author knows of a second copy", func() bool { return one.Safe(crm.Party, id) })
	eventually(t, "the third has it", three.has(id))
	back := three.party("the other way")
	eventually(t, "it comes back", one.has(back))
	if !one.Pending(crm.Party, back) || !one.Safe(crm.Party, back) {
		t.Error("what a neighbour wrote is in two files, and not at central")
	}
}

func TestAStrangerIsRefused(t *testing.T) {
	b, other := newBank(t), newBank(t)
	one := b.station(11, 1, nil)
	id := one.party("private")
	for name, s := range map[string]*station{
		"a workstation of another branch": b.station(12, 2, nil),
		"a workstation of another bank":   other.station(13, 1, nil),
	} {
		s.Ask([]string{one.Addr()})
		eventually(t, name+" is refused", func() bool { return s.Peers()[0].Trouble != "" })
		if s.has(id)() {
			t.Errorf("%s has it", name)
		}
	}
	revoked := b.station(14, 1, nil)
	b.revoked.Store(crdt.Origin(14), true)
	revoked.Ask([]string{one.Addr()})
	eventually(t, "a revoked workstation is refused", revoked.trouble("revoked"))
	late := b.station(15, 1, nil)
	late.cert = b.certify(late.identity, 15, 1, time.Now().AddDate(0, 0, -100))
	late.Ask([]string{one.Addr()})
	eventually(t, "an expired certificate is refused", late.trouble("expired"))
	if late.has(id)() || revoked.has(id)() {
		t.Error("it got through")
	}
}

func TestWhoIsRevokedWhileItWaitsGetsNothingMore(t *testing.T) {
	b := newBank(t)
	one, two := b.station(11, 1, nil), b.station(12, 1, nil)
	first := one.party("before")
	two.Ask([]string{one.Addr()})
	eventually(t, "they talk", two.has(first))
	eventually(t, "it waits for more", func() bool { return one.Safe(crm.Party, first) })
	b.revoked.Store(crdt.Origin(12), true)
	id := one.party("after")
	eventually(t, "it is refused", two.trouble("revoked"))
	if two.has(id)() {
		t.Error("it got what was written after it was revoked")
	}
}

// liar is a file whose exchange sends something else than it holds.
type liar struct {
	*store.Store
	lie func(certificates map[crdt.Origin][]byte, ranges []journal.Range)
}

func (l liar) Sideways(ctx context.Context, have map[crdt.Origin]uint64, limit int, sign journal.Signer) (map[crdt.Origin][]byte, []journal.Range, error) {
	certificates, ranges, err := l.Store.Sideways(ctx, have, limit, sign)
	if err == nil && len(ranges) > 0 {
		l.lie(certificates, ranges)
	}
	return certificates, ranges, err
}

func TestARelayCannotForge(t *testing.T) {
	b := newBank(t)
	far := b.certify(must[*trust.Identity](t)(trust.NewIdentity(rand.Reader)), 11, 2, time.Now())
	near := b.certify(must[*trust.Identity](t)(trust.NewIdentity(rand.Reader)), 12, 1, time.Now())
	stranger := must[*trust.Identity](t)(trust.NewIdentity(rand.Reader))
	for name, c := range map[string]struct {
		lie  func(map[crdt.Origin][]byte, []journal.Range)
		want string
	}{
		"another word": {func(_ map[crdt.Origin][]byte, r []journal.Range) {
			r[0].Changes[0].Bodies[0].Op.Set[0].Value = crdt.TextValue("forged")
		}, "chain"},
		"another seal": {func(_ map[crdt.Origin][]byte, r []journal.Range) {
			r[0].Head.Signature = stranger.Sign(trust.ContextJournalHead, r[0].Head.Message())
		}, "signature"},
		"a shorter range":                 {func(_ map[crdt.Origin][]byte, r []journal.Range) { r[0].Changes, r[0].Head.Seq = r[0].Changes[:1], 1 }, "chain"},
		"no certificate":                  {func(c map[crdt.Origin][]byte, _ []journal.Range) { c[11] = nil }, "damaged"},
		"a certificate of another branch": {func(c map[crdt.Origin][]byte, _ []journal.Range) { c[11] = far.Raw }, "another branch"},
		"the certificate of a third":      {func(c map[crdt.Origin][]byte, _ []journal.Range) { c[11] = near.Raw }, "without the certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bank{t: t, authority: b.authority, revoked: b.revoked}
			author := b.station(11, 1, nil)
			id := author.party("as it was written")
			author.party("and another")
			relay := b.station(12, 1, func(s *store.Store) Store { return liar{s, c.lie} })
			relay.Ask([]string{author.Addr()})
			eventually(t, "the relay has it", relay.has(id))
			victim := b.station(13, 1, nil)
			victim.Ask([]string{relay.Addr()})
			eventually(t, "the victim says what is wrong", func() bool { return victim.Peers()[0].Trouble != "" && victim.trouble(c.want)() })
			if victim.has(id)() || len(victim.Held()) != 0 {
				t.Error("the victim kept something of it")
			}
		})
	}
}

func TestAReplayedAnswerChangesNothing(t *testing.T) {
	b := newBank(t)
	author := b.station(11, 1, nil)
	id := author.party("once")
	var first []journal.Range
	relay := b.station(12, 1, func(s *store.Store) Store {
		return liar{s, func(_ map[crdt.Origin][]byte, r []journal.Range) {
			if first == nil {
				first = append(first, r[0])
			}
			r[0] = first[0]
		}}
	})
	relay.Ask([]string{author.Addr()})
	eventually(t, "the relay has it", relay.has(id))
	victim := b.station(13, 1, nil)
	victim.Ask([]string{relay.Addr()})
	eventually(t, "the victim has it", victim.has(id))
	author.party("twice")
	eventually(t, "what is sent again is passed over", victim.trouble("held already"))
	if got := victim.Held()[11]; got != 1 {
		t.Errorf("the victim holds %d changes, want 1", got)
	}
}

func TestAsksAreLimited(t *testing.T) {
	b := newBank(t)
	one, two := b.station(11, 1, nil), b.station(12, 1, nil)
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true,
		TLSClientConfig: trust.NeighbourConfig(b.authority.Root(), 1, trust.Fixed(must[*tls.Certificate](t)(two.identity.Certificate(two.cert))), time.Now)}}
	defer client.CloseIdleConnections()
	for name, c := range map[string]struct {
		body []byte
		want int
	}{
		"too long":    {make([]byte, maxAsk+1), http.StatusRequestEntityTooLarge},
		"nothing":     {nil, http.StatusBadRequest},
		"no frame":    {[]byte("hello"), http.StatusBadRequest},
		"wrong frame": {must[[]byte](t)(must[*wire.Codec](t)(wire.NewCodec()).EncodePull(&wire.Pull{Limit: 1})), http.StatusBadRequest},
	} {
		answer, err := client.Post("https://"+one.Addr()+Path, wire.ContentFrame, bytes.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		said, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode != c.want {
			t.Errorf("%s: %d %s, want %d", name, answer.StatusCode, said, c.want)
		}
	}
}

func TestALongOutageIsSentInParts(t *testing.T) {
	b := newBank(t)
	one, two := b.station(11, 1, nil), b.station(12, 1, nil)
	const many = 2*batchChanges + 300
	for i := range many {
		one.party(fmt.Sprint("party ", i))
	}
	two.Ask([]string{one.Addr()})
	eventually(t, "all of it is there", func() bool { return two.Held()[11] == many })
	three := b.station(13, 1, nil)
	three.Ask([]string{two.Addr()})
	eventually(t, "and passed on", func() bool { return three.Held()[11] == many })
}

func FuzzDecodeBatch(f *testing.F) {
	codec := must[*wire.Codec](f)(wire.NewCodec())
	b := batch{certificates: [][]byte{{1, 2, 3}}}
	f.Add(must[[]byte](f)(b.encode(codec)))
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decodeBatch(codec, data)
		if err != nil {
			return
		}
		if _, err := got.encode(codec); err != nil {
			t.Fatalf("accepted, but cannot be sent on: %v", err)
		}
	})
}
