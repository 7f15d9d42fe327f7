package crm

import "slices"

// Act is one thing a role may be allowed to do.
type Act string

// The acts that stand in the role × act table.
const (
	ActRead     Act = "customer.read"       // find and open customers of the branch
	ActRecord   Act = "interaction.record"  // wrap up an interaction
	ActEdit     Act = "party.edit"          // change details, ways to reach, relations, tags
	ActCreate   Act = "party.create"        // a new prospect
	ActConsent  Act = "consent.record"      // grant or withdraw
	ActWarn     Act = "warning.edit"        // put or clear a warning
	ActTask     Act = "task.edit"           // tasks, promises, appointments
	ActCase     Act = "case.edit"           // cases
	ActSettle   Act = "conflict.settle"     // settle a conflict of a guarded field
	ActLink     Act = "party.link"          // say that two parties are the same person, or are not
	ActManage   Act = "branch.manage"       // the pages of a branch manager
	ActErase    Act = "party.erase"         // order and confirm erasures
	ActMove     Act = "party.move"          // a customer moves to the own branch
	ActSignIn   Act = "session.open"        // sign in
	ActFleet    Act = "fleet.read"          // see the nodes
	ActPeople   Act = "people.edit"         // people, roles, enrolment codes
	ActImport   Act = "import.run"          // the core-banking feed
	ActApprove  Act = "import.approve"      // be the second person of an import
	ActOperate  Act = "central.operate"     // backup, restore, check
	ActAnywhere Act = "customer.everywhere" // customers of every branch
	ActSetUp    Act = "bank.setup"          // branches, calendars, lists, letters, rules of cases, parameters
	ActAudit    Act = "audit.read"          // who read, found, printed and took out what
)

// Grant is one line of the role × act table.
type Grant struct {
	Role string
	Act  Act
}

// DefaultGrants is the table a bank starts with.
func DefaultGrants() []Grant {
	clerk := []Act{ActSignIn, ActRead, ActRecord, ActEdit, ActCreate, ActConsent, ActTask, ActCase}
	table := []struct {
		role string
		acts []Act
	}{
		{"teller", clerk},
		{"banker", append(slices.Clone(clerk), ActWarn)},
		{"manager", append(slices.Clone(clerk), ActWarn, ActSettle, ActManage, ActLink, ActMove)},
		{"admin", append(slices.Clone(clerk), ActWarn, ActSettle, ActManage, ActLink, ActMove, ActErase, ActFleet, ActPeople, ActImport, ActApprove, ActOperate, ActAnywhere, ActSetUp, ActAudit)},
		{"auditor", []Act{ActSignIn, ActAudit}}, // who did what, and nothing else of anybody
	}
	var out []Grant
	for _, line := range table {
		for _, act := range line.acts {
			out = append(out, Grant{line.role, act})
		}
	}
	return out
}

// ActOf tells which act writing a kind is; exists says whether the row was
// there before. Kinds that only central writes have none.
func ActOf(kind uint8, exists bool) (Act, bool) {
	switch kind {
	case Party:
		if !exists {
			return ActCreate, true
		}
		return ActEdit, true
	case Reach, Relation, Tag, Group, Membership:
		return ActEdit, true
	case Warning:
		return ActWarn, true
	case Interaction:
		return ActRecord, true
	case Consent:
		return ActConsent, true
	case Task:
		return ActTask, true
	case Case, CaseStep, Keying:
		return ActCase, true
	case Removal:
		return ActRecord, true
	case Session, Reissue, Rests, Viewings, RefusedSignIn, Feedback: // whoever signed in wrote what is written again, and what rests on others
		return ActSignIn, true
	case Move:
		return ActMove, true
	case MoveRequest:
		if !exists {
			return ActRecord, true
		}
		return ActMove, true
	case LateSettled:
		return ActEdit, true
	case Lookup:
		return ActRead, true
	case Link, Distinct:
		return ActLink, true
	}
	return "", false
}
