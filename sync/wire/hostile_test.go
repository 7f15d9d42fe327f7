package wire

import (
	"encoding/binary"
	"errors"
	"reflect"
	"runtime"
	"testing"

	"bough/crdt"
)

// built is a body of numbers written by hand.
type built []byte

func (b built) u(v ...uint64) built {
	for _, u := range v {
		b = binary.AppendUvarint(b, u)
	}
	return b
}

func column(as, packing byte) byte { return as<<4 | packing }

// same is a column whose integers are all v.
func (b built) same(v int64) built { return binary.AppendVarint(append(b, column(asIs, packConst)), v) }

// rising is a column of numbers from 1.
func (b built) rising() built {
	return binary.AppendVarint(append(b, column(asDelta, packConst), 2), 1)
}

// pageOf begins a page of n rows up to their number of one shape.
func pageOf(n, set uint64) built {
	b := built{}.u(1, 1) // origins: 1
	b = b.u(0, 0, 0, 0, n, 0, 0, n, 0)
	return b.rising().rising().u(1).u(8, 0, set, 0, 0, 0).same(0)
}

// pushOf begins a push of n changes of so many ops each.
func pushOf(n, ops uint64) built {
	b := built{}.u(1, 1).u(1).u(0, n, 1, 0, 0)
	return b.same(0).same(5).same(0).same(1).same(int64(ops))
}

func TestAFrameThatSaysMuchAndHoldsLittleIsRefusedEarly(t *testing.T) {
	c := codec(t)
	stamp := func(b built) built { return b.same(0).same(0).same(1).same(0) }
	for _, tc := range []struct {
		name string
		kind uint8
		nums built
		want error
	}{
		{"ops", kindPush, pushOf(10_000, 256), ErrTooLarge},
		{"fields of ops", kindPush, pushOf(10_000, 100).u(1).u(8, 0, 1<<64-2, 0, 0, 0).same(0).rising(), ErrMalformed},
		{"stamps seen", kindPush, pushOf(10_000, 50).u(1).u(8, 2, 0, 0, 0, 0).same(0).rising(), ErrMalformed},
		{"changes", kindPush, pushOf(10_001, 1), ErrMalformed},
		{"ranges", kindPush, built{}.u(1, 1).u(1 << 40), ErrMalformed},
		{"origins", kindPush, built{}.u(1 << 40), ErrMalformed},
		{"rows", kindPage, pageOf(1<<40, 0), ErrMalformed},
		{"conflicts", kindPage, pageOf(10_000, 0).same(0).same(65_536), ErrTooLarge},
		{"clocks and conflicts", kindPage, stamp(pageOf(10_000, 0).same(63).same(2)).same(0).same(30_000), ErrTooLarge},
		{"vector", kindPushed, built{}.u(0).u(0, 0).u(1 << 30), ErrMalformed},
		{"vector of one origin", kindPushed, built{}.u(0).u(0, 0).u(60_000).same(1).same(1), ErrMalformed},
		{"shapes", kindPage, built{}.u(0).u(0, 0, 0, 0, 5, 0, 0, 5, 0).rising().rising().u(6), ErrMalformed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			frame := frameOf(c, tc.kind, make([]byte, 200), tc.nums, nil)
			var err error
			grown := allocated(func() {
				switch tc.kind {
				case kindPush:
					_, err = c.DecodePush(frame)
				case kindPage:
					_, err = c.DecodePage(frame)
				default:
					_, err = c.DecodePushed(frame)
				}
			})
			if !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
			if grown > 2*MaxDecoded {
				t.Errorf("allocated %d MiB", grown>>20)
			}
		})
	}
}

func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestALongTextUsedByEveryRowCountsEveryTime(t *testing.T) {
	c := codec(t)
	page := &Page{Until: MaxPageRows}
	long := crdt.TextValue(string(make([]byte, crdt.MaxText)))
	for n := range int64(MaxPageRows) {
		row := crdt.Row{Kind: 8, ID: crdt.ID(n + 1), Fields: []crdt.Value{{}, long, long}}
		page.Rows = append(page.Rows, PageRow{N: n + 1, Row: row})
	}
	if _, err := c.EncodePage(page); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a page of %d MiB of text is sent: %v", 2*MaxPageRows*crdt.MaxText>>20, err)
	}
	page.Rows, page.Until = page.Rows[:2500], 2500
	if _, err := c.EncodePage(page); err != nil {
		t.Error(err)
	}
}

func TestTheLargestPageMakesTheTrip(t *testing.T) {
	c := codec(t)
	wide := &Page{Until: MaxPageRows}
	for n := range int64(MaxPageRows) {
		row := crdt.Row{Kind: 200, ID: crdt.ID(n + 1), Fields: make([]crdt.Value, 64)}
		for f := 1; f < 64; f++ {
			row.Fields[f] = crdt.IntValue(n * int64(f))
		}
		row.Clocks = crdt.Clocks{{Stamp: crdt.Stamp{Time: 1, Origin: 1}, By: 1, Mask: 1<<64 - 2}}
		wide.Rows = append(wide.Rows, PageRow{N: n + 1, Row: row})
	}
	for _, page := range []*Page{wide, newDay().page(MaxPageRows)} {
		frame, err := c.EncodePage(page)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.DecodePage(frame)
		if err != nil || !reflect.DeepEqual(page.Rows, got.Rows) {
			t.Errorf("another page came back: %v", err)
		}
	}
}
