package proof

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// lockWithin is the shortest idle lock, one minute, with room.
const lockWithin = 2 * time.Minute

func TestAnIdleWindowLocksAndUnlockingBringsTheHalfTypedNoteBack(t *testing.T) {
	t.Parallel() // it mostly waits
	b := openBrowser(t)
	small, w := openSmall(t, "--idle-lock", "1m")
	var made customer
	w.door().do(t, http.MethodPost, "/customers", map[string]any{"type": "person", "name": "Anna Nováková"}, &made)
	s := &shift{sit(t, b, w.door().url), nil, english}
	s.signIn("jana", password)
	s.goes("/customers/" + made.ID)
	s.does(sees(`document.readyState === "complete"`), press("w"), sees(`document.querySelector("#panel form")`), press("3"), sees(`document.activeElement.id === "wrapup-text"`), press("Half a sentence"))
	until(t, patience, "the draft is kept", func() (bool, string) {
		kept, err := s.draftKept(made.ID, "Half a sentence")
		return kept, fmt.Sprint(err)
	})
	took := until(t, lockWithin, "the window locks", func() (bool, string) {
		at := s.asks(`location.pathname`)
		return at == "/locked", at
	})
	t.Logf("locked after %s", took.Round(time.Second))
	s.does(says("What you typed is kept."), sees(`!document.body.innerText.includes("Nováková")`), sees(`document.activeElement.id === "password"`))
	s.does(press("wrong password\r"), says("do not belong together"))
	s.does(sees(`document.readyState === "complete" && document.querySelector("#password").value === ""`), press(password+"\r"),
		sees(`location.pathname.startsWith("/customers/")`))
	s.goes("/customers/" + made.ID + "/wrapup")
	s.does(says("was restored"), sees(`document.querySelector("#wrapup-text").value === "Half a sentence"`),
		sees(`document.querySelector('input[name="reason"]:checked').value === "payment"`))
	s.does(ctrlEnter(), says("The wrap-up is saved."), says("Half a sentence"))
	small.quiet(fillWithin)
	small.sound()
}
