package crm

import . "bough/crdt" //nolint:revive // the table reads as a table

func holding() *Kind {
	return &Kind{Num: Holding, Name: "holding", Class: Record, CentralOnly: true, Scope: ScopeRule{Home: HoldingBranch},
		Doc: "An account at the bank, as the core-banking feed gave it.",
		Fields: []Field{
			indexed(text(HoldingKey, "key", Core, "key in the core-banking feed")),
			text(HoldingNumber, "number", Core, "account number as printed"),
			text(HoldingProduct, "product", Core, "product code"),
			text(HoldingType, "type", Core, "current | savings | deposit | credit_line | mortgage | loan"),
			number(HoldingBranch, "branch", Core, "branch number"),
			text(HoldingCurrency, "currency", Core, "ISO 4217"),
			number(HoldingBalanceMinor, "balance_minor", Core, "balance in minor units"),
			number(HoldingLimitMinor, "limit_minor", Core, "credit limit in minor units"),
			number(HoldingAsOf, "as_of", Core, "when the core gave the balance, ms UTC"),
			text(HoldingOpened, "opened", Core, "YYYY-MM-DD"),
			text(HoldingClosed, "closed", Core, "YYYY-MM-DD; empty while open"),
			text(HoldingFrequency, "frequency", Core, "monthly | weekly | after_transaction: how statements are issued"),
		}}
}

// Field numbers of holding.
const (
	HoldingKey uint8 = iota + 1
	HoldingNumber
	HoldingProduct
	HoldingType
	HoldingBranch
	HoldingCurrency
	HoldingBalanceMinor
	HoldingLimitMinor
	HoldingAsOf
	HoldingOpened
	HoldingClosed
	HoldingFrequency
)

func role() *Kind {
	return &Kind{Num: Role, Name: "role", Class: Record, CentralOnly: true,
		Scope: ScopeRule{Roots: []uint8{RoleParty, RoleHolding}, Joins: true},
		Doc:   "What a party may do with a holding.",
		Fields: []Field{
			indexed(text(RoleKey, "key", Core, "key in the core-banking feed")),
			ref(RoleParty, "party", Core, Party, "who"),
			ref(RoleHolding, "holding", Core, Holding, "which"),
			text(RoleRole, "role", Core, "owner | joint | signatory | guarantor | beneficiary"),
			text(RoleEnded, "ended", Core, "YYYY-MM-DD; empty while it lasts"),
		}}
}

// Field numbers of role.
const (
	RoleKey uint8 = iota + 1
	RoleParty
	RoleHolding
	RoleRole
	RoleEnded
)

func loan() *Kind {
	return &Kind{Num: Loan, Name: "loan", Class: Record, CentralOnly: true, Scope: roots(LoanHolding),
		Doc: "A loan paid off through a holding.",
		Fields: []Field{
			indexed(text(LoanKey, "key", Core, "key in the core-banking feed")),
			ref(LoanHolding, "holding", Core, Holding, "which account pays it"),
			number(LoanAmountMinor, "amount_minor", Core, "amount in minor units"),
			number(LoanMonths, "months", Core, "duration in months"),
			number(LoanPaymentMinor, "payment_minor", Core, "monthly payment in minor units"),
			text(LoanGranted, "granted", Core, "YYYY-MM-DD"),
			text(LoanState, "state", Core, "running | finished | in_arrears | defaulted"),
			text(LoanEnded, "ended", Core, "YYYY-MM-DD; empty while it runs"),
		}}
}

// Field numbers of loan.
const (
	LoanKey uint8 = iota + 1
	LoanHolding
	LoanAmountMinor
	LoanMonths
	LoanPaymentMinor
	LoanGranted
	LoanState
	LoanEnded
)

func card() *Kind {
	return &Kind{Num: Card, Name: "card", Class: Record, CentralOnly: true, Scope: roots(CardHolding),
		Doc: "A card; never more of its number than the last four digits.",
		Fields: []Field{
			indexed(text(CardKey, "key", Core, "key in the core-banking feed")),
			ref(CardHolding, "holding", Core, Holding, "which account it draws on"),
			ref(CardParty, "party", Core, Party, "who carries it"),
			text(CardType, "type", Core, "card product"),
			text(CardIssued, "issued", Core, "YYYY-MM-DD"),
			text(CardLast4, "last4", Core, "last four digits"),
			text(CardEnded, "ended", Core, "YYYY-MM-DD; empty while valid"),
		}}
}

// Field numbers of card.
const (
	CardKey uint8 = iota + 1
	CardHolding
	CardParty
	CardType
	CardIssued
	CardLast4
	CardEnded
)

func order() *Kind {
	return &Kind{Num: Order, Name: "standing_order", Class: Record, CentralOnly: true, Scope: roots(OrderHolding),
		Doc: "A standing order.",
		Fields: []Field{
			indexed(text(OrderKey, "key", Core, "key in the core-banking feed")),
			ref(OrderHolding, "holding", Core, Holding, "which account pays"),
			text(OrderToBank, "to_bank", Core, "bank of the payee"),
			text(OrderToAccount, "to_account", Core, "account of the payee"),
			number(OrderAmountMinor, "amount_minor", Core, "amount in minor units"),
			text(OrderPurpose, "purpose", Core, "purpose code of the core"),
			text(OrderEnded, "ended", Core, "YYYY-MM-DD; empty while it lasts"),
		}}
}

// Field numbers of standing order.
const (
	OrderKey uint8 = iota + 1
	OrderHolding
	OrderToBank
	OrderToAccount
	OrderAmountMinor
	OrderPurpose
	OrderEnded
)

func figure() *Kind {
	return &Kind{Num: Figure, Name: "figure", Class: Record, CentralOnly: true, Scope: roots(FigureHolding),
		Doc: "What passed through a holding in one month, summed from its transactions.",
		Fields: []Field{
			indexed(text(FigureKey, "key", Core, "holding's key and month")),
			ref(FigureHolding, "holding", Core, Holding, "which"),
			text(FigureMonth, "month", Core, "YYYY-MM"),
			number(FigureCreditMinor, "credit_minor", Core, "sum of credits in minor units"),
			number(FigureDebitMinor, "debit_minor", Core, "sum of debits in minor units"),
			number(FigureCount, "transactions", Core, "how many transactions"),
			number(FigureBalanceMinor, "balance_minor", Core, "balance after the last one, minor units"),
		}}
}

// Field numbers of figure.
const (
	FigureKey uint8 = iota + 1
	FigureHolding
	FigureMonth
	FigureCreditMinor
	FigureDebitMinor
	FigureCount
	FigureBalanceMinor
)

func external() *Kind {
	return &Kind{Num: External, Name: "external", Class: Record, CentralOnly: true, Scope: ScopeRule{Home: ExternalBranch},
		Doc: "A figure from outside the bank about a branch's district.",
		Fields: []Field{
			indexed(text(ExternalKey, "key", Core, "branch number and name")),
			number(ExternalBranch, "branch", Core, "branch number"),
			text(ExternalName, "name", Core, "what is measured"),
			text(ExternalValue, "value", Core, "the figure as it was given"),
			text(ExternalSource, "source", Core, "where it comes from"),
		}}
}

// Field numbers of external.
const (
	ExternalKey uint8 = iota + 1
	ExternalBranch
	ExternalName
	ExternalValue
	ExternalSource
)
