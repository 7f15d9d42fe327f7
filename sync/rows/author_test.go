package rows

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"bough/crdt"
	"bough/sync/journal"
)

const origin crdt.Origin = 77

func author(t testing.TB, f *File, o crdt.Origin) (a *Author) {
	t.Helper()
	write(t, f, func(tx *Tx) (err error) {
		a, err = f.LoadAuthor(tx, o, salts())
		return err
	})
	return a
}

// say writes one change, as a store does.
func say(f *File, a *Author, nowMS int64, ops ...crdt.Op) error {
	mark := a.Mark()
	err := f.Write(ctx(), func(tx *Tx) error {
		act := NewAct(tx, a)
		act.Ops = ops
		stamp, err := act.Stamp(nowMS)
		if err != nil {
			return err
		}
		_, err = a.Append(tx, stamp, 5, ops)
		return err
	})
	if err != nil {
		a.Back(mark)
	}
	return err
}

func naming(id crdt.ID, name string) crdt.Op {
	return crdt.Op{Kind: person, ID: id, Set: []crdt.FieldSet{{Field: 1, Value: crdt.TextValue(name)}}}
}

// spoken makes a file with n changes.
func spoken(t testing.TB, n int) (*File, *Author) {
	t.Helper()
	f := bank(t, Options{})
	a := author(t, f, origin)
	for i := range n {
		if err := say(f, a, int64(1000+i), naming(crdt.ID(i+1), "Ada")); err != nil {
			t.Fatal(err)
		}
	}
	return f, a
}

func TestIdsNeverRepeat(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(t.TempDir(), "bough.db")
		f := bank(t, Options{Path: path})
		a := author(t, f, origin)
		seen := map[crdt.ID]bool{}
		steps := rapid.SliceOfN(rapid.IntRange(0, 2*mintBlock), 1, 12).Draw(rt, "steps")
		for _, n := range steps {
			switch n % 5 {
			case 0: // the file is opened again
				closed(t, f)
				f = bank(t, Options{Path: path})
				a = author(t, f, 0)
			case 1: // an act fails
				mark := a.Mark()
				_ = f.Write(ctx(), func(tx *Tx) error {
					mint(rt, tx, a, n)
					return errAgain
				})
				a.Back(mark)
			default:
				var ids []crdt.ID
				write(t, f, func(tx *Tx) error {
					ids = mint(rt, tx, a, n)
					return nil
				})
				for _, id := range ids {
					if seen[id] || id.Origin() != origin {
						rt.Fatalf("id %d/%d was minted twice, or by another", id.Origin(), id.Counter())
					}
					seen[id] = true
				}
			}
		}
		closed(t, f)
	})
}

func mint(t *rapid.T, tx *Tx, a *Author, n int) (out []crdt.ID) {
	for range n {
		id, err := a.Mint(tx)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, id)
	}
	return out
}

func TestAFileBelongsToOneOrigin(t *testing.T) {
	f := bank(t, Options{})
	for _, bad := range []crdt.Origin{0, crdt.MaxOrigin + 1} {
		if err := f.Write(ctx(), func(tx *Tx) error { _, err := f.LoadAuthor(tx, bad, salts()); return err }); err == nil {
			t.Errorf("a new file took origin %d", bad)
		}
	}
	author(t, f, origin)
	if got := author(t, f, 0).Origin(); got != origin {
		t.Errorf("the file says origin %d", got)
	}
	if err := f.Write(ctx(), func(tx *Tx) error { _, err := f.LoadAuthor(tx, 78, salts()); return err }); err == nil {
		t.Error("a file of one origin was opened as another's")
	}
}

func TestTheJournalComesBackAsItWasWritten(t *testing.T) {
	f, a := spoken(t, 5)
	read(t, f, func(tx *Tx) error {
		prev, changes, err := tx.Changes(origin, 0, 10)
		if err != nil {
			return err
		}
		if prev != (journal.Hash{}) || len(changes) != 5 {
			t.Fatalf("%d changes after %x", len(changes), prev)
		}
		hash, buf := prev, []byte(nil)
		var names []string
		for i := range changes {
			hash, buf = changes[i].Seal(hash, buf)
			names = append(names, changes[i].Bodies[0].Op.Set[0].Value.S)
			if changes[i].Seq != uint64(i+1) || changes[i].Stamp.Millis() != int64(1000+i) || changes[i].Session != 5 {
				t.Errorf("change %d is %+v", i+1, changes[i])
			}
		}
		if hash != a.Hash() || a.Seq() != 5 {
			t.Error("the chain does not end where the author stands")
		}
		if d := cmp.Diff(slices.Repeat([]string{"Ada"}, 5), names); d != "" {
			t.Error(d)
		}
		_, rest, err := tx.Changes(origin, 3, 1)
		if len(rest) != 1 || rest[0].Seq != 4 {
			t.Errorf("after 3 comes %v", rest)
		}
		return err
	})
}

