package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/sync/rows"
)

func TestASignInSurvivesARestartAndEnds(t *testing.T) {
	l := open(t)
	want := Token{Hash: [32]byte{1}, Session: 5, Person: 6, API: true, SeenMS: 100, UntilMS: 200, Locked: true}
	must(t, l.PutToken(ctx(), want))
	must(t, l.PutToken(ctx(), Token{Hash: [32]byte{2}, SeenMS: 100, UntilMS: 150}))
	l.reopen()
	got, err := l.Token(ctx(), want.Hash)
	must(t, err)
	if d := cmp.Diff(&want, got); d != "" {
		t.Error(d)
	}
	want.SeenMS, want.Locked = 180, false
	must(t, l.PutToken(ctx(), want)) // at 180 the other one is over
	if n := l.count(`SELECT count(*) FROM token`); n != 1 {
		t.Errorf("%d sign-ins are kept", n)
	}
	must(t, l.DropToken(ctx(), want.Hash))
	if got, err = l.Token(ctx(), want.Hash); got != nil || err != nil {
		t.Errorf("%+v %v", got, err)
	}
}

func TestWrongPasswordsAreCountedAcrossARestart(t *testing.T) {
	l := open(t)
	for i := range 3 {
		must(t, l.CountPassword(ctx(), "ada", false, int64(1000+i)))
	}
	must(t, l.CountPassword(ctx(), "bee", false, 7))
	l.reopen()
	if n, at, err := l.WrongPasswords(ctx(), "ada"); n != 3 || at != 1002 || err != nil {
		t.Errorf("%d, last at %d: %v", n, at, err)
	}
	must(t, l.CountPassword(ctx(), "ada", true, 2000))
	if n, _, _ := l.WrongPasswords(ctx(), "ada"); n != 0 {
		t.Errorf("%d after the right one", n)
	}
	if n, _, _ := l.WrongPasswords(ctx(), "bee"); n != 1 {
		t.Errorf("%d of another", n)
	}
}

func TestADraftReturnsToItsAuthorAlone(t *testing.T) {
	l := open(t)
	must(t, l.SaveDraft(ctx(), 1, "wrapup/5", "half a sent", 100))
	must(t, l.SaveDraft(ctx(), 2, "wrapup/5", "another's", 101))
	must(t, l.SaveDraft(ctx(), 1, "wrapup/5", "half a sentence", 102))
	l.reopen()
	draft := func(person crdt.ID, form string) string {
		body, at, err := l.Draft(ctx(), person, form)
		must(t, err)
		return fmt.Sprint(body, "@", at)
	}
	for _, c := range []struct {
		person crdt.ID
		form   string
		want   string
	}{{1, "wrapup/5", "half a sentence@102"}, {2, "wrapup/5", "another's@101"}, {3, "wrapup/5", "@0"}, {1, "wrapup/6", "@0"}} {
		if got := draft(c.person, c.form); got != c.want {
			t.Errorf("%d %s: %s", c.person, c.form, got)
		}
	}
	must(t, l.SaveDraft(ctx(), 1, "wrapup/5", "", 103))
	if draft(1, "wrapup/5") != "@0" || draft(2, "wrapup/5") != "another's@101" {
		t.Error("dropping one draft did something else")
	}
}

func TestDraftsHaveLimits(t *testing.T) {
	l := open(t)
	if err := l.SaveDraft(ctx(), 1, "x", strings.Repeat("x", maxDraftBytes+1), 1); err == nil {
		t.Error("a draft of any size is kept")
	}
	if err := l.SaveDraft(ctx(), 1, strings.Repeat("x", 201), "x", 1); err == nil {
		t.Error("a form of any name is kept")
	}
	must(t, l.SaveDraft(ctx(), 2, "x", "other", 0))
	for i := range maxDrafts + 5 {
		must(t, l.SaveDraft(ctx(), 1, fmt.Sprint("form", i), "x", int64(i)))
	}
	if n := l.count(`SELECT count(*) FROM draft WHERE person=1`); n != maxDrafts {
		t.Errorf("%d drafts", n)
	}
	if body, _, _ := l.Draft(ctx(), 1, "form4"); body != "" {
		t.Error("not the oldest went")
	}
	if body, _, _ := l.Draft(ctx(), 2, "x"); body == "" {
		t.Error("another's draft went")
	}
}

func TestTheLatelyOpenedAreFewAndNotNotedEachSecond(t *testing.T) {
	l := open(t)
	for i := range maxRecent + 3 {
		must(t, l.Viewed(ctx(), Viewer{Person: 1, NowMS: startMS + int64(i)}, crdt.ID(i+1)))
	}
	must(t, l.Viewed(ctx(), Viewer{Person: 2, NowMS: startMS}, 1))
	if n := l.count(`SELECT count(*) FROM recent WHERE person=1`); n != maxRecent {
		t.Errorf("%d are kept", n)
	}
	last := crdt.ID(maxRecent + 3)
	seen := func() int64 { return l.count(`SELECT at FROM recent WHERE person=1 AND party=?1`, int64(last)) }
	before := seen()
	must(t, l.Viewed(ctx(), Viewer{Person: 1, NowMS: before + openedAgainMS - 1}, last))
	if seen() != before {
		t.Error("opened again within the minute was noted")
	}
	must(t, l.Viewed(ctx(), Viewer{Person: 1, NowMS: before + openedAgainMS}, last))
	if seen() == before {
		t.Error("opened again after the minute was not noted")
	}
}

func TestAnAnswerIsKeptForADay(t *testing.T) {
	l := open(t)
	want := Answer{Request: [32]byte{9}, Status: 201, Body: []byte(`{"id":"1"}`)}
	must(t, l.PutAnswer(ctx(), 1, "key", want, 1000))
	l.reopen()
	got, err := l.Answered(ctx(), 1, "key")
	must(t, err)
	if d := cmp.Diff(&want, got); d != "" {
		t.Error(d)
	}
	if other, err := l.Answered(ctx(), 2, "key"); other != nil || err != nil {
		t.Errorf("another person's key opens it: %+v %v", other, err)
	}
	must(t, l.PutAnswer(ctx(), 1, "later", want, 1001+answeredKeptMS))
	if got, err = l.Answered(ctx(), 1, "key"); got != nil || err != nil {
		t.Errorf("after a day: %+v %v", got, err)
	}
}

func TestLocalThingsAreInNoDigestAndNoJournal(t *testing.T) {
	l := open(t)
	must(t, l.SaveDraft(ctx(), 1, "x", "secret", 1))
	must(t, l.PutToken(ctx(), Token{Hash: [32]byte{1}, UntilMS: 9}))
	must(t, l.Viewed(ctx(), Viewer{Person: 1, NowMS: startMS}, 5))
	l.read(func(tx *rows.Tx) error {
		scopes, err := tx.Scopes()
		for _, sc := range scopes {
			if sc.Digest != (crdt.Digest{}) {
				t.Errorf("%+v", sc)
			}
		}
		return err
	})
	if p := l.progress(); p.Written != 0 {
		t.Errorf("%+v", p)
	}
}
