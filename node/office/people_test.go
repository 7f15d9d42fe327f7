package office_test

import (
	"errors"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/trust"
)

// desk is where people sign in at head office.
func (w *world) desk() *desk.Desk {
	return desk.New(desk.Options{Local: w.Local, Ledger: w.Central, NowMS: func() int64 { return w.now }, Rand: w.random, ChangePassword: w.ChangePassword})
}

func codeOf(err error) string {
	var e *desk.Error
	if errors.As(err, &e) {
		return e.Code
	}
	if err != nil {
		return "error: " + err.Error()
	}
	return ""
}

func TestANewBankHasOneAdministratorWithAPasswordForOneTime(t *testing.T) {
	w := newWorld(t)
	if empty, err := w.Empty(ctx()); !empty || err != nil {
		t.Errorf("a new bank: empty %t %v", empty, err)
	}
	login, first, err := w.FirstAdministrator(ctx())
	must(t, err)
	if login != "admin" || len(first) < 16 {
		t.Errorf("%q %q", login, first)
	}
	if again, _, err := w.FirstAdministrator(ctx()); again != "" || err != nil {
		t.Errorf("a second first administrator: %q %v", again, err)
	}
	d := w.desk()
	if _, _, err := d.SignIn(ctx(), login, first, false); codeOf(err) != "must_change" {
		t.Errorf("with the first password: %v", err)
	}
	if err := d.ChangePassword(ctx(), login, "wrong", password); codeOf(err) != "wrong_password" {
		t.Errorf("with a wrong one: %v", err)
	}
	if err := d.ChangePassword(ctx(), login, first, "short"); codeOf(err) != "weak_password" {
		t.Errorf("to a weak one: %v", err)
	}
	must(t, d.ChangePassword(ctx(), login, first, password))
	if _, _, err := d.SignIn(ctx(), login, first, false); codeOf(err) != "wrong_password" {
		t.Errorf("with the old password: %v", err)
	}
	_, who, err := d.SignIn(ctx(), login, password, false)
	must(t, err)
	if who.Role != "admin" || !who.May(crm.ActPeople) || who.Branch != 0 {
		t.Errorf("%+v", who)
	}
}

