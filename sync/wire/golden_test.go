package wire

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/sync/journal"
)

var update = flag.Bool("update", false, "write the golden frames anew")

// TestGoldenFramesReadAsTheyWereWritten holds the protocol: what was written
// once must decode to the same message for ever, and that message, written
// today, must inflate to the same sections.
func TestGoldenFramesReadAsTheyWereWritten(t *testing.T) {
	c := codec(t)
	means(t, c, "push-odd", oddPush(), pushTrip(c))
	means(t, c, "push-empty", &Push{}, pushTrip(c))
	means(t, c, "page-odd", oddPage(), pageTrip(c))
	means(t, c, "page-empty", &Page{Scope: 74, Epoch: 2, Since: 9, Until: 9}, pageTrip(c))
	means(t, c, "pushed", &Pushed{Vector: map[crdt.Origin]uint64{5: 1, 77: 1<<64 - 1}, Refused: 2, NowMS: 1_760_000_000_123}, pushedTrip(c))
	means(t, c, "pull", &Pull{Scope: 74, Since: 123_456, Limit: 1000}, pullTrip(c))
}

// means holds a frozen frame to a message in this source.
func means[M any](t *testing.T, c *Codec, name string, m *M, way way[M]) {
	t.Helper()
	if diff := cmp.Diff(m, golden(t, c, name, m, way), same); diff != "" {
		t.Errorf("%s means something else:\n%s", name, diff)
	}
}

// TestADayIsProvedByTheHashesItWasSentWith holds larger frames: the head of
// the chain covers every byte of the push, the digest every row of the page.
func TestADayIsProvedByTheHashesItWasSentWith(t *testing.T) {
	c := codec(t)
	day, page := newDay().push(60), newDay().page(60)
	page.Digest = digest(page)
	day = golden(t, c, "push-day", day, pushTrip(c))
	page = golden(t, c, "page-day", page, pageTrip(c))
	if err := day.Ranges[0].Verify(func(_, signature []byte) bool { return len(signature) == 64 }); err != nil {
		t.Error(err)
	}
	if len(page.Rows) != 60 || page.Digest != digest(page) {
		t.Error("the rows of the page are not those of its digest")
	}
}

func digest(p *Page) crdt.Digest {
	var sum crdt.Digest
	for i := range p.Rows {
		sum.Add(crdt.DigestOf(p.Rows[i].Row.AppendCanonical(nil)))
	}
	return sum
}

// golden returns what the frozen frame holds; m is what is frozen by -update.
func golden[M any](t *testing.T, c *Codec, name string, m *M, way way[M]) *M {
	t.Helper()
	path := filepath.Join("testdata", name+".frame")
	if *update {
		first, err := way.encode(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, first, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	frozen, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := way.decode(frozen)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	fresh, err := way.encode(got)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	wantRaw, wantNums, wantTexts := sections(t, c, frozen)
	raw, nums, texts := sections(t, c, fresh)
	if !bytes.Equal(raw, wantRaw) || !bytes.Equal(nums, wantNums) || !bytes.Equal(texts, wantTexts) {
		t.Errorf("%s is written otherwise than it was", name)
	}
	return got
}

func at(ms uint64, o crdt.Origin) crdt.Stamp {
	return crdt.Stamp{Epoch: 1, Time: (1_760_000_000_000+ms)<<16 | 3, Origin: o}
}

// oddPush has two origins, an erased body, an unknown kind, a field of every
// type that saw other stamps, a clear.
func oddPush() *Push {
	ops := []journal.Body{
		{Salt: journal.Salt{1, 2, 3}, Op: crdt.Op{Kind: 200, ID: crdt.MakeID(9, 4), Set: []crdt.FieldSet{
			{Field: 1, Value: crdt.TextValue("王小明"), Saw: []crdt.Stamp{at(5, 9), at(2, 77)}},
			{Field: 40, Saw: []crdt.Stamp{at(5, 9)}},
			{Field: 63, Value: crdt.IntValue(-1 << 63)},
		}}},
		{Erased: true, Hash: journal.Hash{7, 7, 7}},
		{Op: crdt.Op{Kind: 2, ID: crdt.MakeID(9, 5), Clear: []crdt.Stamp{at(1, 9), {}}}},
	}
	first := journal.Range{Head: journal.Head{Origin: 9, Seq: 1, Hash: journal.Hash{1}, Signature: bytes.Repeat([]byte{5}, 64)}}
	first.Changes = []journal.Change{{Origin: 9, Seq: 1, Stamp: at(10, 9), Session: crdt.MakeID(9, 1), Bodies: ops}}
	other := journal.Range{Prev: journal.Hash{8}, Head: journal.Head{Origin: 77, Seq: 500}}
	other.Changes = []journal.Change{{Origin: 77, Seq: 500, Stamp: at(11, 77), Session: crdt.MakeID(77, 1), Bodies: ops[2:]}}
	next := journal.Range{Prev: journal.Hash{1}, Head: journal.Head{Origin: 9, Seq: 2}}
	next.Changes = []journal.Change{{Origin: 9, Seq: 2, Stamp: at(12, 9), Session: crdt.MakeID(9, 2), Bodies: ops[:1]}}
	return &Push{Ranges: []journal.Range{first, other, next}}
}

// oddPage has clocks of several entries, conflicts of every type, one closed,
// a mark, cleared stamps, a void row.
func oddPage() *Page {
	id := crdt.MakeID(9, 4)
	return &Page{
		Scope: -3, Epoch: 1<<64 - 1, Since: 10, Until: 99, Backed: 12, NowMS: 1_760_000_000_123,
		Digest: crdt.DigestOf([]byte("golden")), Vector: map[crdt.Origin]uint64{9: 2, 77: 500},
		Rows: []PageRow{
			{N: 11, Void: true, Row: crdt.Row{Kind: 1, ID: 5}},
			{N: 20, Row: crdt.Row{
				Kind: 200, ID: id, Cleared: []crdt.Stamp{at(1, 9), at(1, 77)},
				Fields: []crdt.Value{{}, crdt.TextValue("a"), {}, crdt.IntValue(int64(id))},
				Clocks: crdt.Clocks{{Stamp: at(2, 9), By: 1, Mask: 2}, {Stamp: at(3, 77), By: crdt.MakeID(77, 1), Mask: 8 | 1<<63}},
			}, Conflicts: []crdt.Conflict{
				{Kind: 200, Row: id, Field: 1, Value: crdt.TextValue("b"), Stamp: at(1, 77), By: 1},
				{Kind: 200, Row: id, Field: 3, Value: crdt.IntValue(-5), Stamp: at(2, 9), By: crdt.MakeID(9, 1), Closed: at(3, 77)},
				{Kind: 200, Row: id, Field: 3, Stamp: at(4, 9), Closed: at(3, 77)},
			}},
			{N: 99, Row: crdt.Row{Kind: 8, ID: 6}},
		},
	}
}
