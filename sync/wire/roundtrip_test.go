package wire

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"bough/crdt"
	"bough/sync/journal"
)

// same compares what messages mean: nil and empty are one, hashes of live
// bodies are computed later, nulls at the end of a row are not there.
var same = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.Transformer("fields", func(r crdt.Row) row {
		for len(r.Fields) > 0 && r.Fields[len(r.Fields)-1].IsNull() {
			r.Fields = r.Fields[:len(r.Fields)-1]
		}
		return row(r)
	}),
	cmp.Transformer("body", func(b journal.Body) body {
		if !b.Erased {
			b.Hash = journal.Hash{}
		}
		return body(b)
	}),
}

// Without methods, so that the transformers end.
type (
	row  crdt.Row
	body journal.Body
)

func codec(t testing.TB) *Codec {
	t.Helper()
	c, err := NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// way is there and back of one kind of message.
type way[M any] struct {
	kind   uint8
	encode func(*M) ([]byte, error)
	decode func([]byte) (*M, error)
}

func pushTrip(c *Codec) way[Push] { return way[Push]{kindPush, c.EncodePush, c.DecodePush} }

func pushedTrip(c *Codec) way[Pushed] { return way[Pushed]{kindPushed, c.EncodePushed, c.DecodePushed} }

func pullTrip(c *Codec) way[Pull] { return way[Pull]{kindPull, c.EncodePull, c.DecodePull} }

// pageTrip takes a page that has something aside for one that does not decode:
// it is not the page that was sent.
func pageTrip(c *Codec) way[Page] {
	return way[Page]{kindPage, c.EncodePage, func(frame []byte) (*Page, error) {
		p, err := c.DecodePage(frame)
		if err == nil && len(p.Aside) > 0 {
			return nil, errors.New(p.Aside[0].Why)
		}
		return p, err
	}}
}

// trip sends a message there and back and compares.
func trip[M any](t rapid.TB, m *M, way way[M]) {
	t.Helper()
	frame, err := way.encode(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := way.decode(frame)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, got, same); diff != "" {
		t.Fatal(diff)
	}
}

func TestAPushArrivesAsItWasSent(t *testing.T) {
	c := codec(t)
	rapid.Check(t, func(t *rapid.T) { trip(t, aPush(t), pushTrip(c)) })
}

func TestAPageArrivesAsItWasSent(t *testing.T) {
	c := codec(t)
	rapid.Check(t, func(t *rapid.T) { trip(t, aPage(t), pageTrip(c)) })
}

func TestAnAnswerArrivesAsItWasSent(t *testing.T) {
	c := codec(t)
	rapid.Check(t, func(t *rapid.T) {
		p := &Pushed{Vector: aVector(t), Refused: rapid.IntRange(0, MaxPushChanges).Draw(t, "refused"), NowMS: rapid.Int64().Draw(t, "now")}
		trip(t, p, pushedTrip(c))
	})
}

func TestAPullArrivesAsItWasSent(t *testing.T) {
	c := codec(t)
	rapid.Check(t, func(t *rapid.T) {
		p := &Pull{
			Scope: rapid.Int64().Draw(t, "scope"), Since: rapid.Int64Range(0, 1<<63-1).Draw(t, "since"),
			Limit: rapid.IntRange(1, MaxPageRows).Draw(t, "limit"),
		}
		trip(t, p, pullTrip(c))
	})
}

func TestAnyColumnOfIntegersSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200).Draw(t, "n")
		unit := rapid.SampledFrom([]int64{1, 60_000, 1 << 40}).Draw(t, "unit")
		reach := rapid.SampledFrom([]int64{0, 1, 5, 1 << 20, 1<<62 - 1}).Draw(t, "reach")
		v, keys, ref := make([]int64, n), make([]int64, n), make([]int64, n)
		for i := range v {
			v[i] = unit * rapid.Int64Range(-reach, reach).Draw(t, "v")
			keys[i] = rapid.Int64Range(0, 2).Draw(t, "key")
			ref[i] = v[i] + rapid.Int64Range(-3, 3).Draw(t, "ref")
		}
		w := newWriter()
		for _, o := range someOrigins {
			w.origin(o)
		}
		all := []hints{{}, {keys: keys}, {ref: ref}, {id: true}}
		for _, h := range all {
			w.column(v, h)
		}
		r := &reader{nums: w.sealNumbers(), raw: w.raw, left: MaxDecoded}
		r.readOrigins()
		for _, h := range all {
			got := make([]int64, n)
			r.ints(got, h.keys, h.ref)
			if diff := cmp.Diff(v, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatal(diff)
			}
		}
		if err := r.done(); err != nil {
			t.Fatal(err)
		}
	})
}
