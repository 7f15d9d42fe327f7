package crdt_test

import (
	"errors"
	"strings"
	"testing"

	"bough/crdt"
)

// wellFormed is an op to spoil.
func wellFormed() crdt.Op {
	return crdt.Op{Kind: 1, ID: 1, Set: []crdt.FieldSet{{Field: 1, Value: crdt.IntValue(1)}, {Field: 2, Saw: stamps(5)}}}
}

func TestOpsThatBreakTheRulesAreRefusedWithTheReason(t *testing.T) {
	for _, c := range []struct {
		says  string
		spoil func(op *crdt.Op)
	}{
		{"kind 0, id 1, 2 fields", func(op *crdt.Op) { op.Kind = 0 }},
		{"kind 1, id 0, 2 fields", func(op *crdt.Op) { op.ID = 0 }},
		{"kind 1, id -1, 2 fields", func(op *crdt.Op) { op.ID = -1 }},
		{"kind 1, id 1, 0 fields", func(op *crdt.Op) { op.Set = nil }},
		{"field 0 is not ascending within 1..63", func(op *crdt.Op) { op.Set[0].Field = 0 }},
		{"field 64 is not ascending within 1..63", func(op *crdt.Op) { op.Set[1].Field = 64 }},
		{"field 1 is not ascending within 1..63", func(op *crdt.Op) { op.Set[1].Field = 1 }},
		{"field 2 saw 65 stamps, at most 64", func(op *crdt.Op) { op.Set[1].Saw = make([]crdt.Stamp, crdt.MaxSaw+1) }},
		{"257 stamps cleared, at most 256", func(op *crdt.Op) { op.Clear = make([]crdt.Stamp, crdt.MaxClear+1) }},
		{"field 1 has type 3", func(op *crdt.Op) { op.Set[0].Value.T = 3 }},
		{"field 1: a text is 1 to 16384 bytes of UTF-8, got 0", func(op *crdt.Op) { op.Set[0].Value = crdt.Value{T: crdt.Text} }},
		{"field 1: a text is 1 to 16384 bytes of UTF-8, got 2", func(op *crdt.Op) { op.Set[0].Value = crdt.TextValue("\xc3\x28") }},
		{"field 1: a text is 1 to 16384 bytes of UTF-8, got 16385", func(op *crdt.Op) {
			op.Set[0].Value = crdt.TextValue(strings.Repeat("a", crdt.MaxText+1))
		}},
	} {
		t.Run(c.says, func(t *testing.T) {
			op := wellFormed()
			if err := op.Check(); err != nil {
				t.Fatal(err)
			}
			c.spoil(&op)
			says(t, op.Check(), crdt.ErrBadOp, c.says)
			if op.Set != nil && op.Set[0].Value.T <= crdt.Text {
				_, _, err := crdt.DecodeOp(op.Append(nil))
				says(t, err, crdt.ErrBadOp, "")
			}
		})
	}
}

// says checks what an error is and says.
func says(t *testing.T, err, is error, text string) {
	t.Helper()
	if err == nil {
		t.Fatal("accepted")
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("%v is not %v", err, is)
	}
	if !strings.Contains(err.Error(), text) {
		t.Errorf("the error says %q, not %q", err, text)
	}
}

func TestBytesThatAreNoOpAreRefusedWithTheReason(t *testing.T) {
	const short = "input ends early or a number is out of bounds"
	for _, c := range []struct{ name, bytes, says string }{
		{"nothing", "", short},
		{"no fields", "\x01\x01", short},
		{"more fields than there can be", "\x01\x01\x40", short},
		{"an id of more than 64 bits", "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", short},
		{"a negative id", "\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\x01\x00\x00\x00", "kind 1, id -1"},
		{"an id with a needless byte", "\x01\x81\x00\x01\x01\x00\x00\x00", "a number with a needless byte"},
		{"an integer with a needless byte", "\x01\x01\x01\x01\x01\x82\x00\x00\x00", "a number with a needless byte"},
		{"an unknown type", "\x01\x01\x01\x01\x03", "type 3 of a value is unknown"},
		{"a text longer than its bytes", "\x01\x01\x01\x01\x02\x05abc", short},
		{"a text beyond the limit", "\x01\x01\x01\x01\x02\x81\x80\x01", short},
		{"an empty text", "\x01\x01\x01\x01\x02\x00\x00\x00", "a text is 1 to 16384 bytes of UTF-8"},
		{"a text that is not UTF-8", "\x01\x01\x01\x01\x02\x01\xff\x00\x00", "a text is 1 to 16384 bytes of UTF-8"},
		{"more stamps than may be named", "\x01\x01\x01\x01\x00\x41", short},
		{"half a stamp", "\x01\x01\x01\x01\x00\x01\x00\x00\x00", short},
		{"a stamp of an origin beyond 31 bits", "\x01\x01\x00\x01" + strings.Repeat("\xff", 14), "origin 4294967295 has more than 31 bits"},
		{"neither fields nor a clear", "\x01\x01\x00\x00", "kind 1, id 1, 0 fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := crdt.DecodeOp([]byte(c.bytes))
			says(t, err, crdt.ErrBadOp, c.says)
		})
	}
}

