package crm

import . "bough/crdt" //nolint:revive // the table reads as a table

func moveOrder() *Kind {
	return everywhere(MoveOrder, "move_order", "What an order of head office does to one branch's customers: how many move away from there, and where to. It names no customer.",
		indexed(number(MoveOrderNumber, "number", Office, "number of the order")),
		number(MoveOrderFrom, "from_branch", Office, "branch number: whose customers"),
		number(MoveOrderTo, "to_branch", Office, "branch number: where to"),
		text(MoveOrderReason, "reason", Office, "why, in a few words"),
		text(MoveOrderState, "state", Office, "running | paused | done | undoing | undone"),
		number(MoveOrderAll, "customers", Office, "how many were chosen at this branch"),
		number(MoveOrderMoved, "moved", Office, "how many the order moved away, and did not move back, when this was written"),
		number(MoveOrderAt, "at", Office, "when this was written, ms UTC"),
		number(MoveOrderPerson, "person", Office, "id of the person who ordered it; none: the machine's administrator"),
	)
}

// Field numbers of move order.
const (
	MoveOrderNumber uint8 = iota + 1
	MoveOrderFrom
	MoveOrderTo
	MoveOrderReason
	MoveOrderState
	MoveOrderAll
	MoveOrderMoved
	MoveOrderAt
	MoveOrderPerson
)

func moveRequest() *Kind {
	return &Kind{Num: MoveRequest, Name: "move_request", Class: Record, Scope: roots(MoveRequestParty),
		Doc: "A branch asks that a customer moves. It is open until the customer moved or somebody declined.",
		Fields: []Field{
			ref(MoveRequestParty, "party", Branch, Party, "who"),
			number(MoveRequestTo, "to_branch", Branch, "branch number: where to"),
			text(MoveRequestReason, "reason", Branch, "why, in a few words"),
			number(MoveRequestBranch, "asked_at", Branch, "branch number of who asks"),
			text(MoveRequestAnswer, "answer", Branch, "why it is declined; none: it is open"),
		}}
}

// Field numbers of move request.
const (
	MoveRequestParty uint8 = iota + 1
	MoveRequestTo
	MoveRequestReason
	MoveRequestBranch
	MoveRequestAnswer
)

func lateSettled() *Kind {
	return &Kind{Num: LateSettled, Name: "late_settled", Class: Event, Scope: roots(LateSettledParty),
		Doc: "Somebody of the home branch looked at a late change: it stands, or was corrected.",
		Fields: []Field{
			ref(LateSettledParty, "party", Branch, Party, "about whom"),
			ref(LateSettledLate, "late", Branch, Late, "the late change"),
			text(LateSettledOutcome, "outcome", Branch, "stands | corrected"),
			text(LateSettledNote, "note", Branch, "what was done about it"),
		}}
}

// Field numbers of late settled.
const (
	LateSettledParty uint8 = iota + 1
	LateSettledLate
	LateSettledOutcome
	LateSettledNote
)

// LateOutcomes are what becomes of a late change.
var LateOutcomes = []string{"stands", "corrected"}
