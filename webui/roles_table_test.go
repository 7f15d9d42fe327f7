package webui_test

// everywhere are the pages of workstations and of head office.
func everywhere() map[string]need {
	return map[string]need{
		"GET /static/*": as("open"), "GET /language": as("open"), "GET /styleguide": as("open"), "GET /signin": as("open"), "POST /signin": as("open"),
		"GET /locked": as("open"), "POST /locked": as("open"), "GET /password": as("open"), "POST /password": as("open"), "POST /signout": as("open"),
		"GET /live": as("signed"), "GET /line": as("signed"), "POST /awake": as("signed"), "POST /drafts": as("signed"), "POST /drafts/discard": as("signed"),
		"GET /keys": as("signed"), "GET /when/:as": as("signed"), "GET /tour": as("signed"), "POST /tour/end": as("signed"),
		"GET /feedback": as("signed"), "POST /feedback": as("signed", good("type", "slow", "text", "x")), "GET /feedback/list": as("branch.manage"),

		"GET /customers/:id": as("customer.read"), "GET /customers/:id/timeline": as("customer.read"), "GET /customers/:id/alike": as("customer.read"),
		"GET /customers/:id/case": as("customer.read"), "GET /customers/:id/consent": as("customer.read"), "GET /customers/:id/correction": as("customer.read"),
		"GET /customers/:id/edit": as("customer.read"), "GET /customers/:id/home": as("customer.read"), "GET /customers/:id/reach/:reach": as("customer.read"),
		"GET /customers/:id/reach/new": as("customer.read"), "GET /customers/:id/relate": as("customer.read"), "GET /customers/:id/same": as("customer.read"),
		"GET /customers/:id/task": as("customer.read"), "GET /customers/:id/warn": as("customer.read"), "GET /customers/:id/wrapup": as("customer.read"),
		"GET /cases": as("customer.read"), "GET /cases/:id": as("customer.read"), "GET /cases/:id/letters/:which": as("customer.read"), "GET /conflicts": as("customer.read"), "GET /copies": as("signed"),
		"GET /day": as("customer.read"), "GET /keying": as("customer.read"), "GET /moved": as("customer.read"), "GET /notes/:id": as("customer.read"),
		"GET /pick": as("customer.read", good("q", "anna")), "GET /prospects/new": as("signed"),

		"POST /customers/:id/case": as("customer.read case.edit", good("type", "enquiry", "text", "x")), "POST /customers/:id/consent": as("customer.read consent.record", good("purpose", "marketing", "channel", "phone", "act", "withdraw")),
		"POST /customers/:id/correction": as("customer.read case.edit", good("field", "name", "text", "x")), "POST /customers/:id/edit": as("customer.read party.edit", good("memo", "x")),
		"POST /customers/:id/home": as("customer.read party.move", good("act", "take", "reason", "x")), "POST /customers/:id/reach/:reach": as("customer.read party.edit", good("value", "+420601234568")),
		"POST /customers/:id/reach/:reach/remove": as("customer.read party.edit"), "POST /customers/:id/reach/new": as("customer.read party.edit", good("channel", "email", "value", "a@example.org")),
		"POST /customers/:id/relate": as("customer.read party.edit"), "POST /customers/:id/same": as("customer.read party.link", good("act", "distinct", "other", "{other}", "reason", "x")), "POST /customers/:id/stop": as("customer.read interaction.record"),
		"POST /customers/:id/tag": as("customer.read party.edit", good("text", "x")), "POST /customers/:id/task": as("customer.read task.edit", good("type", "task", "text", "x")),
		"POST /customers/:id/warn": as("customer.read warning.edit", good("level", "note", "text", "x")), "POST /customers/:id/wrapup": as("customer.read interaction.record", good("channel", "counter", "reason", "other", "outcome", "done", "text", "x")),
		"POST /cases/:id": as("case.edit", good("type", "note", "text", "x")), "POST /conflicts/:id": as("customer.read", good("take", "current")), "POST /elements/:id/remove": as("party.edit", good("kind", "relation")), "POST /keying/:id": as("case.edit", good("state", "keyed", "receipt", "x")),
		"POST /late/:id": as("party.edit", good("outcome", "stands", "note", "x")), "POST /links/:id/remove": as("party.link"), "POST /distinct/:id/remove": as("party.link"), "POST /notes/:id": as("interaction.record"), "POST /prospects/duplicates": as("customer.read", good("name", "Anna")),
		"POST /prospects/new": as("party.create", good("type", "person", "name", "Eva")), "POST /requests/:id/decline": as("party.move", good("reason", "x")), "POST /tasks/:id": as("task.edit", good("state", "kept")), "POST /tasks/:id/change": as("task.edit", good("due", "tomorrow")),
	}
}