func TestBytesThatAreNoClocksAreRefusedWithTheReason(t *testing.T) {
	const short, order = "input ends early or a number is out of bounds", "is not canonical"
	entry := func(mask, ms, by string) string {
		return mask + "\x00" + "\x00\x00\x00\x00\x00" + ms + "\x00\x00" + "\x00\x00\x00\x01" + by
	}
	for _, c := range []struct{ name, bytes, says string }{
		{"half an entry", "\x02\x00\x00", short},
		{"an epoch beyond 16 bits", "\x02\x80\x80\x04" + strings.Repeat("\x00", 13), short},
		{"no field", entry("\x00", "\x05", "\x02"), "entry 0 " + order},
		{"field 0", entry("\x03", "\x05", "\x02"), "entry 0 " + order},
		{"a field twice", entry("\x02", "\x05", "\x02") + entry("\x02", "\x06", "\x02"), "entry 1 " + order},
		{"stamps that descend", entry("\x02", "\x05", "\x02") + entry("\x04", "\x04", "\x02"), "entry 1 " + order},
		{"a stamp twice", entry("\x02", "\x05", "\x02") + entry("\x04", "\x05", "\x02"), "entry 1 " + order},
		{"a session of its own origin written whole", entry("\x02", "\x05", "\x83\x80\x80\x80\x20"), "entry 0 " + order},
		{"a session counter beyond 32 bits", entry("\x02", "\x05", "\x80\x80\x80\x80\x20"), "entry 0 " + order},
		{"an origin beyond 31 bits", "\x02\x00" + strings.Repeat("\xff", 12) + "\x01", "entry 0 " + order},
		{"a mask with a needless byte", entry("\x82\x00", "\x05", "\x02"), "a number with a needless byte"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := crdt.DecodeClocks([]byte(c.bytes))
			says(t, err, crdt.ErrBadClocks, c.says)
		})
	}
	if _, err := crdt.DecodeClocks([]byte(entry("\x02", "\x05", "\x02"))); err != nil {
		t.Errorf("the entry that these spoil: %v", err)
	}
}

func TestTextsThatAreNoStampOrIDAreRefusedWithTheReason(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"zz", `28 hex digits (14 bytes): "zz"`},
		{"00", "1 bytes"},
		{strings.Repeat("0", 30), "15 bytes"},
		{strings.Repeat("f", 28), "origin 4294967295 has more than 31 bits"},
		{strings.Repeat("x", 500), `"` + strings.Repeat("x", 40) + `"`},
	} {
		_, err := crdt.ParseStamp(c.text)
		says(t, err, crdt.ErrBadStamp, c.says)
	}
	for _, text := range []string{"", "0", "-1", "+1", "1.5", "0x10", " 1", "1_0", "9223372036854775808", strings.Repeat("9", 500)} {
		_, err := crdt.ParseID(text)
		says(t, err, crdt.ErrBadID, "a positive decimal number of at most 63 bits")
	}
	_, err := crdt.DecodeDigest(make([]byte, 31))
	says(t, err, nil, "a digest is 32 bytes, got 31")
}

func TestAFaultSticksInTheDecoder(t *testing.T) {
	d := crdt.Decoder{B: []byte{3, 1, 1, 1}}
	if v := d.Value(); v != (crdt.Value{}) || !errors.Is(d.Err, crdt.ErrNotCanonical) {
		t.Fatalf("%+v, %v", v, d.Err)
	}
	if d.Byte() != 0 || d.Uvarint() != 0 || d.Varint() != 0 || d.Count(9) != 0 || d.Take(1) != nil || !d.Stamp().IsZero() {
		t.Error("something was read after the fault")
	}
	if !errors.Is(d.Err, crdt.ErrNotCanonical) {
		t.Errorf("the first fault became %v", d.Err)
	}
}

func TestSchemasThatContradictThemselvesAreRefusedWithTheReason(t *testing.T) {
	id := crdt.Field{Num: 1, Name: "party", Type: crdt.Int}
	kind := func(num uint8, fields ...crdt.Field) *crdt.Kind {
		return &crdt.Kind{Num: num, Name: "task", Fields: fields}
	}
	for _, c := range []struct {
		says  string
		kinds []*crdt.Kind
	}{
		{"kind task: number 0 is not ascending", []*crdt.Kind{kind(0, id)}},
		{"kind task: number 2 is not ascending", []*crdt.Kind{kind(2, id), kind(2, id)}},
		{"task.party: number 1 is not ascending within 1..63", []*crdt.Kind{kind(1, id, id)}},
		{"task.x: number 64 is not ascending within 1..63", []*crdt.Kind{kind(1, crdt.Field{Num: 64, Name: "x", Type: crdt.Int})}},
		{"task.x: bad type 0", []*crdt.Kind{kind(1, crdt.Field{Num: 1, Name: "x"})}},
		{"task.x: bad type 2", []*crdt.Kind{kind(1, crdt.Field{Num: 1, Name: "x", Type: crdt.Text, Ref: 1})}},
		{"task.x refers to unknown kind 9", []*crdt.Kind{kind(1, crdt.Field{Num: 1, Name: "x", Type: crdt.Int, Ref: 9})}},
		{"task: scope names unknown field 3", []*crdt.Kind{{Num: 1, Name: "task", Scope: crdt.ScopeRule{Roots: []uint8{3}}}}},
	} {
		_, err := crdt.NewSchema(c.kinds...)
		says(t, err, nil, c.says)
	}
	s := oneKind(t)
	if s.Kind(1) != s.Named("task") || s.Kind(2) != nil || s.Named("x") != nil || s.Kind(1).Named("party").Num != 1 {
		t.Error("a good schema does not find its kinds")
	}
}

func oneKind(t *testing.T) *crdt.Schema {
	t.Helper()
	s, err := crdt.NewSchema(&crdt.Kind{Num: 1, Name: "task", Fields: []crdt.Field{{Num: 1, Name: "party", Type: crdt.Int}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
