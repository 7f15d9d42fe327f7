package bank

import (
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/sim/bank/words"
)

// writer turns events into acts.
type writer struct {
	*world
	r       *rng
	reading words.Reading
	serial  struct{ role, loan, card, order int } // keys of the feed
	ages    map[[2]int32][]int32                  // holdings by branch and age of the balance
}

// write hands out all acts.
func (w *world) write(visit func(Act)) {
	w.pen = pen{last: crdt.ID(len(w.people)), visit: visit}
	e := &writer{world: w, r: newRng(w.o.Seed, streamWriting), reading: words.Readings(), ages: map[[2]int32][]int32{}}
	for i := range w.holdings {
		h := &w.holdings[i]
		k := [2]int32{h.branch, int32(h.age)}
		e.ages[k] = append(e.ages[k], int32(i))
	}
	for i := range w.events {
		e.one(&w.events[i])
	}
}

func (w *writer) one(e *event) {
	switch e.kind {
	case evParty:
		w.party(e)
	case evProspect:
		w.prospect(e)
	case evHolding:
		w.laterHolding(e)
	case evOther:
		w.otherRole(e)
	case evFigures:
		w.figures(e)
	case evBalances:
		w.balances(e)
	case evDetails:
		w.details(e)
	case evHome:
		w.family(e)
	case evFirm:
		w.company(e)
	case evGroup:
		w.affiliate(e)
	case evWarning:
		w.warning(e)
	case evGrants:
		w.grants(e)
	case evConsent:
		w.consent(e)
	case evTalk:
		w.note(e)
	case evTask:
		w.settleTask(e)
	case evCase:
		w.caseStep(e)
	case evMove:
		w.move(e)
	case evKeying:
		w.keying(e)
	case evOpinion:
		w.opinion(e)
	case evAtOnce:
		w.atOnce(e)
	}
}

// by opens an act of somebody at the event's branch.
func (w *writer) by(e *event, person int32) {
	who := &w.people[person]
	w.pen.begin(e.at, who.Login, who.Branch)
}

// clerk draws who served a party: mostly its officer.
func (w *writer) clerk(e *event, p *party) int32 {
	if int32(e.branch) == p.branch && w.r.pct(55) {
		return p.officer
	}
	return pick(w.r, w.branches[e.branch].staff)
}

// party writes what the core knows of a customer, and its first holdings.
func (w *writer) party(e *event) {
	p := &w.parties[e.idx]
	w.pen.begin(e.at, "", 0)
	p.id = w.pen.create(crm.Party)
	w.identity(p)
	w.pen.number(crm.PartyHome, int64(p.branch)+1)
	w.pen.text(crm.PartyKey, key('C', int(e.idx)+1))
	status := "customer"
	if p.former {
		status = "former"
	}
	w.pen.text(crm.PartyStatus, status)
	w.pen.text(crm.PartySince, isoDate(int(p.since)))
	w.pen.text(crm.PartyTier, w.tier(p))
	if p.org {
		w.pen.text(crm.PartyLegalForm, w.firms[p.firm].legalForm)
	}
	for h := p.holdFrom; h < p.holdTo; h++ {
		if w.holdings[h].created == p.created {
			w.holding(p, h)
		}
	}
	w.pen.end()
}

// identity writes type to sex: the guarded fields.
func (w *writer) identity(p *party) {
	kind, document := "person", "passport"
	switch {
	case p.org && p.han:
		kind, document = "organisation", "credit_code"
	case p.org:
		kind, document = "organisation", "registration"
	case p.han:
		document = "resident_id"
	}
	if p.document == "" {
		document = ""
	}
	w.pen.text(crm.PartyType, kind)
	w.pen.text(crm.PartyName, p.name)
	w.pen.text(crm.PartyBirth, isoDate(int(p.birth)))
	w.pen.text(crm.PartyDocument, p.document)
	w.pen.text(crm.PartyDocumentType, document)
	if !p.org {
		w.pen.text(crm.PartySex, string(p.sex))
	}
}

func (w *writer) tier(p *party) string {
	switch roll := w.r.n(100); {
	case p.child || roll < 26:
		return "D"
	case roll < 72:
		return "C"
	case roll < 92:
		return "B"
	}
	return "A"
}

// prospect writes a person whom a clerk entered.
func (w *writer) prospect(e *event) {
	p := &w.parties[e.idx]
	w.by(e, p.officer)
	p.id = w.pen.create(crm.Party)
	w.identity(p)
	w.pen.number(crm.PartyHome, int64(p.branch)+1)
	w.pen.text(crm.PartyStatus, "prospect")
	w.manner(p)
	w.reaches(e.idx, p)
	w.pen.end()
}

