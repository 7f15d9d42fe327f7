package proof

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a branch does while its line is cut: 2 × 100 acts.
const (
	talksEach     = 40 // interactions a workstation
	prospectsEach = 28
	phonesKnown   = 2 // shared customers whose phone was known before
	killedAfter   = 50
)

func TestTwoBranchesWorkThroughAnOutageAndNothingIsLost(t *testing.T) {
	b := openBerka(t)
	b.saves()
	b.propagate()
	phoned := b.knowPhones()

	l := newLedger()
	// One line breaks, the other goes silent: the nodes must notice both.
	b.lines[1].set(refused)
	b.lines[74].set(silent)
	b.offline()
	b.workThrough(l, phoned)
	b.onlyHere(l)

	for _, cut := range b.lines {
		cut.set(open)
	}
	t.Logf("all agree %s after the lines came back", b.quiet(settleWithin).Round(time.Millisecond))
	t.Logf("a save, four workstations at once, with a key: %s", measured(l.took))
	t.Logf("%d acts acknowledged, %d requests repeated, %d of them of unknown outcome", len(l.acts), l.again, l.lost)

	b.holds(l)
	b.settle(l)
	b.sound()
}

// saves measures a save as one clerk feels it, without an Idempotency-Key.
func (b *berka) saves() {
	b.t.Helper()
	var took []time.Duration
	for i := range 100 {
		begun := time.Now()
		b.nodes[0].door().do(b.t, http.MethodPost, "/customers/"+b.shared[1]+"/interactions",
			map[string]any{"channel": "counter", "text": fmt.Sprintf("one after the other %d", i)}, &struct{}{})
		took = append(took, time.Since(begun))
	}
	b.t.Logf("a save, one clerk, no key: %s", measured(took))
}

// propagate measures how long a note takes to the other workstation of the
// branch and to the other branch while the lines are up.
func (b *berka) propagate() {
	b.t.Helper()
	near, far := []time.Duration{}, []time.Duration{}
	for i := range 5 {
		text := fmt.Sprintf("said while online %d", i)
		b.nodes[0].door().do(b.t, http.MethodPost, "/customers/"+b.shared[0]+"/interactions", map[string]any{"channel": "counter", "text": text}, &struct{}{})
		var wait sync.WaitGroup
		seen := func(w *workstation, into *[]time.Duration) {
			begun := time.Now()
			for time.Since(begun) < settleWithin {
				if slices.ContainsFunc(w.door().timeline(b.t, b.shared[0]), func(i interaction) bool { return i.Text == text }) {
					*into = append(*into, time.Since(begun))
					return
				}
			}
			b.t.Errorf("%s has not heard of %q within %s", w.name, text, settleWithin)
		}
		wait.Go(func() { seen(b.nodes[1], &near) })
		wait.Go(func() { seen(b.nodes[2], &far) })
		wait.Wait()
	}
	b.t.Logf("a note reaches the other workstation of the branch, through central: %s", measured(near))
	b.t.Logf("a note reaches the other branch: %s", measured(far))
}

// knowPhones gives some shared customers a phone that everybody knows.
func (b *berka) knowPhones() []string {
	b.t.Helper()
	phoned := b.shared[:phonesKnown]
	for i, id := range phoned {
		b.nodes[0].door().do(b.t, http.MethodPatch, "/customers/"+id, map[string]any{"phone": fmt.Sprintf("+42060100000%d", i)}, &struct{}{})
	}
	b.quiet(settleWithin)
	return phoned
}

func (b *berka) offline() {
	b.t.Helper()
	for _, w := range b.nodes {
		took := until(b.t, settleWithin, w.name+" notices the cut", func() (bool, string) {
			s, ok := w.door().how()
			return ok && !s.Online, fmt.Sprintf("%+v", s)
		})
		b.t.Logf("%s notices the cut: %s", w.name, took.Round(time.Millisecond))
	}
}

// workThrough lets every workstation work at once; the second of branch 1 is
// killed in the middle and comes back.
func (b *berka) workThrough(l *ledger, phoned []string) {
	b.t.Helper()
	victim := b.nodes[1]
	now := make(chan struct{})
	var wait sync.WaitGroup
	errs := make([]error, len(b.nodes))
	for i, w := range b.nodes {
		d := day{name: w.name, branch: w.branch, known: b.known[w.branch], shared: b.shared, phoned: phoned,
			talks: talksEach, prospects: prospectsEach, random: rand.New(rand.NewPCG(1, uint64(i)))}
		acts := d.acts()
		if want := talksEach + prospectsEach + 5*berkaShared + phonesKnown; len(acts) != want || want < 100 {
			b.t.Fatalf("%d acts", len(acts))
		}
		var told func(int)
		if w == victim {
			told = func(n int) {
				if n == killedAfter {
					close(now) // and goes on with the next act at once
				}
			}
		}
		wait.Go(func() { errs[i] = l.work(w, acts, told) })
	}
	<-now
	victim.kill()
	victim.again()
	wait.Wait()
	for _, err := range errs {
		must(b.t, err)
	}
}

