package api

import "net/http"

// access says who may call an endpoint; what a role may do is for desk.
type access uint8

const (
	signedIn   access = iota // a valid token; the call counts as work of the person
	onLoopback               // anybody on loopback, from elsewhere a token; never counts as work
	tokenOnly                // a token, which desk judges itself
	open                     // anybody
)

// endpoint is one route: served and documented by the same entry.
type endpoint struct {
	method, path string
	summary      string
	access       access
	lists        bool    // takes limit
	finds        bool    // takes q
	body         []field // nil: none
	once         bool    // takes Idempotency-Key
	status       int     // of success
	answer       any     // of success: a value of the type that do returns
	do           func(*call) (any, error)
}

func endpoints() []endpoint {
	return append(append(processEndpoints(), customerEndpoints()...), partEndpoints()...)
}

func processEndpoints() []endpoint {
	return []endpoint{
		{method: http.MethodGet, path: "/openapi.json", summary: "This document", access: open, status: http.StatusOK,
			answer: map[string]any{}, do: func(k *call) (any, error) { return k.document, nil }},
		{method: http.MethodGet, path: "/status", summary: "How this node or central is, and its line", access: onLoopback, status: http.StatusOK,
			answer: Status{}, do: getStatus},
		{method: http.MethodGet, path: "/board", summary: "How the workstations of this branch stand; not at central", status: http.StatusOK,
			answer: boardView{}, do: getBoard},
		{method: http.MethodPost, path: "/session", summary: "Sign in", access: open, body: sessionFields(), status: http.StatusCreated,
			answer: sessionView{}, do: postSession},
		{method: http.MethodDelete, path: "/session", summary: "Sign out", access: tokenOnly, status: http.StatusOK,
			answer: signedOutView{}, do: deleteSession},
	}
}

func customerEndpoints() []endpoint {
	return []endpoint{
		{method: http.MethodGet, path: "/customers", summary: "Find parties by name, number, phone; without q the recent ones", lists: true, finds: true,
			status: http.StatusOK, answer: customersView{}, do: getCustomers},
		{method: http.MethodPost, path: "/customers", summary: "A new prospect", body: customerFields(), once: true,
			status: http.StatusCreated, answer: customerView{}, do: postCustomer},
		{method: http.MethodGet, path: "/customers/:id", summary: "Everything about a party", status: http.StatusOK, answer: customerView{}, do: getCustomer},
		{method: http.MethodPatch, path: "/customers/:id", summary: "Change details; null or an empty text clears", body: patchFields(), once: true,
			status: http.StatusOK, answer: customerView{}, do: patchCustomer},
		{method: http.MethodGet, path: "/customers/:id/interactions", summary: "The timeline, newest first", lists: true,
			status: http.StatusOK, answer: interactionsView{}, do: getInteractions},
		{method: http.MethodPost, path: "/customers/:id/interactions", summary: "Wrap up an interaction", body: interactionFields(), once: true,
			status: http.StatusCreated, answer: interactionView{}, do: postInteraction},
		{method: http.MethodPost, path: "/customers/:id/reaches", summary: "One more way to reach a party", body: reachFields(), once: true,
			status: http.StatusCreated, answer: reachView{}, do: postReach},
		{method: http.MethodPost, path: "/customers/:id/consents", summary: "Record a grant or a withdrawal of consent", body: consentFields(), once: true,
			status: http.StatusCreated, answer: consentActView{}, do: postConsent},
		{method: http.MethodGet, path: "/customers/:id/same", summary: "Who is, may be, or is not the same party", status: http.StatusOK,
			answer: sameView{}, do: getSame},
		{method: http.MethodPost, path: "/customers/:id/links", summary: "Say that another record is the same party", body: pairFields(), once: true,
			status: http.StatusCreated, answer: savedView{}, do: postLink},
		{method: http.MethodPost, path: "/customers/:id/distinct", summary: "Say that a record that looks alike is another party", body: pairFields(), once: true,
			status: http.StatusCreated, answer: savedView{}, do: postDistinct},
	}
}

func partEndpoints() []endpoint {
	return []endpoint{
		{method: http.MethodPatch, path: "/reaches/:id", summary: "Change a way to reach", body: reachEditFields(), once: true,
			status: http.StatusOK, answer: savedView{}, do: patchReach},
		{method: http.MethodDelete, path: "/reaches/:id", summary: "Clear a way to reach", once: true,
			status: http.StatusOK, answer: savedView{}, do: deleteReach},
		{method: http.MethodDelete, path: "/links/:id", summary: "Remove a link: each record is its own again", once: true,
			status: http.StatusOK, answer: savedView{}, do: deleteLink},
		{method: http.MethodDelete, path: "/distinct/:id", summary: "Take back that two records are not the same", once: true,
			status: http.StatusOK, answer: savedView{}, do: deleteDistinct},
		{method: http.MethodGet, path: "/conflicts", summary: "Open conflicts, newest first", lists: true,
			status: http.StatusOK, answer: conflictsView{}, do: getConflicts},
		{method: http.MethodPost, path: "/conflicts/:id", summary: "Settle a conflict", body: conflictFields(), once: true,
			status: http.StatusOK, answer: savedView{}, do: postConflict},
	}
}
