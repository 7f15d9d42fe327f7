package crm

import (
	"strconv"
	"strings"

	. "bough/crdt" //nolint:revive // the table reads as a table
)

func interaction() *Kind {
	return &Kind{Num: Interaction, Name: "interaction", Class: Event, Scope: roots(InteractionParty),
		Doc: "What passed between the bank and a party; written once. Its clock tells who entered it and when.",
		Fields: []Field{
			ref(InteractionParty, "party", Branch, Party, "with whom"),
			text(InteractionChannel, "channel", Branch, "counter | call_in | call_out | meeting | email | letter | visit"),
			text(InteractionReason, "reason", Branch, "code of the reason list"),
			text(InteractionText, "text", Branch, "what was said, in the clerk's words"),
			number(InteractionHappened, "happened", Branch, "when it happened, ms UTC, chosen by the clerk"),
			text(InteractionOutcome, "outcome", Branch, "done | follow_up | not_reached | refused"),
			ref(InteractionHolding, "holding", Branch, Holding, "about which holding"),
			ref(InteractionWriter, "written_by", Branch, Person, "who wrote it, where somebody moved it here from another party"),
			number(InteractionClock, "timing", Branch, "1: nobody vouched for the time when it was written; 2: that was set right"),
		}}
}

// Field numbers of interaction.
const (
	InteractionParty uint8 = iota + 1
	InteractionChannel
	InteractionReason
	InteractionText
	InteractionHappened
	InteractionOutcome
	InteractionHolding
	InteractionWriter
	InteractionClock
)

func consent() *Kind {
	return &Kind{Num: Consent, Name: "consent", Class: Event, Scope: roots(ConsentParty),
		Doc: "A grant or a withdrawal of consent for one purpose on one channel; crdt.ConsentOf reads them.",
		Fields: []Field{
			ref(ConsentParty, "party", Branch, Party, "whose"),
			text(ConsentPurpose, "purpose", Branch, "marketing | profiling | sharing | service"),
			text(ConsentChannel, "channel", Branch, "phone | sms | email | post | wechat | counter"),
			text(ConsentAct, "act", Branch, "grant | withdraw"),
			text(ConsentOverrides, "overrides", Branch, "ids of the withdrawals a grant overrides, decimal, separated by commas"),
			text(ConsentEvidence, "evidence", Branch, "what shows it: form, call, letter"),
			number(ConsentHappened, "happened", Branch, "when it was given, ms UTC"),
		}}
}

// Field numbers of consent.
const (
	ConsentParty uint8 = iota + 1
	ConsentPurpose
	ConsentChannel
	ConsentAct
	ConsentOverrides
	ConsentEvidence
	ConsentHappened
)

func task() *Kind {
	return &Kind{Num: Task, Name: "task", Class: Record, Scope: roots(TaskParty),
		Doc: "A task, a promise to the customer, or an appointment.",
		Fields: []Field{
			ref(TaskParty, "party", Branch, Party, "for whom"),
			text(TaskType, "type", Branch, "task | promise | appointment"),
			text(TaskText, "text", Branch, "what is to be done"),
			indexed(number(TaskDue, "due", Branch, "when it is due, ms UTC")),
			text(TaskState, "state", Branch, "open | kept | broken | dropped"),
			ref(TaskOwner, "owner", Branch, Person, "who does it"),
			ref(TaskFrom, "from_interaction", Branch, Interaction, "the interaction it comes from"),
			number(TaskRemind, "remind", Branch, "when its owner wants to be reminded, ms UTC"),
			number(TaskMinutes, "minutes", Branch, "how long an appointment takes"),
			text(TaskPlace, "place", Branch, "where an appointment is"),
		}}
}

// Field numbers of task.
const (
	TaskParty uint8 = iota + 1
	TaskType
	TaskText
	TaskDue
	TaskState
	TaskOwner
	TaskFrom
	TaskRemind
	TaskMinutes
	TaskPlace
)

func caseKind() *Kind {
	return &Kind{Num: Case, Name: "case_file", Class: Record, Scope: roots(CaseParty),
		Doc: "A case with its regulatory clock, which runs from happened.",
		Fields: []Field{
			ref(CaseParty, "party", Branch, Party, "whose"),
			text(CaseType, "type", Branch, "enquiry | service | complaint | transfer_error | fraud | correction"),
			text(CaseText, "text", Branch, "what it is about"),
			number(CaseHappened, "happened", Branch, "when the customer said so, ms UTC"),
			indexed(number(CaseDue, "due", Branch, "when the clock runs out, ms UTC")),
			text(CaseState, "state", Branch, "open | waiting | resolved"),
			ref(CaseOwner, "owner", Branch, Person, "who answers for it"),
			text(CaseOutcome, "outcome", Branch, "how it ended"),
			ref(CaseHolding, "holding", Branch, Holding, "about which holding"),
			number(CaseNewAccount, "new_account", Branch, "1: of an account opened at most 30 days before"),
			number(CaseFar, "far", Branch, "1: about a foreign or a point-of-sale transaction"),
			number(CaseAmount, "amount_minor", Branch, "the sum in question, in minor units"),
			text(CaseCurrency, "currency", Branch, "ISO 4217 code of the sum"),
		}}
}

// Field numbers of case.
const (
	CaseParty uint8 = iota + 1
	CaseType
	CaseText
	CaseHappened
	CaseDue
	CaseState
	CaseOwner
	CaseOutcome
	CaseHolding
	CaseNewAccount
	CaseFar
	CaseAmount
	CaseCurrency
)

// Overrides are the withdrawals that a grant of consent names.
func Overrides(consent *Row) (out []ID) {
	for word := range strings.SplitSeq(consent.Get(ConsentOverrides).S, ",") {
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			out = append(out, ID(n))
		}
	}
	return out
}
