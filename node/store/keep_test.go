package store

import (
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/wire"
)

// keeper opens a file that keeps pages.
func keeper(t *testing.T) *till {
	l := open(t)
	l.enclosing = func(content []byte) ([]byte, error) { return content, nil }
	return l
}

// keeps gives it a page of an epoch with one customer, and looks what it keeps then.
func (l *till) keeps(scope int64, epoch uint64, f *feed, covered int64) wire.Keeps {
	l.t.Helper()
	since := f.n
	p := page(since, 0, f.take(party(crdt.MakeID(office, uint32(epoch)*100+uint32(since)), "Ada"), by(office, since)))
	p.Scope, p.Epoch, p.Proof = scope, epoch, &wire.Proof{Sealed: []byte("sealed"), Covered: covered}
	l.apply(p)
	keeps, err := l.Keeps(ctx())
	must(l.t, err)
	return keeps
}

func TestAPageFromBeforeARestoreIsToldThoughItComesAfterTheOthersWereTold(t *testing.T) {
	l, ours, offices := keeper(t), newFeed(), newFeed()
	if keeps, err := l.Keeps(ctx()); keeps != wire.KeepsNothing || err != nil {
		t.Errorf("an empty file keeps %q: %v", keeps, err)
	}
	if keeps := l.keeps(branch, 1, ours, 0); keeps != wire.KeepsPages {
		t.Errorf("it keeps %q", keeps)
	}
	told := func() {
		t.Helper()
		kept, err := l.Kept(ctx(), 0, 100)
		must(t, err)
		must(t, l.Told(ctx(), kept[len(kept)-1].ID))
		if keeps, err := l.Keeps(ctx()); keeps != wire.KeepsPages || err != nil {
			t.Errorf("it told all, and keeps %q: %v", keeps, err)
		}
	}
	told()
	if keeps := l.keeps(0, 2, offices, 0); keeps != wire.KeepsPages {
		t.Errorf("with a page of the restored central it keeps %q", keeps)
	}
	if keeps := l.keeps(branch, 1, ours, 0); keeps != wire.KeepsUntold {
		t.Errorf("with a page from before it keeps %q", keeps)
	}
	told()
	must(t, l.Told(ctx(), 1))
	if keeps := l.keeps(branch, 1, ours, 2); keeps != wire.KeepsUntold {
		t.Errorf("what a backup covers is forgotten, and with another page it keeps %q", keeps)
	}
	if r := l.row(crm.Party, crdt.MakeID(office, 102)); r == nil {
		t.Error("the page is not applied")
	}
}
