package webui_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"bough/crdt"
	"bough/node/api"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/rows"
	"bough/webui"
	"bough/webui/hq"
	"bough/webui/pagetest"
	"bough/webui/teller"
)

// need is what a route asks of whoever calls it.
type need struct {
	acts []crm.Act // rights; none: to be signed in is enough
	open bool      // nobody has to be signed in
	form string    // a good form or body, where an empty one is refused before anybody asks for a right
}

// as writes a need: rights, or the words open and signed.
func as(words string, form ...string) need {
	n := need{form: strings.Join(form, "&")}
	for word := range strings.FieldsSeq(words) {
		switch word {
		case "open":
			n.open = true
		case "signed":
		default:
			n.acts = append(n.acts, crm.Act(word))
		}
	}
	return n
}

// gate is a process with its routes, and somebody of every role in front.
type gate struct {
	*pagetest.Counter
	t      *testing.T
	people map[string]*caller // by role; empty: nobody
	ids    map[string]string  // what stands for a parameter of a route
}

type caller struct {
	client *http.Client
	token  string
	acts   map[crm.Act]bool
}

// openGate signs everybody in. Bankers lose every right but to sign in: they
// stand for who may nothing.
func openGate(t *testing.T, register func(*echo.Echo, webui.Options, *office.Office) error) *gate {
	g := &gate{t: t, people: map[string]*caller{"": {client: nil, acts: map[crm.Act]bool{}}}}
	g.Counter = pagetest.OpenOffice(t, func(e *echo.Echo, o webui.Options, f *office.Office) error {
		api.Register(e, api.Options{Desk: o.Desk, Now: o.Now, Log: o.Log, Idempotency: f.Local,
			Status: func(context.Context) (api.Status, error) { return api.Status{}, nil }})
		return register(e, o, f)
	})
	ctx := t.Context()
	if _, err := g.Office.AddPerson(ctx, rows.Actor{}, office.NewPerson{Login: "bob", Name: "Bob", Role: "banker", Branch: 1, Password: pagetest.Password}); err != nil {
		t.Fatal(err)
	}
	g.bare("banker")
	if _, err := g.Office.AddPerson(ctx, rows.Actor{}, office.NewPerson{Login: "eve", Name: "Eve", Role: "auditor", Password: pagetest.Password}); err != nil {
		t.Fatal(err)
	}
	for role, login := range map[string]string{"auditor": "eve", "teller": "jana", "manager": "petr", "admin": "root", "banker": "bob"} {
		word, who, err := g.Desk.SignIn(ctx, login, pagetest.Password, true)
		if err != nil {
			t.Fatal(err)
		}
		one := &caller{client: g.Browser(), token: word, acts: map[crm.Act]bool{}}
		for _, grant := range crm.DefaultGrants() {
			one.acts[grant.Act] = who.May(grant.Act)
		}
		g.Client = one.client
		g.SignIn(login)
		g.people[role] = one
	}
	g.people[""].client = g.Browser()
	g.furnish()
	return g
}

// bare takes every right from a role but to sign in.
func (g *gate) bare(role string) {
	_, err := g.Office.Central.Act(g.t.Context(), rows.Actor{}, func(a *rows.Act) error {
		return a.Tx.Rows(crm.Right, `role=?1 AND act<>?2`, func(r *rows.Stored) error {
			a.Add(crdt.Op{Kind: crm.Right, ID: r.ID, Set: []crdt.FieldSet{{Field: crm.RightAllowed, Value: crdt.IntValue(0)}}})
			return nil
		}, role, string(crm.ActSignIn))
	})
	if err != nil {
		g.t.Fatal(err)
	}
}

