package api

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSignInGivesABearerThatEndsWithSignOut(t *testing.T) {
	b := openBranch(t)
	s := b.signIn("ann")
	if s.Token == "" || s.Person.Login != "ann" || s.Person.Role != "teller" || s.Person.Branch != 1 || s.UntilMS < noon+11*60*60*1000 {
		t.Errorf("%+v", s)
	}
	b.clock.Add(60 * 60 * 1000) // a bearer is not locked by idleness
	var found customersView
	b.send(http.MethodGet, "/customers", nil, http.StatusOK, &found)
	var out signedOutView
	b.send(http.MethodDelete, "/session", nil, http.StatusOK, &out)
	if !out.SignedOut {
		t.Error("not signed out")
	}
	if g := b.ask("GET", Prefix+"/customers", nil); g.status != http.StatusUnauthorized || g.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("%d %s", g.status, g.raw)
	}
}

func TestAWrongPasswordIsRefusedAndManyLockTheName(t *testing.T) {
	b := openBranch(t)
	body := []byte(`{"login":"ann","password":"wrong horse"}`)
	for range 5 {
		if g := b.ask("POST", Prefix+"/session", body); g.status != http.StatusUnprocessableEntity || !strings.HasPrefix(b.refused(g), `422 wrong_password "password"`) {
			t.Fatalf("%s", g.raw)
		}
	}
	g := b.ask("POST", Prefix+"/session", body)
	if g.status != http.StatusLocked || g.header.Get("Retry-After") == "" || !strings.HasPrefix(b.refused(g), `423 too_many "password"`) {
		t.Errorf("%d %s", g.status, g.raw)
	}
}

func TestWhoMayNothingGetsNothing(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	id := b.newCustomer(sent{"name": "Ann Lee"}).ID
	b.signIn("eve")
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/customers", ""}, {"GET", "/customers/" + id, ""}, {"GET", "/customers/" + id + "/interactions", ""}, {"GET", "/conflicts", ""},
		{"POST", "/customers", `{"name":"Bo"}`},
		{"PATCH", "/customers/" + id, `{"memo":"x"}`},
		{"POST", "/customers/" + id + "/interactions", `{"channel":"counter","text":"x"}`},
		{"POST", "/customers/" + id + "/reaches", `{"channel":"phone","value":"+442079460001"}`},
		{"POST", "/customers/" + id + "/consents", `{"purpose":"marketing","channel":"phone","act":"withdraw"}`},
		{"GET", "/customers/" + id + "/same", ""},
		{"POST", "/customers/" + id + "/links", `{"other":"7","reason":"x"}`}, {"POST", "/customers/" + id + "/distinct", `{"other":"7","reason":"x"}`},
		{"DELETE", "/links/7", ""}, {"DELETE", "/distinct/7", ""},
		{"PATCH", "/reaches/7", `{"value":"+442079460001"}`}, {"DELETE", "/reaches/7", ""},
		{"POST", "/conflicts/7", `{"keep":"current"}`},
	} {
		var body []byte
		if c.body != "" {
			body = []byte(c.body)
		}
		if got := b.refused(b.ask(c.method, Prefix+c.path, body)); got != `403 not_allowed "" your role may not do this; ask your manager` {
			t.Errorf("%s %s: %s", c.method, c.path, got)
		}
	}
}

func TestAnInteractionIsWrittenWithItsPromise(t *testing.T) {
	b := openBranch(t)
	who := b.signIn("ann")
	id := b.newCustomer(sent{"name": "Ann Lee"}).ID
	var plain, full interactionView
	b.send(http.MethodPost, "/customers/"+id+"/interactions", sent{"channel": "counter", "text": " said hello\r\n "}, http.StatusCreated, &plain)
	b.send(http.MethodPost, "/customers/"+id+"/interactions", sent{
		"channel": "call_in", "reason": "card", "outcome": "follow_up", "text": "lost her card", "happened": "2026-03-31T14:05:00+02:00",
		"promise": sent{"text": "send a new one", "due": noon + 1000},
	}, http.StatusCreated, &full)
	if full.Happened != time.Date(2026, 3, 31, 12, 5, 0, 0, time.UTC).UnixMilli() || plain.Text != "said hello" || plain.State != "saved_here" {
		t.Errorf("%+v %+v", full, plain)
	}
	var list interactionsView
	b.send(http.MethodGet, "/customers/"+id+"/interactions", nil, http.StatusOK, &list)
	if len(list.Interactions) != 2 {
		t.Fatalf("%+v", list)
	}
	for i, want := range []interactionView{plain, full} {
		got := list.Interactions[i]
		if want.By.Name != "P. ann" || want.By.Person != who.Person.ID {
			t.Errorf("%+v", want.By)
		}
		want.By.Place = got.By.Place // the answer to one's own act leaves it out
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("shown otherwise than answered: %s", diff)
		}
	}
	p := b.customer(id)
	if len(p.Interactions) != 2 || len(p.Tasks) != 1 || p.Tasks[0].Text != "send a new one" || p.Tasks[0].Due != noon+1000 {
		t.Errorf("%+v", p)
	}
	b.send(http.MethodGet, "/customers/"+id+"/interactions?limit=1", nil, http.StatusOK, &list)
	if len(list.Interactions) != 1 {
		t.Errorf("%+v", list)
	}
}

