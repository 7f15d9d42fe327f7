package central

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/bundle"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

// stick is a workstation that writes bundles by hand.
type stick struct {
	t    *testing.T
	c    *Central
	a    *trust.Authority
	me   *trust.Identity
	by   *author
	box  *trust.ReplyBox
	feed []bundle.Cursor
	// credential and reason of one that goes on under another number
	credential []byte
	reason     string
	closed     []wire.Envelope // that go before the first range
}

func newStick(t *testing.T, c *Central, a *trust.Authority, origin crdt.Origin, branch int64) *stick {
	t.Helper()
	s := &stick{t: t, c: c, a: a, me: must[*trust.Identity](t)(trust.NewIdentity(rand.Reader)),
		by: &author{origin: origin, clock: crdt.Clock{Origin: origin}, hashes: []journal.Hash{{}}}, box: must[*trust.ReplyBox](t)(trust.NewReplyBox(rand.Reader))}
	n := Node{Origin: origin, Branch: branch, Name: "desk", Key: s.me.Public()}
	if err := c.Join(t.Context(), n, func(*rows.Act) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return s
}

func authority(t *testing.T) *trust.Authority {
	return must[*trust.Authority](t)(trust.NewAuthority("test", time.Now(), rand.Reader))
}

// part is the range of the changes from number from to number to, signed.
func (s *stick) part(from, to int) journal.Range {
	r := journal.Range{Prev: s.by.hashes[from-1], Changes: s.by.changes[from-1 : to], Head: journal.Head{Origin: s.by.origin, Seq: uint64(to), Hash: s.by.hashes[to]}}
	r.Head.Signature = s.me.Sign(trust.ContextJournalHead, r.Head.Message())
	return r
}

// write makes a bundle of ranges, with a letter that names origin and branch.
func (s *stick) write(origin crdt.Origin, branch int64, ranges ...journal.Range) []byte {
	s.t.Helper()
	h := &bundle.Header{Kind: bundle.Work, Lock: bundle.ToCentral, Central: bundle.CentralOf(s.a.Root().Fingerprint())}
	_, err := io.ReadFull(rand.Reader, h.ID[:])
	key, sealed, err2 := s.a.Root().SealKey(h.Info())
	h.Sealed = sealed
	var out bytes.Buffer
	w, err3 := bundle.NewWriter(&out, h, key)
	if err := errors.Join(err, err2, err3); err != nil {
		s.t.Fatal(err)
	}
	letter := must[[]byte](s.t)(bundle.Letter(h, bundle.WorkLetter{Origin: origin, Branch: branch, Reply: s.box.Public(), Cursors: s.feed, Credential: s.credential, Reason: s.reason}, func(c trust.Context, m []byte) ([]byte, error) {
		return s.me.Sign(c, m), nil
	}))
	err = w.Chunk(letter, true)
	for i := range s.closed {
		err = errors.Join(err, w.Chunk(must[[]byte](s.t)(json.Marshal(s.closed[i])), false))
	}
	for _, r := range ranges {
		frame := must[[]byte](s.t)(s.c.codec.EncodePush(&wire.Push{Ranges: []journal.Range{r}}))
		err = errors.Join(err, w.Chunk(frame, false))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		s.t.Fatal(err)
	}
	return out.Bytes()
}

func (s *stick) read(data []byte) (*Carried, error) {
	return s.c.ReadWork(s.t.Context(), bytes.NewReader(data), s.a)
}

// news opens an answer as the workstation does.
func (s *stick) news(to *Carried) (pages []*wire.Page) {
	s.t.Helper()
	var b bytes.Buffer
	if err := s.c.WriteNews(s.t.Context(), &b, s.a, to); err != nil {
		s.t.Fatal(err)
	}
	h := must[*bundle.Header](s.t)(bundle.ReadHeader(&b))
	key := must[[]byte](s.t)(s.box.OpenKey(h.Sealed, h.Info()))
	r := must[*bundle.Reader](s.t)(bundle.NewReader(&b, h, key))
	if _, err := bundle.Signed(h, 0, must[[]byte](s.t)(r.Next()), s.a.Root().Check); err != nil {
		s.t.Fatal(err)
	}
	for {
		chunk, err := r.Next()
		if errors.Is(err, io.EOF) {
			return pages
		}
		sealed := must[*wire.Sealed](s.t)(wire.Unseal(chunk))
		pages = append(pages, must[*wire.Page](s.t)(s.c.codec.DecodePage(sealed.Frame)))
	}
}

func TestABundleIsTakenLikeAPushAndTwiceIsHarmless(t *testing.T) {
	c, a := newCentral(t), authority(t)
	s := newStick(t, c, a, 101, 7)
	for i := range 4 {
		s.by.write(uint32(i+1), "Ada")
	}
	data := s.write(101, 7, s.part(1, 2), s.part(3, 4))
	got := must[*Carried](t)(s.read(data))
	if got.Taken != 4 || got.Known != 0 || got.Refused != 0 || got.Cut || got.Node.Branch != 7 {
		t.Errorf("%+v", got)
	}
	if again := must[*Carried](t)(s.read(data)); again.Taken != 0 || again.Known != 4 {
		t.Errorf("the second time %+v", again)
	}
	pages := s.news(got)
	if len(pages) != 2 || pages[1].Scope != 7 || len(pages[1].Rows) != 4 || pages[1].Vector[101] != 4 {
		t.Errorf("%d pages in the answer: %+v", len(pages), pages[len(pages)-1])
	}
	s.feed = []bundle.Cursor{{Scope: 7, Feed: pages[1].Until, Epoch: pages[1].Epoch}}
	if pages := s.news(must[*Carried](t)(s.read(s.write(101, 7)))); len(pages[1].Rows) != 0 {
		t.Errorf("%d rows are sent again", len(pages[1].Rows))
	}
}

func TestABundleThatWasCutIsTakenUpToThere(t *testing.T) {
	c, a := newCentral(t), authority(t)
	s := newStick(t, c, a, 101, 7)
	for i := range 4 {
		s.by.write(uint32(i+1), "Ada")
	}
	data := s.write(101, 7, s.part(1, 2), s.part(3, 4))
	got := must[*Carried](t)(s.read(data[:len(data)-100]))
	if got.Taken != 2 || !got.Cut {
		t.Errorf("%+v", got)
	}
	if got := must[*Carried](t)(s.read(data)); got.Taken != 2 || got.Known != 2 || got.Cut {
		t.Errorf("the whole one: %+v", got)
	}
}

func TestABundleThatSkipsWorkSaysSo(t *testing.T) {
	c, a := newCentral(t), authority(t)
	s := newStick(t, c, a, 101, 7)
	for i := range 4 {
		s.by.write(uint32(i+1), "Ada")
	}
	if got := must[*Carried](t)(s.read(s.write(101, 7, s.part(3, 4)))); got.Taken != 0 || got.Missed != 2 {
		t.Errorf("%+v", got)
	}
}

func TestABundleOfSomebodyElseIsRefused(t *testing.T) {
	c, a := newCentral(t), authority(t)
	s, other := newStick(t, c, a, 101, 7), newStick(t, c, a, 102, 7)
	s.by.write(1, "Ada")
	elsewhere := newStick(t, newCentral(t), authority(t), 101, 7)
	damaged := s.write(101, 7, s.part(1, 1))
	damaged[len(damaged)-40] ^= 1
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"in the name of a colleague": {s.write(other.by.origin, 7), ErrLetter}, // whose answer would be sealed to us
		"of another branch":          {s.write(101, 8), ErrLetter},
		"of nobody":                  {s.write(99, 7), ErrUnknownNode},
		"of another bank":            {elsewhere.write(101, 7), bundle.ErrOtherBank},
		"damaged":                    {damaged, bundle.ErrDamaged},
		"nothing":                    {nil, bundle.ErrForeign},
	} {
		if _, err := s.read(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALostStickShowsNoCustomer(t *testing.T) {
	c, a := newCentral(t), authority(t)
	s := newStick(t, c, a, 101, 7)
	s.by.write(1, "Jana Dvořáková of Hlavní 17, mother of four")
	data := s.write(101, 7, s.part(1, 1))
	for _, word := range []string{"Jana", "Hlavní", "origin", "desk"} {
		if bytes.Contains(data, []byte(word)) {
			t.Errorf("%q stands on the stick", word)
		}
	}
	h := must[*bundle.Header](t)(bundle.ReadHeader(bytes.NewReader(data)))
	stranger := authority(t)
	key := must[[]byte](t)(stranger.OpenKey(h.Sealed, h.Info()))
	in := bytes.NewReader(data[len(h.Bytes()):])
	r := must[*bundle.Reader](t)(bundle.NewReader(in, h, key))
	if _, err := r.Next(); !errors.Is(err, bundle.ErrDamaged) {
		t.Errorf("another bank's central opens it: %v", err)
	}
}

func TestTheAnswerAfterALongAbsenceBeginsAtZero(t *testing.T) {
	a := newAwayTest(t, 101)
	keys := authority(t)
	s := newStick(t, a.Central, keys, 102, 7)
	a.make("Ada")
	a.make("Bo")
	early := a.read(102, 0, 10)
	a.leave(0)
	head := a.read(101, 0, 10).Until
	a.read(101, head, 10)
	a.now += 400 * dayMS
	a.call(101)
	a.read(101, head, 10)
	a.trim(1)
	s.feed = []bundle.Cursor{{Scope: 7, Feed: early.Until, Epoch: early.Epoch}}
	pages := s.news(must[*Carried](t)(s.read(s.write(102, 7))))
	last := pages[len(pages)-1]
	if last.Since != 0 || last.Floor <= early.Until || len(last.Rows) != 1 || last.Rows[0].Row.ID != a.ids[1] || last.Rows[0].Row.Kind != crm.Party {
		t.Errorf("from %d, floor %d, %d rows", last.Since, last.Floor, len(last.Rows))
	}
}

// heldOnes are the numbers of what is held of an origin, ascending.
func (c *Central) heldOnes(t *testing.T, origin crdt.Origin) (out []uint64) {
	t.Helper()
	err := c.File.Read(t.Context(), func(tx *rows.Tx) error {
		return tx.Query(`SELECT seq FROM held WHERE origin=?1 ORDER BY seq`, func(s *sqlite.Stmt) error {
			out = append(out, uint64(s.ColumnInt64(0)))
			return nil
		}, int64(origin))
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestABundleOfARevokedWorkstationIsHeldAndGetsNoAnswer(t *testing.T) {
	c, a := newCentral(t), authority(t)
	s, thief := newStick(t, c, a, 101, 7), newStick(t, c, a, 102, 7)
	for i := range 3 {
		s.by.write(uint32(i+1), "Ada")
	}
	must[*Carried](t)(s.read(s.write(101, 7, s.part(1, 1))))
	data := s.write(101, 7, s.part(1, 3))
	if err := c.Revoke(t.Context(), 101, func(*rows.Act) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for round := range 2 { // twice is harmless
		got := must[*Carried](t)(s.read(data))
		if !got.Node.Revoked || got.Taken+got.Known != 3 || got.Taken != 2-2*round || got.Refused != got.Taken {
			t.Errorf("round %d: %+v", round, got)
		}
		if err := c.WriteNews(t.Context(), io.Discard, a, got); !errors.Is(err, ErrUnknownNode) {
			t.Errorf("whoever has the machine gets an answer: %v", err)
		}
	}
	if held := c.heldOnes(t, 101); !slices.Equal(held, []uint64{2, 3}) {
		t.Errorf("held are %d", held)
	}
	thief.me = must[*trust.Identity](t)(trust.NewIdentity(rand.Reader))
	if _, err := s.read(thief.write(101, 7)); !errors.Is(err, ErrLetter) {
		t.Errorf("in the name of the revoked one: %v", err)
	}
	if _, err := s.by.push(t, c, 1, 3); !errors.Is(err, ErrUnknownNode) {
		t.Errorf("over the line: %v", err)
	}
}

// close makes the bodies of a range readable for central alone.
func (s *stick) close(r journal.Range) (journal.Range, []wire.Envelope) {
	s.t.Helper()
	r.Changes = slices.Clone(r.Changes)
	var out []wire.Envelope
	for i := range r.Changes {
		ch := &r.Changes[i]
		head := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(nil, uint32(ch.Origin)), ch.Seq)
		content := must[[]byte](s.t)(s.a.Root().Enclose(journal.AppendOps(head, ch.Bodies)))
		out = append(out, wire.Envelope{Origin: uint32(ch.Origin), Seq: ch.Seq, Content: content})
		ch.Bodies = []journal.Body{{Erased: true, Hash: ch.Bodies[0].Hash}}
	}
	return r, out
}

func TestWhatANodeClosedForCentralIsOpenedOutOfABundle(t *testing.T) {
	c, a := newCentral(t), authority(t)
	s, other := newStick(t, c, a, 101, 7), newStick(t, c, a, 102, 7)
	s.by.write(1, "Ada")
	s.by.write(2, "Bo")
	other.by.write(1, "Cy")
	closed, envelopes := s.close(s.part(1, 2))
	envelopes[1].Content = envelopes[0].Content // of another change: this one stays closed
	s.closed = envelopes
	if got := must[*Carried](t)(s.read(s.write(101, 7, closed))); got.Taken != 2 || got.Refused != 1 {
		t.Errorf("%+v", got)
	}
	if held := c.heldOnes(t, 101); !slices.Equal(held, []uint64{2}) {
		t.Errorf("held for want of their text are %d", held)
	}
	// Of a colleague's central opens nothing: it is no business of who brings it.
	closed, s.closed = other.close(other.part(1, 1))
	must[*Carried](t)(s.read(s.write(101, 7, closed)))
	if held := c.heldOnes(t, 102); !slices.Equal(held, []uint64{1}) {
		t.Errorf("held of the colleague are %d", held)
	}
}
