package bank

import "bough/node/sim/bank/words"

// Rates, in percent or as said.
const (
	late       = 14 // interactions entered on a later day
	follows    = 6  // interactions that a task comes from
	forgotten  = 2  // tasks past due that nobody settled
	visits     = 30 // interactions of a shared customer at the other branch
	hasCase    = 4
	moves      = 3 // households that moved
	pastDue    = 3 // cases past due and still open
	noted      = 30
	warned     = 15
	stopped    = 3 // in a thousand, as the two above
	figureLag  = 2 * hourMS
	loadRoom   = 12 * hourMS // figures of months before the window follow the load
	openTalkMS = 3 * minuteMS
)

// taskTypes are places in crm.TaskTypes, promises first.
var taskTypes = [3]uint8{1, 0, 2}

// timelines is how many interactions a customer has, in ten equal parts from
// the quietest; the mean is ten.
var timelines = [10][2]int{{0, 2}, {2, 3}, {3, 4}, {4, 6}, {6, 8}, {8, 10}, {10, 13}, {13, 16}, {16, 20}, {22, 80}}

// schedule turns the plan into events.
func (w *world) schedule() {
	w.events = make([]event, 0, len(w.parties)*14)
	for i := range w.parties {
		w.appear(int32(i))
	}
	for i := range w.parties {
		p := &w.parties[i]
		w.talkTo(int32(i), p)
		w.asks(int32(i), p)
		if !p.child {
			w.warn(int32(i), p)
			w.complain(int32(i), p)
		}
	}
	w.relate()
	w.stage()
	w.feedTimes()
	w.inOrder()
}

// appear schedules a party's first rows.
func (w *world) appear(i int32) {
	p := &w.parties[i]
	b := int16(p.branch)
	if p.prospect {
		w.add(event{at: p.created, idx: i, branch: b, kind: evProspect})
		return
	}
	cal := w.branches[p.branch].cal
	if p.loaded {
		p.created = w.loadMS + int64(i)
		p.detailed = cal.moment(w.plan, w.plan.n(20))
	} else {
		p.detailed = cal.after(w.plan, p.created)
	}
	w.add(event{at: p.created, idx: i, branch: b, kind: evParty})
	w.add(event{at: p.detailed, idx: i, branch: b, kind: evDetails})
}

// talkTo schedules the interactions of a party.
func (w *world) talkTo(i int32, p *party) {
	r := w.plan
	part := timelines[r.n(len(timelines))]
	n := r.between(part[0], part[1])
	switch {
	case p.prospect:
		n = r.between(1, 4)
	case p.child, p.former:
		n /= 5
	case r.n(200) == 0:
		n += r.between(30, 90) // somebody who comes every week
	}
	if n > 1 && !p.loaded && !p.prospect { // as many a month as others, but fewer months
		cal := w.branches[p.branch].cal
		n = 1 + n*(len(cal.days)-cal.first(p.created))/len(cal.days)
	}
	for range n {
		w.talk(i, p)
	}
}

// talk schedules one interaction.
func (w *world) talk(i int32, p *party) {
	r, b := w.plan, p.branch
	if p.elsewhere != none && r.pct(visits) {
		b = p.elsewhere
	}
	cal := w.branches[b].cal
	lo, hi := cal.first(p.created), cal.last()
	if p.former {
		hi /= 3
	}
	if lo > hi {
		return
	}
	day := r.between(lo, hi)
	happened := cal.moment(r, day)
	at := min(happened+int64(r.between(1, 900))*1000, w.o.NowMS)
	if r.pct(late) {
		at = cal.after(r, happened+2*hourMS)
	}
	if at < happened {
		at = happened
	}
	e := event{at: at, idx: i, lag: int32((at - happened) / 1000), branch: int16(b), kind: evTalk}
	if r.pct(follows) && !p.former {
		due := cal.due(at, r.between(1, 6))
		e.aux = w.promise(task{party: i, branch: int16(b), typ: taskTypes[r.front(3)], due: due, owner: pick(r, w.branches[b].staff)}, at)
	}
	p.talks++
	w.add(e)
}

// promise plans a task, and how it ends if that lies in the past.
func (w *world) promise(t task, made int64) int32 {
	r := w.plan
	at := int32(len(w.tasks))
	if t.due < w.o.NowMS && !r.pct(forgotten) {
		closed := max(t.due-int64(r.n(6*hourMS)), made+1000)
		switch roll := r.n(100); {
		case roll < 88:
			t.final = 1 // kept
		case roll < 94:
			t.final = 2 // broken, seen the day after
			closed = w.branches[t.branch].cal.after(r, t.due)
		default:
			t.final = 3 // dropped
		}
		w.add(event{at: closed, idx: at, branch: t.branch, kind: evTask})
	}
	w.tasks = append(w.tasks, t)
	return at + 1
}

