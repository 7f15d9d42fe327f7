package api

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
)

// sent is a body as a program makes it.
type sent = map[string]any

func TestAProspectIsWrittenFoundAndShown(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	p := b.newCustomer(sent{
		"type": "person", "name": "王小明", "birth": "1980-02-29", "language": "zh-CN", "address": "1 High Street\r\nOldtown",
		"phone": "+8613800138000", "email": "wang@example.com", "memo": "likes tea", "colour": "blue",
	})
	if p.State != "saved_here" || p.Status != "prospect" || p.Home == nil || *p.Home != 1 || p.Phone != "+8613800138000" || p.Email != "wang@example.com" {
		t.Errorf("%+v", p)
	}
	if diff := cmp.Diff(p, b.customer(p.ID)); diff != "" {
		t.Errorf("shown otherwise than written: %s", diff)
	}
	for _, name := range []string{"name", "birth", "memo", "phone", "email"} {
		if len(p.Stamps[name]) != 2*crdt.StampSize {
			t.Errorf("stamp of %s: %q", name, p.Stamps[name])
		}
	}
	if stamp, there := p.Stamps["occupation"]; !there || stamp != "" {
		t.Error("a field never written has no empty stamp")
	}
	for _, q := range []string{"王小", "13800138000", ""} {
		var found customersView
		b.send(http.MethodGet, "/customers?limit=5&q="+q, nil, http.StatusOK, &found)
		if len(found.Customers) != 1 || string(found.Customers[0].ID) != p.ID || found.Customers[0].Town != "Oldtown" || !found.Customers[0].Mine {
			t.Errorf("%q finds %+v", q, found)
		}
	}
}

func TestAPatchChangesWhatItNamesAndNullClears(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	id := b.newCustomer(sent{"name": "Ann Lee", "phone": "+4420 7946 0000", "memo": "first", "occupation": "baker"}).ID
	p := b.patch(id, sent{"memo": "second", "phone": "+442079460001", "email": "ann@example.com"})
	if p.Memo != "second" || p.Phone != "+442079460001" || p.Email != "ann@example.com" || len(p.Reaches) != 2 || len(p.Conflicts) != 0 {
		t.Errorf("%+v", p)
	}
	again := b.patch(id, sent{"memo": "second", "phone": "+442079460001", "saw": sent{"memo": "", "phone": p.Stamps["email"]}})
	if diff := cmp.Diff(p.Stamps, again.Stamps); diff != "" {
		t.Errorf("a value that stood already was written again: %s", diff)
	}
	p = b.patch(id, sent{"memo": nil, "phone": nil, "email": "", "archived": 1})
	if p.Memo != "" || p.Phone != "" || p.Email != "" || len(p.Reaches) != 0 || len(p.Conflicts) != 0 {
		t.Errorf("%+v", p)
	}
	// What was read may be sent back whole.
	whole := sent{}
	b.send(http.MethodGet, "/customers/"+id, nil, http.StatusOK, &whole)
	whole["memo"], whole["saw"] = "third", whole["stamps"]
	if p = b.patch(id, whole); p.Memo != "third" || len(p.Conflicts) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestAnEditOfAnOldValueLeavesAConflictThatIsSettled(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	first := b.newCustomer(sent{"name": "Ann Lee", "phone": "+442079460000", "memo": "a"})
	old := first.Stamps
	b.patch(first.ID, sent{"phone": "+442079460001", "memo": "b", "saw": old})
	b.signIn("ben")
	p := b.patch(first.ID, sent{"phone": "+442079460002", "memo": "c", "saw": old})
	if len(p.Conflicts) != 2 || len(p.Reaches) != 1 || len(p.Reaches[0].Conflicts) != 1 {
		t.Fatalf("%+v", p)
	}
	var open conflictsView
	b.send(http.MethodGet, "/conflicts", nil, http.StatusOK, &open)
	if len(open.Conflicts) != 2 {
		t.Fatalf("%+v", open)
	}
	for _, c := range open.Conflicts {
		if string(c.Party) != first.ID || c.PartyName != "Ann Lee" || c.Closed || c.CurrentBy.Name != "P. ben" || c.LosingBy.Name != "P. ann" {
			t.Errorf("%+v", c)
		}
		keep := map[string]string{"value": "losing", "memo": "current"}[c.Field]
		var saved savedView
		b.send(http.MethodPost, "/conflicts/"+string(c.ID), sent{"keep": keep}, http.StatusOK, &saved)
		if saved.ID != c.Row || saved.State != "saved_here" || saved.Seq == 0 {
			t.Errorf("%+v", saved)
		}
	}
	p = b.customer(first.ID)
	if len(p.Conflicts) != 0 || p.Phone != "+442079460001" || p.Memo != "c" {
		t.Errorf("%+v", p)
	}
	if got := b.refused(b.ask("POST", Prefix+"/conflicts/"+string(open.Conflicts[0].ID), []byte(`{"keep":"current"}`))); got != `404 conflict "" this conflict was settled meanwhile` {
		t.Error(got)
	}
}

func TestAPatchThatNamesTheLosersSettles(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	first := b.newCustomer(sent{"name": "Ann Lee", "phone": "+442079460000"})
	b.patch(first.ID, sent{"phone": "+442079460001", "saw": first.Stamps})
	p := b.patch(first.ID, sent{"phone": "+442079460002", "saw": first.Stamps})
	lost := p.Reaches[0].Conflicts[0]
	p = b.patch(first.ID, sent{"phone": "+442079460002", "saw": sent{"phone": []any{p.Stamps["phone"], lost.Stamp}}})
	if len(p.Conflicts) != 0 || p.Phone != "+442079460002" {
		t.Errorf("%+v", p)
	}
}

func TestWhoSawNoPhoneAddsOneBesideTheNew(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	first := b.newCustomer(sent{"name": "Ann Lee"})
	b.patch(first.ID, sent{"phone": "+442079460001"})
	p := b.patch(first.ID, sent{"phone": "+442079460002", "saw": first.Stamps})
	if len(p.Reaches) != 2 || len(p.Conflicts) != 0 {
		t.Errorf("%+v", p)
	}
}

func TestFieldsOfTheCoreAreLocked(t *testing.T) {
	b := openBranch(t)
	b.signIn("ann")
	id := b.office(row{crm.Party, []crdt.FieldSet{
		setText(crm.PartyType, "person"), setText(crm.PartyName, "Bo Core"), setWhole(crm.PartyHome, 1), setText(crm.PartyKey, "K1"), setText(crm.PartyTier, "A"),
	}}).String()
	p := b.customer(id)
	if len(p.Locked) == 0 {
		t.Error("nothing is locked")
	}
	for body, want := range map[string]string{
		`{"name":"Bo Other","phone":"+442079460001"}`: `403 core_field "name" name comes from core banking; ask for a correction`,
		`{"tier":"B"}`: `403 core_field "tier" tier comes from core banking; ask for a correction`,
		`{"home":2}`:   `403 core_field "home" home comes from core banking; ask for a correction`,
	} {
		if got := b.refused(b.ask("PATCH", Prefix+"/customers/"+id, []byte(body))); got != want {
			t.Errorf("%s: %s", body, got)
		}
	}
	if p = b.customer(id); p.Phone != "" {
		t.Error("a refused request changed something")
	}
	if p = b.patch(id, sent{"name": "Bo Core", "tier": "A", "memo": "new"}); p.Memo != "new" {
		t.Errorf("%+v", p)
	}
}
