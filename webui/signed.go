package webui

import (
	"errors"
	"net/http"
	"net/url"
	"sync"

	"bough/crdt"
	"bough/node/desk"
)

// signed lets people pass who are signed in and not locked. Others are sent to
// sign in or to unlock, and land here again; what they had typed is kept.
func signed(act Act) Act {
	return func(v *Visit) error {
		who, err := v.Site.Desk.Check(v.Ctx(), v.Token)
		var trouble *desk.Error
		if errors.As(err, &trouble) && (trouble.Reason == desk.SignedOut || trouble.Reason == desk.Locked) {
			return v.turnAway(who, trouble)
		}
		if err != nil {
			return err
		}
		v.Who = who
		if !v.passive() {
			v.Site.Desk.Touch(v.Token)
		}
		return act(v)
	}
}

func (v *Visit) turnAway(who *desk.Who, why *desk.Error) error {
	door := "/signin"
	if why.Reason == desk.Locked {
		door = "/locked"
		if err := v.keepTyped(who); err != nil {
			return err
		}
	}
	if v.Path() == "/live" {
		return v.String(http.StatusUnauthorized, "")
	}
	to := door + "?" + url.Values{"back": {v.returnPath()}}.Encode()
	if v.Quick() {
		v.Response().Header().Set("HX-Redirect", to)
		return v.NoContent(http.StatusNoContent)
	}
	return v.Redirect(http.StatusSeeOther, to)
}

// returnPath is the page that the person was on: of a part or a form, the page
// that asked.
func (v *Visit) returnPath() string {
	if !v.Quick() && v.Request().Method == http.MethodGet {
		return local(v.Request().URL.RequestURI(), v.Site.Home)
	}
	asked := v.Request().Header.Get("HX-Current-URL")
	if asked == "" {
		asked = v.Request().Referer()
	}
	u, err := url.Parse(asked)
	if err != nil {
		return v.Site.Home
	}
	return local(u.RequestURI(), v.Site.Home)
}

// keepTyped makes a draft of a form that arrives after the idle lock fell.
func (v *Visit) keepTyped(who *desk.Who) error {
	if who == nil || v.Request().Method != http.MethodPost {
		return nil
	}
	values, err := v.FormParams()
	if err != nil || values.Get("draft") == "" {
		return nil
	}
	return v.storeDraft(who, values)
}

// ack is a warning that somebody has acknowledged in a session.
type ack struct{ session, warning crdt.ID }

// acknowledged remembers which stops a session has passed. The reason given is
// an interaction of the customer; this only saves asking twice.
type acknowledged struct {
	mu   sync.Mutex // guards seen
	seen map[ack]bool
}

// Acknowledge notes that the person has passed a stop.
func (v *Visit) Acknowledge(warning crdt.ID) {
	a := &v.Site.acks
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.seen) >= ackLimit {
		clear(a.seen)
	}
	a.seen[ack{v.Who.Session, warning}] = true
}

// Acknowledged reports whether the person has passed a stop in this session.
func (v *Visit) Acknowledged(warning crdt.ID) bool {
	a := &v.Site.acks
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen[ack{v.Who.Session, warning}]
}

// Keep gives the browser the cookie of a session; an empty token takes it away.
// It lasts until the browser is closed; the desk ends the session earlier.
func (v *Visit) Keep(token string) {
	age := 0
	if token == "" {
		age = -1
	}
	v.SetCookie(v.Site.cookie(v.Site.Cookie, token, age))
}
