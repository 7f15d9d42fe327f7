package words

import (
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office/corefeed/mapping"
	"bough/node/office/imports"
)

// List is a set of codes, each with a word in the catalogues under its name.
type List struct {
	Name  string
	Codes []string
}

// Sexes are the codes of the field sex.
func Sexes() []string { return []string{"f", "m", "x"} }

// Lists are all the code lists that pages show.
func Lists() []List {
	return append(officeLists(), []List{
		{"refusal", crm.RefusalCodes}, {"fate", crm.RefusalStates}, {"channel", crm.Channels}, {"reason", crm.Reasons}, {"outcome", crm.Outcomes},
		{"purpose", crm.Purposes}, {"by", crm.ConsentChannels},
		{"via", crm.ReachChannels}, {"label", crm.ReachLabels},
		{"level", crm.WarningLevels}, {"tasktype", crm.TaskTypes}, {"taskstate", crm.TaskStates},
		{"case", crm.CaseTypes}, {"casestate", crm.CaseStates},
		{"step", crm.CaseSteps}, {"keying", crm.KeyingTypes}, {"keyingstate", crm.KeyingStates},
		{"story", desk.StoryTypes}, {"opinion", crm.FeedbackTypes}, {"daygroup", []string{"overdue", "today", "soon", "later"}}, {"dayempty", []string{"overdue", "today", "soon", "later"}},
		{"saidhint", []string{"day", "past", "date", "moment"}}, {"guidewhen", []string{"day", "past", "date", "moment"}}, {"weekday", []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}},
		{"flaw", []string{"bad_phone", "no_reach", "no_birth", "no_language", "no_address"}},
		{"verdict", []string{"safe", "nearby", "not_safe", "missing"}},
		{"clock", []string{"acknowledge", "answer", "report"}}, {"casetab", []string{"open", "mine", "complaints", "resolved"}},
		{"holdingrole", crm.HoldingRoles}, {"relation", crm.RelationTypes}, {"inverse", crm.RelationTypes},
		{"role", crm.Roles}, {"type", crm.PartyTypes}, {"status", crm.PartyStatuses},
		{"speaks", crm.Languages}, {"document", crm.DocumentTypes}, {"sex", Sexes()},
		{"account", []string{"current", "savings", "deposit", "credit_line", "mortgage", "loan"}},
		{"loanstate", []string{"running", "finished", "in_arrears", "defaulted"}},
		{"group", crm.GroupTypes},
		{"member", crm.MemberRoles},
		{"state", []string{"saved_here", "safe_in_branch", "at_head_office", "refused"}},
		{"answer", []string{"unknown", "granted", "withdrawn"}},
		{"yesno", []string{"0", "1"}},
		{"hop", desk.Hops}, {"hopstate", []string{desk.HopOK, desk.HopWarn, desk.HopWrong, desk.HopUntried}}, {"finding", desk.FindingCodes()},
		{"erasurebasis", crm.ErasureBases}, {"stickfile", []string{desk.StickWork, desk.StickAnswer, desk.StickPart}},
		{"arrivalsource", []string{"neighbour", "central", "feed"}}, {"arrivalstep", []string{"looking", "fetching", "checking", "settling", "failed"}},
		{"arrivaltrouble", []string{"cut", "occupied", "release", "none", "forgotten", "damaged", "lies", "unproved"}},
		{"movestate", []string{"planned", "running", "paused", "done", "undoing", "undone"}},
		{"movestep", []string{"planned", "run", "pause", "resume", "undo", "drop", "done", "undone"}}, {"moveact", []string{"run", "pause", "resume", "undo", "drop"}},
		{"movewhy", []string{"home", "erasure", "case", "conflict", "late", "erased", "moved_on", "undone"}}, {"moveflag", []string{"case", "conflict", "late", "erasure"}},
		{"outagekind", []string{"interaction", "task", "case_file", "party"}},
		{"importstate", imports.States()}, {"importstep", imports.Steps()}, {"importkind", imports.Kinds()}, {"importdelimiter", imports.Delimiters()}, {"importfield", importFields()}, {"importreason", mapping.ReasonCodes()},
		{"lateoutcome", crm.LateOutcomes}, {"copywhy", desk.CopyReasons},
		{"alike", []string{"document", "reach", "name", "birth"}},
		{"kind", kinds()}, {"field", fields()}, {"saved", append(officeSaved(), saved()...)},
	}...)
}

// saved are the sentences that pages say after a form.
func saved() []string {
	return []string{"wrapup", "takein", "details", "nothing", "reach", "removed", "consent", "task", "conflict",
		"correction", "prospect", "stop", "password", "case", "casestep", "keying", "newtask", "link", "unlink", "decision", "erasure", "erasure_decided", "distinct", "maybe",
		"moverequest", "movetaken", "movedeclined", "late",
		"note_move", "note_take", "note_back", "relation", "warning", "tag", "feedback", "lease",
		"importmap", "importmap_gone", "importmap_used"}
}

// importFields are the fields that a column of an imported file may give, and
// the key that tells its rows apart.
func importFields() (names []string) {
	for _, kind := range imports.Kinds() {
		for _, f := range imports.Fields(kind) {
			if !slices.Contains(names, f) {
				names = append(names, f)
			}
		}
	}
	return names
}

func kinds() []string {
	var names []string
	for _, k := range crm.Table().Kinds {
		names = append(names, k.Name)
	}
	return names
}

// fields are those of a party, and those of other rows that two people can
// change at the same time, or that head office may hide.
func fields() []string {
	var names []string
	for _, k := range crm.Table().Kinds {
		if k.CentralOnly || k.Class == crdt.Event {
			continue
		}
		for _, f := range k.Fields {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	for _, f := range crm.GovernedFields() {
		if !slices.Contains(names, f.Field) {
			names = append(names, f.Field)
		}
	}
	return names
}
