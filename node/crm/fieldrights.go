package crm

// FieldName is a field of a kind by names.
type FieldName struct{ Kind, Field string }

// GovernedField is a field that head office may hide from a role, or keep it
// from changing. What a page cannot do without (name, type, warnings) is not one.
type GovernedField struct {
	FieldName
	Edits bool // branches write it, so that the right to edit can be taken away
}

// GovernedFields are they, in the order of lists.
func GovernedFields() []GovernedField {
	field := func(kind, name string, edits bool) GovernedField { return GovernedField{FieldName{kind, name}, edits} }
	return []GovernedField{
		field("party", "birth", true), field("party", "sex", true), field("party", "document_type", true), field("party", "document", true),
		field("party", "since", false), field("party", "tier", false), field("party", "greeting", true), field("party", "language", true),
		field("party", "occupation", true), field("party", "employer", true), field("party", "industry", true), field("party", "legal_form", true),
		field("party", "address", true), field("party", "memo", true), field("reach", "value", true),
		field("relation", "share_bp", true), field("interaction", "text", false),
		field("holding", "balance_minor", false), field("holding", "limit_minor", false),
	}
}
