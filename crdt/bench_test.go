package crdt_test

import (
	"testing"

	"github.com/fxamacker/cbor/v2"

	"bough/crdt"
)

// BenchmarkCanonical is what decision 2 rests on: the canonical bytes of an op
// as ours, and as deterministic CBOR of the same values.
func BenchmarkCanonical(b *testing.B) {
	op := crdt.Op{Kind: 8, ID: crdt.MakeID(7, 12345), Set: []crdt.FieldSet{
		{Field: 1, Value: crdt.RefValue(crdt.MakeID(3, 77))},
		{Field: 2, Value: crdt.TextValue("counter")},
		{Field: 3, Value: crdt.TextValue("card")},
		{Field: 4, Value: crdt.TextValue("Customer asked about the fee on the card abroad; explained, will think it over.")},
		{Field: 5, Value: crdt.IntValue(1790000000000)},
		{Field: 6, Value: crdt.TextValue("done")},
	}}
	b.Run("ours", func(b *testing.B) {
		buf := make([]byte, 0, 512)
		for b.Loop() {
			buf = op.Append(buf[:0])
		}
		b.ReportMetric(float64(len(buf)), "B")
	})
	b.Run("cbor", func(b *testing.B) {
		mode, err := cbor.CoreDetEncOptions().EncMode()
		if err != nil {
			b.Fatal(err)
		}
		type field struct {
			_     struct{} `cbor:",toarray"`
			Field uint8
			Value any
			Saw   [][]byte
		}
		type cop struct {
			_    struct{} `cbor:",toarray"`
			Kind uint8
			ID   int64
			Set  []field
		}
		n := 0
		for b.Loop() {
			c := cop{Kind: op.Kind, ID: int64(op.ID)}
			for _, f := range op.Set {
				var v any = f.Value.I
				if f.Value.T == crdt.Text {
					v = f.Value.S
				}
				c.Set = append(c.Set, field{Field: f.Field, Value: v})
			}
			out, err := mode.Marshal(c)
			if err != nil {
				b.Fatal(err)
			}
			n = len(out)
		}
		b.ReportMetric(float64(n), "B")
	})
}