// details writes what a branch knows of a customer.
func (w *writer) details(e *event) {
	p := &w.parties[e.idx]
	w.by(e, w.clerk(e, p))
	w.pen.edit(crm.Party, p.id)
	w.manner(p)
	w.reaches(e.idx, p)
	list := words.Tags
	if p.han {
		list = words.TagsZH
	}
	if w.r.pct(22) && !p.child && !p.org {
		w.pen.create(crm.Tag)
		w.pen.ref(crm.TagParty, p.id)
		w.pen.text(crm.TagText, pick(w.r, list))
	}
	w.pen.end()
}

// manner writes greeting to memo: the branch's fields of a party.
func (w *writer) manner(p *party) {
	w.pen.text(crm.PartyGreeting, greeting(w.r, p, w.age(p.birth)))
	w.pen.text(crm.PartyLanguage, p.lang)
	memos, home := words.Memos, ""
	if p.lang == "zh-CN" {
		memos = words.MemosZH
	}
	if p.org {
		f := &w.firms[p.firm]
		w.pen.text(crm.PartyIndustry, f.industry.Name)
		home = f.address
	} else {
		w.work(p)
		home = w.homes[p.home].address
	}
	w.pen.text(crm.PartyAddress, home)
	if w.r.pct(14) && !p.child && !p.org {
		w.pen.text(crm.PartyMemo, pick(w.r, memos))
	}
}

// work writes occupation and employer.
func (w *writer) work(p *party) {
	age, zh := w.age(p.birth), p.lang == "zh-CN"
	jobs, employers, pupil, retired := words.Occupations, words.Employers, "student", "retired"
	if zh {
		jobs, employers, pupil, retired = words.OccupationsZH, words.EmployersZH, "学生", "退休"
	}
	switch {
	case age < 6:
	case age < 22:
		w.pen.text(crm.PartyOccupation, pupil)
	case age >= 66:
		w.pen.text(crm.PartyOccupation, retired)
	default:
		w.pen.text(crm.PartyOccupation, pick(w.r, jobs))
		if w.r.pct(40) {
			w.pen.text(crm.PartyEmployer, pick(w.r, employers))
		}
	}
}

func greeting(r *rng, p *party, age int) string {
	woman := p.sex == 'f'
	switch {
	case p.org || p.child:
		return ""
	case p.han && r.pct(12):
		return p.family + pick(r, []string{"老师", "医生", "总", "工"})
	case p.han && woman:
		return p.family + "女士"
	case p.han:
		return p.family + "先生"
	case r.pct(5):
		return "Dr " + p.family
	case woman && age < 35:
		return "Ms " + p.family
	case woman:
		return "Mrs " + p.family
	}
	return "Mr " + p.family
}

// reaches writes the ways to reach a party.
func (w *writer) reaches(at int32, p *party) {
	label := "mobile"
	switch {
	case p.org:
		label = "work"
	case strings.HasPrefix(p.phone, "+86"):
		label = "home" // see phones
	}
	if p.phone != "" {
		w.reach(p, "phone", p.phone, label, true)
	}
	if p.child {
		return
	}
	if w.r.pct(72) {
		w.reach(p, "email", w.mail(at, p), "", p.phone == "")
	}
	if w.r.pct(18) {
		w.reach(p, "phone", w.phones.next(w.branches[p.branch].Country), pick(w.r, []string{"home", "work"}), false)
	}
	if p.han && w.r.pct(64) || !p.han && w.branches[p.branch].han && w.r.pct(30) {
		w.reach(p, "wechat", wechat(w.r), "", false)
	}
}

func (w *writer) reach(p *party, channel, value, label string, preferred bool) {
	w.pen.create(crm.Reach)
	w.pen.ref(crm.ReachParty, p.id)
	w.pen.text(crm.ReachChannel, channel)
	w.pen.text(crm.ReachValue, value)
	w.pen.text(crm.ReachLabel, label)
	if preferred {
		w.pen.number(crm.ReachPreferred, 1)
	}
}

// mail makes an address in a domain that is kept for examples.
func (w *writer) mail(at int32, p *party) string {
	name := p.name
	if p.org {
		name = p.family
	}
	if p.han {
		name = w.reading.Of(strings.TrimSuffix(name, " Group"))
	} else {
		name = fold(name)
	}
	if name == "" {
		name = "post"
	}
	b := append(make([]byte, 0, len(name)+20), name...)
	if p.org || w.r.pct(60) {
		b = digits(b, int(at)%97+2, 2)
	}
	return string(append(b, pick(w.r, []string{"@example.com", "@example.net", "@example.org"})...))
}

func wechat(r *rng) string {
	b := append(make([]byte, 0, 16), "wxid_"...)
	for range 10 {
		b = append(b, "abcdefghijkmnpqrstuvwxyz23456789"[r.n(32)])
	}
	return string(b)
}
