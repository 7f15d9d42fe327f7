package crm

import . "bough/crdt" //nolint:revive // the table reads as a table

// everywhere is a kind that head office keeps and every node holds.
func everywhere(num uint8, name, doc string, fields ...Field) *Kind {
	return &Kind{Num: num, Name: name, Class: Record, CentralOnly: true, Scope: ScopeRule{Everywhere: true}, Doc: doc, Fields: fields}
}

func holiday() *Kind {
	return everywhere(Holiday, "holiday", "A day on which a branch, or the whole bank, departs from the week.",
		indexed(text(HolidayDate, "date", Office, "ISO date")),
		number(HolidayBranch, "branch", Office, "branch number; 0: the whole bank"),
		number(HolidayWorks, "works", Office, "1: a weekend day that is worked; 0: closed"),
		text(HolidayName, "name", Office, "what people call it"),
		number(HolidayEnded, "ended", Office, "1: taken back"),
		text(HolidayCountry, "country", Office, "ISO 3166; empty: wherever the bank is, or the branch"),
	)
}

// Field numbers of holiday.
const (
	HolidayDate uint8 = iota + 1
	HolidayBranch
	HolidayWorks
	HolidayName
	HolidayEnded
	HolidayCountry
)

func listEntry() *Kind {
	return everywhere(ListEntry, "list_entry", "A word of a list that head office keeps: a reason, an outcome. Codes that bough knows are there without.",
		indexed(text(ListEntryList, "list", Office, "reason | outcome | warning")),
		text(ListEntryCode, "code", Office, "what stands in rows"),
		text(ListEntryEnglish, "english", Office, "the word in English"),
		text(ListEntryChinese, "chinese", Office, "the word in Chinese"),
		number(ListEntryPlace, "place", Office, "where it stands in the list, from 1"),
		number(ListEntryEnded, "ended", Office, "1: no longer offered"),
	)
}

// Field numbers of list entry.
const (
	ListEntryList uint8 = iota + 1
	ListEntryCode
	ListEntryEnglish
	ListEntryChinese
	ListEntryPlace
	ListEntryEnded
)

func template() *Kind {
	return everywhere(Template, "template", "A letter or slip that is filled in from a case or a customer.",
		indexed(text(TemplateType, "type", Office, "acknowledgement | holding_reply | answer | letter")),
		text(TemplateName, "name", Office, "what people call it"),
		text(TemplateLanguage, "language", Office, "BCP 47, as the customer's"),
		text(TemplateSubject, "subject", Office, "the line above"),
		text(TemplateBody, "body", Office, "the text, with {names} in braces"),
		number(TemplateEnded, "ended", Office, "1: no longer offered"),
	)
}

// Field numbers of template.
const (
	TemplateType uint8 = iota + 1
	TemplateName
	TemplateLanguage
	TemplateSubject
	TemplateBody
	TemplateEnded
)

func caseRule() *Kind {
	return everywhere(CaseRule, "case_rule", "How long the bank has for a type of case, where it departs from the law's defaults. Spans are like 10b (business days) or 45d.",
		text(CaseRuleType, "type", Office, "type of case"),
		text(CaseRuleCountry, "country", Office, "ISO 3166; empty: everywhere"),
		text(CaseRuleAcknowledge, "acknowledge", Office, "span until it is acknowledged"),
		text(CaseRuleAnswer, "answer", Office, "span until it is decided"),
		text(CaseRuleAnswerNew, "answer_new", Office, "the same of a new account"),
		text(CaseRuleExtended, "extended", Office, "span once extended"),
		text(CaseRuleExtendedLong, "extended_long", Office, "the same of a new account or a foreign transaction"),
		text(CaseRuleReport, "report", Office, "span from the decision until the customer is told"),
		number(CaseRuleCredit, "credit", Office, "1: an extension needs a provisional credit"),
		number(CaseRuleEnded, "ended", Office, "1: taken back"),
	)
}

// Field numbers of case rule.
const (
	CaseRuleType uint8 = iota + 1
	CaseRuleCountry
	CaseRuleAcknowledge
	CaseRuleAnswer
	CaseRuleAnswerNew
	CaseRuleExtended
	CaseRuleExtendedLong
	CaseRuleReport
	CaseRuleCredit
	CaseRuleEnded
)

func fieldRight() *Kind {
	return everywhere(FieldRight, "field_right", "What a role may do with a field, where it departs from: sees it, and edits it if the role edits at all.",
		text(FieldRightRole, "role", Office, "the role"),
		text(FieldRightKind, "kind", Office, "name of the kind"),
		text(FieldRightField, "field", Office, "name of the field"),
		number(FieldRightSees, "sees", Office, "1: yes"),
		number(FieldRightEdits, "edits", Office, "1: yes"),
	)
}

// Field numbers of field right.
const (
	FieldRightRole uint8 = iota + 1
	FieldRightKind
	FieldRightField
	FieldRightSees
	FieldRightEdits
)

func parameter() *Kind {
	return everywhere(Parameter, "parameter", "A setting of head office, see Parameters.",
		indexed(text(ParameterName, "name", Office, "which")),
		number(ParameterBranch, "branch", Office, "branch number; 0: every branch"),
		text(ParameterValue, "value", Office, "as text"),
	)
}

// Field numbers of parameter.
const (
	ParameterName uint8 = iota + 1
	ParameterBranch
	ParameterValue
)
