package webui

import (
	"errors"
	"net/http"

	"bough/node/desk"
	"bough/webui/words"
)

// Fault is an error as a page shows it.
type Fault struct {
	Status int
	Field  string // of the form, or empty
	Text   string // in the reader's language, with a way out
}

// Form is what every form carries: its draft, and what is wrong with it.
type Form struct {
	Fault   *Fault
	Draft   string // name of its draft
	DraftAt int64  // when the restored draft was typed, ms UTC; 0: none
}

// FaultAt is what to say beside a field.
func (f Form) FaultAt(field string) string {
	if f.Fault == nil || f.Fault.Field != field {
		return ""
	}
	return f.Fault.Text
}

// statusOf maps reasons of the desk to statuses: the one place that does.
func statusOf(r desk.Reason) int {
	switch r {
	case desk.Invalid:
		return http.StatusUnprocessableEntity
	case desk.NotFound:
		return http.StatusNotFound
	case desk.Denied:
		return http.StatusForbidden
	case desk.SignedOut:
		return http.StatusUnauthorized
	case desk.Locked:
		return http.StatusLocked
	case desk.ReadOnly:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// FaultOf turns an error into words. What is not for people goes to the log.
func (v *Visit) FaultOf(err error) *Fault {
	var known *desk.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &known) && known.Reason != desk.Internal:
		return &Fault{statusOf(known.Reason), known.Field, sentence(v.L, known)}
	case errors.As(err, &tooLarge):
		return &Fault{http.StatusRequestEntityTooLarge, "", v.L.T("fault.large")}
	case v.Ctx().Err() != nil: // the browser has gone on: nobody reads this, and nothing is wrong
		return &Fault{http.StatusServiceUnavailable, "", v.L.T("fault.internal")}
	}
	v.Site.Log.Error("a page failed", "route", v.Path(), "error", err)
	return &Fault{http.StatusInternalServerError, "", v.L.T("fault.internal")}
}

// sentence is the error in the reader's language; without one, as the desk
// said it.
func sentence(l *words.Language, e *desk.Error) string {
	key := "error." + e.Code
	if !l.Has(key) {
		return e.Message
	}
	return l.T(key, "Wait", l.Span(e.WaitMS))
}

// Again shows a form once more, with what was typed and what is wrong with it.
func (v *Visit) Again(page string, view any, f *Form, err error) error {
	f.Fault = v.FaultOf(err)
	return v.Show(f.Fault.Status, page, view)
}

// faultView is the view of a page that could not be shown.
type faultView struct {
	Fault
	Back string
}

// fail shows an error that no form took.
func (v *Visit) fail(err error) error {
	if v.Response().Committed {
		return err
	}
	fault := v.FaultOf(err)
	if v.Quick() {
		return v.String(fault.Status, fault.Text)
	}
	shown := v.Show(fault.Status, "fault", faultView{*fault, v.wayOut()})
	if shown == nil {
		return nil
	}
	v.Site.Log.Error("an error page failed", "route", v.Path(), "error", shown)
	return v.String(fault.Status, fault.Text)
}

// wayOut leads away from a page that failed: from a form to its page, from a
// page home, for it would only fail again.
func (v *Visit) wayOut() string {
	if v.Request().Method == http.MethodGet {
		return v.Site.Home
	}
	return v.returnPath()
}

// missing answers for an address that does not exist.
func (v *Visit) missing() error {
	return &desk.Error{Reason: desk.NotFound, Code: "page", Message: "There is no page at this address."}
}
