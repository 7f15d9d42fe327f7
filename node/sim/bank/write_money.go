package bank

import (
	"strconv"

	"bough/node/crm"
	"bough/node/sim/bank/words"
)

// holding writes an account with its owner's role and what hangs on it, into
// the open act.
func (w *writer) holding(p *party, at int32) {
	h := &w.holdings[at]
	prod := words.Products[h.product]
	h.id = w.pen.create(crm.Holding)
	w.pen.text(crm.HoldingKey, key('A', int(at)+1))
	w.pen.text(crm.HoldingNumber, accountNumber(int(h.branch)+1, int(at)+1))
	w.pen.text(crm.HoldingProduct, prod.Code)
	w.pen.text(crm.HoldingType, prod.Type)
	w.pen.number(crm.HoldingBranch, int64(h.branch)+1)
	w.pen.text(crm.HoldingCurrency, w.currency(h.branch))
	w.pen.number(crm.HoldingBalanceMinor, h.balance)
	if h.limit > 0 {
		w.pen.number(crm.HoldingLimitMinor, h.limit)
	}
	w.pen.number(crm.HoldingAsOf, h.created)
	w.pen.text(crm.HoldingOpened, isoDate(int(h.opened)))
	if h.closed > 0 {
		w.pen.text(crm.HoldingClosed, isoDate(int(h.closed)))
	}
	if prod.Type == "current" {
		w.pen.text(crm.HoldingFrequency, pick(w.r, []string{"monthly", "monthly", "monthly", "weekly", "after_transaction"}))
	}
	w.role(h.owner, at, "owner")
	if p.org {
		f := &w.firms[p.firm]
		for _, s := range f.signatories {
			w.role(s, at, "signatory")
		}
		if f.guarantor != none && prod.Type == "credit_line" {
			w.role(f.guarantor, at, "guarantor")
		}
	}
	w.attachments(p, at)
}

func (w *writer) currency(branch int32) string {
	if w.branches[branch].han {
		return "CNY"
	}
	return "USD"
}

func (w *writer) role(who, at int32, role string) {
	h := &w.holdings[at]
	w.serial.role++
	w.pen.create(crm.Role)
	w.pen.text(crm.RoleKey, key('R', w.serial.role))
	w.pen.ref(crm.RoleParty, w.parties[who].id)
	w.pen.ref(crm.RoleHolding, h.id)
	w.pen.text(crm.RoleRole, role)
	if h.closed > 0 {
		w.pen.text(crm.RoleEnded, isoDate(int(h.closed)))
	}
}

// attachments writes loan, card and standing orders.
func (w *writer) attachments(p *party, at int32) {
	h := &w.holdings[at]
	if h.loan {
		w.loan(p, h)
	}
	if h.card {
		carrier := h.owner
		if p.org {
			carrier = w.firms[p.firm].signatories[0]
		}
		w.card(carrier, h)
	}
	banks := words.PayeeBanks
	if w.branches[h.branch].han {
		banks = words.PayeeBanksZH
	}
	for range h.orders {
		w.serial.order++
		w.pen.create(crm.Order)
		w.pen.text(crm.OrderKey, key('O', w.serial.order))
		w.pen.ref(crm.OrderHolding, h.id)
		w.pen.text(crm.OrderToBank, pick(w.r, banks))
		w.pen.text(crm.OrderToAccount, accountNumber(w.r.n(9000)+1000, w.r.n(99_999_999)))
		w.pen.number(crm.OrderAmountMinor, int64(w.r.between(10, 900))*1_00)
		w.pen.text(crm.OrderPurpose, pick(w.r, []string{"rent", "insurance", "leasing", "savings", "utilities", "subscription"}))
	}
}

func (w *writer) loan(p *party, h *holding) {
	months := pick(w.r, []int{12, 24, 36, 48, 60})
	granted := max(int(h.opened), int(h.created/dayMS)-1-w.r.n(1800))
	amount := int64(w.r.between(2, 90)) * 500_00
	if p.org {
		amount *= 10
	}
	state, ended := "running", 0
	if end := granted + months*30; end < int(w.o.NowMS/dayMS) {
		state, ended = "finished", end
	} else if w.r.pct(4) {
		state = "in_arrears"
	}
	w.serial.loan++
	w.pen.create(crm.Loan)
	w.pen.text(crm.LoanKey, key('L', w.serial.loan))
	w.pen.ref(crm.LoanHolding, h.id)
	w.pen.number(crm.LoanAmountMinor, amount)
	w.pen.number(crm.LoanMonths, int64(months))
	w.pen.number(crm.LoanPaymentMinor, amount*108/100/int64(months))
	w.pen.text(crm.LoanGranted, isoDate(granted))
	w.pen.text(crm.LoanState, state)
	if ended > 0 {
		w.pen.text(crm.LoanEnded, isoDate(ended))
	}
}