// onlyHere wants that each node knows how much exists only there, and shows
// what it wrote itself.
func (b *berka) onlyHere(l *ledger) {
	b.t.Helper()
	for _, w := range b.nodes {
		s, ok := w.door().how()
		mine := 0
		for _, a := range l.acts {
			if a.at == w {
				mine++
			}
		}
		if !ok || s.Online || s.Unsent < mine || s.Missing != 0 || s.OldestUnsentMS <= 0 {
			b.t.Errorf("%s after %d acts without a line: %+v", w.name, mine, s)
		}
	}
}

// view is a process that must show what was written.
type view struct {
	name string
	*door
}

// views are the nodes of the branches that a party belongs to, and central.
func (b *berka) views(branches ...int64) []view {
	out := []view{{"central", b.central.door}}
	for _, w := range b.nodes {
		if slices.Contains(branches, w.branch) {
			out = append(out, view{w.name, w.door()})
		}
	}
	return out
}

func (b *berka) branches(party string, by int64) []int64 {
	if slices.Contains(b.shared, party) {
		return berkaBranches
	}
	return []int64{by}
}

// holds wants every acknowledged act exactly once wherever it belongs, and a
// visible place for every value.
func (b *berka) holds(l *ledger) {
	b.t.Helper()
	for _, v := range b.views(berkaBranches...) {
		lines := map[string][]interaction{}
		for _, a := range l.acts {
			if v.name != "central" && !slices.Contains(b.branches(a.party, a.at.branch), b.branchOf(v.name)) {
				continue
			}
			switch {
			case a.name != "":
				b.onceFound(v, a.act)
			case a.field == "":
				if lines[a.party] == nil {
					lines[a.party] = v.timeline(b.t, a.party)
				}
				if n := count(lines[a.party], a.text); n != 1 {
					b.t.Errorf("%s has %q of party %s %d times, want once", v.name, a.text, a.party, n)
				}
			}
		}
		b.values(v, l)
	}
}

func (b *berka) branchOf(name string) int64 {
	i := slices.IndexFunc(b.nodes, func(w *workstation) bool { return w.name == name })
	return b.nodes[i].branch
}

func count(lines []interaction, text string) (n int) {
	for _, l := range lines {
		if l.Text == text {
			n++
		}
	}
	return n
}

func (b *berka) onceFound(v view, a act) {
	b.t.Helper()
	if h := v.named(b.t, a.name); h.Phone != a.phone || h.Status != "prospect" {
		b.t.Errorf("%s finds %+v for %q, want a prospect with %s", v.name, h, a.name, a.phone)
	}
}

// values wants that the last value of each workstation stands or has lost
// visibly: on the customer and in the list of conflicts.
func (b *berka) values(v view, l *ledger) {
	b.t.Helper()
	listed := map[string][]conflict{}
	for _, c := range v.conflicts(b.t) {
		listed[c.Party] = append(listed[c.Party], c)
	}
	for _, id := range b.shared {
		c := v.customer(b.t, id)
		for at, want := range l.values {
			party, field, _ := strings.Cut(at, " ")
			if party != id {
				continue
			}
			for where, conflicts := range map[string][]conflict{"on the customer": c.Conflicts, "in the list": listed[id]} {
				if diff := shown(c.value(field), field, conflicts, want); diff != "" {
					b.t.Errorf("%s, party %s, field %s, %s: %s", v.name, id, field, where, diff)
				}
			}
		}
	}
}

// shown compares the values that stand or lost with those that were written
// last by each workstation; an empty text says that they are the same.
func shown(current, field string, conflicts []conflict, want map[string]string) string {
	if field == "phone" {
		field = "value" // of the way to reach
	}
	got := []string{current}
	for _, c := range conflicts {
		if c.Field == field {
			got = append(got, c.Losing)
			if c.Current != current || c.LosingBy == nil || c.LosingBy.Name == "" || c.LosingBy.Place == "" || c.CurrentBy == nil {
				return fmt.Sprintf("a conflict does not say who wrote what: %+v", c)
			}
		}
	}
	var wanted []string
	for _, value := range want {
		wanted = append(wanted, value)
	}
	slices.Sort(got)
	slices.Sort(wanted)
	if !slices.Equal(got, wanted) {
		return fmt.Sprintf("shows %q, but written were %q", got, wanted)
	}
	return ""
}

// settle ends one conflict at one branch and sees it end everywhere.
func (b *berka) settle(l *ledger) {
	b.t.Helper()
	id := b.shared[len(b.shared)-1]
	settler := b.nodes[0].door()
	var keep string
	for _, c := range settler.customer(b.t, id).Conflicts {
		if c.Field == "memo" {
			keep = c.Current
			settler.do(b.t, http.MethodPost, "/conflicts/"+c.ID, map[string]any{"keep": "current"}, &struct{}{})
		}
	}
	if keep == "" {
		b.t.Fatal("there is no conflict to settle")
	}
	took := b.quiet(settleWithin)
	b.t.Logf("settling reached everybody: %s", took.Round(time.Millisecond))
	for _, v := range b.views(berkaBranches...) {
		c := v.customer(b.t, id)
		if diff := shown(c.field("memo"), "memo", c.Conflicts, map[string]string{"": keep}); diff != "" {
			b.t.Errorf("%s after settling: %s", v.name, diff)
		}
	}
}
