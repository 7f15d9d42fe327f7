package crdt_test

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"bough/crdt"
)

// roomPerByte bounds what decoding may allocate for each byte of input; the
// costliest byte is one of a stamp's count, the fixed part is an error.
const (
	roomPerByte = 200
	roomFixed   = 16 << 10
)

func seedOps() [][]byte {
	op := wellFormed()
	text := crdt.Op{Kind: 9, ID: 1<<63 - 1, Set: []crdt.FieldSet{{Field: 63, Value: crdt.TextValue("王小明"), Saw: stamps(5, 6)}}}
	cleared := crdt.Op{Kind: 255, ID: 1, Clear: stamps(1, 2, 3)}
	return [][]byte{op.Append(nil), text.Append(nil), cleared.Append(nil), {1, 1, 63}, bytes.Repeat([]byte{0xff}, 40)}
}

func FuzzDecodeOp(f *testing.F) {
	for _, b := range seedOps() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		op, rest, err := crdt.DecodeOp(b)
		if err != nil {
			return
		}
		if err := op.Check(); err != nil {
			t.Errorf("decoded what Check refuses: %v", err)
		}
		if got := op.Append(nil); !bytes.Equal(got, b[:len(b)-len(rest)]) {
			t.Errorf("%x decodes to what encodes as %x", b, got)
		}
	})
}

func FuzzDecodeClocks(f *testing.F) {
	f.Add([]byte{})
	f.Add(crdt.Clocks{{Stamp: at(5), By: by(5).By, Mask: 2}, {Stamp: at(6), By: crdt.MakeID(8, 1), Mask: 1 << 63}}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		clocks, err := crdt.DecodeClocks(b)
		if err != nil {
			return
		}
		if got := clocks.Append(nil); !bytes.Equal(got, b) {
			t.Errorf("%x decodes to what packs as %x", b, got)
		}
		var masks uint64
		for _, w := range clocks {
			if w.Mask&masks != 0 {
				t.Errorf("%x: a field in two entries", b)
			}
			masks |= w.Mask
		}
	})
}

func FuzzDecodeStamp(f *testing.F) {
	f.Add(at(5).Bytes())
	f.Add(bytes.Repeat([]byte{0xff}, crdt.StampSize))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := crdt.DecodeStamp(b); err == nil && !bytes.Equal(s.Bytes(), b) {
			t.Errorf("%x decodes to %+v", b, s)
		}
	})
}

func FuzzParseStamp(f *testing.F) {
	for _, s := range []string{"", at(5).String(), strings.ToUpper(at(170).String()), strings.Repeat("0", 28)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := crdt.ParseStamp(text)
		if err != nil {
			return
		}
		// The zero stamp has two spellings, and hex may be in capitals.
		if got := s.String(); got != strings.ToLower(text) && !s.IsZero() {
			t.Errorf("%q parses to %q", text, got)
		}
	})
}

func FuzzParseID(f *testing.F) {
	for _, s := range []string{"1", "9223372036854775807", "007", "-1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := crdt.ParseID(text)
		if err != nil {
			return
		}
		if id <= 0 || id.String() != strings.TrimLeft(text, "0") {
			t.Errorf("%q parses to %v", text, id)
		}
	})
}

func FuzzDecodeDigest(f *testing.F) {
	f.Add(crdt.DigestOf(nil).Bytes())
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := crdt.DecodeDigest(b); err == nil && !bytes.Equal(d.Bytes(), b) {
			t.Errorf("%x decodes to %v", b, d)
		}
	})
}

func FuzzDecoderValue(f *testing.F) {
	for _, v := range []crdt.Value{{}, crdt.IntValue(-1 << 63), crdt.TextValue("Čapek")} {
		f.Add(crdt.AppendValue(nil, v))
	}
	f.Add([]byte{2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		d := crdt.Decoder{B: b}
		v := d.Value()
		if d.Err != nil {
			return
		}
		if got := crdt.AppendValue(nil, v); !bytes.Equal(got, b[:len(b)-len(d.B)]) {
			t.Errorf("%x decodes to what encodes as %x", b, got)
		}
	})
}

func TestALyingCountDoesNotMakeADecoderAllocateMuch(t *testing.T) {
	for _, b := range [][]byte{
		{1, 1, 63},                         // 63 fields, none there
		{1, 1, 1, 1, 2, 0xff, 0x7f},        // a text of 16383 bytes
		{1, 1, 1, 1, 0, 64},                // 64 stamps seen
		{1, 1, 0, 0x80, 2},                 // 256 stamps cleared
		bytes.Repeat([]byte{0xff, 1}, 500), // numbers without end
	} {
		const times = 100
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range times {
			if _, _, err := crdt.DecodeOp(b); err == nil {
				t.Fatalf("%x accepted", b)
			}
		}
		runtime.ReadMemStats(&after)
		got := (after.TotalAlloc - before.TotalAlloc) / times
		if limit := uint64(roomFixed + roomPerByte*len(b)); got > limit {
			t.Errorf("%x: %d bytes allocated, at most %d", b, got, limit)
		}
	}
}