func TestWaysToReachAreAddedChangedAndCleared(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	id := b.newCustomer(sent{"name": "Ann Lee"}).ID
	var r reachView
	b.send(http.MethodPost, "/customers/"+id+"/reaches", sent{"channel": "phone", "value": "+44 20 7946 0000", "preferred": true}, http.StatusCreated, &r)
	if r.Value != "+442079460000" || r.Label != "other" || !r.Preferred || r.State != "saved_here" {
		t.Errorf("%+v", r)
	}
	var saved savedView
	b.send(http.MethodPatch, "/reaches/"+string(r.ID), sent{"value": "+442079460001", "saw": sent{"value": r.Stamp}}, http.StatusOK, &saved)
	if saved.ID != r.ID || saved.Seq == 0 || saved.Stamp == r.Stamp {
		t.Errorf("%+v", saved)
	}
	if p := b.customer(id); p.Phone != "+442079460001" || p.Stamps["phone"] != string(saved.Stamp) {
		t.Errorf("%+v", p)
	}
	b.send(http.MethodDelete, "/reaches/"+string(r.ID), nil, http.StatusOK, &saved)
	if p := b.customer(id); len(p.Reaches) != 0 {
		t.Errorf("%+v", p)
	}
	if got := b.refused(b.ask("DELETE", Prefix+"/reaches/"+string(r.ID), nil)); got != `404 reach "" this way to reach was removed meanwhile` {
		t.Error(got)
	}
}

func TestConsentIsWithdrawnAndGrantedAgain(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	id := b.newCustomer(sent{"name": "Ann Lee"}).ID
	answer := func() string {
		for _, c := range b.customer(id).Consents {
			if c.Purpose == "marketing" && c.Channel == "phone" {
				return c.Answer
			}
		}
		return "not listed"
	}
	var c consentActView
	b.send(http.MethodPost, "/customers/"+id+"/consents", sent{"purpose": "marketing", "channel": "phone", "act": "withdraw", "happened": noon - 5}, http.StatusCreated, &c)
	if c.Act != "withdraw" || c.Happened != noon-5 || answer() != "withdrawn" {
		t.Errorf("%+v, %s", c, answer())
	}
	b.send(http.MethodPost, "/customers/"+id+"/consents", sent{"purpose": "marketing", "channel": "phone", "act": "grant", "evidence": "form 7"}, http.StatusCreated, &c)
	if answer() != "granted" {
		t.Error(answer())
	}
}

