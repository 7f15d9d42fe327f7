package proof

import (
	"fmt"
	"testing"
	"time"

	invent "bough/node/sim/bank"
)

const toldBetween = 40 // notes of another branch that are timed

// twoLines is a made-up bank in which the workstations of the first branch see
// each other and have a line each; and one workstation of the second branch.
func twoLines(t *testing.T) (v *town, frontLine *line) {
	t.Helper()
	lans := []string{freePort(t), freePort(t)}
	v = &town{bank: newBank(t)}
	v.plant(invent.Generate(invent.Options{Seed: 5, Customers: 60, NowMS: time.Now().UTC().Truncate(24 * time.Hour).UnixMilli()}))
	v.open()
	v.front = v.join(1, "front", "--lan", lans[0], "--peer", lans[1])
	frontLine = v.lines[1]
	v.lines[-1] = frontLine // led on with the others; the branch's next line is another
	delete(v.lines, 1)
	v.back, v.away = v.join(1, "back", "--lan", lans[1], "--peer", lans[0]), v.join(2, "away")
	v.filled()
	v.central.token = v.bearer(v.central.dir, v.who(0, "admin"))
	for _, w := range v.nodes {
		w.door().token = v.bearer(w.dir, v.who(w.branch, "teller"))
	}
	v.quiet(settleWithin)
	v.back.boards("front", meetWithin, func(s station) bool { return s.Here })
	v.front.boards("back", meetWithin, func(s station) bool { return s.Here && s.Line })
	return v, frontLine
}

func TestAWorkstationWithoutALineHearsOfTheBankThroughItsNeighbour(t *testing.T) {
	v, frontLine := twoLines(t)
	party := v.shows(invent.Shared, v.front)[0]
	frontLine.set(refused)
	until(t, settleWithin, "front notices the cut", func() (bool, string) {
		s, ok := v.front.door().how()
		return ok && !s.Online, fmt.Sprintf("%+v", s)
	})
	var took []time.Duration
	for i := range toldBetween {
		text := fmt.Sprintf("said at the other branch %d", i)
		v.away.talk(party, text)
		took = append(took, v.front.door().tells(t, party, text))
	}
	t.Logf("a note of another branch reaches a workstation without a line: %s", measured(took))

	v.front.talk(party, "said without a line")
	v.away.door().tells(t, party, "said without a line")
	took = []time.Duration{v.front.door().tells(t, party, "said without a line", "at_head_office")}
	t.Logf("and learns that head office has its own after %s more", took[0].Round(time.Millisecond))
	if s, ok := v.front.door().how(); !ok || s.Online || s.Unsent != 0 {
		t.Errorf("the front should have no line and nothing that exists only in the branch: %+v", s)
	}
	truth, _ := v.central.how()
	until(t, settleWithin, "front holds what central holds", func() (bool, string) {
		s, ok := v.front.door().how()
		return ok && s.Scopes["0"].Digest == truth.Scopes["0"].Digest && s.Scopes["1"].Digest == truth.Scopes["1"].Digest, fmt.Sprintf("%+v", s)
	})
	frontLine.set(open)
	v.quiet(settleWithin)
	v.sound()
}
