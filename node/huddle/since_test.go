package huddle

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
)

// Interactions of two origins; the second was led ahead by central's clock, until a new
// epoch brought the time back.
func TestWhatWasWrittenSinceATimeIsFoundAcrossEpochs(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "node.db"), Schema: crm.Table(), Origin: 7, Branch: 1,
		Rand: rand.NewChaCha8([32]byte{7}), NowMS: func() int64 { return 1 }, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.File.Close(); err != nil {
			t.Error(err)
		}
	})
	type written struct {
		origin crdt.Origin
		epoch  uint16
		ms     int64
	}
	var all []written
	for i := range int64(40) {
		all = append(all, written{3, 0, 1000 + 10*i})
		switch {
		case i < 10:
			all = append(all, written{5, 0, 1000 + 10*i})
		case i < 20:
			all = append(all, written{5, 0, 900_000 + 10*i})
		default:
			all = append(all, written{5, 1, 1000 + 10*i})
		}
	}
	err = s.File.Write(t.Context(), func(tx *rows.Tx) error {
		for i, w := range all {
			clock := crdt.Clocks{{Stamp: crdt.Stamp{Epoch: w.epoch, Time: uint64(w.ms) << 16, Origin: w.origin}, By: crdt.MakeID(1, 9), Mask: 2}}
			if err := tx.Exec(`INSERT INTO interaction (id, n, clock) VALUES (?1, 1, ?2)`, int64(crdt.MakeID(w.origin, uint32(i+1))), clock.Append(nil)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	d := desk.New(desk.Options{Local: store.NewLocal(s.File), NowMS: func() int64 { return 1 }})
	for _, span := range [][2]int64{{0, 2_000_000}, {1100, 1150}, {1000, 1000}, {1250, 1390}, {1395, 800_000}, {900_150, 900_160}, {2_000_000, 3_000_000}} {
		var want, got []int64
		for _, w := range all {
			if w.ms >= span[0] && w.ms <= span[1] {
				want = append(want, w.ms)
			}
		}
		err := s.File.Read(t.Context(), func(tx *rows.Tx) error {
			return talksSince(d.Reader(tx), span[0], span[1], func(at talk) error {
				got = append(got, at.writtenMS)
				return nil
			})
		})
		slices.Sort(want)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("from %d to %d: %v, %v\n%v are there", span[0], span[1], err, got, want)
		}
	}
}
