package teller

import (
	"bufio"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/webui/pagetest"
)

// party puts a customer of branch 1 into the file.
func party(c *pagetest.Counter, name string) crdt.ID {
	return c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, name), pagetest.Text(crm.PartyBirth, "1961-04-17"),
		crdt.FieldSet{Field: crm.PartyHome, Value: crdt.IntValue(1)}, pagetest.Text(crm.PartyStatus, "prospect"))
}

// desk opens a counter with jana signed in and one customer.
func opening(t *testing.T) (*pagetest.Counter, crdt.ID) {
	t.Helper()
	c := pagetest.Open(t, Register)
	id := party(c, "Anna Nováková")
	c.SignIn("jana")
	return c, id
}

// hidden reads a hidden field of a form on a page.
func hidden(t *testing.T, a pagetest.Answer, name string) string {
	t.Helper()
	found := regexp.MustCompile(`name="` + regexp.QuoteMeta(name) + `" value="([^"]*)"`).FindStringSubmatch(a.Body)
	if found == nil {
		t.Fatalf("no field %s on the page:\n%s", name, a.Body)
	}
	return found[1]
}

func TestNobodyPassesWithoutSigningIn(t *testing.T) {
	c := pagetest.Open(t, Register)
	open := map[string]bool{"/lease": true, "/signin": true, "/signout": true, "/password": true, "/locked": true, "/language": true, "/styleguide": true, "/static/*": true, "/*": true}
	tried := 0
	for _, route := range c.Echo.Routes() {
		if open[route.Path] {
			continue
		}
		tried++
		path := strings.NewReplacer(":id", "5", ":reach", "6").Replace(route.Path)
		r, err := http.NewRequest(route.Method, c.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		a := c.Do(r)
		refused := a.Status == http.StatusSeeOther && strings.HasPrefix(a.Location, "/signin") || a.Status == http.StatusUnauthorized
		if !refused {
			t.Errorf("%s %s let nobody in: %d %s", route.Method, path, a.Status, a.Location)
		}
	}
	if tried < 25 {
		t.Errorf("only %d routes were tried", tried)
	}
}

func TestSigningInLeadsToWhereOneWanted(t *testing.T) {
	c := pagetest.Open(t, Register)
	c.Get("/outage").Leads(t, "/signin?back=%2Foutage")
	c.Get("/signin?back=%2Foutage").Says(t, "Jana Dvořáková", "Petr Malý", `value="/outage"`)
	wrong := c.Post("/signin", "login", "jana", "password", "no", "back", "/outage")
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password answers %d", wrong.Status)
	}
	wrong.Says(t, "Name and password do not belong together", `value="jana" checked`)
	c.Post("/signin", "login", "jana", "password", pagetest.Password, "back", "/outage").Leads(t, "/outage")
	c.Get("/outage").Says(t, "Jana Dvořáková", "Online")
}

func TestNobodyIsSentToAnotherSite(t *testing.T) {
	c := pagetest.Open(t, Register)
	for _, back := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)", "", "/\n/evil.example"} {
		c.Post("/signin", "login", "jana", "password", pagetest.Password, "back", back).Leads(t, "/")
	}
}

func TestAOneTimePasswordLeadsToOnesOwn(t *testing.T) {
	c := pagetest.Open(t, Register)
	a := c.Post("/signin", "login", "novy", "password", pagetest.Password, "back", "/")
	a.Leads(t, "/password?back=%2F&login=novy")
	c.Get(a.Location).Says(t, `value="novy"`)
	c.Post("/password", "login", "novy", "old", pagetest.Password, "password", "a longer one", "again", "another one").Says(t, "are not the same")
	c.Post("/password", "login", "novy", "old", pagetest.Password, "password", "a longer one", "again", "a longer one", "back", "/").Leads(t, "/")
	c.Get("/").Says(t, "Nový")
}

func TestATellerFindsACustomerAndWrapsUp(t *testing.T) {
	c, id := opening(t)
	c.Get("/?q=nova").Says(t, page(id), "Anna Nováková", "65 years old")
	c.Post(page(id)+"/wrapup", "channel", "counter", "reason", "card", "outcome", "done", "text", "Ordered a new card.\r\nOld one cut up.",
		"promise_text", "Call when it is here", "promise_due", "2026-11-25").Leads(t, page(id)+"?saved=wrapup")
	c.Get(page(id)+"?saved=wrapup").Says(t, "The wrap-up is saved.", "Ordered a new card.<br>Old one cut up.", "Call when it is here", "due 25 Nov 2026", "at head office")
}

func TestAWrapUpThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	c, id := opening(t)
	a := c.Post(page(id)+"/wrapup", "channel", "visit", "reason", "loan", "outcome", "follow_up", "text", "Half a sentence", "promise_text", "A rate")
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("answered %d", a.Status)
	}
	a.Says(t, "A promise needs a day", "Half a sentence", `value="A rate"`, `value="visit" checked`, `value="loan" data-digit="5" checked`)
}

func TestAHalfTypedNoteComesBack(t *testing.T) {
	c, id := opening(t)
	key := "wrapup/" + id.String()
	if a := c.Post("/drafts", "draft", key, "channel", "call_in", "text", "Half a sen"); a.Status != http.StatusNoContent {
		t.Fatalf("the draft was answered %d", a.Status)
	}
	c.Get(page(id)+"/wrapup").Says(t, "Half a sen", "Your draft of", `value="call_in" checked`)
	c.SignIn("petr")
	if a := c.Get(page(id) + "/wrapup"); strings.Contains(a.Body, "Half a sen") {
		t.Error("somebody else reads the draft")
	}
	c.SignIn("jana")
	c.Post("/drafts/discard", "draft", key, "back", page(id)+"/wrapup").Leads(t, page(id)+"/wrapup")
	if a := c.Get(page(id) + "/wrapup"); strings.Contains(a.Body, "Half a sen") {
		t.Error("a discarded draft is back")
	}
}

func TestTheIdleLockKeepsWhatWasTyped(t *testing.T) {
	c, id := opening(t)
	c.Advance(6 * time.Minute)
	a := c.Post(page(id)+"/wrapup", "draft", "wrapup/"+id.String(), "channel", "counter", "text", "Typed before the lock")
	if !strings.HasPrefix(a.Location, "/locked?back=") {
		t.Fatalf("a form after six idle minutes: %d %s", a.Status, a.Location)
	}
	c.Get(a.Location).Says(t, "Jana Dvořáková", "Unlock")
	c.Post("/locked", "password", "no", "back", page(id)+"/wrapup").Says(t, "Name and password do not belong together")
	c.Post("/locked", "password", pagetest.Password, "back", page(id)+"/wrapup").Leads(t, page(id)+"/wrapup")
	c.Get(page(id)+"/wrapup").Says(t, "Typed before the lock")
}

