package central_test

import (
	"fmt"
	"testing"

	"bough/crdt"
	"bough/node/crm"
)

// Three forms of one change, in the orders in which they may come. The second may never.
func TestWhatWasWrittenAgainTwiceIsTakenOnce(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}, {0, 2}, {2, 0}} {
		b := newBank(t)
		forms := [3]*scribe{b.scribe(1000, 1), b.scribe(1001, 1), b.scribe(1002, 1)}
		was := forms[0].write(0, "once")
		ids := [3]crdt.ID{was, forms[1].again(forms[0], 1), forms[2].again(forms[1], 1)}
		first := false
		for _, i := range order {
			p, err := forms[i].push(forms[i].signed(1, 1))
			must(t, err)
			first = first || i == 0
			if n := b.count(`SELECT count(*) FROM renamed_id WHERE was=?1`, int64(was)); p.Refused != 0 || n > 0 && !first {
				t.Errorf("%v: of form %d %d were refused; the first number, which may be a twin's customer's, means another %d times", order, i, p.Refused, n)
			}
		}
		for _, i := range order { // whoever wrote it goes on under the number they know
			name := fmt.Sprintf("once more, by form %d", i)
			forms[i].write(ids[i], name)
			_, err := forms[i].push(forms[i].signed(2, 2))
			must(t, err)
			for j, id := range ids {
				want := map[bool]string{true: name}[j == order[0]]
				if b.name(id) != want {
					t.Errorf("%v: form %d is called %q, want %q", order, j, b.name(id), want)
				}
			}
		}
	}
}

// Whoever holds the second form, which never comes, rests on it; head office has the
// change in another one.
func TestWhatRestsOnAFormBetweenIsTakenThoughThatNeverComes(t *testing.T) {
	for _, taken := range [][]int{{0, 2}, {2, 0}} {
		b := newBank(t)
		forms := [3]*scribe{b.scribe(1000, 1), b.scribe(1001, 1), b.scribe(1002, 1)}
		ids := [3]crdt.ID{forms[0].write(0, "once"), forms[1].again(forms[0], 1), forms[2].again(forms[1], 1)}
		for _, i := range taken {
			_, err := forms[i].push(forms[i].signed(1, 1))
			must(t, err)
		}
		third := b.scribe(1003, 1)
		third.add(set(crm.Party, ids[1], crm.PartyName, "twice"), third.rests(forms[1], 1))
		p, err := third.push(third.signed(1, 1))
		must(t, err)
		if n := b.count(`SELECT count(*) FROM held`); p.Refused != 0 || n != 0 || b.name(ids[taken[0]]) != "twice" {
			t.Errorf("%v: %d refused, %d held; the customer is called %q", taken, p.Refused, n, b.name(ids[taken[0]]))
		}
	}
}