func TestTheAuthorGoesOnWhereTheFileStands(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bough.db")
	f := bank(t, Options{Path: path})
	a := author(t, f, origin)
	if err := say(f, a, 9000, naming(1, "Ada")); err != nil {
		t.Fatal(err)
	}
	closed(t, f)
	f = bank(t, Options{Path: path})
	b := author(t, f, 0)
	if b.Seq() != a.Seq() || b.Hash() != a.Hash() {
		t.Error("the chain starts anew")
	}
	if err := say(f, b, 100, naming(2, "Bee")); err != nil { // the clock of the PC went back
		t.Fatal(err)
	}
	read(t, f, func(tx *Tx) error {
		_, changes, err := tx.Changes(origin, 0, 10)
		if !changes[0].Stamp.Less(changes[1].Stamp) {
			t.Error("a later change has an earlier stamp")
		}
		if n, err := tx.CheckChain(origin); n != 2 || err != nil {
			t.Errorf("%d links hold: %v", n, err)
		}
		return err
	})
}

func TestAChangeThatFailsLeavesNoGap(t *testing.T) {
	f, a := spoken(t, 2)
	bad := naming(3, "x")
	bad.Set[0].Saw = []crdt.Stamp{{Time: 1 << 60, Origin: 3}}
	if err := say(f, a, 2000, bad); !errors.Is(err, ErrSaw) {
		t.Errorf("an act that saw the future: %v", err)
	}
	clearing := crdt.Op{Kind: phone, ID: 3, Clear: []crdt.Stamp{{Time: 1 << 60, Origin: 3}}}
	if err := say(f, a, 2000, clearing); !errors.Is(err, ErrSaw) {
		t.Errorf("an act that clears the future: %v", err)
	}
	if err := say(f, a, 2000, naming(3, "x"), naming(3, "y")); !errors.Is(err, ErrTwice) {
		t.Errorf("an act that writes a row twice: %v", err)
	}
	if err := say(f, a, 2000); !errors.Is(err, journal.ErrBadChange) {
		t.Errorf("an act of nothing: %v", err)
	}
	gone, cancel := context.WithCancel(ctx())
	cancel()
	_ = f.Write(gone, func(*Tx) error { return nil })
	if err := say(f, a, 2000, naming(3, "Cy")); err != nil {
		t.Fatal(err)
	}
	read(t, f, func(tx *Tx) error {
		n, err := tx.CheckChain(origin)
		if n != 3 {
			t.Errorf("%d links hold", n)
		}
		return err
	})
}

func TestTrimmingKeepsTheChain(t *testing.T) {
	f, a := spoken(t, 6)
	write(t, f, func(tx *Tx) error { return tx.Trim(4) })
	if err := f.Write(ctx(), func(tx *Tx) error { return tx.Trim(9) }); !errors.Is(err, ErrNoChange) {
		t.Errorf("what was never written was trimmed: %v", err)
	}
	read(t, f, func(tx *Tx) error {
		if n, err := tx.CheckChain(origin); n != 2 || err != nil {
			t.Errorf("%d links hold: %v", n, err)
		}
		if _, changes, err := tx.Changes(origin, 4, 9); len(changes) != 2 || err != nil {
			t.Errorf("%d changes are left: %v", len(changes), err)
		}
		for _, since := range []uint64{0, 3, 7} {
			if _, got, err := tx.Changes(origin, since, 9); since > 0 && !errors.Is(err, ErrNoChange) || since == 0 && len(got) > 0 && got[0].Seq != 5 {
				t.Errorf("after %d: %v", since, err)
			}
		}
		return nil
	})
	write(t, f, func(tx *Tx) error { return tx.Trim(6) })
	again := author(t, f, 0)
	if again.Seq() != 6 || again.Hash() != a.Hash() {
		t.Error("after trimming everything the chain starts anew")
	}
	if err := say(f, again, 5000, naming(9, "Zoe")); err != nil {
		t.Fatal(err)
	}
	read(t, f, func(tx *Tx) error {
		n, err := tx.CheckChain(origin)
		if n != 1 {
			t.Errorf("%d links hold", n)
		}
		return err
	})
}

func TestTamperingWithTheJournalIsFound(t *testing.T) {
	for _, sql := range []string{
		`UPDATE journal SET session=6 WHERE seq=2`,
		`UPDATE journal SET stamp=(SELECT stamp FROM journal WHERE seq=3) WHERE seq=2`,
		`UPDATE journal SET bodies=(SELECT bodies FROM journal WHERE seq=3) WHERE seq=2`,
		`UPDATE journal SET bodies=x'00' WHERE seq=2`,
		`UPDATE journal SET hash=zeroblob(32) WHERE seq=2`,
		`UPDATE journal SET hash=x'01' WHERE seq=4`,
		`UPDATE journal SET hash=x'' WHERE seq=4`,
		`DELETE FROM journal WHERE seq=2`,
		`DELETE FROM journal WHERE seq=1`,
	} {
		f, _ := spoken(t, 4)
		write(t, f, func(tx *Tx) error { return tx.Exec(sql) })
		read(t, f, func(tx *Tx) error {
			if n, err := tx.CheckChain(origin); err == nil {
				t.Errorf("%s: %d links hold", sql, n)
			}
			return nil
		})
	}
}
