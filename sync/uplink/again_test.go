package uplink

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/wire"
)

// frameRaw is where a frame says the size of its first section (PROTOCOL.md).
const frameRaw = 12

// mangler stands before a central whose pages with a certain row cannot be read to
// their end.
type mangler struct {
	t      *testing.T
	codec  *wire.Codec
	behind http.Handler
	row    atomic.Int64 // 0: none
}

func (m *mangler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	m.behind.ServeHTTP(answer, r)
	said := answer.Body.Bytes()
	if r.URL.Path == wire.PathPull && m.has(said) {
		said = mangled(said)
	}
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(said)
}

func (m *mangler) has(frame []byte) bool {
	page, err := m.codec.DecodePage(frame)
	return err == nil && slices.ContainsFunc(page.Rows, func(r wire.PageRow) bool { return int64(r.Row.ID) == m.row.Load() })
}

// mangled is a frame with a byte too many behind its first section.
func mangled(frame []byte) []byte {
	size := binary.BigEndian.Uint32(frame[frameRaw:])
	out := slices.Insert(bytes.Clone(frame), frameHead+int(size), 0)
	binary.BigEndian.PutUint32(out[frameRaw:], size+1)
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	_, _ = sum.Write(out[:frameSum])
	_, _ = sum.Write(out[frameHead:])
	binary.BigEndian.PutUint32(out[frameSum:], sum.Sum32())
	return out
}

func (s *station) asides() uint64 {
	s.t.Helper()
	p, err := s.store.Progress(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return p.Aside
}

func TestARowThatAWorkstationCannotReadStopsNothingAndComesOnceItCan(t *testing.T) {
	b := newBank(t)
	m := &mangler{t: t, codec: must[*wire.Codec](t)(wire.NewCodec())}
	b.wrap = func(h http.Handler) http.Handler { m.behind = h; return m }
	b.serve()
	poison := b.shared()
	m.row.Store(int64(poison))
	here, there := b.join(1).call(""), b.join(2).call("")
	after := here.prospect("Written after it")
	eventually(t, "the feed is read behind the row, and central hears of it", func() bool {
		return here.asides() == 1 && there.asides() == 1 && here.taken() && b.lacks(here) == 1
	})
	if here.row(crm.Party, poison) != nil || here.row(crm.Party, after) == nil {
		t.Error("the row was read, or what follows it was not")
	}
	if s := here.up.State(); !s.Online || s.Trouble != 0 {
		t.Errorf("%+v: a row is no trouble of the line", s.Status)
	}
	// The program is upgraded: it can read the row, and asks for it by its number.
	m.row.Store(0)
	for _, s := range []*station{here, there} {
		s.hangUp()
		s.call("")
	}
	eventually(t, "nothing is aside any more", func() bool { return here.asides() == 0 && there.asides() == 0 })
	b.agree(here, there)
	if here.row(crm.Party, poison) == nil {
		t.Error("the row did not come")
	}
}

// taken reports whether all that was written here came back as rows.
func (s *station) taken() bool {
	st := s.up.State()
	return st.Written > 0 && st.Taken == st.Written
}

// lacks is how many rows a workstation told central that it cannot read.
func (b *bank) lacks(s *station) int64 {
	b.t.Helper()
	nodes := must[[]*central.Node](b.t)(b.central.Nodes(b.t.Context()))
	i := slices.IndexFunc(nodes, func(n *central.Node) bool { return n.Origin == s.joined.Origin })
	return nodes[i].Aside
}
