package crdt_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/crdt/crdttest"
)

// at is the stamp of a write in these tests; it orders as ms does.
func at(ms int) crdt.Stamp { return crdt.Stamp{Time: uint64(ms) << 16, Origin: 1} }

func by(ms int) crdt.Written { return crdt.Written{Stamp: at(ms), By: crdt.MakeID(1, 5)} }

func stamps(ms ...int) []crdt.Stamp {
	var out []crdt.Stamp
	for _, m := range ms {
		out = append(out, at(m))
	}
	return out
}

// set writes its own time into field 1.
func set(ms int, saw ...int) crdttest.Write { return setField(1, ms, saw...) }

func setField(field uint8, ms int, saw ...int) crdttest.Write {
	f := crdt.FieldSet{Field: field, Value: crdt.IntValue(int64(ms)), Saw: stamps(saw...)}
	return crdttest.Write{Op: crdt.Op{Kind: crdttest.Element, ID: 1, Set: []crdt.FieldSet{f}}, At: by(ms)}
}

func clear(ms int, seen ...int) crdttest.Write {
	return crdttest.Write{Op: crdt.Op{Kind: crdttest.Element, ID: 1, Clear: stamps(seen...)}, At: by(ms)}
}

func merged(kind uint8, writes ...crdttest.Write) crdttest.State {
	m := crdttest.NewMemory(crdttest.Schema().Kind(kind))
	for _, w := range writes {
		m.Merge(w)
	}
	return m.State(kind, 1)
}

// conflicts reads which losers are open and which closed by whom, in ms.
func conflicts(s crdttest.State) (open []int64, closed map[int64]int64) {
	closed = map[int64]int64{}
	for _, c := range s.Conflicts {
		if c.Closed.IsZero() {
			open = append(open, c.Stamp.Millis())
		} else {
			closed[c.Stamp.Millis()] = c.Closed.Millis()
		}
	}
	return open, closed
}

func TestConflictsOpenSettleAndStaySettled(t *testing.T) {
	for _, c := range []struct {
		name   string
		writes []crdttest.Write
		shows  int64
		open   []int64
		closed map[int64]int64
	}{
		{"a write that saw the current value replaces it", []crdttest.Write{set(5), set(10, 5)}, 10, nil, nil},
		{"a write that saw nothing leaves the loser open", []crdttest.Write{set(5), set(10)}, 10, []int64{5}, nil},
		{"an older write that arrives late is the loser", []crdttest.Write{set(10), set(5)}, 10, []int64{5}, nil},
		{"who saw another value than the current one was concurrent",
			[]crdttest.Write{set(5), set(7, 5), set(10, 5)}, 10, []int64{7}, nil},
		{"who names the loser settles it", []crdttest.Write{set(5), set(7), set(10, 7, 5)}, 10, nil, map[int64]int64{5: 10}},
		{"of two who settle the earlier one counts",
			[]crdttest.Write{set(5), set(7), set(10, 7, 5), set(9, 7, 5)}, 10, []int64{9}, map[int64]int64{5: 9}},
		{"a loser settled before it arrives stays closed", []crdttest.Write{set(10, 5), set(5)}, 10, nil, map[int64]int64{5: 10}},
		{"a loser settled twice before it arrives stays closed by the earlier one",
			[]crdttest.Write{set(10, 8), set(9, 8), set(8)}, 10, []int64{9}, map[int64]int64{8: 9}},
		{"named before it arrives, but under a later value, a loser opens: too much, never too little",
			[]crdttest.Write{set(7), set(10, 7, 5), set(5)}, 10, []int64{5}, nil},
		{"nobody settles what is later than his own write", []crdttest.Write{set(5, 9, 5), set(9), set(12)}, 12, []int64{5, 9}, nil},
		{"a repeated current value changes nothing", []crdttest.Write{set(5), set(10, 5), set(10, 5)}, 10, nil, nil},
		{"a repeated loser changes nothing", []crdttest.Write{set(10), set(5), set(5)}, 10, []int64{5}, nil},
		{"a repeated settled loser stays settled",
			[]crdttest.Write{set(5), set(7), set(10, 7, 5), set(5)}, 10, nil, map[int64]int64{5: 10}},
		{"a superseded value that is repeated opens, so changes are applied once",
			[]crdttest.Write{set(5), set(10, 5), set(5)}, 10, []int64{5}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := merged(crdttest.Register, c.writes...)
			open, closed := conflicts(got)
			if c.closed == nil {
				c.closed = map[int64]int64{}
			}
			if got.Row.Get(1).I != c.shows || !cmp.Equal(open, c.open) || !cmp.Equal(closed, c.closed) {
				t.Errorf("shows %d, open %v, closed %v; want %d, %v, %v", got.Row.Get(1).I, open, closed, c.shows, c.open, c.closed)
			}
		})
	}
}