// calls are those of the API.
func calls() map[string]need {
	return map[string]need{
		"GET /api/v1/openapi.json": as("open"), "GET /api/v1/status": as("open"), "POST /api/v1/session": as("open"), "DELETE /api/v1/session": as("signed"), "GET /api/v1/board": as("signed"),
		"GET /api/v1/customers": as("customer.read"), "GET /api/v1/customers/:id": as("customer.read"), "GET /api/v1/customers/:id/interactions": as("customer.read"), "GET /api/v1/conflicts": as("customer.read"),
		"POST /api/v1/customers": as("party.create", `{"name":"Eva"}`), "PATCH /api/v1/customers/:id": as("customer.read party.edit", `{"memo":"y"}`),
		"POST /api/v1/customers/:id/interactions": as("interaction.record", `{"channel":"counter","text":"x"}`), "POST /api/v1/customers/:id/reaches": as("party.edit", `{"channel":"email","value":"b@example.org"}`),
		"POST /api/v1/customers/:id/consents": as("consent.record", `{"purpose":"marketing","channel":"phone","act":"withdraw"}`),
		"GET /api/v1/customers/:id/same":      as("customer.read"), "POST /api/v1/customers/:id/links": as("party.link", `{"other":"{other}","reason":"x"}`),
		"POST /api/v1/customers/:id/distinct": as("party.link", `{"other":"{other}","reason":"x"}`), "DELETE /api/v1/links/:id": as("party.link"), "DELETE /api/v1/distinct/:id": as("party.link"),
		"PATCH /api/v1/reaches/:id": as("party.edit", `{"value":"+420601234569"}`), "DELETE /api/v1/reaches/:id": as("party.edit"), "POST /api/v1/conflicts/:id": as("customer.read", `{"keep":"current"}`),
	}
}

// atBranch are the pages that only a workstation has.
func atBranch() map[string]need {
	return map[string]need{
		"GET /": as("customer.read"), "GET /board": as("signed"), "GET /doctor": as("signed"), "GET /outage": as("signed"), "GET /closing": as("customer.read"),
		"GET /lease": as("open"), "POST /lease": as("open"), "GET /stick": as("signed"), "POST /stick": as("signed"),
		"GET /visitors": as("customer.read", good("q", "an 1980-03-04")), "GET /visitors/:id": as("customer.read"), "GET /visitors/:id/here": as("customer.read"),
		"POST /visitors/:id/stop": as("customer.read interaction.record"), "POST /visitors/:id/refuse": as("customer.read consent.record"), "POST /visitors/:id/takein": as("customer.read party.move"),
		"GET /today": as("branch.manage"), "GET /huddle": as("branch.manage"), "GET /quality": as("branch.manage"),
		"GET /outages": as("branch.manage"), "GET /outages/:began": as("branch.manage customer.read"), "GET /adoption": as("customer.read"),
	}
}

// atHeadOffice are those that only head office has.
func atHeadOffice() map[string]need {
	rule := good("type", "enquiry", "answer", "2b")
	return map[string]need{
		"GET /": as("fleet.read"), "GET /find": as("customer.read"), "GET /refused": as("fleet.read"), "POST /refused/:id": as("central.operate", good("do", "drop", "why", "x")),
		"GET /audit": as("audit.read"), "GET /audit.csv": as("audit.read"), "GET /audit/proof": as("audit.read"), "POST /audit/prove": as("audit.read"),
		"GET /restored": as("fleet.read"), "POST /restored": as("fleet.read central.operate"),
		"GET /lookups": as("people.edit"), "GET /erasures": as("party.erase"), "POST /erasures": as("party.erase", good("party", "1")), "POST /erasures/:n": as("party.erase"),
		"GET /leases": as("fleet.read"), "POST /leases": as("fleet.read central.operate", good("origin", "1")), "GET /sticks": as("fleet.read"), "GET /sticks/:answer": as("fleet.read"),
		"POST /sticks": as("fleet.read central.operate"),
		"GET /imports": as("import.run"), "POST /imports": as("import.run"), "POST /imports/maps": as("import.run", good("name", "x")),
		"GET /imports/:n": as("import.run"), "POST /imports/:n": as("import.run", good("act", "try")), "GET /imports/:n/refused": as("import.run"),
		"GET /moves": as("party.move customer.everywhere"), "GET /moves/:n": as("party.move customer.everywhere"), "POST /moves": as("party.move customer.everywhere"),
		"POST /moves/:n": as("party.move customer.everywhere"),
		"GET /people":    as("people.edit"), "POST /people": as("people.edit", good("login", "eva", "role", "teller", "branch", "1")), "GET /people/:id": as("people.edit"), "POST /people/:id": as("people.edit"),
		"POST /people/:id/lock": as("people.edit"), "POST /people/:id/password": as("people.edit"), "GET /fieldrights": as("people.edit"), "POST /fieldrights": as("people.edit", good("undo", "banker.party.memo.10")),
		"GET /lists": as("bank.setup"), "POST /lists/:list": as("bank.setup", good("english", "Box", "chinese", "箱")), "POST /lists/:list/act": as("bank.setup", good("code", "card", "do", "down")),
		"GET /letters": as("bank.setup"), "POST /letters": as("bank.setup", good("type", "letter", "letter", "X", "in", "en", "body", "x")), "POST /letters/:id/act": as("bank.setup"),
		"GET /rules": as("bank.setup"), "POST /rules": as("bank.setup", rule), "POST /rules/:id/act": as("bank.setup"),
		"GET /branches": as("bank.setup"), "POST /branches": as("bank.setup", good("number", "9", "name", "X")), "GET /branches/:number": as("bank.setup"), "POST /branches/:number": as("bank.setup", good("name", "X")),
		"GET /calendar": as("bank.setup"), "POST /calendar": as("bank.setup", good("days", "2027-01-01", "do", "take")), "POST /calendar/act": as("bank.setup", good("id", "1")),
		"GET /parameters": as("bank.setup"), "POST /parameters": as("bank.setup", good("set", "lease_days", "value", "9")),
	}
}
