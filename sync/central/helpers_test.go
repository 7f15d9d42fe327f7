package central

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// lenient takes every change.
type lenient struct{}

func (lenient) Judge(*Batch, *Node, *journal.Change) (crdt.ID, *Refusal, error) { return 9, nil, nil }

func (lenient) Refused(id crdt.ID, n *Node, c *journal.Change, r *Refusal, _ int64) crdt.Op {
	return crdt.Op{Kind: crm.Refusal, ID: id, Set: []crdt.FieldSet{{Field: crm.RefusalBranch, Value: crdt.IntValue(n.Branch)},
		{Field: crm.RefusalOrigin, Value: crdt.IntValue(int64(n.Origin))}, {Field: crm.RefusalSeq, Value: crdt.IntValue(int64(c.Seq))},
		{Field: crm.RefusalCode, Value: crdt.TextValue(r.Code)}}}
}

func newCentral(t testing.TB) *Central {
	t.Helper()
	c := must[*Central](t)(Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "central.db"), Schema: crm.Table(), Origin: 1,
		Rand: rand.Reader, NowMS: func() int64 { return time.Now().UnixMilli() }, Judge: lenient{}, NoSync: true}))
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// author writes the journal of a node.
type author struct {
	origin  crdt.Origin
	clock   crdt.Clock
	changes []journal.Change
	hashes  []journal.Hash // before each change, and after the last
}

func (c *Central) joinTest(t testing.TB, origin crdt.Origin, branch int64) *author {
	t.Helper()
	n := Node{Origin: origin, Branch: branch, Name: "desk", Key: []byte{byte(origin)}}
	if err := c.Join(t.Context(), n, func(*rows.Act) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return &author{origin: origin, clock: crdt.Clock{Origin: origin}, hashes: []journal.Hash{{}}}
}

// write adds a change that makes or changes party number n.
func (a *author) write(n uint32, name string) {
	c := journal.Change{Origin: a.origin, Seq: uint64(len(a.changes) + 1), Stamp: a.clock.Now(time.Now().UnixMilli()), Session: crdt.MakeID(a.origin, 1),
		Bodies: []journal.Body{{Op: crdt.Op{Kind: crm.Party, ID: crdt.MakeID(a.origin, n), Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue(name)}}}}}}
	hash, _ := c.Seal(a.hashes[len(a.hashes)-1], nil)
	a.changes, a.hashes = append(a.changes, c), append(a.hashes, hash)
}

// push sends the changes from number from to number to.
func (a *author) push(t testing.TB, c *Central, from, to int) (has uint64, err error) {
	t.Helper()
	r := journal.Range{Prev: a.hashes[from-1], Changes: a.changes[from-1 : to], Head: journal.Head{Origin: a.origin, Seq: uint64(to), Hash: a.hashes[to]}}
	out, err := c.Push(t.Context(), a.origin, &wire.Push{Ranges: []journal.Range{r}}, func([]byte, []byte) bool { return true })
	if err != nil {
		return 0, err
	}
	return out.Vector[a.origin], nil
}

func (lenient) Content(*Batch, *Node, *journal.Change, crdt.ID) (crdt.ID, *Refusal, error) {
	return 9, nil, nil
}

func (lenient) Decided(crdt.ID, Outcome, int64) crdt.Op { return crdt.Op{} }