func TestPeopleAreCheckedBeforeTheyAreAdded(t *testing.T) {
	w := staffed(t)
	good := office.NewPerson{Login: "eve", Role: "teller", Branch: 1, Password: password}
	for name, c := range map[string]struct {
		harm func(p *office.NewPerson)
		want error
	}{
		"no login":     {func(p *office.NewPerson) { p.Login = " " }, office.ErrName},
		"a long login": {func(p *office.NewPerson) { p.Login = strings.Repeat("x", 201) }, office.ErrName},
		"a long name":  {func(p *office.NewPerson) { p.Name = strings.Repeat("x", 201) }, office.ErrName},
		"no role":      {func(p *office.NewPerson) { p.Role = "king" }, office.ErrRole},
		"a weak word":  {func(p *office.NewPerson) { p.Password = "short" }, trust.ErrPasswordShort},
		"no branch":    {func(p *office.NewPerson) { p.Branch = 99 }, office.ErrBranch},
		"a taken name": {func(p *office.NewPerson) { p.Login = "teller2" }, office.ErrLogin},
	} {
		p := good
		c.harm(&p)
		if _, err := w.AddPerson(ctx(), rows.Actor{}, p); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := w.count(`SELECT count(*) FROM person`)
	id, err := w.AddPerson(ctx(), rows.Actor{}, good)
	must(t, err)
	if w.count(`SELECT count(*) FROM person`) != before+1 || w.person("eve") != id || w.text(`SELECT name FROM person WHERE id=?1`, int64(id)) != "eve" {
		t.Error("eve was not added, or more than her")
	}
	if _, err := w.PersonID(ctx(), "nobody"); !errors.Is(err, office.ErrPerson) {
		t.Error(err)
	}
}

func TestOnlyTheBranchOfAPersonHoldsTheirSealedKey(t *testing.T) {
	w := staffed(t)
	_, _, err := w.FirstAdministrator(ctx())
	must(t, err)
	for scope, want := range map[int64]int64{0: 0, 1: 3, 2: 3} {
		if n := w.count(`SELECT count(*) FROM feed WHERE scope=?1 AND kind=?2`, scope, int64(crm.Credential)); n != want {
			t.Errorf("the feed of scope %d has %d credentials, want %d", scope, n, want)
		}
	}
}

func TestAPasswordIsChangedByWhoKnowsTheOldOne(t *testing.T) {
	w := staffed(t)
	for name, c := range map[string]struct {
		login, old, next string
		want             error
	}{
		"nobody": {"nobody", password, "another one", office.ErrPerson},
		"wrong":  {"teller1", "wrong", "another one", trust.ErrWrongPassword},
		"weak":   {"teller1", password, "x", trust.ErrPasswordShort},
	} {
		if err := w.ChangePassword(ctx(), c.login, c.old, c.next); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	public := w.text(`SELECT public_key FROM person WHERE login='teller1'`)
	must(t, w.ChangePassword(ctx(), "teller1", password, "another one"))
	if w.text(`SELECT public_key FROM person WHERE login='teller1'`) != public {
		t.Error("the key itself changed: sessions signed offline would not fit any more")
	}
	if _, _, err := w.desk().SignIn(ctx(), "teller1", "another one", false); err != nil && codeOf(err) != "not_allowed" {
		t.Error(err)
	}
	w.act(set(crm.Person, w.person("teller2"), crm.PersonEnded, 1))
	if err := w.ChangePassword(ctx(), "teller2", password, "another one"); !errors.Is(err, office.ErrPerson) {
		t.Errorf("somebody who left: %v", err)
	}
}

func TestCodesAreForBranchesThatExist(t *testing.T) {
	w := staffed(t)
	if _, err := w.NewCode(ctx(), 99); !errors.Is(err, office.ErrBranch) {
		t.Error(err)
	}
	word, err := w.NewCode(ctx(), 2)
	must(t, err)
	code, err := trust.ParseCode(word)
	must(t, err)
	hash := code.Hash()
	if branch, err := w.Central.UseCode(ctx(), hash[:]); branch != 2 || err != nil {
		t.Errorf("%d %v", branch, err)
	}
	if _, err := w.Central.UseCode(ctx(), hash[:]); !errors.Is(err, central.ErrCode) {
		t.Errorf("used twice: %v", err)
	}
	word, err = w.NewCode(ctx(), 2)
	must(t, err)
	code, err = trust.ParseCode(word)
	must(t, err)
	hash = code.Hash()
	w.now += 24*3600_000 + 1
	if _, err := w.Central.UseCode(ctx(), hash[:]); !errors.Is(err, central.ErrCode) {
		t.Errorf("after a day: %v", err)
	}
}

func TestABranchThatExistsGetsItsNameAnew(t *testing.T) {
	w := staffed(t)
	must(t, w.AddBranch(ctx(), rows.Actor{}, 1, "Old Market", crdt.FieldSet{Field: crm.BranchRegion, Value: crdt.TextValue("North")}))
	if w.count(`SELECT count(*) FROM branch`) != 2 || w.text(`SELECT name || region FROM branch WHERE number=1`) != "Old MarketNorth" {
		t.Error("the branch was added again, or not renamed")
	}
	for _, n := range []int64{0, -1} {
		if err := w.AddBranch(ctx(), rows.Actor{}, n, "x"); err == nil {
			t.Errorf("a branch of number %d", n)
		}
	}
}

func TestTheRightsAreGivenOnceAndKeptAsChanged(t *testing.T) {
	w := newWorld(t)
	n := int64(len(crm.DefaultGrants()))
	id := crdt.ID(w.count(`SELECT id FROM access_right LIMIT 1`))
	w.act(set(crm.Right, id, crm.RightAllowed, 0))
	must(t, w.Close())
	w.open()
	if got := w.count(`SELECT count(*) FROM access_right`); got != n {
		t.Errorf("%d rights, want %d", got, n)
	}
	if w.count(`SELECT count(*) FROM access_right WHERE allowed=1`) != n-1 {
		t.Error("a right that was taken away came back")
	}
}
