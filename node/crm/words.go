package crm

// The words that coded fields may hold, in the order lists show them.
var ( // constants in all but name: nobody writes them
	Channels        = []string{"counter", "call_in", "call_out", "meeting", "email", "letter", "visit"}
	Reasons         = []string{"account", "card", "payment", "cash", "loan", "mortgage", "saving", "investment", "insurance", "complaint", "details", "advice", "other"}
	Outcomes        = []string{"done", "follow_up", "not_reached", "refused"}
	Purposes        = []string{"marketing", "profiling", "sharing", "service"}
	ConsentChannels = []string{"phone", "sms", "email", "post", "wechat", "counter"}
	ReachChannels   = []string{"phone", "email", "wechat"}
	ReachLabels     = []string{"mobile", "home", "work", "other"}
	WarningLevels   = []string{"note", "warn", "stop"}
	TaskTypes       = []string{"task", "promise", "appointment"}
	TaskStates      = []string{"open", "kept", "broken", "dropped"}
	CaseTypes       = []string{"enquiry", "service", "complaint", "transfer_error", "fraud", "correction"}
	CaseStates      = []string{"open", "waiting", "resolved"}
	CaseSteps       = []string{"note", "acknowledged", "waiting", "resumed", "credited", "extended", "handed_over", "resolved", "told", "reopened", "letter"}
	KeyingTypes     = []string{"card_block", "stop_payment", "correction", "other"}
	KeyingStates    = []string{"open", "keyed", "dropped"}
	FeedbackTypes   = []string{"slow", "wrong", "missing"}
	TemplateTypes   = []string{"acknowledgement", "holding_reply", "answer", "letter"}
	HoldingRoles    = []string{"owner", "joint", "signatory", "guarantor", "beneficiary"}
	RelationTypes   = []string{"spouse", "parent", "child", "sibling", "owner", "director", "signatory", "guarantor", "employee", "adviser"}
	Languages       = []string{"en", "zh-CN", "cs", "da", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sk", "sv", "vi"}
	DocumentTypes   = []string{"resident_id", "passport", "licence", "registration", "credit_code"}
	// RefusalCodes are why central does not take a change at once.
	RefusalCodes = []string{"no_session", "session_elsewhere", "session_over", "session_unsigned", "person_ended", "person_elsewhere", "not_allowed",
		"central_only", "missing_row", "core_field", "clock_ahead", "epoch", "erased", "withheld", "future", "unreadable", "too_large", "waits", "rests_on_copy", "revoked", "stranded",
		"written_once", "not_a_set", "twice", "bad_value", "other_branch", "settle_second"}
	RefusalStates = []string{"refused", RefusalHeld, RefusalApplied, RefusalDropped}
	GroupTypes    = []string{"household", "group"}
	MemberRoles   = []string{"head", "partner", "child", "parent_company", "subsidiary", "member"}
	Roles         = []string{"teller", "banker", "manager", "admin", "auditor"}
	PartyTypes    = []string{"person", "organisation"}
	PartyStatuses = []string{"prospect", "customer", "former"}
)
