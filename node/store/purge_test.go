package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/wire"
)

// lies tells where words stand in the files of a node, as they lie on the disk.
func (l *till) lies(words ...string) (found []string) {
	l.t.Helper()
	for _, end := range []string{"", "-wal"} {
		data, err := os.ReadFile(l.path + end)
		if err != nil && !os.IsNotExist(err) {
			l.t.Fatal(err)
		}
		for _, w := range words {
			for at := 0; ; {
				i := bytes.Index(data[at:], []byte(w))
				if i < 0 {
					break
				}
				at += i
				found = append(found, fmt.Sprintf("%s%s page %d: %s", "db", end, at/4096+1, w))
				at++
			}
		}
	}
	return found
}

// sayWhole sends what a node says after it read a feed from 0: that nothing is
// here which left before.
func (l *till) sayWhole() {
	l.t.Helper()
	n, err := l.Purge(ctx())
	list, err2 := l.Receipts(ctx(), 10)
	_, err3 := l.Noted(ctx(), list)
	if err := errors.Join(err, err2, err3); err != nil || n != 1 || len(list) != 1 || list[0].Row != 0 {
		l.t.Fatalf("after the first reading %d receipts were due: %v, %v", n, list, err)
	}
}

func TestAReceiptGoesOutOnlyWhenNothingIsLeftOnTheDisk(t *testing.T) {
	l := open(t)
	f := newFeed()
	const who, said = "Quetzalcoatl", "xylophone"
	secret := []string{who, "quetzalcoatl", said}
	first := l.feedParties(f, who, said, 300)
	l.sayWhole()
	if _, err := l.Index(ctx(), 10_000); err != nil {
		t.Fatal(err)
	}
	if len(l.lies(secret...)) == 0 {
		t.Fatal("the search of the disk finds nothing even while it is there")
	}
	order := wire.Receipt{Why: wire.WhyErased, Kind: crm.Party, Row: first[0], N: 7}
	err := l.File.Write(ctx(), func(tx *rows.Tx) error {
		for _, id := range first {
			old, err := tx.Get(crm.Party, id)
			if err != nil {
				return err
			}
			if err := tx.Swap(old, nil, branch); err != nil {
				return err
			}
			if _, err := l.Touch(tx, old, nil); err != nil {
				return err
			}
			var said []*rows.Stored
			err = tx.Rows(crm.Interaction, "party=?1", func(r *rows.Stored) error {
				said = append(said, r)
				return nil
			}, int64(id))
			if err != nil {
				return err
			}
			for _, r := range said {
				if err := tx.Swap(r, nil, branch); err != nil {
					return err
				}
			}
		}
		return l.OrderPurge(tx, order)
	})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := l.Receipts(ctx(), 10); err != nil || len(list) != 0 {
		t.Fatalf("receipts before the purge: %v, %v", list, err)
	}
	if n, err := l.Purge(ctx()); err != nil || n != 1 {
		t.Fatalf("purged %d, %v", n, err)
	}
	if found := l.lies(secret...); len(found) > 0 {
		t.Errorf("after the purge there stand %d, the first: %s", len(found), found[0])
	}
	list, err := l.Receipts(ctx(), 10)
	if d := cmp.Diff([]wire.Receipt{order}, list); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	l.reopen()
	if due, err := l.Noted(ctx(), nil); due != 1 || err != nil {
		t.Errorf("after a restart %d receipts are due, %v", due, err)
	}
	if due, err := l.Noted(ctx(), list); due != 0 || err != nil {
		t.Errorf("after the answer %d receipts are due, %v", due, err)
	}
	l.checkDigests()
}

func TestAPurgeDoesNotWaitForTheOfficesFeedToBeReadAgain(t *testing.T) {
	l := open(t)
	f := newFeed()
	id := crdt.MakeID(there, 1)
	l.feed(f, party(id, "Ada"), -100)
	l.sayWhole()
	since := f.n
	l.apply(page(since, 0, f.void(crm.Party, id)))
	must(t, l.Rewind(ctx(), OfficeScope, 2, true)) // and nothing more comes of the branch
	again := from0(0, 0, 1, false)
	again.Scope, again.Epoch = OfficeScope, 2
	l.apply(again)
	if n, err := l.Purge(ctx()); err != nil || n != 1 {
		t.Errorf("%d purged, %v", n, err)
	}
}

// feedParties brings parties by the feed, edited and talked to many times, so
// that pages split, and tells which of them carry the words.
func (l *till) feedParties(f *feed, who, said string, n int) (marked []crdt.ID) {
	l.t.Helper()
	var ids []crdt.ID
	for i := range n {
		name := fmt.Sprintf("Somebody Number %d", i)
		if i%7 == 3 {
			name = fmt.Sprintf("%s %d", who, i)
		}
		id := crdt.MakeID(there, uint32(i*7919%10_007)) // not in order: pages split in the middle
		ids = append(ids, id)
		if i%7 == 3 {
			marked = append(marked, id)
		}
		l.feed(f, party(id, name), int64(-100_000+i))
	}
	k := uint32(50_000)
	for round := range 3 {
		for i, id := range ids {
			k++
			text := fmt.Sprintf("round %d: we spoke of this and that, and of number %d", round, i)
			if i%7 == 3 {
				text += ", and of the " + said
			}
			op := crdt.Op{Kind: crm.Interaction, ID: crdt.MakeID(there, k*7919%100_003), Set: []crdt.FieldSet{
				{Field: crm.InteractionParty, Value: crdt.RefValue(id)}, {Field: crm.InteractionText, Value: crdt.TextValue(text)}}}
			l.feed(f, op, int64(-90_000+int(k)))
		}
	}
	return marked
}

// feed brings one row by the feed.
func (l *till) feed(f *feed, op crdt.Op, ms int64) {
	l.t.Helper()
	since := f.n
	l.apply(page(since, 0, f.take(op, by(there, ms))))
}
