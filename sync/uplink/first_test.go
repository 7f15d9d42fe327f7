package uplink

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"bough/node/crm"
	"bough/node/store"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Where a frame says its version, what its sender speaks, and its checksum
// (PROTOCOL.md).
const (
	frameVersion = 4
	frameSpeaks  = 6
	frameSum     = 32
	frameHead    = 36
)

// first is the wire of a bank's first release: version 1, and nothing else is
// understood or said. What lies behind it must not say more either.
type first struct {
	t       *testing.T
	behind  http.Handler
	refused atomic.Int64 // frames of a later version
	frames  atomic.Int64 // that it answered with
}

func isFrame(b []byte) bool { return len(b) > frameHead && bytes.HasPrefix(b, []byte("bgh\xf7")) }

func (f *first) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the line was cut
	}
	w.Header().Set(wire.HeaderVersions, "1-1")
	if isFrame(body) && body[frameVersion] > 1 {
		f.refused.Add(1)
		w.Header().Set(wire.HeaderFault, wire.FaultVersion)
		http.Error(w, "this frame is of a later version", http.StatusUpgradeRequired)
		return
	}
	q := r.Clone(r.Context())
	q.Body = io.NopCloser(bytes.NewReader(body))
	q.Header.Set(wire.HeaderVersions, "1-1")
	answer := httptest.NewRecorder()
	f.behind.ServeHTTP(answer, q)
	said := answer.Body.Bytes()
	if isFrame(said) {
		f.frames.Add(1)
		if said[frameVersion] != 1 {
			f.t.Errorf("%s is answered in version %d", r.URL.Path, said[frameVersion])
		}
		said[frameSpeaks] = 1
		sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
		_, _ = sum.Write(said[:frameSum])
		_, _ = sum.Write(said[frameHead:])
		binary.BigEndian.PutUint32(said[frameSum:], sum.Sum32())
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.Header().Set(wire.HeaderVersions, "1-1")
	w.WriteHeader(answer.Code)
	_, _ = w.Write(said)
}

// unread writes a change that nobody can read into the journal of a workstation
// whose program is down, as a later release might.
func (s *station) unread() {
	s.t.Helper()
	if err := s.store.File.Close(); err != nil {
		s.t.Fatal(err)
	}
	f := must[*rows.File](s.t)(rows.Open(rows.Options{Path: s.path, Schema: crm.Table(), Migrations: store.LocalTables(), NoSync: true}))
	err := f.Write(s.t.Context(), func(tx *rows.Tx) error {
		a, err := f.LoadAuthor(tx, 0, bytes.NewReader(make([]byte, 1<<10)))
		if err == nil {
			_, err = a.Chain(tx, a.Clock.Now(nowMS()), s.actor.Session, []journal.Body{{Opaque: []byte("of a kind nobody knows"), Salt: journal.Salt{1}}})
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.open()
}

func TestACentralOfTheFirstReleaseAndOneOfTodaysGoOnWithTheSameWorkstations(t *testing.T) {
	b := newBank(t)
	party := b.shared()
	here, there := b.join(1), b.join(2)
	var old *first
	b.wrap = func(h http.Handler) http.Handler { old = &first{t: t, behind: h}; return old }
	b.serve()
	here.prospect("Before")
	here.unread()
	after := here.prospect("After what nobody can read")
	here.call("")
	there.call("")
	eventually(t, "the shared customer is at both", func() bool { return here.has(crm.Party, party)() && there.has(crm.Party, party)() })
	there.memo(party, "speaks Polish")
	b.agree(here, there)
	if here.row(crm.Party, after) == nil || old.refused.Load() == 0 || old.frames.Load() < 4 {
		t.Errorf("version 1: %d frames of a later version refused, %d answered", old.refused.Load(), old.frames.Load())
	}
	held := func() (n int64) {
		if err := b.central.File.Read(t.Context(), func(tx *rows.Tx) (err error) {
			n, _, err = tx.Int(`SELECT count(*) FROM held WHERE code='withheld'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if held() != 1 {
		t.Errorf("%d changes are held because their text could not be said in version 1", held())
	}
	// Central is upgraded: nothing needs to be told to anybody.
	b.wrap = nil
	b.serve()
	for _, s := range []*station{here, there} {
		s.hangUp()
		s.call("")
	}
	here.unreadLater(b, there)
}

// unreadLater: what could not be said to the older central is said to one of
// today's.
func (s *station) unreadLater(b *bank, other *station) {
	s.t.Helper()
	s.hangUp()
	s.unread()
	s.call("")
	other.prospect("Goes on")
	b.agree(s, other)
	var n int64
	if err := b.central.File.Read(s.t.Context(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(`SELECT count(*) FROM held WHERE code='unreadable'`)
		return err
	}); err != nil || n != 1 {
		s.t.Errorf("%d changes are held because nobody can read them, %v", n, err)
	}
}
