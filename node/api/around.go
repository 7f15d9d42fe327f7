package api

import "bough/node/desk"

type holdingView struct {
	ID             idText     `json:"id"`
	Number         string     `json:"number"`
	Product        string     `json:"product"`
	Type           string     `json:"type"`
	Role           string     `json:"role" doc:"of this party"`
	Branch         int64      `json:"branch"`
	BranchName     string     `json:"branch_name"`
	Currency       string     `json:"currency" doc:"ISO 4217"`
	BalanceMinor   *int64     `json:"balance_minor" doc:"minor units; null when not known. Not for paying out"`
	LimitMinor     int64      `json:"limit_minor" doc:"minor units"`
	AsOfMS         int64      `json:"as_of_ms" doc:"when the core gave the balance, ms UTC"`
	Age            string     `json:"age" words:"ages" doc:"amber over one business day, stale over three"`
	Opened         string     `json:"opened"`
	Closed         string     `json:"closed"`
	Cards          []cardView `json:"cards"`
	Loans          []loanView `json:"loans"`
	StandingOrders int        `json:"standing_orders"`
}

type cardView struct {
	Type   string `json:"type"`
	Issued string `json:"issued"`
	Last4  string `json:"last4"`
	Ended  string `json:"ended"`
}

type loanView struct {
	AmountMinor  int64  `json:"amount_minor"`
	PaymentMinor int64  `json:"payment_minor" doc:"a month"`
	Months       int64  `json:"months"`
	Granted      string `json:"granted"`
	State        string `json:"state"`
}

func viewHolding(h desk.HoldingLine) holdingView {
	v := holdingView{
		ID: textOf(h.ID), Number: h.Number, Product: h.Product, Type: h.Type, Role: h.Role, Branch: h.Branch, BranchName: h.BranchName,
		Currency: h.Currency, LimitMinor: h.LimitMinor, AsOfMS: h.AsOfMS, Age: ageWords()[h.Age], Opened: h.Opened, Closed: h.Closed,
		Cards: each(h.Cards, func(c desk.CardLine) cardView { return cardView(c) }), Loans: each(h.Loans, viewLoan), StandingOrders: h.Orders,
	}
	if h.HasBalance {
		v.BalanceMinor = &h.BalanceMinor
	}
	return v
}

func viewLoan(l desk.LoanLine) loanView {
	return loanView{AmountMinor: l.AmountMinor, PaymentMinor: l.PaymentMinor, Months: l.Months, Granted: l.Granted, State: l.State}
}

// ageWords are in the order of desk's ages.
func ageWords() []string { return []string{"fresh", "amber", "stale"} }

type relationView struct {
	ID        idText `json:"id"`
	Party     idText `json:"party" doc:"the other one"`
	Name      string `json:"name"`
	PartyType string `json:"party_type"`
	Type      string `json:"type" doc:"what the other is to this party"`
	Inverse   bool   `json:"inverse" doc:"this party is the type of the other"`
	ShareBP   int64  `json:"share_bp" doc:"share of an owner in basis points"`
	Note      string `json:"note"`
}

func viewRelation(r desk.RelationLine) relationView {
	return relationView{
		ID: textOf(r.ID), Party: textOf(r.Party), Name: r.Name, PartyType: r.PartyType,
		Type: r.Type, Inverse: r.Inverse, ShareBP: r.ShareBP, Note: r.Note,
	}
}

type groupView struct {
	ID      idText       `json:"id"`
	Type    string       `json:"type"`
	Name    string       `json:"name"`
	Members []memberView `json:"members"`
}

type memberView struct {
	Party idText `json:"party"`
	Name  string `json:"name"`
	Role  string `json:"role"`
}

func viewGroup(g desk.GroupLine) groupView {
	member := func(m desk.MemberLine) memberView { return memberView{textOf(m.Party), m.Name, m.Role} }
	return groupView{ID: textOf(g.ID), Type: g.Type, Name: g.Name, Members: each(g.Members, member)}
}

type warningView struct {
	ID    idText      `json:"id"`
	Level string      `json:"level"`
	Text  string      `json:"text"`
	By    *authorView `json:"by"`
}

func viewWarning(w desk.WarningLine) warningView {
	return warningView{ID: textOf(w.ID), Level: w.Level, Text: w.Text, By: viewAuthor(w.Author)}
}

type taskView struct {
	ID      idText      `json:"id"`
	Type    string      `json:"type"`
	Text    string      `json:"text"`
	Due     int64       `json:"due" doc:"ms UTC"`
	State   string      `json:"state"`
	Owner   string      `json:"owner"`
	Overdue bool        `json:"overdue"`
	By      *authorView `json:"by"`
}

func viewTask(t desk.TaskLine) taskView {
	return taskView{ID: textOf(t.ID), Type: t.Type, Text: t.Text, Due: t.DueMS, State: t.State, Owner: t.Owner, Overdue: t.Overdue, By: viewAuthor(t.Author)}
}

type caseView struct {
	ID       idText `json:"id"`
	Type     string `json:"type"`
	Text     string `json:"text"`
	Happened int64  `json:"happened" doc:"ms UTC"`
	Due      int64  `json:"due" doc:"when its clock runs out, ms UTC"`
	State    string `json:"state"`
	Owner    string `json:"owner"`
	Overdue  bool   `json:"overdue"`
}

func viewCase(c desk.CaseLine) caseView {
	return caseView{ID: textOf(c.ID), Type: c.Type, Text: c.Text, Happened: c.HappenedMS, Due: c.DueMS, State: c.State, Owner: c.Owner, Overdue: c.Overdue}
}