// furnish writes a row of each sort that a route may name.
func (g *gate) furnish() {
	party := g.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Anna Malá"), pagetest.Text(crm.PartyStatus, "prospect"))
	of := func(kind, field uint8, more ...crdt.FieldSet) string {
		return g.Put(kind, append([]crdt.FieldSet{pagetest.Ref(field, party)}, more...)...).String()
	}
	g.ids = map[string]string{
		"/customers/:id": party.String(), "/api/v1/customers/:id": party.String(), "/people/:id": g.Person("novy"), ":number": "1", ":list": "reason", ":which": "0", ":n": "1",
		"/cases/:id":  of(crm.Case, crm.CaseParty, pagetest.Text(crm.CaseType, "enquiry"), pagetest.Text(crm.CaseText, "x"), pagetest.Text(crm.CaseState, "open")),
		"/tasks/:id":  of(crm.Task, crm.TaskParty, pagetest.Text(crm.TaskType, "task"), pagetest.Text(crm.TaskText, "x"), pagetest.Text(crm.TaskState, "open")),
		"/notes/:id":  of(crm.Interaction, crm.InteractionParty, pagetest.Text(crm.InteractionChannel, "counter"), pagetest.Text(crm.InteractionText, "x")),
		"/keying/:id": of(crm.Keying, crm.KeyingParty, pagetest.Text(crm.KeyingType, "other"), pagetest.Text(crm.KeyingText, "x"), pagetest.Text(crm.KeyingState, "open")),
		"other":       g.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Anna Malá")).String(),
		":reach":      of(crm.Reach, crm.ReachParty, pagetest.Text(crm.ReachChannel, "phone"), pagetest.Text(crm.ReachValue, "+420601234567")),
	}
	g.ids["/api/v1/reaches/:id"] = g.ids[":reach"]
	g.ids["/visitors/:id"] = g.ids["/customers/:id"] // who is here: their page is another
}

// address is a route with real ids for its parameters.
func (g *gate) address(route string) string {
	for prefix, id := range g.ids {
		if strings.HasPrefix(prefix, "/") && strings.HasPrefix(route, prefix) {
			route = strings.TrimSuffix(prefix, ":id") + id + strings.TrimPrefix(route, prefix)
		}
	}
	parts := strings.Split(route, "/")
	for i, part := range parts {
		switch id, known := g.ids[part]; {
		case known:
			parts[i] = id
		case strings.HasPrefix(part, ":"):
			parts[i] = "1"
		case part == "*":
			parts[i] = "page.css"
		}
	}
	return strings.Join(parts, "/")
}

// ask calls a route as somebody.
func (g *gate) ask(who *caller, method, route, form string) pagetest.Answer {
	isAPI := strings.HasPrefix(route, "/api/")
	ctx, cancel := context.WithCancel(g.t.Context())
	defer cancel()
	form = strings.NewReplacer("%7Bparty%7D", g.ids["/customers/:id"], "%7Bother%7D", g.ids["other"], "{other}", g.ids["other"]).Replace(form)
	address := g.URL + g.address(route)
	if method == http.MethodGet && form != "" {
		address, form = address+"?"+form, ""
	}
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form))
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	g.Client = who.client
	if isAPI {
		r.Header.Set("Content-Type", "application/json")
		g.Client = g.Browser()
		if who.token != "" {
			r.Header.Set("Authorization", "Bearer "+who.token)
		}
	}
	return g.Do(r)
}

