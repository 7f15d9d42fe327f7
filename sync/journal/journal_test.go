package journal_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"bough/crdt"
	"bough/sync/journal"
)

var update = flag.Bool("update", false, "write the golden hashes anew")

const origin = crdt.Origin(0x5ac01234)

// author signs as the owner of an origin does.
type author struct{ key ed25519.PrivateKey }

func newAuthor(seed byte) author {
	return author{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))}
}

func (a author) sign(message []byte) []byte { return ed25519.Sign(a.key, message) }

func (a author) check(message, signature []byte) bool {
	return ed25519.Verify(a.key.Public().(ed25519.PublicKey), message, signature)
}

// change number seq has two ops: one with every type of value and a stamp it
// saw, one that clears.
func change(seq uint64) journal.Change {
	stamp := crdt.Stamp{Epoch: 1, Time: (1_760_000_000_000+seq)<<16 | 3, Origin: origin}
	seen := crdt.Stamp{Time: 1_750_000_000_000 << 16, Origin: 7}
	return journal.Change{Origin: origin, Seq: seq, Stamp: stamp, Session: crdt.MakeID(origin, 1), Bodies: []journal.Body{
		{Salt: journal.Salt{1, 2, 3, 4, 5, 6, 7, byte(seq)}, Op: crdt.Op{Kind: 1, ID: crdt.MakeID(origin, 2), Set: []crdt.FieldSet{
			{Field: 2, Value: crdt.TextValue("张伟 & Anna"), Saw: []crdt.Stamp{seen}},
			{Field: 7, Value: crdt.IntValue(-74)},
			{Field: 63},
		}}},
		{Salt: journal.Salt{9, byte(seq)}, Op: crdt.Op{Kind: 2, ID: crdt.MakeID(origin, 3), Clear: []crdt.Stamp{seen, stamp}}},
	}}
}

// signed is a range of n changes from number first on.
func signed(a author, prev journal.Hash, first, n uint64) *journal.Range {
	r := &journal.Range{Prev: prev}
	hash, buf := prev, []byte(nil)
	for seq := first; seq < first+n; seq++ {
		c := change(seq)
		hash, buf = c.Seal(hash, buf)
		r.Changes = append(r.Changes, c)
	}
	r.Head = journal.Head{Origin: origin, Seq: first + n - 1, Hash: hash}
	r.Head.Signature = a.sign(r.Head.Message())
	return r
}

func TestAChainIsVerifiedFromAnyRangeToTheNext(t *testing.T) {
	a := newAuthor(1)
	first := signed(a, journal.Hash{}, 1, 3)
	next := signed(a, first.Head.Hash, 4, 2)
	for _, r := range []*journal.Range{first, next} {
		if err := r.Verify(a.check); err != nil {
			t.Error(err)
		}
	}
	whole := signed(a, journal.Hash{}, 1, 5)
	if whole.Head.Hash != next.Head.Hash {
		t.Error("two ranges and one of the same changes end in different hashes")
	}
}

