package crm

import . "bough/crdt" //nolint:revive // the table reads as a table

func caseStep() *Kind {
	return &Kind{Num: CaseStep, Name: "case_step", Class: Event, Scope: roots(CaseStepParty),
		Doc: "What was done in a case; its clocks are counted from these. Written once.",
		Fields: []Field{
			ref(CaseStepParty, "party", Branch, Party, "whose case"),
			ref(CaseStepCase, "case_file", Branch, Case, "the case"),
			text(CaseStepType, "type", Branch, "see CaseSteps"),
			text(CaseStepText, "text", Branch, "what was done, or said"),
			number(CaseStepHappened, "happened", Branch, "when, ms UTC, chosen by the clerk"),
			number(CaseStepAmount, "amount_minor", Branch, "of a provisional credit, in minor units"),
			text(CaseStepCurrency, "currency", Branch, "ISO 4217 code of the amount"),
		}}
}

// Field numbers of case step.
const (
	CaseStepParty uint8 = iota + 1
	CaseStepCase
	CaseStepType
	CaseStepText
	CaseStepHappened
	CaseStepAmount
	CaseStepCurrency
)

func keying() *Kind {
	return &Kind{Num: Keying, Name: "keying", Class: Record, Scope: roots(KeyingParty),
		Doc: "Something that must be keyed into the core system; open until somebody confirms that the core has it.",
		Fields: []Field{
			ref(KeyingParty, "party", Branch, Party, "whose"),
			text(KeyingType, "type", Branch, "card_block | stop_payment | correction | other"),
			text(KeyingText, "text", Branch, "what is to be keyed, in words"),
			ref(KeyingHolding, "holding", Branch, Holding, "of which holding"),
			ref(KeyingCard, "card", Branch, Card, "of which card"),
			ref(KeyingCase, "case_file", Branch, Case, "the case it belongs to"),
			number(KeyingHappened, "happened", Branch, "when the customer asked for it, ms UTC"),
			text(KeyingState, "state", Branch, "open | keyed | dropped"),
			ref(KeyingOwner, "owner", Branch, Person, "who keys it"),
			text(KeyingReceipt, "receipt", Branch, "the core's number for it, or why it was dropped"),
		}}
}

// Field numbers of keying.
const (
	KeyingParty uint8 = iota + 1
	KeyingType
	KeyingText
	KeyingHolding
	KeyingCard
	KeyingCase
	KeyingHappened
	KeyingState
	KeyingOwner
	KeyingReceipt
)

func removal() *Kind {
	return &Kind{Num: Removal, Name: "removal", Class: Event, Scope: roots(RemovalParty),
		Doc: "An interaction was on the wrong customer: it no longer shows there, only who took it away.",
		Fields: []Field{
			ref(RemovalParty, "party", Branch, Party, "where it was wrong"),
			ref(RemovalInteraction, "interaction", Branch, Interaction, "which"),
			text(RemovalReason, "reason", Branch, "why"),
			number(RemovalMoved, "moved", Branch, "1: it was written at another customer, 0: it was taken away"),
		}}
}

// Field numbers of removal.
const (
	RemovalParty uint8 = iota + 1
	RemovalInteraction
	RemovalReason
	RemovalMoved
)

func feedback() *Kind {
	return &Kind{Num: Feedback, Name: "feedback", Class: Event, Scope: ScopeRule{Home: FeedbackBranch},
		Doc: "What somebody said of a page of bough: slow, wrong, missing. Without customers' data.",
		Fields: []Field{
			number(FeedbackBranch, "branch", Branch, "branch number of the node"),
			text(FeedbackType, "type", Branch, "slow | wrong | missing"),
			text(FeedbackPage, "page", Branch, "the page, as its route, without ids"),
			text(FeedbackText, "text", Branch, "in the clerk's words"),
			text(FeedbackVersion, "version", Branch, "of bough"),
		}}
}

// Field numbers of feedback.
const (
	FeedbackBranch uint8 = iota + 1
	FeedbackType
	FeedbackPage
	FeedbackText
	FeedbackVersion
)
