package desk_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/rows"
)

func TestSigningInOpensASessionOfTwelveHours(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		token, who, err := p.SignIn(ctx(), "teller1", password, false)
		must(t, err)
		if who.Login != "teller1" || who.Role != "teller" || who.Branch != 1 || who.Name != "A teller" || !who.May(crm.ActRead) || who.May(crm.ActWarn) {
			t.Errorf("%+v", who)
		}
		again, err := p.Check(ctx(), token)
		must(t, err)
		if again.Session != who.Session || again.Person != who.Person {
			t.Errorf("%+v", again)
		}
		if r := p.row(crm.Session, who.Session); r.Get(crm.SessionPerson).ID() != who.Person || r.Get(crm.SessionSignature).IsNull() {
			t.Errorf("%+v", r)
		}
		p.now += 12*3600_000 + 10
		if _, err := p.Check(ctx(), token); trouble(err) != "signed out signed_out" {
			t.Errorf("after twelve hours: %v", err)
		}
	})
}

func TestWhoMayNotSignIn(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		_, err := p.AddPerson(ctx(), rows.Actor{}, office.NewPerson{Login: "fresh", Role: "teller", Branch: 1, Password: password, OneTime: true})
		must(t, err)
		gone, err := p.PersonID(ctx(), "banker1")
		must(t, err)
		p.core(set(crm.Person, gone, crm.PersonEnded, 1))
		for _, c := range []struct{ login, password, want string }{
			{"teller1", "wrong", "invalid wrong_password password"},
			{"teller1", "", "invalid wrong_password password"},
			{"nobody", password, "invalid wrong_password password"},
			{"", "", "invalid wrong_password password"},
			{"banker1", password, "invalid wrong_password password"},
			{"fresh", "wrong", "invalid wrong_password password"},
			{"fresh", password, "invalid must_change password"},
			{string(make([]byte, 10_000)), password, "invalid wrong_password password"},
		} {
			token, who, err := p.SignIn(ctx(), c.login, c.password, false)
			if trouble(err) != c.want || token != "" || who != nil {
				t.Errorf("%.9q %q: %v", c.login, c.password, err)
			}
		}
		for _, token := range []string{"", "x", "AAAA"} {
			if _, err := p.Check(ctx(), token); trouble(err) != "signed out signed_out" {
				t.Errorf("token %q: %v", token, err)
			}
		}
	})
}

func TestSomebodyOfAnotherBranchDoesNotSignInHere(t *testing.T) {
	p := workstation(t)
	if _, _, err := p.SignIn(ctx(), "teller2", password, false); trouble(err) != "invalid wrong_password password" {
		t.Error(err)
	}
	people, err := p.People(ctx())
	must(t, err)
	var logins []string
	for _, l := range people {
		logins = append(logins, l.Login)
	}
	slices.Sort(logins)
	if want := []string{"admin1", "auditor1", "banker1", "manager1", "manager21", "teller1"}; !slices.Equal(logins, want) {
		t.Errorf("%v", logins)
	}
	if branches, err := p.Branches(ctx()); err != nil || len(branches) != 2 || branches[1] != (desk.BranchLine{Number: 2, Name: "Branch 2"}) {
		t.Errorf("%v %v", branches, err)
	}
}

func TestWrongPasswordsLockTheNameAlsoAcrossARestart(t *testing.T) {
	p := workstation(t)
	for range 5 {
		if _, _, err := p.SignIn(ctx(), "teller1", "wrong", false); trouble(err) != "invalid wrong_password password" {
			t.Fatal(err)
		}
	}
	locked := func(d *desk.Desk) {
		t.Helper()
		_, _, err := d.SignIn(ctx(), "teller1", password, false)
		var e *desk.Error
		if trouble(err) != "locked too_many password" || !errors.As(err, &e) || e.WaitMS <= 0 || e.WaitMS > 30_000 {
			t.Errorf("%v", err)
		}
	}
	locked(p.Desk)
	p.till.open()
	locked(p.till.desk)
	if _, _, err := p.till.desk.SignIn(ctx(), "manager1", password, false); err != nil {
		t.Errorf("somebody else is locked too: %v", err)
	}
	p.now += 31_000
	if _, _, err := p.till.desk.SignIn(ctx(), "teller1", password, false); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	for range 4 {
		_, _, _ = p.till.desk.SignIn(ctx(), "teller1", "wrong", false)
	}
	if _, _, err := p.till.desk.SignIn(ctx(), "teller1", password, false); err != nil {
		t.Errorf("the right password did not wipe the slate: %v", err)
	}
}

