package desk

import (
	"cmp"
	"slices"

	"bough/crdt"
	"bough/node/calendar"
	"bough/node/crm"
	"bough/sync/rows"
)

// MonthsShown is how far the picture of balances reaches back.
const MonthsShown = 24

// holdings reads what the party holds, in which role.
func (p *page) holdings() error {
	err := p.each(crm.Role, "party=?1", func(r *rows.Stored) error {
		if !r.Get(crm.RoleEnded).IsNull() {
			return nil
		}
		h, err := p.tx.Get(crm.Holding, r.Get(crm.RoleHolding).ID())
		if err != nil || h == nil {
			return err
		}
		line, err := p.holdingLine(h)
		line.Role = r.Get(crm.RoleRole).S
		// Two records of one person may be in the same role of one account.
		if slices.ContainsFunc(p.c.Holdings, func(have HoldingLine) bool { return have.ID == line.ID && have.Role == line.Role }) {
			return err
		}
		p.c.Holdings = append(p.c.Holdings, line)
		if line.HasBalance && (p.c.AsOfMS == 0 || line.AsOfMS < p.c.AsOfMS) {
			p.c.AsOfMS = line.AsOfMS
		}
		return err
	})
	slices.SortStableFunc(p.c.Holdings, func(a, b HoldingLine) int {
		return cmp.Or(cmp.Compare(bit(a.Closed != ""), bit(b.Closed != "")), cmp.Compare(a.Number, b.Number))
	})
	return err
}

func (p *page) holdingLine(h *rows.Stored) (HoldingLine, error) {
	line := HoldingLine{ID: h.ID, Number: h.Get(crm.HoldingNumber).S, Product: h.Get(crm.HoldingProduct).S, Type: h.Get(crm.HoldingType).S,
		Branch: h.Get(crm.HoldingBranch).I, Currency: h.Get(crm.HoldingCurrency).S, BalanceMinor: h.Get(crm.HoldingBalanceMinor).I,
		HasBalance: !h.Get(crm.HoldingBalanceMinor).IsNull(), LimitMinor: h.Get(crm.HoldingLimitMinor).I, AsOfMS: h.Get(crm.HoldingAsOf).I,
		Opened: h.Get(crm.HoldingOpened).S, Closed: h.Get(crm.HoldingClosed).S}
	line.Age = ageOf(p.days, line.AsOfMS, p.now)
	var err error
	if line.BranchName, err = p.branch(line.Branch); err != nil {
		return line, err
	}
	err = p.of(crm.Card, h.ID, func(r *rows.Stored) {
		line.Cards = append(line.Cards, CardLine{Type: r.Get(crm.CardType).S, Issued: r.Get(crm.CardIssued).S, Last4: r.Get(crm.CardLast4).S, Ended: r.Get(crm.CardEnded).S})
	})
	if err != nil {
		return line, err
	}
	err = p.of(crm.Loan, h.ID, func(r *rows.Stored) {
		line.Loans = append(line.Loans, LoanLine{AmountMinor: r.Get(crm.LoanAmountMinor).I, PaymentMinor: r.Get(crm.LoanPaymentMinor).I,
			Months: r.Get(crm.LoanMonths).I, Granted: r.Get(crm.LoanGranted).S, State: r.Get(crm.LoanState).S})
	})
	if err != nil {
		return line, err
	}
	err = p.of(crm.Order, h.ID, func(r *rows.Stored) {
		if r.Get(crm.OrderEnded).IsNull() {
			line.Orders++
		}
	})
	if err != nil {
		return line, err
	}
	err = p.tx.Query(`SELECT month, balance_minor FROM figure WHERE holding=?1 AND balance_minor IS NOT NULL ORDER BY month DESC LIMIT ?2`, func(s *rows.Stmt) error {
		line.Months = append(line.Months, MonthLine{Month: s.ColumnText(0), BalanceMinor: s.ColumnInt64(1)})
		return nil
	}, int64(h.ID), MonthsShown)
	slices.Reverse(line.Months)
	return line, err
}

// of reads the rows of a kind that hang on a holding.
func (p *page) of(kind uint8, holding crdt.ID, fn func(*rows.Stored)) error {
	return p.tx.Rows(kind, "holding=?1 ORDER BY id", func(r *rows.Stored) error {
		fn(r)
		return nil
	}, int64(holding))
}

// Business days after which a figure of the core turns amber, and stale.
const (
	amberDays = 1
	staleDays = 3
)

// ageOf judges how old a figure of the core is, in business days begun since.
func ageOf(days *calendar.Calendar, asOfMS, nowMS int64) Age {
	if asOfMS == 0 {
		return Stale // the core never said
	}
	switch n := days.BusinessDays(asOfMS, nowMS); {
	case n > staleDays:
		return Stale
	case n > amberDays:
		return Amber
	default:
		return Fresh
	}
}