// asks schedules consents: about half say yes to something, a tenth took it
// back, some of those came round again.
func (w *world) asks(i int32, p *party) {
	r := w.plan
	cal := w.branches[p.branch].cal
	from := cal.first(p.detailed)
	if p.child || p.former || p.star || from+20 > cal.last() {
		return
	}
	switch roll := r.n(100); {
	case roll < 48:
		w.add(event{at: cal.moment(r, r.between(from, cal.last())), idx: i, branch: int16(p.branch), kind: evGrants})
	case roll < 58:
		w.withdraw(w.withdrawn(i), roll < 52)
	case roll < 61:
		at := w.withdrawn(i)
		w.add(event{at: cal.moment(r, r.between(from, cal.last())), idx: at, aux: stepWithdraw, branch: int16(p.branch), kind: evConsent})
	}
}

// withdrawn plans a consent that will be taken back.
func (w *world) withdrawn(i int32) int32 {
	r := w.plan
	w.consents = append(w.consents, withdrawal{party: i, purpose: uint8(r.front(4)), channel: uint8(r.n(6))})
	return int32(len(w.consents) - 1)
}

// withdraw schedules, for a place in consents, a grant, its withdrawal, and perhaps a grant that names
// the withdrawal.
func (w *world) withdraw(at int32, again bool) {
	r, p := w.plan, &w.parties[w.consents[at].party]
	cal := w.branches[p.branch].cal
	day := cal.first(p.detailed)
	steps := []int32{stepGrant, stepWithdraw, stepRegrant}
	if !again {
		steps = steps[:2]
	}
	for n, step := range steps {
		day = r.between(day+1, cal.last()-len(steps)+n+1)
		w.add(event{at: cal.moment(r, day), idx: at, aux: step, branch: int16(p.branch), kind: evConsent})
	}
}

// warn schedules warnings.
func (w *world) warn(i int32, p *party) {
	roll, level := w.plan.n(1000), int32(-1)
	switch {
	case p.prospect || p.former:
		return
	case roll < stopped:
		level = 2
	case roll < stopped+warned:
		level = 1
	case roll < stopped+warned+noted:
		level = 0
	default:
		return
	}
	cal := w.branches[p.branch].cal
	if from := cal.first(p.detailed); from <= cal.last() {
		w.add(event{at: cal.moment(w.plan, w.plan.between(from, cal.last())), idx: i, aux: level, branch: int16(p.branch), kind: evWarning})
	}
}

// complain schedules a case of a few.
func (w *world) complain(i int32, p *party) {
	r := w.plan
	cal := w.branches[p.branch].cal
	from := cal.first(p.created)
	if p.prospect || p.former || !r.pct(hasCase) || from > cal.last()-1 {
		return
	}
	matter := int32(r.n(len(words.Matters)))
	w.file(i, matter, cal.moment(r, r.between(from, cal.last()-1)), !r.pct(pastDue))
}

// clock is how many workdays a case of a type may take.
func clock(typ string) int {
	switch typ {
	case "complaint", "transfer_error":
		return 10
	case "fraud":
		return 3
	}
	return 5
}

// file schedules a case; ends says whether it is resolved when its clock has
// run out.
func (w *world) file(i, matter int32, happened int64, ends bool) {
	r, p := w.plan, &w.parties[i]
	br := &w.branches[p.branch]
	cal := br.cal
	c := caseFile{party: i, matter: matter, happened: happened, owner: pick(r, br.staff[2:])}
	c.due = cal.due(happened, clock(words.Matters[matter].Type))
	at := min(happened+int64(r.between(3, 25))*minuteMS, w.o.NowMS)
	idx, b := int32(len(w.cases)), int16(p.branch)
	w.add(event{at: at, idx: idx, aux: stepOpen, branch: b, kind: evCase})
	if ends && c.due < w.o.NowMS {
		c.resolved = true
		resolved := cal.within(r, at, c.due)
		w.add(event{at: resolved, idx: idx, aux: stepResolve, branch: b, kind: evCase})
		if wait := cal.within(r, at, resolved); wait < resolved && r.pct(40) {
			w.add(event{at: wait, idx: idx, aux: stepWait, branch: b, kind: evCase})
		}
	}
	w.cases = append(w.cases, c)
}