func TestEveryTamperedPartOfARangeIsNoticed(t *testing.T) {
	a := newAuthor(1)
	for _, tc := range []struct {
		name   string
		tamper func(r *journal.Range)
		want   error
	}{
		{"prev", func(r *journal.Range) { r.Prev[31] ^= 1 }, journal.ErrChain},
		{"stamp", func(r *journal.Range) { r.Changes[1].Stamp.Time++ }, journal.ErrChain},
		{"epoch", func(r *journal.Range) { r.Changes[1].Stamp.Epoch++ }, journal.ErrChain},
		{"session", func(r *journal.Range) { r.Changes[1].Session++ }, journal.ErrChain},
		{"salt", func(r *journal.Range) { r.Changes[1].Bodies[0].Salt[7] ^= 1 }, journal.ErrChain},
		{"kind", func(r *journal.Range) { r.Changes[1].Bodies[0].Op.Kind++ }, journal.ErrChain},
		{"id", func(r *journal.Range) { r.Changes[1].Bodies[0].Op.ID++ }, journal.ErrChain},
		{"field", func(r *journal.Range) { r.Changes[1].Bodies[0].Op.Set[0].Field-- }, journal.ErrChain},
		{"text", func(r *journal.Range) { r.Changes[1].Bodies[0].Op.Set[0].Value.S += "." }, journal.ErrChain},
		{"integer", func(r *journal.Range) { r.Changes[1].Bodies[0].Op.Set[1].Value.I++ }, journal.ErrChain},
		{"null made integer", func(r *journal.Range) { r.Changes[1].Bodies[0].Op.Set[2].Value = crdt.IntValue(0) }, journal.ErrChain},
		{"saw", func(r *journal.Range) { r.Changes[1].Bodies[0].Op.Set[0].Saw = nil }, journal.ErrChain},
		{"clear", func(r *journal.Range) { r.Changes[1].Bodies[1].Op.Clear[0].Time++ }, journal.ErrChain},
		{"ops in another order", func(r *journal.Range) {
			b := r.Changes[1].Bodies
			b[0], b[1] = b[1], b[0]
		}, journal.ErrChain},
		{"an op less", func(r *journal.Range) { r.Changes[1].Bodies = r.Changes[1].Bodies[:1] }, journal.ErrChain},
		{"an op twice", func(r *journal.Range) { r.Changes[1].Bodies = append(r.Changes[1].Bodies, r.Changes[1].Bodies[0]) }, journal.ErrChain},
		{"no ops", func(r *journal.Range) { r.Changes[1].Bodies = nil }, journal.ErrBadChange},
		{"4097 ops", func(r *journal.Range) { r.Changes[1].Bodies = make([]journal.Body, journal.MaxBodies+1) }, journal.ErrBadChange},
		{"a change less", func(r *journal.Range) { r.Changes = r.Changes[:2] }, journal.ErrChain},
		{"a hole", func(r *journal.Range) { r.Changes = append(r.Changes[:1], r.Changes[2]) }, journal.ErrBadChange},
		{"no changes", func(r *journal.Range) { r.Changes = nil }, journal.ErrBadChange},
		{"number 0", func(r *journal.Range) { r.Changes[0].Seq = 0 }, journal.ErrBadChange},
		{"no origin", func(r *journal.Range) { r.Changes[0].Origin = 0 }, journal.ErrBadChange},
		{"origin of 32 bits", func(r *journal.Range) { r.Changes[0].Origin = crdt.MaxOrigin + 1 }, journal.ErrBadChange},
		{"another's stamp", func(r *journal.Range) { r.Changes[1].Stamp.Origin++ }, journal.ErrBadChange},
		{"another's change", func(r *journal.Range) { r.Changes[1].Origin++; r.Changes[1].Stamp.Origin++ }, journal.ErrBadChange},
		{"a bad op", func(r *journal.Range) { r.Changes[1].Bodies[0].Op.ID = -1 }, crdt.ErrBadOp},
		{"head's number", func(r *journal.Range) { r.Head.Seq++ }, journal.ErrChain},
		{"head's hash", func(r *journal.Range) { r.Head.Hash[0] ^= 1 }, journal.ErrChain},
		{"signature", func(r *journal.Range) { r.Head.Signature[0] ^= 1 }, journal.ErrSignature},
		{"no signature", func(r *journal.Range) { r.Head.Signature = nil }, journal.ErrSignature},
		{"signed by another", func(r *journal.Range) { r.Head.Signature = newAuthor(2).sign(r.Head.Message()) }, journal.ErrSignature},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := signed(a, journal.Hash{5}, 7, 3)
			tc.tamper(r)
			if err := r.Verify(a.check); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// TestEveryByteOfWhatIsStoredCounts flips each bit of the stored ops: they do
// not decode any more, or the chain is broken.
func TestEveryByteOfWhatIsStoredCounts(t *testing.T) {
	a := newAuthor(1)
	good := signed(a, journal.Hash{}, 1, 1)
	stored := journal.AppendOps(nil, good.Changes[0].Bodies)
	for at := range stored {
		for bit := range 8 {
			bad := bytes.Clone(stored)
			bad[at] ^= 1 << bit
			bodies, err := journal.DecodeOps(bad)
			if err != nil {
				continue
			}
			r := *good
			c := good.Changes[0]
			c.Bodies = bodies
			r.Changes = []journal.Change{c}
			if r.Verify(a.check) == nil {
				t.Errorf("bit %d of byte %d may be anything", bit, at)
			}
		}
		if _, err := journal.DecodeOps(stored[:at]); err == nil {
			t.Errorf("the first %d bytes are enough", at)
		}
	}
}

func TestAnErasedBodyKeepsTheChainValidAndTellsNothing(t *testing.T) {
	a := newAuthor(1)
	r := signed(a, journal.Hash{}, 1, 3)
	b := &r.Changes[1].Bodies[0]
	*b = journal.Body{Erased: true, Hash: b.Hash}
	if err := r.Verify(a.check); err != nil {
		t.Fatal(err)
	}
	stored := journal.AppendOps(nil, r.Changes[1].Bodies)
	if bytes.Contains(stored, []byte("Anna")) {
		t.Error("the text is still stored")
	}
	bodies, err := journal.DecodeOps(stored)
	if err != nil {
		t.Fatal(err)
	}
	r.Changes[1].Bodies = bodies
	if err := r.Verify(a.check); err != nil {
		t.Error("after storing:", err)
	}
	r.Changes[1].Bodies[0].Hash[3] ^= 1
	if err := r.Verify(a.check); !errors.Is(err, journal.ErrChain) {
		t.Error("another hash for the erased body:", err)
	}
}

func TestTheSameWordsUnderTwoSaltsHaveTwoHashes(t *testing.T) {
	one, two := change(1), change(1)
	two.Bodies[0].Salt[0]++
	one.Seal(journal.Hash{}, nil)
	two.Seal(journal.Hash{}, nil)
	if one.Bodies[0].Hash == two.Bodies[0].Hash {
		t.Error("whoever guesses the words can prove it after they were erased")
	}
}

func TestHashesAreAsTheyWereFrozen(t *testing.T) {
	a := newAuthor(1)
	r := signed(a, journal.Hash{}, 1, 2)
	var got strings.Builder
	line := func(name string, b []byte) { fmt.Fprintf(&got, "%s\n\t%s\n", name, hex.EncodeToString(b)) }
	for i, c := range r.Changes {
		for j, b := range c.Bodies {
			line(fmt.Sprintf("change %d, op %d: hash", i+1, j), b.Hash[:])
		}
	}
	line("head: hash", r.Head.Hash[:])
	line("head: message", r.Head.Message())
	line("head: signature", r.Head.Signature)
	erased := append(r.Changes[0].Bodies[:1:1], journal.Body{Erased: true, Hash: journal.Hash{7}})
	line("ops as stored, the second erased", journal.AppendOps(nil, erased))
	path := filepath.Join("testdata", "golden.txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("frozen bytes differ (-want +got):\n%s", d)
	}
}

func TestOpsAreReadAsTheyWereStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var bodies []journal.Body
		for seq := range rapid.Uint64Range(0, 5).Draw(t, "changes") {
			bodies = append(bodies, change(seq+1).Bodies...)
		}
		for i := range bodies {
			if rapid.Bool().Draw(t, "erase") {
				bodies[i] = journal.Body{Erased: true, Hash: journal.Hash{byte(i)}}
			}
		}
		got, err := journal.DecodeOps(journal.AppendOps(nil, bodies))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(bodies, got, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestMalformedOpsAreRefused(t *testing.T) {
	live := journal.AppendOps(nil, change(1).Bodies)
	for name, b := range map[string][]byte{
		"nothing":         nil,
		"count only":      {1},
		"4097 ops":        {0x81, 0x20},
		"unknown flag":    {1, 3},
		"half an op":      append([]byte{1, 2}, make([]byte, 8)...),
		"an op cut short": append([]byte{1, 2}, 0, 0, 0, 0, 0, 0, 0, 0, 5, 1),
		"half a hash":     append([]byte{1, 1}, make([]byte, 31)...),
		"half a salt":     {1, 0, 1, 2, 3},
		"salt without op": append([]byte{1, 0}, make([]byte, 8)...),
		"left over":       append(bytes.Clone(live), 0),
		"huge count":      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
	} {
		if _, err := journal.DecodeOps(b); !errors.Is(err, journal.ErrBadChange) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzDecodeOps: stored ops have one form only.
func FuzzDecodeOps(f *testing.F) {
	bodies := change(1).Bodies
	f.Add(journal.AppendOps(nil, bodies))
	f.Add(journal.AppendOps(nil, append(bodies[:1:1], journal.Body{Erased: true, Hash: journal.Hash{7}})))
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, b []byte) {
		bodies, err := journal.DecodeOps(b)
		if err != nil {
			return
		}
		if !bytes.Equal(journal.AppendOps(nil, bodies), b) {
			t.Fatal("two forms of the same ops")
		}
		c := journal.Change{Bodies: bodies}
		hash, _ := c.Seal(journal.Hash{}, nil)
		if again, _ := c.Seal(journal.Hash{}, nil); again != hash {
			t.Fatal("two hashes of one change")
		}
	})
}

func TestAChangeThatIsTooLargeIsNotWritten(t *testing.T) {
	op := crdt.Op{Kind: 1, ID: 1, Set: []crdt.FieldSet{{Field: 1, Value: crdt.TextValue(strings.Repeat("x", crdt.MaxText))}}}
	for _, c := range []struct {
		ops  int
		fits bool
	}{{1, true}, {63, true}, {64, false}, {journal.MaxOps, false}} {
		ch := journal.Change{Origin: 1, Seq: 1, Stamp: crdt.Stamp{Origin: 1}, Bodies: make([]journal.Body, c.ops)}
		for i := range ch.Bodies {
			ch.Bodies[i].Op = op
		}
		if err := ch.Check(); err != nil {
			t.Error("it cannot even be read:", err)
		}
		if err := ch.Fit(); (err == nil) != c.fits || err != nil && !errors.Is(err, journal.ErrTooLarge) {
			t.Errorf("%d ops of 16 KiB: %v", c.ops, err)
		}
	}
	many := journal.Change{Origin: 1, Seq: 1, Bodies: make([]journal.Body, journal.MaxOps+1)}
	if err := many.Fit(); !errors.Is(err, journal.ErrTooLarge) {
		t.Error(err)
	}
}

func TestWhatCannotBeReadIsKeptAsItIsAndReadWhenItCan(t *testing.T) {
	op := crdt.Op{Kind: 9, ID: 7, Set: []crdt.FieldSet{{Field: 1, Value: crdt.IntValue(5)}}}
	bodies := []journal.Body{{Opaque: []byte{255, 1}, Salt: journal.Salt{1}}, {Op: op, Salt: journal.Salt{2}}, {Opaque: op.Append(nil), Salt: journal.Salt{3}}}
	got, err := journal.DecodeOps(journal.AppendOps(nil, bodies))
	if err != nil || len(got) != 3 || !got[0].Closed() || got[1].Closed() || got[2].Closed() || !cmp.Equal(got[2].Op, op) || !bytes.Equal(got[0].Opaque, []byte{255, 1}) {
		t.Fatalf("%+v, %v", got, err)
	}
	before := journal.Change{Origin: 1, Seq: 1, Bodies: bodies}
	after := journal.Change{Origin: 1, Seq: 1, Bodies: got}
	one, _ := before.Seal(journal.Hash{}, nil)
	if two, _ := after.Seal(journal.Hash{}, nil); one != two {
		t.Error("reading it changed the hash")
	}
}