func TestAMarkTakesTheValueOfTheLoserWhenItArrives(t *testing.T) {
	got := merged(crdttest.Register, set(10, 5), set(5)).Conflicts
	want := []crdt.Conflict{{
		Kind: crdttest.Element, Row: 1, Field: 1, Value: crdt.IntValue(5), Stamp: at(5), By: by(5).By, Closed: at(10),
	}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAnElementIsGoneWhenEveryWriteThatStandsWasSeenByAClearer(t *testing.T) {
	for _, c := range []struct {
		name   string
		writes []crdttest.Write
		gone   bool
		open   []int64
	}{
		{"nobody cleared it", []crdttest.Write{set(5)}, false, nil},
		{"it was seen and cleared", []crdttest.Write{set(5), clear(9, 5)}, true, nil},
		{"the clear arrives before the add it names", []crdttest.Write{clear(9, 5), set(5)}, true, nil},
		{"a concurrent edit keeps it", []crdttest.Write{set(5), clear(9, 5), set(10, 5)}, false, nil},
		{"a concurrent edit of another field keeps it", []crdttest.Write{set(5), clear(9, 5), setField(2, 7)}, false, nil},
		{"a concurrent edit that came first keeps it", []crdttest.Write{set(5), set(10, 5), clear(9, 5)}, false, nil},
		{"a concurrent edit that lost against what was cleared keeps it",
			[]crdttest.Write{set(5), set(8, 5), clear(9, 8), set(7, 5)}, false, []int64{7}},
		{"clearing the loser as well removes it",
			[]crdttest.Write{set(5), set(8, 5), clear(9, 8), set(7, 5), clear(11, 8, 7)}, true, nil},
		{"settling the loser by an edit keeps it",
			[]crdttest.Write{set(5), set(8, 5), clear(9, 8), set(7, 5), set(11, 8, 7)}, false, nil},
		{"what was cleared opens no conflict when it is replaced", []crdttest.Write{set(5), clear(9, 5), set(10)}, false, nil},
		{"nor when it loses", []crdttest.Write{clear(9, 5), set(10), set(5)}, false, nil},
		{"a clear that also sets replaces without a conflict", []crdttest.Write{set(5), both(9, 5)}, false, nil},
		{"adding it again brings it back", []crdttest.Write{set(5), clear(9, 5), set(12, 5)}, false, nil},
		{"nobody clears what is later than his own act", []crdttest.Write{clear(9, 12), set(12)}, false, nil},
		{"two who clear the same do no more", []crdttest.Write{set(5), clear(9, 5), clear(10, 5)}, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := merged(crdttest.Element, c.writes...)
			open, _ := conflicts(got)
			if got.Row.Gone(got.Conflicts...) != c.gone || !cmp.Equal(open, c.open) {
				t.Errorf("gone %v, open %v; want %v, %v", !c.gone, open, c.gone, c.open)
			}
		})
	}
}

// both clears and sets field 1 in one op, without naming what it saw there.
func both(ms int, seen ...int) crdttest.Write {
	w := set(ms)
	w.Op.Clear = stamps(seen...)
	return w
}

func TestOnlyElementsOfSetsCanBeCleared(t *testing.T) {
	got := merged(crdttest.Party, set(5), clear(9, 5))
	if got.Row.Gone() || len(got.Row.Cleared) > 0 {
		t.Errorf("a party was cleared: %+v", got.Row)
	}
}

func TestMergingAClonedRowLeavesTheOriginalAlone(t *testing.T) {
	row := merged(crdttest.Element, set(5), setField(2, 6), clear(7, 5)).Row
	before := row.AppendCanonical(nil)
	clone := row.Clone()
	for _, w := range []crdttest.Write{set(10, 5), clear(11, 4), setField(2, 12)} {
		clone.Merge(nil, &w.Op, w.At)
	}
	if d := cmp.Diff(before, row.AppendCanonical(nil)); d != "" {
		t.Error(d)
	}
}

func TestFieldsThatTheSchemaDoesNotKnowAreKept(t *testing.T) {
	got := merged(crdttest.Party, setField(60, 5), setField(60, 9))
	if open, _ := conflicts(got); got.Row.Get(60).I != 9 || len(open) != 1 || got.Row.Get(61) != (crdt.Value{}) {
		t.Errorf("%+v", got)
	}
}

func TestTheChangedFlagSaysWhetherTheRowChanged(t *testing.T) {
	row := crdt.Row{Kind: crdttest.Element, ID: 1}
	k := crdttest.Schema().Kind(crdttest.Element)
	for _, c := range []struct {
		w    crdttest.Write
		want bool
	}{{set(5), true}, {set(5), false}, {set(3), false}, {set(9, 5), true}, {clear(10, 9), true}, {clear(11, 9), false}} {
		if got := row.Merge(k, &c.w.Op, c.w.At).Changed; got != c.want {
			t.Errorf("%+v: changed %v", c.w.Op, got)
		}
	}
}
