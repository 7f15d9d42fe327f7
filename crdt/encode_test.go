package crdt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"bough/crdt"
	"bough/crdt/crdttest"
)

func TestAnOpComesBackFromItsBytesAndLeavesTheRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := crdttest.Ops().Draw(t, "op")
		tail := rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "tail")
		if err := op.Check(); err != nil {
			t.Fatal(err)
		}
		got, rest, err := crdt.DecodeOp(append(op.Append(nil), tail...))
		if err != nil || !bytes.Equal(rest, tail) {
			t.Fatalf("left %x: %v", rest, err)
		}
		if d := cmp.Diff(op, got); d != "" {
			t.Fatal(d)
		}
	})
}

// TestBytesThatDecodeAreTheBytesThatEncodingWrites damages good ones, so that
// some still decode.
func TestBytesThatDecodeAreTheBytesThatEncodingWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		op := crdttest.Ops().Draw(t, "op")
		b := op.Append(nil)
		b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if got, rest, err := crdt.DecodeOp(b); err == nil && !bytes.Equal(got.Append(nil), b[:len(b)-len(rest)]) {
			t.Fatalf("%x decodes to %+v", b, got)
		}
		clocks := crdttest.Clocks().Draw(t, "clocks")
		if b = clocks.Append(nil); len(b) == 0 {
			return
		}
		b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if got, err := crdt.DecodeClocks(b); err == nil && !bytes.Equal(got.Append(nil), b) {
			t.Fatalf("%x decodes to %+v", b, got)
		}
	})
}

func TestClocksComeBackFromTheirPackedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clocks := crdttest.Clocks().Draw(t, "clocks")
		got, err := crdt.DecodeClocks(clocks.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(clocks, got); d != "" {
			t.Fatal(d)
		}
	})
}

func TestPackedClocksThatAreNotCanonicalAreRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clocks := crdttest.Clocks().Filter(func(c crdt.Clocks) bool { return len(c) > 1 }).Draw(t, "clocks")
		switch rapid.IntRange(0, 3).Draw(t, "fault") {
		case 0:
			slices.Reverse(clocks)
		case 1:
			clocks[1].Mask |= clocks[0].Mask
		case 2:
			clocks[1].Mask = 0
		case 3:
			clocks[1].Stamp = clocks[0].Stamp
		}
		if got, err := crdt.DecodeClocks(clocks.Append(nil)); err == nil {
			t.Fatalf("accepted as %+v", got)
		}
	})
}

// TestClocksOfAMergedRowStayCanonical writes fields in any order of stamps.
func TestClocksOfAMergedRowStayCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := crdt.Row{Kind: 1, ID: 1}
		latest := map[uint8]crdt.Stamp{}
		for range rapid.IntRange(1, 8).Draw(t, "writes") {
			op := crdttest.Ops().Draw(t, "op")
			w := crdt.Written{Stamp: crdttest.Stamps().Draw(t, "stamp"), By: crdttest.IDs().Draw(t, "session")}
			row.Merge(nil, &op, w)
			for _, f := range op.Set {
				if latest[f.Field].Less(w.Stamp) {
					latest[f.Field] = w.Stamp
				}
			}
		}
		got, err := crdt.DecodeClocks(row.Clocks.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(row.Clocks, got); d != "" {
			t.Fatal(d)
		}
		for f := uint8(1); f <= crdt.MaxField; f++ {
			if got.Of(f).Stamp != latest[f] {
				t.Fatalf("field %d is of %+v, want %+v", f, got.Of(f).Stamp, latest[f])
			}
		}
	})
}

func TestAValueComesBackFromItsBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := crdttest.Values().Draw(t, "value")
		d := crdt.Decoder{B: crdt.AppendValue(nil, v)}
		if got := d.Value(); got != v || d.Err != nil || len(d.B) > 0 {
			t.Fatalf("%+v: %v, left %x", got, d.Err, d.B)
		}
	})
}

func TestADigestIsACommutativeGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 8), 0, 6).Draw(t, "rows")
		order := rapid.Permutation(rows).Draw(t, "order")
		var a, b, zero crdt.Digest
		for i := range rows {
			a.Add(crdt.DigestOf(rows[i]))
			b.Add(crdt.DigestOf(order[i]))
		}
		if a != b {
			t.Fatalf("%v in one order, %v in another", a, b)
		}
		if back, err := crdt.DecodeDigest(a.Bytes()); err != nil || back != a {
			t.Fatalf("%v, %v", back, err)
		}
		sum, parts := a, a // (a+a) - a = a, a - a = 0
		sum.Add(a)
		sum.Sub(parts)
		if sum != a {
			t.Fatalf("adding %v and subtracting it gives %v", a, sum)
		}
		for i := range order {
			a.Sub(crdt.DigestOf(order[i]))
		}
		if a != zero {
			t.Fatalf("all counted in and out leaves %v", a)
		}
	})
}

func TestTheIDOfAConflictDependsOnRowFieldAndLoserAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := crdt.Conflict{Kind: 3, Field: 2, Row: crdttest.IDs().Draw(t, "row"), Stamp: crdttest.Stamps().Draw(t, "stamp")}
		same := c
		same.Value, same.By, same.Closed = crdttest.Values().Draw(t, "value"), 9, crdttest.Stamps().Draw(t, "closed")
		if c.ID() <= 0 || same.ID() != c.ID() {
			t.Fatalf("%v and %v", c.ID(), same.ID())
		}
		for _, change := range []func(*crdt.Conflict){
			func(d *crdt.Conflict) { d.Kind++ },
			func(d *crdt.Conflict) { d.Field++ },
			func(d *crdt.Conflict) { d.Row++ },
			func(d *crdt.Conflict) { d.Stamp.Time++ },
			func(d *crdt.Conflict) { d.Stamp.Origin-- },
		} {
			other := c
			if change(&other); other.ID() == c.ID() {
				t.Fatalf("%+v and %+v have one id", other, c)
			}
		}
	})
}

func TestRowsThatDifferHaveDifferentCanonicalBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := crdt.Row{Kind: 1, ID: 1, Fields: []crdt.Value{{}, crdt.IntValue(1)}, Clocks: crdttest.Clocks().Draw(t, "clocks")}
		b := row.AppendCanonical(nil)
		longer := row.Clone()
		longer.Fields = append(longer.Fields, crdt.Value{}, crdt.Value{})
		if !bytes.Equal(longer.AppendCanonical(nil), b) {
			t.Fatal("fields that were never written change the bytes")
		}
		other := row.Clone()
		other.Fields[1] = crdttest.Values().Draw(t, "value")
		other.Cleared = []crdt.Stamp{crdttest.Stamps().Draw(t, "cleared")}
		if bytes.Equal(other.AppendCanonical(nil), b) {
			t.Fatal("another row has the same bytes")
		}
	})
}

func TestARowComesBackFromItsCanonicalBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := crdt.Row{Kind: rapid.Uint8Range(1, 255).Draw(t, "kind"), ID: crdt.ID(rapid.Int64Range(1, 1<<62).Draw(t, "id")), Clocks: crdttest.Clocks().Draw(t, "clocks")}
		row.Fields = append(row.Fields, crdt.Value{})
		for range rapid.IntRange(0, crdt.MaxField).Draw(t, "fields") {
			row.Fields = append(row.Fields, crdttest.Values().Draw(t, "value"))
		}
		for range rapid.IntRange(0, 3).Draw(t, "clears") {
			row.Cleared = append(row.Cleared, crdttest.Stamps().Draw(t, "cleared"))
		}
		b := row.AppendCanonical(nil)
		got, err := crdt.DecodeRow(b)
		if err != nil || !bytes.Equal(got.AppendCanonical(nil), b) {
			t.Fatalf("%+v came back as %+v: %v", row, got, err)
		}
		b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if got, err := crdt.DecodeRow(b); err == nil && !bytes.Equal(got.AppendCanonical(nil), b) {
			t.Fatalf("%x decodes to %+v", b, got)
		}
	})
}

// A few bytes of a peer must not make room for billions.
func TestARowThatSaysItHasMoreStampsThanBytesIsRefused(t *testing.T) {
	b := append([]byte{'r', 1, 0, 0, 0, 0, 0, 0, 0, 7, 0}, binary.AppendUvarint(nil, math.MaxInt32)...)
	if row, err := crdt.DecodeRow(append(b, make([]byte, 64)...)); !errors.Is(err, crdt.ErrShort) {
		t.Errorf("%+v, %v", row, err)
	}
}
