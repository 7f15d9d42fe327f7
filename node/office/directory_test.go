package office_test

import (
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/directory"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/rows"
)

// listed reads the entry of a party; nil: it has none.
func (w *world) listed(id crdt.ID) (r *rows.Stored) {
	w.t.Helper()
	must(w.t, w.Central.File.Read(ctx(), func(tx *rows.Tx) (err error) {
		r, err = tx.Get(crm.Directory, id)
		return err
	}))
	return r
}

// lists tells whether the entry of a party answers to a question.
func (w *world) lists(id crdt.ID, typed string) (is bool) {
	w.t.Helper()
	must(w.t, w.Central.File.Read(ctx(), func(tx *rows.Tx) error {
		secret, err := store.DirectorySecret(tx)
		if r, err := tx.Get(crm.Directory, id); err == nil && r != nil {
			is = directory.Read(typed).Meets(secret, r.Get(crm.DirectoryKeys).S)
		}
		return err
	}))
	return is
}

func TestTheDirectoryFollowsWhatIsWrittenOfAParty(t *testing.T) {
	w := staffed(t)
	anna := w.act(set(crm.Party, 0, crm.PartyName, "Anna Nováková", crm.PartyType, "person", crm.PartyHome, 2, crm.PartyBirth, "1980-03-04",
		crm.PartyDocument, "AB123456", crm.PartyLanguage, "cs", crm.PartyMemo, "likes chess", crm.PartyAddress, "1 Elm Street"))
	r := w.listed(anna)
	if r == nil || r.Get(crm.DirectoryName).S != "A••• N•••" || r.Get(crm.DirectoryHome).I != 2 || r.Get(crm.DirectoryLanguage).S != "cs" || r.Get(crm.DirectoryType).S != "person" {
		t.Fatalf("%+v", r)
	}
	for _, f := range r.Fields {
		for _, secret := range []string{"Anna", "Nov", "1980", "3456", "chess", "Elm"} {
			if strings.Contains(f.S, secret) {
				t.Errorf("the entry says %q", f.S)
			}
		}
	}
	if !w.lists(anna, "an 1980-03-04") || !w.lists(anna, "nov 3456") || w.lists(anna, "an 601234567") {
		t.Error("the keys are not those of the party")
	}
	phone := w.act(set(crm.Reach, 0, crm.ReachParty, anna, crm.ReachChannel, "phone", crm.ReachValue, "+420601234567"))
	warning := w.act(set(crm.Warning, 0, crm.WarningParty, anna, crm.WarningLevel, "stop", crm.WarningText, "her purse was stolen"))
	if w.listed(anna).Get(crm.DirectoryWarning).S != "stop" {
		t.Error("a stop by itself does not reach the directory")
	}
	no := w.act(set(crm.Consent, 0, crm.ConsentParty, anna, crm.ConsentPurpose, "marketing", crm.ConsentChannel, "phone", crm.ConsentAct, "withdraw"))
	if w.listed(anna).Get(crm.DirectoryRefused).S != "marketing/phone" {
		t.Error("a refusal by itself does not reach the directory")
	}
	w.act(set(crm.Consent, 0, crm.ConsentParty, anna, crm.ConsentPurpose, "service", crm.ConsentChannel, "sms", crm.ConsentAct, "withdraw"))
	w.act(set(crm.Party, anna, crm.PartyName, "Anna Malá"))
	r = w.listed(anna)
	if !w.lists(anna, "an 601234567") || w.lists(anna, "nov 3456") || r.Get(crm.DirectoryName).S != "A••• M•••" {
		t.Error("a new phone or name is not in the entry")
	}
	if r.Get(crm.DirectoryWarning).S != "stop" || r.Get(crm.DirectoryRefused).S != "marketing/phone service/sms" {
		t.Errorf("warning %q, refused %q", r.Get(crm.DirectoryWarning).S, r.Get(crm.DirectoryRefused).S)
	}
	n := r.N
	w.act(set(crm.Interaction, 0, crm.InteractionParty, anna, crm.InteractionText, "a talk"), set(crm.Party, anna, crm.PartyMemo, "likes go"))
	if r = w.listed(anna); r.N != n {
		t.Error("what the directory does not tell of goes out to every branch")
	}
	w.act(set(crm.Consent, 0, crm.ConsentParty, anna, crm.ConsentPurpose, "marketing", crm.ConsentChannel, "phone", crm.ConsentAct, "grant", crm.ConsentOverrides, no.String()))
	must(t, w.clear(crm.Reach, phone))
	must(t, w.clear(crm.Warning, warning))
	_, err := w.Move(ctx(), rows.Actor{}, office.Moving{To: 1, Parties: []crdt.ID{anna}})
	must(t, err)
	if r = w.listed(anna); r.Get(crm.DirectoryWarning).S != "" || r.Get(crm.DirectoryRefused).S != "service/sms" || w.lists(anna, "an 601234567") || r.Get(crm.DirectoryHome).I != 1 {
		t.Errorf("after it was taken back: %+v", r.Fields)
	}
}

