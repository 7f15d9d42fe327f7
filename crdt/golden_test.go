package crdt_test

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/crdt/crdttest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// vectors are frozen bytes: what is on disks and on the wire reads so for ever.
func vectors() string {
	var b strings.Builder
	line := func(name string, bytes []byte) { fmt.Fprintf(&b, "%s\n\t%s\n", name, hex.EncodeToString(bytes)) }

	stamp := crdt.Stamp{Epoch: 1, Time: 1767225600000<<16 | 42, Origin: 1234567890}
	earlier := crdt.Stamp{Time: 1700000000000 << 16, Origin: 7}
	later := crdt.Stamp{Epoch: 1, Time: 1767225600001 << 16, Origin: 7}
	line("stamp: epoch 1, 2026-01-01 00:00 UTC, counter 42, origin 1234567890", stamp.Bytes())
	line("stamp: zero", crdt.Stamp{}.Bytes())

	session := crdt.MakeID(1234567890, 17)
	party := crdt.MakeID(1234567890, 1)
	op := crdt.Op{Kind: crdttest.Element, ID: party, Set: []crdt.FieldSet{
		{Field: 1, Value: crdt.TextValue("王小明")},
		{Field: 2, Value: crdt.IntValue(-300), Saw: []crdt.Stamp{earlier}},
		{Field: 63, Saw: []crdt.Stamp{earlier, {Origin: 1}}},
	}}
	line("op: text without saw, -300 having seen one, nothing having seen two", op.Append(nil))
	clear := crdt.Op{Kind: crdttest.Element, ID: party, Clear: []crdt.Stamp{stamp}}
	line("op: a clear of one stamp", clear.Append(nil))

	row := crdt.Row{Kind: crdttest.Element, ID: party}
	k := crdttest.Schema().Kind(crdttest.Element)
	row.Merge(k, &op, crdt.Written{Stamp: stamp, By: session})
	edit := crdt.Op{Kind: crdttest.Element, ID: party, Set: []crdt.FieldSet{{Field: 2, Value: crdt.IntValue(9)}}, Clear: []crdt.Stamp{stamp}}
	row.Merge(k, &edit, crdt.Written{Stamp: later, By: session})
	line("clocks: fields 1 and 63 in a session of the own origin, field 2 in another one's", row.Clocks.Append(nil))
	line("row: canonical", row.AppendCanonical(nil))
	line("row: digest", crdt.DigestOf(row.AppendCanonical(nil)).Bytes())

	c := crdt.Conflict{Kind: crdttest.Register, Row: party, Field: 2, Value: crdt.IntValue(-300), Stamp: stamp, By: session}
	line("conflict: canonical, open", c.AppendCanonical(nil))
	c.Closed = later
	line("conflict: canonical, closed", c.AppendCanonical(nil))
	fmt.Fprintf(&b, "conflict: id\n\t%s\n", c.ID())
	return b.String()
}

func TestBytesAreAsTheyWereFrozen(t *testing.T) {
	path := filepath.Join("testdata", "golden.txt")
	got := vectors()
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("frozen bytes differ (-want +got):\n%s", d)
	}
}