func (w *writer) card(carrier int32, h *holding) {
	w.serial.card++
	w.pen.create(crm.Card)
	w.pen.text(crm.CardKey, key('K', w.serial.card))
	w.pen.ref(crm.CardHolding, h.id)
	w.pen.ref(crm.CardParty, w.parties[carrier].id)
	w.pen.text(crm.CardType, pick(w.r, []string{"debit", "debit", "debit gold", "credit"}))
	w.pen.text(crm.CardIssued, isoDate(max(int(h.opened), int(h.created/dayMS)-w.r.n(1400))))
	w.pen.text(crm.CardLast4, string(digits(make([]byte, 0, 4), w.r.n(10_000), 4)))
}

// laterHolding writes an account opened after its owner appeared.
func (w *writer) laterHolding(e *event) {
	w.pen.begin(e.at, "", 0)
	w.holding(&w.parties[w.holdings[e.idx].owner], e.idx)
	w.pen.end()
}

// otherRole writes a joint owner, or who signs for a child.
func (w *writer) otherRole(e *event) {
	h := &w.holdings[e.idx]
	w.pen.begin(e.at, "", 0)
	if h.joint {
		w.role(h.other, e.idx, "joint")
	} else {
		w.role(h.other, e.idx, "signatory")
	}
	if h.joint && w.r.pct(60) {
		w.card(h.other, h)
	}
	w.pen.end()
}

// figures writes one month of every holding that has monthly figures. Balances
// move with them.
func (w *writer) figures(e *event) {
	year, month := int(e.idx)/12, int(e.idx)%12+1
	b := append(digits(make([]byte, 0, 7), year, 4), '-')
	name := string(digits(b, month, 2))
	w.pen.begin(e.at, "", 0)
	for _, at := range w.figured {
		if w.pen.full() {
			w.pen.end()
			w.pen.begin(e.at, "", 0)
		}
		w.figure(at, name)
	}
	w.pen.end()
}

func (w *writer) figure(at int32, month string) {
	h := &w.holdings[at]
	size := int(max(h.balance, 500_00))
	credit := int64(w.r.between(size/8, size/2))
	debit := int64(w.r.between(size/8, size/2))
	debit = min(debit, h.balance+credit)
	h.balance += credit - debit
	w.pen.create(crm.Figure)
	w.pen.text(crm.FigureKey, key('A', int(at)+1)+"/"+month)
	w.pen.ref(crm.FigureHolding, h.id)
	w.pen.text(crm.FigureMonth, month)
	w.pen.number(crm.FigureCreditMinor, credit)
	w.pen.number(crm.FigureDebitMinor, debit)
	w.pen.number(crm.FigureCount, int64(w.r.between(3, 45)))
	w.pen.number(crm.FigureBalanceMinor, h.balance)
}

// balances writes the latest balance of the holdings of a branch that the feed
// brought that day.
func (w *writer) balances(e *event) {
	asOf := e.at - feedLag
	w.pen.begin(e.at, "", 0)
	for _, at := range w.ages[[2]int32{e.idx, e.aux}] {
		h := &w.holdings[at]
		if h.closed > 0 {
			continue
		}
		if w.pen.full() {
			w.pen.end()
			w.pen.begin(e.at, "", 0)
		}
		w.pen.edit(crm.Holding, h.id)
		w.pen.number(crm.HoldingBalanceMinor, w.drift(h))
		w.pen.number(crm.HoldingAsOf, asOf)
	}
	w.pen.end()
}

// drift is the balance after some time.
func (w *writer) drift(h *holding) int64 {
	switch typ := words.Products[h.product].Type; typ {
	case "deposit":
		return h.balance + h.balance/100*int64(w.r.n(4))
	case "mortgage":
		return h.balance - h.balance/100*int64(w.r.n(9))
	default:
		return h.balance + h.balance/100*int64(w.r.between(-9, 9)) + int64(w.r.n(100))*btoi64(h.balance > 0)
	}
}

func btoi64(b bool) int64 { return int64(btoi(b)) }

// money prints an amount in a language, in whole units.
func money(b []byte, units int, currency, lang string) []byte {
	switch {
	case lang == "zh" && currency == "CNY":
		return append(strconv.AppendInt(b, int64(units), 10), "元"...)
	case lang == "zh":
		return append(strconv.AppendInt(b, int64(units), 10), "美元"...)
	case currency == "CNY":
		b = append(b, "CNY "...)
	default:
		b = append(b, '$')
	}
	if units >= 1000 {
		b = append(strconv.AppendInt(b, int64(units/1000), 10), ',')
		return digits(b, units%1000, 3)
	}
	return strconv.AppendInt(b, int64(units), 10)
}
