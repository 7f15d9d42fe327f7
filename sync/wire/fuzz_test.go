package wire

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"bough/crdt"
)

// fuzzed feeds sections to a decoder, in a frame with a right checksum: what
// it accepts must encode again to a frame that means the same.
func fuzzed[M any](f *testing.F, c *Codec, way way[M]) {
	f.Fuzz(func(t *testing.T, raw, nums, texts []byte) {
		m, err := way.decode(frameOf(c, way.kind, raw, nums, texts))
		if err != nil {
			return
		}
		frame, err := way.encode(m)
		if err != nil {
			t.Fatalf("accepted, but cannot be sent on: %v", err)
		}
		again, err := way.decode(frame)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, again, same); diff != "" {
			t.Fatal(diff)
		}
	})
}

// seed adds the sections of a message.
func seed[M any](f *testing.F, c *Codec, m *M, way way[M]) {
	f.Helper()
	frame, err := way.encode(m)
	if err != nil {
		f.Fatal(err)
	}
	raw, nums, texts := sections(f, c, frame)
	f.Add(raw, nums, texts)
}

func FuzzDecodePush(f *testing.F) {
	c := codec(f)
	seed(f, c, newDay().push(3), pushTrip(c))
	seed(f, c, newDay().push(60), pushTrip(c))
	for i := range 20 {
		seed(f, c, rapid.Custom(aPush).Example(i), pushTrip(c))
	}
	fuzzed(f, c, pushTrip(c))
}

func FuzzDecodePage(f *testing.F) {
	c := codec(f)
	seed(f, c, newDay().page(3), pageTrip(c))
	seed(f, c, newDay().page(60), pageTrip(c))
	for i := range 20 {
		seed(f, c, rapid.Custom(aPage).Example(i), pageTrip(c))
	}
	fuzzed(f, c, pageTrip(c))
}

func FuzzDecodePushed(f *testing.F) {
	c := codec(f)
	seed(f, c, &Pushed{Vector: map[crdt.Origin]uint64{1: 2, 9: 1 << 63}, Refused: 3, NowMS: 5}, pushedTrip(c))
	fuzzed(f, c, pushedTrip(c))
}

func FuzzDecodePull(f *testing.F) {
	c := codec(f)
	seed(f, c, &Pull{Scope: -1, Since: 5, Limit: 200}, pullTrip(c))
	fuzzed(f, c, pullTrip(c))
}

// FuzzFrame looks at headers and compression: any bytes, with the checksum put
// right so that it does not end there.
func FuzzFrame(f *testing.F) {
	c := codec(f)
	for _, n := range []int{1, 300} {
		frame, err := c.EncodePush(newDay().push(n))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	f.Add(pullFrame(f, c))
	f.Fuzz(func(t *testing.T, frame []byte) {
		_, _ = Peer(frame)
		if len(frame) >= headerSize {
			frame = resealed(c, frame)
		}
		if p, err := c.DecodePush(frame); err == nil {
			trip(t, p, pushTrip(c))
		}
		if p, err := c.DecodePull(frame); err == nil {
			trip(t, p, pullTrip(c))
		}
	})
}
