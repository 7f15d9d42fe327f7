package bank

import (
	"bough/node/crm"
	"bough/node/sim/bank/words"
)

// keying writes what the core must be told; the last one it has heard already.
func (w *writer) keying(e *event) {
	p := &w.parties[e.idx]
	k := words.Keyings[e.aux]
	owner := w.branches[e.branch].staff[e.aux%2]
	text := k.EN
	if p.lang == "zh-CN" && w.branches[e.branch].han {
		text = k.ZH
	}
	w.by(e, owner)
	w.pen.create(crm.Keying)
	w.pen.ref(crm.KeyingParty, p.id)
	w.pen.text(crm.KeyingType, k.Type)
	w.pen.text(crm.KeyingText, text)
	w.pen.number(crm.KeyingHappened, e.at)
	w.pen.text(crm.KeyingState, k.State)
	w.pen.ref(crm.KeyingOwner, w.people[owner].ID)
	w.pen.text(crm.KeyingReceipt, k.Receipt)
	w.pen.end()
}

// opinion writes what somebody said of a page of bough.
func (w *writer) opinion(e *event) {
	o := words.Opinions[e.aux]
	text := o.EN
	if w.branches[e.branch].han {
		text = o.ZH
	}
	w.by(e, w.branches[e.branch].staff[e.aux])
	w.pen.create(crm.Feedback)
	w.pen.number(crm.FeedbackBranch, int64(e.branch)+1)
	w.pen.text(crm.FeedbackType, o.Type)
	w.pen.text(crm.FeedbackPage, o.Page)
	w.pen.text(crm.FeedbackText, text)
	w.pen.end()
}

// atOnce writes a new address; the second author has not seen the first's.
func (w *writer) atOnce(e *event) {
	p := &w.parties[e.idx]
	w.by(e, w.branches[e.branch].staff[e.aux])
	w.pen.act.Blind = e.aux == 1
	w.pen.edit(crm.Party, p.id)
	w.pen.text(crm.PartyAddress, address(w.r, &w.branches[p.branch]))
	w.pen.end()
}