func TestMalformedRequestsOfSomebodySignedIn(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	id := b.newCustomer(sent{"name": "Ann Lee"}).ID
	const badID = ` is not an id: a positive decimal number of at most 63 bits`
	const badLimit = `400 bad_limit "limit" limit must be one whole number from 1 to 1000; without it, it is 50`
	const noCustomer = `404 customer "" no such customer in this branch; search for the name`
	for _, c := range []struct{ method, path, body, want string }{
		{"GET", "/customers/x", "", `400 bad_id "id" id` + badID},
		{"GET", "/customers/0", "", `400 bad_id "id" id` + badID},
		{"GET", "/customers/+1", "", `400 bad_id "id" id` + badID},
		{"GET", "/customers/9223372036854775808", "", `400 bad_id "id" id` + badID},
		{"GET", "/customers/" + id + "%20", "", `400 bad_id "id" id` + badID},
		{"GET", "/customers/77", "", noCustomer},
		{"GET", "/customers/77/interactions", "", noCustomer},
		{"PATCH", "/customers/77", `{"memo":"x"}`, noCustomer},
		{"POST", "/customers/77/interactions", `{"channel":"counter","text":"x"}`, noCustomer},
		{"POST", "/customers/77/reaches", `{"channel":"phone","value":"+442079460000"}`, noCustomer},
		{"POST", "/customers/77/consents", `{"purpose":"marketing","channel":"phone","act":"withdraw"}`, noCustomer},
		{"GET", "/customers?limit=0", "", badLimit},
		{"GET", "/customers?limit=1001", "", badLimit},
		{"GET", "/conflicts?limit=all", "", badLimit},
		{"GET", "/customers/" + id + "/interactions?limit=-1", "", badLimit},
		{"GET", "/customers?q=%ff", "", `400 bad_utf8 "q" q is not valid UTF-8`},
		{"POST", "/customers", `{}`, `422 missing "name" a name is needed`},
		{"POST", "/customers", `{"name":"Bo","tier":"A"}`, `422 no_field "tier" "tier" cannot be given for a prospect`},
		{"POST", "/customers", `{"name":"Bo","birth":"29.2.1980"}`, `422 bad_date "birth" give the date as YYYY-MM-DD, not in the future`},
		{"POST", "/customers", `{"name":"Bo","phone":"x"}`, `422 bad_phone "phone" "x" is not a phone number`},
		{"PATCH", "/customers/" + id, `{}`, `422 nothing_to_change "" no field of the body is a field of a customer; the fields are in /api/v1/openapi.json`},
		{"PATCH", "/customers/" + id, `{"colour":"blue"}`, `422 nothing_to_change "" no field of the body is a field of a customer; the fields are in /api/v1/openapi.json`},
		{"PATCH", "/customers/" + id, `{"name":null}`, `422 missing "name" a name is needed`},
		{"PATCH", "/customers/" + id, `{"phone":"xyz"}`, `422 bad_phone "phone" "xyz" is not a phone number`},
		{"PATCH", "/customers/" + id, `{"email":"a b"}`, `422 bad_email "email" "a b" is not an e-mail address`},
		{"POST", "/customers/" + id + "/interactions", `{"channel":"counter","text":"   "}`, `422 missing "text" write what happened, in a few words`},
		{"POST", "/customers/" + id + "/interactions", `{"channel":"counter","text":"` + strings.Repeat("x", 8001) + `"}`, `422 too_long "text" at most 8000 bytes, this has 8001: make it shorter`},
		{"POST", "/customers/" + id + "/interactions", `{"channel":"counter","text":"x","promise":{"text":" ","due":5}}`, `422 missing "promise.text" write what happened, in a few words`},
		{"POST", "/customers/" + id + "/consents", `{"purpose":"marketing","channel":"phone","act":"grant"}`, `422 missing "evidence" say what shows the consent: a form, a call, a letter`},
		{"POST", "/conflicts/77", `{"keep":"current"}`, `404 conflict "" this conflict was settled meanwhile`},
		{"PATCH", "/reaches/77", `{"value":"+442079460001"}`, `404 reach "" this way to reach was removed meanwhile`},
	} {
		var body []byte
		if c.body != "" {
			body = []byte(c.body)
		}
		if got := b.refused(b.ask(c.method, Prefix+c.path, body)); got != c.want {
			t.Errorf("%s %s %.80s\n got %s\nwant %s", c.method, c.path, c.body, got, c.want)
		}
	}
}

func TestARequestSentTwiceActsOnce(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	id := b.newCustomer(sent{"name": "Ann Lee"}).ID
	var mu sync.Mutex
	ids := map[idText]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			g := b.ask("POST", Prefix+"/customers/"+id+"/interactions", []byte(`{"channel":"counter","text":"once"}`), "Idempotency-Key: k-1")
			var v interactionView
			b.read(g, http.StatusCreated, &v)
			mu.Lock()
			defer mu.Unlock()
			ids[v.ID]++
		})
	}
	wg.Wait()
	if len(ids) != 1 || len(b.customer(id).Interactions) != 1 {
		t.Errorf("%v", ids)
	}
	g := b.ask("POST", Prefix+"/customers/"+id+"/interactions", []byte(`{"channel":"counter","text":"twice"}`), "Idempotency-Key: k-1")
	if got := b.refused(g); !strings.HasPrefix(got, "422 idempotency_mismatch") {
		t.Error(got)
	}
	b.signIn("ben") // another person's key is another key
	b.ask("POST", Prefix+"/customers/"+id+"/interactions", []byte(`{"channel":"counter","text":"once"}`), "Idempotency-Key: k-1")
	if n := len(b.customer(id).Interactions); n != 2 {
		t.Errorf("%d interactions", n)
	}
}
