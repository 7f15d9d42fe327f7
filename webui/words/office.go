package words

import (
	"slices"

	"bough/node/crm"
)

// officeLists are the lists that pages of head office show.
func officeLists() []List {
	var parameters []string
	for _, r := range crm.ParameterRules() {
		parameters = append(parameters, r.Name)
	}
	return []List{
		{"parameter", parameters},
		{"auditsort", append(slices.Clone(crm.Views), "write", "sign_in", "sign_in_refused", "decide", "erase")}, {"auditwhat", []string{"applied", "dropped", "ordered", "confirmed"}},
		{"prooffault", []string{"missing", "chain", "signature", "unreadable", "head", "untold"}},
		{"warning", nil}, {"listname", crm.ListNames}, {"lettertype", crm.TemplateTypes},
		{"letterplace", []string{"customer", "greeting", "address", "reference", "type", "matter", "received", "due", "then", "amount", "outcome", "branch", "clerk", "today", "hotline"}},
	}
}

// officeSaved are the sentences that they say after a form.
func officeSaved() []string {
	return []string{"person", "person_locked", "person_unlocked", "field_rights", "list_entry", "letter", "case_rule",
		"branch", "days", "parameter"}
}
