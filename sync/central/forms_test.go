package central_test

import (
	"testing"

	"bough/crdt"
)

// Three forms of one change, in the order in which they come: the second is not the last.
func TestWhatWasWrittenAgainTwiceIsTakenOnce(t *testing.T) {
	for _, order := range [][3]int{{0, 1, 2}, {1, 0, 2}, {1, 2, 0}, {2, 1, 0}} {
		b := newBank(t)
		forms := [3]*scribe{b.scribe(1000, 1), b.scribe(1001, 1), b.scribe(1002, 1)}
		a := forms[0]
		was := a.write(0, "once")
		ids := [3]crdt.ID{was, forms[1].again(a, 1), forms[2].again(forms[1], 1)}
		first := false
		for _, i := range order {
			p, err := forms[i].push(forms[i].signed(1, 1))
			must(t, err)
			first = first || i == 0
			if n := b.count(`SELECT count(*) FROM renamed_id WHERE was=?1`, int64(was)); p.Refused != 0 || n > 0 && !first {
				t.Errorf("%v: of form %d %d were refused; the first number, which may be a twin's customer's, means another %d times", order, i, p.Refused, n)
			}
		}
		if n := b.count(`SELECT count(*) FROM renamed_id WHERE was=?1 AND now=?2`, int64(ids[2]), int64(ids[1])); n == 0 && order[0] != 2 {
			t.Errorf("%v: the third number does not stand for the second", order)
		}
		a.write(was, "once more")
		_, err := a.push(a.signed(2, 2))
		must(t, err)
		for i, id := range ids {
			want := map[bool]string{true: "once more"}[i == order[0]]
			if b.name(id) != want {
				t.Errorf("%v: form %d is called %q, want %q", order, i, b.name(id), want)
			}
		}
	}
}
