package bank

import "bough/node/sim/bank/words"

// relate schedules what joins parties: second roles on holdings, households,
// firms and groups.
func (w *world) relate() {
	r := w.plan
	for i := range w.holdings {
		h := &w.holdings[i]
		p := &w.parties[h.owner]
		h.created = max(h.created, p.created)
		if h.created > p.created {
			w.add(event{at: h.created, idx: int32(i), branch: int16(h.branch), kind: evHolding})
		}
		if h.other != none {
			at := max(h.created, w.parties[h.other].created) + minuteMS
			w.add(event{at: at, idx: int32(i), branch: int16(h.branch), kind: evOther})
		}
	}
	for i := range w.homes {
		w.relateHome(r, int32(i))
	}
	for i := range w.firms {
		p := &w.parties[w.firms[i].party]
		at := w.branches[p.branch].cal.after(r, p.detailed)
		w.add(event{at: at, idx: int32(i), branch: int16(p.branch), kind: evFirm})
	}
	for i := range w.groups {
		g := &w.groups[i]
		last := w.parties[w.firms[g.head].party].detailed
		for _, s := range g.subs {
			last = max(last, w.parties[w.firms[s].party].detailed)
		}
		b := w.parties[w.firms[g.head].party].branch
		w.add(event{at: w.branches[b].cal.after(r, last), idx: int32(i), branch: int16(b), kind: evGroup})
	}
}

func (w *world) relateHome(r *rng, i int32) {
	h := &w.homes[i]
	if w.parties[h.head].prospect {
		return
	}
	b := w.parties[h.head].branch
	cal := w.branches[b].cal
	last := w.parties[h.head].detailed
	for _, m := range append([]int32{h.partner, h.elder}, h.children...) {
		if m != none {
			last = max(last, w.parties[m].detailed)
		}
	}
	if h.partner != none || h.elder != none || len(h.children) > 0 {
		w.add(event{at: cal.after(r, last), idx: i, branch: int16(b), kind: evHome})
	}
	if from := cal.first(last); r.pct(moves) && from < cal.last() {
		w.add(event{at: cal.moment(r, r.between(from, cal.last())), idx: i, branch: int16(b), kind: evMove})
	}
}

// stage schedules the situations that must exist at the star branches.
func (w *world) stage() {
	for _, s := range w.stars {
		cal, last := w.branches[s.branch].cal, w.branches[s.branch].cal.last()
		w.stagePromise(s, s.promises[0], cal.due(w.o.NowMS, 0), last-1)
		w.stagePromise(s, s.promises[1], cal.due(w.o.NowMS, 1), last-1)
		w.stagePromise(s, s.overdue, cal.midnight(cal.days[last-2])+dueMS, last-4)
		w.file(s.complaint, 0, cal.moment(w.plan, last-14), false)
		w.file(s.enquiry, matterOf("enquiry"), cal.moment(w.plan, last-1), false)
		w.add(event{at: cal.moment(w.plan, last-6), idx: s.stop, aux: 2, branch: int16(s.branch), kind: evWarning})
		w.consents = append(w.consents, withdrawal{party: s.regranted}, withdrawal{party: s.withdrawn, channel: 2})
		w.withdraw(int32(len(w.consents)-2), true)
		w.withdraw(int32(len(w.consents)-1), false)
		w.holdings[w.parties[s.stale].holdFrom].age = 4
		w.holdings[w.parties[s.amber].holdFrom].age = 2
		w.stageDay(s)
	}
	w.stageAtOnce()
}

// stageDay schedules what the people of a branch have on their lists besides:
// something for the core, and a word on bough itself.
func (w *world) stageDay(s roles) {
	cal, r := w.branches[s.branch].cal, newRng(w.o.Seed, streamBranchDay)
	for n, who := range []int32{s.complaint, s.enquiry, s.overdue} {
		w.add(event{at: cal.moment(r, cal.last()-n/2), idx: who, aux: int32(n), branch: int16(s.branch), kind: evKeying})
	}
	for n := range words.Opinions {
		w.add(event{at: cal.moment(r, cal.last()-n), idx: s.complaint, aux: int32(n), branch: int16(s.branch), kind: evOpinion})
	}
}

// stageAtOnce has two branches write the address of a customer of both within
// the same minute.
func (w *world) stageAtOnce() {
	for b := range min(starBranches, len(w.branches)) {
		for _, i := range w.sharedOf(int32(b)) {
			p := &w.parties[i]
			cal := w.branches[b].cal
			at := cal.moment(newRng(w.o.Seed, streamBranchDay), cal.last())
			w.add(event{at: at, idx: i, branch: int16(p.branch), kind: evAtOnce})
			w.add(event{at: at + minuteMS/2, idx: i, aux: 1, branch: int16(p.elsewhere), kind: evAtOnce})
			w.show(TwoAddresses, i)
			break
		}
	}
}

// sharedOf are the customers of a branch that another serves too, for certain.
func (w *world) sharedOf(branch int32) (out []int32) {
	for _, s := range w.shown {
		for _, i := range s.parties {
			if s.name == Shared && w.parties[i].branch == branch {
				out = append(out, i)
			}
		}
	}
	return out
}

// matterOf is the first matter of a type.
func matterOf(typ string) int32 {
	for i, m := range words.Matters {
		if m.Type == typ {
			return int32(i)
		}
	}
	return 0
}

// stagePromise schedules a talk with a promise that is still open.
func (w *world) stagePromise(s roles, who int32, due int64, day int) {
	br := &w.branches[s.branch]
	happened := br.cal.moment(w.plan, day)
	w.tasks = append(w.tasks, task{party: who, branch: int16(s.branch), typ: 1, due: due, owner: w.parties[who].officer})
	w.parties[who].talks++
	w.add(event{at: happened + openTalkMS, idx: who, aux: int32(len(w.tasks)), lag: openTalkMS / 1000, branch: int16(s.branch), kind: evTalk})
}

// feedTimes schedules the feed: a line of monthly figures for each full month,
// and the latest balances.
func (w *world) feedTimes() {
	y, m, _ := civil(int(w.o.NowMS / dayMS))
	for back := 12 * w.o.Years; back > 0; back-- {
		month := y*12 + m - 1 - back
		end := int64(dayOf((month+1)/12, (month+1)%12+1, 1)) * dayMS
		w.add(event{at: max(end+figureLag, w.loadMS+loadRoom), idx: int32(month), kind: evFigures})
	}
	for b := range w.branches {
		for _, age := range []int32{0, 2, 4} {
			w.add(event{at: w.branches[b].cal.batch(int(age)) + feedLag, idx: int32(b), aux: age, kind: evBalances})
		}
	}
}
