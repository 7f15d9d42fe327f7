package bank

import (
	"bough/crdt"
	"bough/node/sim/bank/words"
)

// holding is an account in the plan.
type holding struct {
	id             crdt.ID
	owner          int32
	other          int32 // somebody else with a role, written when both are there
	branch         int32
	product        int32 // place in words.Products
	opened, closed int32 // days
	created        int64
	balance, limit int64 // minor units
	age            uint8 // of the balance, in workdays past the latest
	joint          bool  // other is a joint owner; otherwise signs for a child
	figures, loan  bool
	card           bool
	orders         uint8
}

// Places in words.Products.
const (
	curDay int32 = iota
	curPlus
	curPay
	curBiz
	savEasy
	savYoung
	dep12
	dep36
	mtgFix
	crlHome
	crlBiz
)

const maxHoldings = 5

// endow gives every customer something to hold.
func (w *world) endow() {
	for i := range w.parties {
		p := &w.parties[i]
		p.holdFrom = int32(len(w.holdings))
		switch {
		case p.prospect:
		case p.org:
			w.endowFirm(p, int32(i))
		case p.child:
			w.hold(p, int32(i), savYoung)
		default:
			w.endowPerson(p, int32(i))
		}
		if p.elsewhere != none {
			at := w.hold(p, int32(i), pick(w.money, []int32{curDay, savEasy, dep12}))
			w.holdings[at].branch = p.elsewhere
		}
		p.holdTo = int32(len(w.holdings))
	}
}

func (w *world) endowPerson(p *party, at int32) {
	r, age := w.money, w.age(p.birth)
	main := w.hold(p, at, int32(r.n(3)))
	if other := w.partnerOf(p, at); other != none && r.pct(55) && w.homes[p.home].head == at {
		h := &w.holdings[main]
		h.other, h.joint = other, true
	}
	chance := []struct {
		product int32
		pct     int
	}{{savEasy, 55}, {dep12, 16}, {dep36, 6}, {mtgFix, 16}, {crlHome, 14}}
	for _, c := range chance {
		if c.product == mtgFix && (age < 27 || age > 66) {
			continue
		}
		if r.pct(c.pct) && len(w.holdings)-int(main) < maxHoldings-1 {
			w.hold(p, at, c.product)
		}
	}
}

func (w *world) endowFirm(p *party, at int32) {
	r := w.money
	w.hold(p, at, curBiz)
	for _, c := range []struct {
		product int32
		pct     int
	}{{curBiz, 15}, {savEasy, 18}, {dep12, 22}, {crlBiz, 48}} {
		if r.pct(c.pct) {
			w.hold(p, at, c.product)
		}
	}
}

// partnerOf is the other adult of a household; none when there is none.
func (w *world) partnerOf(p *party, at int32) int32 {
	h := &w.homes[p.home]
	if h.head == at {
		return h.partner
	}
	return h.head
}

// hold opens a holding for a customer at its own branch.
func (w *world) hold(p *party, owner, product int32) int32 {
	r, cal := w.money, w.branches[p.branch].cal
	at := int32(len(w.holdings))
	h := holding{owner: owner, other: none, branch: p.branch, product: product, opened: p.since, created: p.created}
	first := at == p.holdFrom
	switch {
	case !first && r.pct(12): // opened within the window
		from := max(cal.first(p.created)+1, 5)
		if day := r.between(from, cal.last()-8); day > from {
			h.opened, h.created = int32(cal.days[day]), cal.opens[day]-hourMS/2
		}
	case !first && p.loaded:
		h.opened += int32(r.n(cal.days[0] - int(p.since)))
	}
	h.balance, h.limit = w.worth(product)
	if p.former {
		h.closed, h.balance = int32(cal.days[0]-1-r.n(300)), 0
		h.opened = min(h.opened, h.closed-30)
		p.since = min(p.since, h.opened)
	}
	w.attach(p, &h)
	switch at := r.n(1000); {
	case at < 35:
		h.age = 2
	case at < 50:
		h.age = 4
	}
	if words.Products[product].Type == "savings" && p.child {
		h.other = w.homes[p.home].head
	}
	w.holdings = append(w.holdings, h)
	if h.figures {
		w.figured = append(w.figured, at)
	}
	return at
}

// attach draws what hangs on a holding.
func (w *world) attach(p *party, h *holding) {
	r := w.money
	if words.Products[h.product].Type != "current" || p.former {
		return
	}
	h.card = r.pct(82)
	h.loan = r.pct(10)
	if r.pct(38) {
		h.orders = uint8(1 + r.front(3))
	}
	h.figures = p.loaded && h.created == 0 && r.pct(9)
}

// worth draws a balance and a limit in minor units. Debts are negative.
func (w *world) worth(product int32) (balance, limit int64) {
	r := w.money
	switch product {
	case curDay, curPlus, curPay:
		return w.amount(20_00, 9_000_00), 0
	case curBiz:
		return w.amount(900_00, 400_000_00), 0
	case savEasy:
		return w.amount(100_00, 60_000_00), 0
	case savYoung:
		return w.amount(10_00, 6_000_00), 0
	case dep12, dep36:
		return int64(r.between(2, 120)) * 1000_00, 0
	case mtgFix:
		return -w.amount(40_000_00, 600_000_00), 0
	case crlBiz:
		limit = int64(r.between(2, 60)) * 10_000_00
	default:
		limit = int64(r.between(2, 30)) * 500_00
	}
	return -limit / 100 * int64(r.front(96)), limit
}

// amount draws between two bounds, small amounts more often; to the cent.
func (w *world) amount(lo, hi int) int64 {
	return int64(lo + min(w.money.n(hi-lo), w.money.n(hi-lo), w.money.n(hi-lo)))
}