// clear removes an element.
func (w *world) clear(kind uint8, id crdt.ID) error {
	_, err := w.Central.Act(ctx(), rows.Actor{}, func(a *rows.Act) error {
		r, err := a.Tx.Get(kind, id)
		if err != nil {
			return err
		}
		var saw []crdt.Stamp
		for _, c := range r.Clocks {
			saw = append(saw, c.Stamp)
		}
		a.Add(crdt.Op{Kind: kind, ID: id, Clear: saw})
		return nil
	})
	return err
}

func TestPartiesThatAreOneHaveOneEntryWithWhatWasSaidToAny(t *testing.T) {
	w := staffed(t)
	one := w.act(set(crm.Party, 0, crm.PartyName, "Anna Nováková", crm.PartyHome, 1, crm.PartyBirth, "1980-03-04"))
	other := w.act(set(crm.Party, 0, crm.PartyName, "Anna Malá", crm.PartyHome, 2, crm.PartyBirth, "1980-04-03"))
	w.act(set(crm.Consent, 0, crm.ConsentParty, other, crm.ConsentPurpose, "marketing", crm.ConsentChannel, "phone", crm.ConsentAct, "withdraw"))
	link := w.act(set(crm.Link, 0, crm.LinkOne, one, crm.LinkOther, other))
	if w.listed(other) != nil || w.listed(one).Get(crm.DirectoryRefused).S != "marketing/phone" || !w.lists(one, "mal 1980-04-03") {
		t.Errorf("linked: %+v %+v", w.listed(one), w.listed(other))
	}
	must(t, w.clear(crm.Link, link))
	if w.listed(other) == nil || w.listed(one).Get(crm.DirectoryRefused).S != "" || w.lists(one, "mal 1980-04-03") || !w.lists(other, "mal 1980-04-03") {
		t.Errorf("two again: %+v %+v", w.listed(one), w.listed(other))
	}
}

func TestAnEntryGoesWithErasureAndNothingBringsItBack(t *testing.T) {
	w := staffed(t)
	one := w.act(set(crm.Party, 0, crm.PartyName, "Anna Nováková", crm.PartyHome, 1, crm.PartyBirth, "1980-03-04"))
	other := w.act(set(crm.Party, 0, crm.PartyName, "Anna Malá", crm.PartyHome, 2, crm.PartyBirth, "1980-04-03"))
	w.act(set(crm.Link, 0, crm.LinkOne, one, crm.LinkOther, other))
	boss, second := w.person("manager1"), w.person("manager2")
	n, err := w.OrderErasure(ctx(), boss, one, "request", "letter 7")
	must(t, err)
	must(t, w.ConfirmErasure(ctx(), second, n))
	if w.listed(one) != nil || w.listed(other) == nil || w.lists(other, "nov 1980-03-04") {
		t.Errorf("erased: %+v; the other: %+v", w.listed(one), w.listed(other))
	}
	if held := w.count(`SELECT count(*) FROM feed WHERE kind=26 AND void=0`); held != 1 {
		t.Errorf("the feed has %d entries", held)
	}
	p := w.join(17, 1)
	p.signIn("teller1")
	if code := p.write(p.session, set(crm.Reach, p.mint(), crm.ReachParty, one, crm.ReachChannel, "phone", crm.ReachValue, "+420601234567")); code != "erased" {
		t.Errorf("a phone of who is gone: %q", code)
	}
	if w.listed(one) != nil {
		t.Error("the entry is back")
	}
}

func TestABankOfAReleaseWithoutADirectoryGetsOne(t *testing.T) {
	w := staffed(t)
	anna := w.act(set(crm.Party, 0, crm.PartyName, "Anna Nováková", crm.PartyHome, 1, crm.PartyBirth, "1980-03-04"))
	must(t, w.Central.File.Write(ctx(), func(tx *rows.Tx) error {
		if err := tx.Exec(`DELETE FROM directory`); err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM fact WHERE name='directory listed'`)
	}))
	must(t, w.Close())
	w.open()
	if w.listed(anna) == nil || !w.lists(anna, "an 1980-03-04") {
		t.Error("who was there before is not in the directory")
	}
}

func TestAnEntryOfAPartyThatWasTakenBackGoes(t *testing.T) {
	w := staffed(t)
	ids, err := w.Central.MintMany(ctx(), 1)
	must(t, err)
	batch, err := w.Central.Import(ctx(), rows.Actor{}, central.Part{Ops: []crdt.Op{set(crm.Party, ids[0], crm.PartyName, "Anna Nováková", crm.PartyHome, 1)}})
	must(t, err)
	if w.listed(ids[0]) == nil {
		t.Fatal("who was imported has no entry")
	}
	must(t, w.Central.Undo(ctx(), rows.Actor{}, central.Undoing{Batch: batch, Remove: []central.RowID{{Kind: crm.Party, ID: ids[0]}}}))
	if w.listed(ids[0]) != nil {
		t.Error("the entry outlives the party")
	}
}
