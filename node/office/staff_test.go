package office_test

import (
	"errors"
	"testing"

	"bough/node/office"
	"bough/sync/rows"
	"bough/sync/trust"
)

func TestAPersonWhoMovesTakesTheirKeyAlong(t *testing.T) {
	w := staffed(t)
	id := w.person("teller1")
	if err := w.ChangePerson(ctx(), rows.Actor{}, id, office.PersonChange{Name: "Tess", Role: "banker", Branch: 2}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT branch FROM credential WHERE person=?1`, int64(id)); n != 2 {
		t.Errorf("the sealed key stays at branch %d", n)
	}
	there := w.join(22, 2)
	there.signIn("teller1")
	if r := there.party("Ada"); r == 0 {
		t.Error("the new branch does not take their work")
	}
	here := w.join(11, 1)
	open := here.mint()
	if code := here.write(open, here.opening(open, id, w.keyOf("teller1"))); code != "person_elsewhere" {
		t.Errorf("the old branch still takes their work: %q", code)
	}
}

func TestANewPasswordEndsTheOldOneAndTheOldKey(t *testing.T) {
	w := staffed(t)
	id, old := w.person("teller1"), w.keyOf("teller1")
	word, err := w.ResetPassword(ctx(), rows.Actor{}, id)
	if err != nil || len(word) < 16 {
		t.Fatalf("%q %v", word, err)
	}
	if err := w.ChangePassword(ctx(), "teller1", password, "another horse"); !errors.Is(err, trust.ErrWrongPassword) {
		t.Errorf("the old password still opens the key: %v", err)
	}
	if n := w.count(`SELECT one_time FROM credential WHERE person=?1`, int64(id)); n != 1 {
		t.Error("it need not be changed")
	}
	here := w.join(11, 1)
	open := here.mint()
	if code := here.write(open, here.opening(open, id, old)); code != "session_unsigned" {
		t.Errorf("a thief of the old key signs in: %q", code)
	}
	if err := w.ChangePassword(ctx(), "teller1", word, password); err != nil {
		t.Fatal(err)
	}
	here.signIn("teller1")
}

func TestSomebodyIsLeftWhoMayChangePeople(t *testing.T) {
	w := staffed(t)
	boss, err := w.AddPerson(ctx(), rows.Actor{}, office.NewPerson{Login: "boss", Role: "admin", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.LockPerson(ctx(), rows.Actor{}, boss, true); !errors.Is(err, office.ErrLast) {
		t.Errorf("the last administrator was locked: %v", err)
	}
	second, err := w.AddPerson(ctx(), rows.Actor{}, office.NewPerson{Login: "second", Role: "admin", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.ChangePerson(ctx(), rows.Actor{Person: second}, second, office.PersonChange{Name: "Second", Role: "teller", Branch: 1}); !errors.Is(err, office.ErrSelf) {
		t.Errorf("somebody took their own access away: %v", err)
	}
	if err := w.LockPerson(ctx(), rows.Actor{Person: second}, boss, true); err != nil {
		t.Fatal(err)
	}
	if err := w.LockPerson(ctx(), rows.Actor{Person: second}, boss, false); err != nil {
		t.Fatal(err)
	}
	if v := w.count(`SELECT count(*) FROM person WHERE login='boss' AND ended IS NULL`); v != 1 {
		t.Error("an unlocked person is still locked")
	}
	for _, to := range []office.PersonChange{{Name: "X", Role: "king", Branch: 1}, {Name: "X", Role: "teller", Branch: 99}, {Name: "", Role: "teller", Branch: 1}} {
		if err := w.ChangePerson(ctx(), rows.Actor{Person: second}, boss, to); err == nil {
			t.Errorf("%+v was taken", to)
		}
	}
	if err := w.LockPerson(ctx(), rows.Actor{}, 987654321, true); !errors.Is(err, office.ErrNobody) {
		t.Errorf("%v", err)
	}
}