func TestTriesInVainAreToldWithTheNextSignInAndNoNameThatNobodyHas(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		for _, login := range []string{"teller1", "teller1", "my secret password"} {
			if _, _, err := p.SignIn(ctx(), login, "wrong", false); trouble(err) != "invalid wrong_password password" {
				t.Fatal(err)
			}
		}
		p.signIn("manager1")
		p.signIn("manager1") // told once
		if p.till != nil {
			p.till.sync()
		}
		var told []crm.TurnedAway
		must(t, p.Central.File.Read(ctx(), func(tx *rows.Tx) error {
			return tx.Rows(crm.RefusedSignIn, `1 ORDER BY times`, func(r *rows.Stored) error {
				one, err := crm.ReadTurnedAway(r.Get)
				told = append(told, one)
				return err
			})
		}))
		teller, err := p.PersonID(ctx(), "teller1")
		must(t, err)
		if len(told) != 2 || told[0].Person != 0 || told[0].Times != 1 || told[1].Person != int64(teller) || told[1].Times != 2 {
			t.Errorf("%+v", told)
		}
	})
}

func TestManyTriesAtOnceAreCountedOneByOne(t *testing.T) {
	p := workstation(t)
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() { _, _, _ = p.SignIn(ctx(), "teller1", "wrong", false) })
	}
	wg.Wait()
	if n, _, err := p.till.WrongPasswords(ctx(), "teller1"); err != nil || n < 5 || n > 6 {
		t.Errorf("%d passwords were tried: %v", n, err)
	}
}

func TestAnIdleDeskLocksUntilThePasswordIsTyped(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		token, _, err := p.SignIn(ctx(), "teller1", password, false)
		must(t, err)
		bearer, _, err := p.SignIn(ctx(), "teller1", password, true)
		must(t, err)
		check := func(want string) {
			t.Helper()
			who, err := p.Check(ctx(), token)
			if trouble(err) != want || who == nil {
				t.Errorf("%+v %v, want %q", who, err, want)
			}
		}
		p.now += desk.DefaultIdleMS - 100
		p.Touch(token)
		p.now += desk.DefaultIdleMS - 100
		check("")
		p.now += 200
		check("locked idle")
		p.Touch(token) // a page in the background
		check("locked idle")
		if _, err := p.Check(ctx(), bearer); err != nil {
			t.Errorf("a bearer word locks: %v", err)
		}
		if err := p.Unlock(ctx(), token, "wrong"); trouble(err) != "invalid wrong_password password" {
			t.Error(err)
		}
		check("locked idle")
		must(t, p.Unlock(ctx(), token, password))
		check("")
		must(t, p.Lock(ctx(), token))
		check("locked idle")
		must(t, p.Unlock(ctx(), token, password))
		must(t, p.SignOut(ctx(), token))
		if _, err := p.Check(ctx(), token); trouble(err) != "signed out signed_out" {
			t.Error(err)
		}
		if err := p.Unlock(ctx(), token, password); trouble(err) != "signed out signed_out" {
			t.Error(err)
		}
		must(t, p.Lock(ctx(), token))
		must(t, p.SignOut(ctx(), token))
	})
}

func TestALockedDeskIsLockedAfterARestart(t *testing.T) {
	p := workstation(t)
	token, _, err := p.SignIn(ctx(), "teller1", password, false)
	must(t, err)
	p.till.open()
	if _, err := p.till.desk.Check(ctx(), token); err != nil {
		t.Errorf("a restart signed people out: %v", err)
	}
	p.now += desk.DefaultIdleMS + 1
	p.till.open()
	if _, err := p.till.desk.Check(ctx(), token); trouble(err) != "locked idle" {
		t.Errorf("%v", err)
	}
	must(t, p.till.desk.Unlock(ctx(), token, password))
	p.till.open()
	if _, err := p.till.desk.Check(ctx(), token); err != nil {
		t.Error(err)
	}
}

func TestWhoLeavesIsSignedOutWithTheNextFeed(t *testing.T) {
	p := workstation(t)
	token, who, err := p.SignIn(ctx(), "teller1", password, false)
	must(t, err)
	right := crdt.ID(0)
	must(t, p.Local.File.Read(ctx(), func(tx *rows.Tx) error {
		n, _, err := tx.Int(`SELECT id FROM access_right WHERE role='teller' AND act=?1`, string(crm.ActRecord))
		right = crdt.ID(n)
		return err
	}))
	p.core(set(crm.Right, right, crm.RightAllowed, 0))
	if again, err := p.Check(ctx(), token); err != nil || again.May(crm.ActRecord) {
		t.Errorf("a right that was taken away stays: %v", err)
	}
	p.core(set(crm.Person, who.Person, crm.PersonEnded, 1))
	if _, err := p.Check(ctx(), token); trouble(err) != "signed out signed_out" {
		t.Errorf("%v", err)
	}
}

func TestPasswordsAreChangedAtHeadOfficeAlone(t *testing.T) {
	p := workstation(t)
	if err := p.ChangePassword(ctx(), "teller1", password, "another one"); trouble(err) != "denied password_at_head_office" {
		t.Error(err)
	}
	must(t, p.bank.desk.ChangePassword(ctx(), "teller1", password, "another one"))
	if _, _, err := p.SignIn(ctx(), "teller1", password, false); err != nil {
		t.Errorf("before the feed came: %v", err)
	}
	p.till.sync()
	if _, _, err := p.SignIn(ctx(), "teller1", "another one", false); err != nil {
		t.Errorf("after it came: %v", err)
	}
}