func (g *gate) written() (n int64) {
	err := g.Office.Central.File.Read(g.t.Context(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(`SELECT coalesce(max(seq), 0) FROM journal`)
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return n
}

// turnedAway reports whether an answer sends somebody away who is not signed in.
func turnedAway(a pagetest.Answer) bool {
	return a.Status == http.StatusUnauthorized || a.Status == http.StatusSeeOther && strings.HasPrefix(a.Location, "/signin")
}

// try calls a route as every role and as nobody.
func (g *gate) try(method, route string, n need) {
	name := method + " " + route
	if n.open {
		if a := g.ask(g.people[""], method, route, n.form); a.Status >= http.StatusInternalServerError {
			g.t.Errorf("%s as nobody: %d", name, a.Status)
		}
		return
	}
	before := g.written()
	if a := g.ask(g.people[""], method, route, n.form); !turnedAway(a) || g.written() != before {
		g.t.Errorf("%s lets nobody in: %d %s", name, a.Status, a.Location)
	}
	if route == "/live" {
		return // it never ends
	}
	for _, role := range []string{"banker", "teller", "manager", "admin", "auditor"} {
		who, before := g.people[role], g.written()
		may := !slices.ContainsFunc(n.acts, func(a crm.Act) bool { return !who.acts[a] })
		a := g.ask(who, method, route, n.form)
		switch {
		case a.Status >= http.StatusInternalServerError || turnedAway(a):
			g.t.Errorf("%s as %s: %d %s", name, role, a.Status, a.Body[:min(len(a.Body), 200)])
		case may && a.Status == http.StatusForbidden:
			g.t.Errorf("%s as %s, who may %v: it is refused", name, role, n.acts)
		case !may && g.written() != before:
			g.t.Errorf("%s as %s, who lacks one of %v: %d, and something was written", name, role, n.acts, a.Status)
		case !may && a.Status != http.StatusForbidden && a.Status != http.StatusSeeOther:
			g.t.Errorf("%s as %s, who lacks one of %v: %d", name, role, n.acts, a.Status)
		}
	}
}

// tryAll tries every route that the process serves; one without an entry fails,
// and so does an entry without a route.
func (g *gate) tryAll(table map[string]need) {
	served := map[string]bool{}
	for _, r := range g.Echo.Routes() {
		if r.Method != echo.RouteNotFound {
			served[r.Method+" "+r.Path] = true
		}
	}
	g.t.Logf("%d routes", len(served))
	for _, name := range slices.Sorted(maps.Keys(served)) {
		n, known := table[name]
		if !known {
			g.t.Errorf("%s has no entry: say in the table of this test who may call it", name)
			continue
		}
		method, route, _ := strings.Cut(name, " ")
		if name != "POST /signout" && name != "DELETE /api/v1/session" { // they end what the others need
			g.try(method, route, n)
		}
	}
	for name := range table {
		if !served[name] {
			g.t.Errorf("%s is in the table and is not served", name)
		}
	}
}

func merged(tables ...map[string]need) map[string]need {
	out := map[string]need{}
	for _, t := range tables {
		maps.Copy(out, t)
	}
	return out
}

// workstation serves the pages of a workstation.
func workstation(e *echo.Echo, o webui.Options, _ *office.Office) error { return teller.Register(e, o) }

// headOffice serves those of head office.
func headOffice(t *testing.T) func(*echo.Echo, webui.Options, *office.Office) error {
	return func(e *echo.Echo, o webui.Options, f *office.Office) error {
		return hq.Register(e, o, hq.Panels{Setup: hq.NewSetup(o.Desk, f), Moves: f, Imports: pagetest.Imports(t, f, o.Now), Prover: office.NewProver(f, func(error) {}),
			Absence: hq.Absence{Leases: func(context.Context) ([]hq.LeaseLine, error) { return nil, nil }, Sticks: func(context.Context) ([]hq.StickLine, error) { return nil, nil },
				Code: func(context.Context, *desk.Who, crdt.Origin) (string, hq.LeaseLine, error) {
					return "", hq.LeaseLine{}, nil
				},
				Take:   func(context.Context, *desk.Who, io.Reader) (hq.StickLine, error) { return hq.StickLine{}, nil },
				Answer: func(string) (string, string, error) { return "", "", desk.Missing("page", "there is none") }},
			Fleet:   func(context.Context) ([]hq.NodeLine, error) { return nil, nil },
			Refused: func(context.Context) ([]desk.RefusedLine, error) { return nil, nil },
			Decide:  func(context.Context, *desk.Who, crdt.ID, hq.Decision) error { return nil },
			Erasures: hq.Erasures{List: func(context.Context) ([]hq.ErasureLine, error) { return nil, nil },
				Order:   func(context.Context, *desk.Who, crdt.ID, string, string) error { return nil },
				Confirm: func(context.Context, *desk.Who, int64) error { return nil }, Drop: func(context.Context, int64) error { return nil }}})
	}
}

func TestEveryRouteOfAWorkstationAsEveryRoleAndAsNobody(t *testing.T) {
	g := openGate(t, workstation)
	g.tryAll(merged(everywhere(), calls(), atBranch()))
}

func TestEveryRouteOfHeadOfficeAsEveryRoleAndAsNobody(t *testing.T) {
	g := openGate(t, headOffice(t))
	g.tryAll(merged(everywhere(), calls(), atHeadOffice()))
}

// good writes a form.
func good(pairs ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values.Encode()
}
