package central_test

import (
	"testing"
	"time"

	"bough/crdt"
	"bough/sync/central"
	"bough/sync/rows"
)

// Central's clock is three hours ahead, and is set right, while it runs or is down. A
// workstation that has not heard of it goes on by the time that it was told, long
// after central's last stamp; one that is further ahead is wrong by itself.
func TestWhoHasNotHeardThatCentralsClockWasSetRightIsTaken(t *testing.T) {
	const far = int64(3 * time.Hour / time.Millisecond)
	for name, setRight := range map[string]func(b *bank){
		"running": func(b *bank) { b.now -= far },
		"down": func(b *bank) {
			must(t, b.Close())
			b.now -= far
			b.open()
		},
		"at night, hours after its last stamp": func(b *bank) {
			b.now += far / 2
			must(t, b.Heard(ctx(), 12, central.Report{}))
			must(t, b.Close())
			b.now -= far
			b.open()
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBank(t)
			l := b.join(11, 1)
			b.join(12, 1)
			byOldClock := func(more int64, what string) {
				b.now += far + more
				l.act(talk(l.act(party(1, what)).Ops[0].ID, what))
				b.now -= far + more
				l.push(9)
			}
			refused := func() int64 { return b.count(`SELECT count(*) FROM refusal WHERE code='clock_ahead'`) }

			b.now += far
			b.act(party(1, "written ahead of time"))
			l.pull(9)
			setRight(b)
			b.act(party(1, "written afterwards"))
			b.now += far / 2
			byOldClock(0, "two hours later")
			must(t, b.Close())
			b.open()
			byOldClock(0, "after central was started again")
			if n := refused(); n != 0 {
				t.Fatalf("%d changes by central's own time are refused", n)
			}
			byOldClock(2*central.MaxAheadMS, "by a clock that is wrong by itself")
			if n := refused(); n != 2 {
				t.Fatalf("%d changes of a clock further ahead are refused, of 2", n)
			}
			b.sound()

			_, err := b.BeginEpoch(ctx(), rows.Actor{Session: 1, Person: 1}, func(a *rows.Act, _ uint16) error { return mint([]crdt.Op{party(1, "of the new epoch")})(a) })
			must(t, err)
			must(t, b.Close())
			b.open()
			l.pull(9)
			byOldClock(0, "in the new epoch that is ahead")
			if n := refused(); n != 4 {
				t.Fatalf("%d changes are refused, of 4", n)
			}
		})
	}
}
