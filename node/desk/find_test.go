package desk_test

import (
	"slices"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

func namesOf(hits []desk.Hit) (out []string) {
	for _, h := range hits {
		out = append(out, h.Name)
	}
	return out
}

func (p *place) find(who *desk.Who, typed string, limit int) []desk.Hit {
	p.t.Helper()
	hits, err := p.Find(ctx(), who, typed, limit)
	must(p.t, err)
	return hits
}

func TestAHitSaysWhatAClerkNeedsToChoose(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who, id := p.rich()
		p.saved(p.AddReach(ctx(), who, id, desk.Reach{Channel: "phone", Value: "+420601000001"}))
		p.saved(p.AddReach(ctx(), who, id, desk.Reach{Channel: "phone", Value: "+420601000002", Preferred: true}))
		p.edit(who, id, "address", "Dlouhá 5\n390 01 Tábor", []string{}...)
		hits := p.find(who, "ada no", 10)
		if len(hits) == 0 {
			t.Fatal("nobody")
		}
		h := hits[0]
		if h.ID != id || h.Name != "Ada Noll" || h.Status != "customer" || h.Tier != "B" || h.Warning != "stop" || h.Phone != "+420601000002" ||
			h.Town != "390 01 Tábor" || h.Home != 1 || h.HomeName != "Branch 1" || h.Mine != (p.till != nil) {
			t.Errorf("%+v", h)
		}
	})
}

func TestWithNothingTypedTheLatestComeFirst(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		var ids []crdt.ID
		for _, name := range []string{"Ada", "Bob", "Cy"} {
			ids = append(ids, p.prospect(who, name))
		}
		if got := namesOf(p.find(who, " ", 10)); !slices.Equal(got, []string{"Cy", "Bob", "Ada"}) {
			t.Errorf("the newest: %v", got)
		}
		p.customer(who, ids[1])
		if got := namesOf(p.find(who, "", 2)); !slices.Equal(got, []string{"Bob", "Cy"}) {
			t.Errorf("the lately opened first: %v", got)
		}
		if got := namesOf(p.find(p.signIn("manager1"), "", 1)); !slices.Equal(got, []string{"Cy"}) {
			t.Errorf("of another person: %v", got)
		}
		for _, limit := range []int{-5, 0, 1 << 40} {
			if got := p.find(who, "ada", limit); len(got) != 1 {
				t.Errorf("limit %d: %v", limit, got)
			}
		}
	})
}

func TestAProspectWhoIsThereAlreadyIsPointedOut(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		add := func(phone string, fields ...string) {
			in := desk.Prospect{Fields: map[string]string{}, Phone: phone}
			for i := 0; i < len(fields); i += 2 {
				in.Fields[fields[i]] = fields[i+1]
			}
			p.saved(p.NewProspect(ctx(), who, in))
		}
		add("+420601000001", "name", "Ada Noll", "birth", "1990-05-01")
		add("", "name", "Bob Stone", "document", "AB1234567")
		add("", "name", "Ada Stone")
		for _, c := range []struct {
			name, birth, document, phone string
			want                         []string
		}{
			{"Ada Noll", "", "", "", []string{"Ada Noll"}},
			{"Ada Noll", "1990-05-01", "", "", []string{"Ada Noll"}},
			{"Ada Noll", "1991-05-01", "", "", nil}, // another Ada Noll
			{"Ada Noll", "1991-05-01", "", "+420 601 000 001", []string{"Ada Noll"}},
			{"Zoe", "", "AB1234567", "", []string{"Bob Stone"}},
			{"Ada", "", "AB1234567", "", []string{"Ada Noll", "Ada Stone", "Bob Stone"}},
			{"Zoe Xu", "", "", "+420777777777", nil},
			{"", "", "", "", nil},
			{"Z", "", "", "", nil},
		} {
			alike, err := p.Duplicates(ctx(), who, desk.Prospect{Fields: map[string]string{"name": c.name, "birth": c.birth, "document": c.document}, Phone: c.phone})
			must(t, err)
			got := namesOf(plain(alike))
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v", c, got)
			}
		}
	})
}

func TestFindGivesNoPartyThatIsGone(t *testing.T) {
	p := workstation(t)
	who := p.signIn("teller1")
	id := p.prospect(who, "Ada")
	p.customer(who, id)
	for _, r := range p.rights() { // head office will refuse her
		if r.Get(crm.RightRole).S == "teller" && r.Get(crm.RightAct).S == string(crm.ActCreate) {
			p.act(set(crm.Right, r.ID, crm.RightAllowed, 0))
		}
	}
	p.till.sync()
	for _, typed := range []string{"", "ada"} {
		if got := p.find(who, typed, 9); len(got) != 0 {
			t.Errorf("%q: %+v", typed, got)
		}
	}
	if _, err := p.Customer(ctx(), who, id); trouble(err) != "not found customer" {
		t.Error(err)
	}
}

func plain(alike []desk.Candidate) (out []desk.Hit) {
	for _, c := range alike {
		out = append(out, c.Hit)
	}
	return out
}

func TestADuplicateSaysWhyItMayBeTheSame(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		p.saved(p.NewProspect(ctx(), who, desk.Prospect{Fields: map[string]string{"name": "张伟", "birth": "1985-11-02"}, Phone: "+86 138 0013 8000"}))
		alike, err := p.Duplicates(ctx(), who, desk.Prospect{Fields: map[string]string{"name": "Zhang Wei", "birth": "1985-11-02"}, Phone: "+8613800138000"})
		must(t, err)
		if len(alike) != 1 || !slices.Equal(alike[0].Reasons, []string{"reach", "name", "birth"}) {
			t.Errorf("%+v", alike)
		}
	})
}

func TestTheNumberOfADocumentIsChecked(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("teller1")
		for name, c := range map[string]struct {
			fields map[string]string
			want   string
		}{
			"a slip":             {map[string]string{"document_type": "resident_id", "document": "110105194912310021"}, "invalid document_digits document"},
			"another birth":      {map[string]string{"document_type": "resident_id", "document": "11010519491231002X", "birth": "1949-12-30"}, "invalid document_birth birth"},
			"a wrong code":       {map[string]string{"type": "organisation", "document_type": "credit_code", "document": "914403001922038217"}, "invalid document_digits document"},
			"right":              {map[string]string{"document_type": "resident_id", "document": "1101 0519 4912 3100 2x"}, ""},
			"of another country": {map[string]string{"document_type": "resident_id", "document": "615417/1234"}, ""},
			"a passport":         {map[string]string{"document_type": "passport", "document": "110105194912310021"}, ""},
		} {
			c.fields["name"] = "Somebody"
			if _, err := p.NewProspect(ctx(), who, desk.Prospect{Fields: c.fields}); trouble(err) != c.want {
				t.Errorf("%s: %s", name, trouble(err))
			}
		}
		id := p.saved(p.NewProspect(ctx(), who, desk.Prospect{Fields: map[string]string{"name": "王", "document_type": "resident_id", "document": "11010519491231002X"}}))
		c := p.customer(who, id)
		if c.Birth != "1949-12-31" || c.Field("sex").Value != "f" {
			t.Errorf("born %s, %s", c.Birth, c.Field("sex").Value)
		}
		if _, err := p.EditParty(ctx(), who, id, []desk.Edit{{Field: "document", Value: "110105194912310021"}}); trouble(err) != "invalid document_digits document" {
			t.Error(trouble(err))
		}
		if _, err := p.EditParty(ctx(), who, id, []desk.Edit{{Field: "memo", Value: "hello"}}); err != nil {
			t.Error(err)
		}
	})
}