func TestWhatThePageFetchesByItselfDoesNotKeepASessionAwake(t *testing.T) {
	c, _ := opening(t)
	for range 4 {
		c.Advance(2 * time.Minute)
		r, err := http.NewRequest(http.MethodGet, c.URL+"/line", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Bough-Passive", "1")
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Current-URL", c.URL+"/outage")
		if a := c.Do(r); a.Header.Get("HX-Redirect") != "" {
			if got := a.Header.Get("HX-Redirect"); got != "/locked?back=%2Foutage" {
				t.Errorf("the lock leads back to %s", got)
			}
			return
		}
	}
	t.Error("eight idle minutes of polling, and no lock")
}

func TestAStopOpensOnlyWithAReason(t *testing.T) {
	c, id := opening(t)
	c.Put(crm.Warning, pagetest.Ref(crm.WarningParty, id), pagetest.Text(crm.WarningLevel, "stop"), pagetest.Text(crm.WarningText, "Documents reported stolen"))
	if open := c.Get(page(id) + "?parts=1"); open.Status != http.StatusNoContent || open.Header.Get("HX-Refresh") != "true" {
		t.Errorf("a page that is open when the stop comes: %d %v", open.Status, open.Header)
	}
	a := c.Get(page(id))
	a.Says(t, "Documents reported stolen", "Say why you open", "?parts=stop")
	c.Get(page(id)+"?parts=stop").Says(t, `id="part-card"`)
	for _, hides := range []string{"part-timeline", "part-holdings", "part-reach", "part-details"} {
		if strings.Contains(a.Body, hides) {
			t.Errorf("%s shows before the stop was acknowledged", hides)
		}
	}
	c.Get(page(id)+"/wrapup").Leads(t, page(id))
	c.Get(page(id)+"/edit").Leads(t, page(id))
	if empty := c.Post(page(id)+"/stop", "reason", " "); empty.Status != http.StatusUnprocessableEntity {
		t.Errorf("no reason was taken: %d", empty.Status)
	}
	c.Post(page(id)+"/stop", "reason", "Passport seen").Leads(t, page(id)+"?saved=stop")
	c.Get(page(id)).Says(t, "part-timeline", "Passport seen", "Opened despite the warning")
	if late := c.Get(page(id) + "?parts=stop"); late.Status != http.StatusNoContent || late.Header.Get("HX-Refresh") != "" {
		t.Errorf("parts for a stop that was passed: %d %v", late.Status, late.Header)
	}
	c.SignIn("petr")
	c.Get(page(id)).Says(t, "Say why you open")
}

func TestTwoTellersEditingOneFieldKeepBothValuesVisible(t *testing.T) {
	c, id := opening(t)
	form := c.Get(page(id) + "/edit")
	saw := hidden(t, form, "saw.address")
	c.Post(page(id)+"/edit", "address", "Dlouhá 12", "was.address", "", "saw.address", saw).Leads(t, page(id)+"?fields=address&saved=details")
	c.Get(page(id)+"?fields=address&saved=details").Says(t, "Saved:", "<b>Address</b>", "Dlouhá 12")
	c.Advance(time.Second)
	c.SignIn("petr")
	c.Post(page(id)+"/edit", "address", "Krátká 3", "was.address", "", "saw.address", saw).Leads(t, page(id)+"?fields=address&saved=details")
	both := c.Get(page(id))
	both.Says(t, "Two people wrote at the same time", "Krátká 3", "Dlouhá 12", "Keep this", "Take this")
	c.Get("/conflicts").Says(t, "Anna Nováková", "Dlouhá 12")
	settle := regexp.MustCompile(`action="(/conflicts/\d+)"`).FindStringSubmatch(both.Body)[1]
	c.Post(settle, "party", id.String(), "take", "losing").Leads(t, page(id)+"?saved=conflict")
	if a := c.Get(page(id)); strings.Contains(a.Body, "Two people wrote") || !strings.Contains(a.Body, "Dlouhá 12") {
		t.Error("the conflict is not settled on the page")
	}
}

func TestAnUnchangedFormSavesNothing(t *testing.T) {
	c, id := opening(t)
	c.Post(page(id)+"/edit", "memo", "", "was.memo", "", "saw.memo", "").Leads(t, page(id)+"?saved=nothing")
}

func TestWaysToReachAreAddedChangedAndRemoved(t *testing.T) {
	c, id := opening(t)
	c.Post(page(id)+"/reach/new", "channel", "email", "label", "home", "value", "not an address").Says(t, "This is not an e-mail address", "not an address")
	c.Post(page(id)+"/reach/new", "channel", "phone", "label", "mobile", "value", "+420 601 234 567", "preferred", "1").Leads(t, page(id)+"?saved=reach")
	shown := c.Get(page(id))
	change := regexp.MustCompile(`href="(/customers/\d+/reach/\d+)"`).FindStringSubmatch(shown.Body)[1]
	form := c.Get(change)
	form.Says(t, "+420601234567")
	c.Post(change, "value", "+420 777 000 111", "saw", hidden(t, form, "saw")).Leads(t, page(id)+"?saved=reach")
	c.Get(page(id)).Says(t, "+420777000111")
	c.Post(change+"/remove").Leads(t, page(id)+"?saved=removed")
	c.Get(page(id)).Says(t, "No phone, e-mail or WeChat is known.")
}

func TestConsentIsGivenWithEvidenceAndTakenBackAtOnce(t *testing.T) {
	c, id := opening(t)
	form := page(id) + "/consent"
	c.Get(form+"?purpose=marketing&channel=email").Says(t, "Marketing by E-mail", "not asked")
	c.Post(form, "purpose", "marketing", "channel", "email", "evidence", "form of today").Says(t, "Press one of the buttons")
	c.Post(form, "purpose", "marketing", "channel", "email", "evidence", "form of today", "act", "grant").Leads(t, page(id)+"?saved=consent")
	c.Get(page(id)).Says(t, `class="yes answer-granted"`)
	c.Post(form, "purpose", "marketing", "channel", "email", "evidence", "said so", "act", "withdraw").Leads(t, page(id)+"?saved=consent")
	c.Get(page(id)).Says(t, `class="no answer-withdrawn"`)
}

func TestACoreValueOffersACorrection(t *testing.T) {
	c := pagetest.Open(t, Register)
	id := c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Anna Nováková"), pagetest.Text(crm.PartyKey, "Client 1"), pagetest.Text(crm.PartyStatus, "customer"))
	c.SignIn("jana")
	c.Get(page(id)).Says(t, "ask for a correction")
	if form := c.Get(page(id) + "/edit"); strings.Contains(form.Body, `name="name"`) {
		t.Error("a core value can be edited")
	}
	c.Get(page(id)+"/correction?field=name").Says(t, "The core system says:", "Anna Nováková")
	c.Post(page(id)+"/correction", "field", "name", "text", "Married: now Svobodová, saw the certificate").Leads(t, page(id)+"?saved=correction")
	c.Get(page(id)).Says(t, "Correction of core data", "Svobodová")
	if a := c.Get(page(id) + "/correction?field=memo"); a.Status != http.StatusNotFound {
		t.Errorf("a branch value offers a correction: %d", a.Status)
	}
}

func TestAPromiseIsMarkedAsKept(t *testing.T) {
	c, id := opening(t)
	c.Post(page(id)+"/wrapup", "channel", "counter", "reason", "card", "outcome", "done", "text", "x", "promise_text", "A rate", "promise_due", "2026-11-25")
	task := regexp.MustCompile(`action="(/tasks/\d+)"`).FindStringSubmatch(c.Get(page(id)).Body)[1]
	c.Post(task, "party", id.String(), "state", "kept").Leads(t, page(id)+"?saved=task")
	c.Get(page(id)).Says(t, "Nothing is open.", "1 closed")
}

func TestSomebodyAlikeIsAskedAboutOnce(t *testing.T) {
	c, id := opening(t)
	typed := []string{"type", "person", "name", "Anna Novakova", "birth", "1961-04-17", "phone", "601234567"}
	c.Post("/prospects/duplicates", typed...).Says(t, page(id))
	asked := c.Post("/prospects/new", typed...)
	if asked.Status != http.StatusConflict {
		t.Fatalf("answered %d", asked.Status)
	}
	asked.Says(t, page(id), "It is somebody else", `value="Anna Novakova"`)
	saved := c.Post("/prospects/new", append(typed, "sure", "1")...)
	if saved.Status != http.StatusSeeOther || !strings.HasSuffix(saved.Location, "?saved=prospect") {
		t.Fatalf("saving anyway: %d %s", saved.Status, saved.Location)
	}
	c.Get(saved.Location).Says(t, "The prospect is saved.", "Anna Novakova", "Prospect")
}

func TestHtmxGetsPartsAndTheAddressFollows(t *testing.T) {
	c, id := opening(t)
	quick := func(path string) pagetest.Answer {
		r, err := http.NewRequest(http.MethodGet, c.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("HX-Request", "true")
		return c.Do(r)
	}
	found := quick("/?q=anna")
	found.Says(t, page(id))
	if strings.Contains(found.Body, "<html") || found.Header.Get("HX-Replace-Url") != "/?q=anna" {
		t.Errorf("find for htmx: %v\n%s", found.Header, found.Body)
	}
	for _, form := range []string{"/wrapup", "/reach/new", "/consent?purpose=service&channel=post"} {
		if a := quick(page(id) + form); a.Status != http.StatusOK || strings.Contains(a.Body, "<html") {
			t.Errorf("the panel of %s: %d\n%s", form, a.Status, a.Body)
		}
	}
	quick(page(id)+"?parts=1").Says(t, `id="part-timeline" class="part" hx-swap-oob="true"`)
}

func TestTheLiveStreamTellsWhatAnotherSaved(t *testing.T) {
	c, id := opening(t)
	w, err := c.Client.Get(c.URL + "/live")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	lines := bufio.NewScanner(w.Body)
	wait := func(line string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == line {
				return
			}
		}
		t.Fatalf("the stream ended before %q: %v", line, lines.Err())
	}
	wait("event: hello")
	c.Post(page(id)+"/wrapup", "channel", "counter", "reason", "card", "outcome", "done", "text", "x")
	wait("data: " + id.String())
}

func TestOneKeySwitchesTheLanguage(t *testing.T) {
	c, id := opening(t)
	c.Get("/language?to=zh&back="+page(id)).Leads(t, page(id))
	c.Get(page(id)).Says(t, `lang="zh-Hans"`, "往来记录", "总行已收")
	c.Get("/customers/1").Leads(t, "/visitors/1")
	if a := c.Get("/visitors/1"); a.Status != http.StatusNotFound || !strings.Contains(a.Body, "本机没有这位客户") {
		t.Errorf("an unknown customer in Chinese: %d\n%s", a.Status, a.Body)
	}
}
