package bank

import (
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/sim/bank/words"
)

// note writes an interaction and the promise that comes from it.
func (w *writer) note(e *event) {
	p := &w.parties[e.idx]
	clerk := w.clerk(e, p)
	h := w.aboutHolding(p)
	lang := w.tongue(p, int32(e.branch))
	s := w.say(lang, p, e.aux > 0, h != nil)
	b := w.fill(make([]byte, 0, 160), &s.text, lang, e.branch, h)
	if served := s.Outcome == "done" || s.Outcome == "follow_up"; served && w.r.pct(42) {
		if lang == english {
			b = append(b, ' ')
		}
		b = w.fill(b, &w.talks.tails[lang][w.r.n(len(w.talks.tails[lang]))], lang, e.branch, h)
	}
	w.by(e, clerk)
	id := w.pen.create(crm.Interaction)
	w.pen.ref(crm.InteractionParty, p.id)
	w.pen.text(crm.InteractionChannel, channelOf(s.Via[w.r.front(len(s.Via))]))
	w.pen.text(crm.InteractionReason, s.Reason)
	w.pen.text(crm.InteractionText, string(b))
	w.pen.number(crm.InteractionHappened, e.at-int64(e.lag)*1000)
	w.pen.text(crm.InteractionOutcome, s.Outcome)
	if h != nil && s.holding {
		w.pen.ref(crm.InteractionHolding, h.id)
	}
	if e.aux > 0 {
		w.task(&w.tasks[e.aux-1], s, lang, id, h)
	}
	w.pen.end()
}

// childish are the reasons for which somebody comes about a child.
var childish = []string{"account", "saving", "details", "complaint", "other"}

// say draws a sentence; one about a product only if there is one.
func (w *writer) say(lang int, p *party, promise, holds bool) *saying {
	list := w.talks.talks[lang][btoi(p.org)][btoi(promise)]
	for {
		s := &list[w.r.n(len(list))]
		if (holds || !s.holding) && (!p.child || slices.Contains(childish, s.Reason)) {
			return s
		}
	}
}

// tongue is the language a clerk writes in about a party.
func (w *writer) tongue(p *party, branch int32) int {
	if w.branches[branch].han {
		return btoi(p.lang == "zh-CN" || w.r.pct(60))
	}
	return btoi(p.lang == "zh-CN" && w.r.pct(45))
}

// aboutHolding draws one of the party's holdings that exist already.
func (w *writer) aboutHolding(p *party) *holding {
	if p.holdTo == p.holdFrom {
		return nil
	}
	h := &w.holdings[p.holdFrom+int32(w.r.front(int(p.holdTo-p.holdFrom)))]
	if h.id == 0 {
		return nil
	}
	return h
}

func (w *writer) task(t *task, s *saying, lang int, from crdt.ID, h *holding) {
	t.id = w.pen.create(crm.Task)
	w.pen.ref(crm.TaskParty, w.parties[t.party].id)
	w.pen.text(crm.TaskType, crm.TaskTypes[t.typ])
	w.pen.text(crm.TaskText, string(w.fill(nil, &s.promise, lang, t.branch, h)))
	w.pen.number(crm.TaskDue, t.due)
	w.pen.text(crm.TaskState, crm.TaskStates[0])
	w.pen.ref(crm.TaskOwner, w.people[t.owner].ID)
	w.pen.ref(crm.TaskFrom, from)
}

// settleTask writes how a task ended.
func (w *writer) settleTask(e *event) {
	t := &w.tasks[e.idx]
	w.by(e, t.owner)
	w.pen.edit(crm.Task, t.id)
	w.pen.text(crm.TaskState, crm.TaskStates[t.final])
	w.pen.end()
}

// caseStep opens a case, lets it wait, or resolves it.
func (w *writer) caseStep(e *event) {
	c := &w.cases[e.idx]
	p := &w.parties[c.party]
	w.by(e, c.owner)
	lang := btoi(p.lang == "zh-CN" && w.branches[p.branch].han)
	list := [2][]words.Matter{words.Matters, words.MattersZH}[lang]
	switch e.aux {
	case stepOpen:
		c.id = w.pen.create(crm.Case)
		w.pen.ref(crm.CaseParty, p.id)
		w.pen.text(crm.CaseType, list[c.matter].Type)
		w.pen.text(crm.CaseText, string(w.fill(nil, &w.talks.matters[lang][c.matter], lang, e.branch, nil)))
		w.pen.number(crm.CaseHappened, c.happened)
		w.pen.number(crm.CaseDue, c.due)
		w.pen.text(crm.CaseState, "open")
		w.pen.ref(crm.CaseOwner, w.people[c.owner].ID)
	case stepWait:
		w.pen.edit(crm.Case, c.id)
		w.pen.text(crm.CaseState, "waiting")
	case stepResolve:
		w.pen.edit(crm.Case, c.id)
		w.pen.text(crm.CaseState, "resolved")
		w.pen.text(crm.CaseOutcome, list[c.matter].Outcome)
	}
	w.pen.end()
}

// grants writes one to three consents given together.
func (w *writer) grants(e *event) {
	p := &w.parties[e.idx]
	w.by(e, w.clerk(e, p))
	channel := w.r.n(len(crm.ConsentChannels))
	for n := range w.r.between(1, 3) {
		c := withdrawal{party: e.idx, purpose: uint8(w.r.front(3)), channel: uint8((channel + n) % len(crm.ConsentChannels))}
		w.consentOp(e, &c, "grant", "")
	}
	w.pen.end()
}

// consent writes one step of a consent that was withdrawn.
func (w *writer) consent(e *event) {
	c := &w.consents[e.idx]
	w.by(e, w.clerk(e, &w.parties[c.party]))
	switch e.aux {
	case stepGrant:
		w.consentOp(e, c, "grant", "")
	case stepWithdraw:
		c.id = w.consentOp(e, c, "withdraw", "")
	case stepRegrant:
		w.consentOp(e, c, "grant", c.id.String())
	}
	w.pen.end()
}

func (w *writer) consentOp(e *event, c *withdrawal, act, overridden string) crdt.ID {
	p := &w.parties[c.party]
	evidence := words.Evidence
	if p.lang == "zh-CN" {
		evidence = words.EvidenceZH
	}
	id := w.pen.create(crm.Consent)
	w.pen.ref(crm.ConsentParty, p.id)
	w.pen.text(crm.ConsentPurpose, crm.Purposes[c.purpose])
	w.pen.text(crm.ConsentChannel, crm.ConsentChannels[c.channel])
	w.pen.text(crm.ConsentAct, act)
	w.pen.text(crm.ConsentOverrides, overridden)
	w.pen.text(crm.ConsentEvidence, pick(w.r, evidence))
	w.pen.number(crm.ConsentHappened, e.at)
	return id
}

// warning writes a warning; bankers and managers may.
func (w *writer) warning(e *event) {
	p := &w.parties[e.idx]
	lists := [2][3][]string{{words.Notes, words.Warns, words.Stops}, {words.NotesZH, words.WarnsZH, words.StopsZH}}
	if p.org {
		lists = [2][3][]string{words.FirmWarnings, words.FirmWarningsZH}
	}
	list := lists[btoi(p.lang == "zh-CN")][e.aux]
	w.by(e, pick(w.r, w.branches[p.branch].staff[2:]))
	w.pen.create(crm.Warning)
	w.pen.ref(crm.WarningParty, p.id)
	w.pen.text(crm.WarningLevel, crm.WarningLevels[e.aux])
	w.pen.text(crm.WarningText, pick(w.r, list))
	w.pen.end()
}
