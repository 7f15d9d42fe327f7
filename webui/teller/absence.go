package teller

import (
	"net/http"

	"bough/node/desk"
	"bough/webui"
)

// absence are the pages of a workstation without a line. Past the lease, when
// nobody can sign in, they are open to whoever sits there: they tell nothing of
// customers, and what they write central alone can read.
func absence(s *webui.Site) {
	if s.Desk == nil {
		return
	}
	s.Open(http.MethodGet, "/lease", lease)
	s.Open(http.MethodPost, "/lease", extendLease)
	s.SignedUnless(s.Desk.LeaseIsOver, http.MethodGet, "/stick", stick)
	s.SignedUnless(s.Desk.LeaseIsOver, http.MethodPost, "/stick", carry)
}

// leaseView is how long this workstation may work by itself.
type leaseView struct {
	desk.Lease
	Code string
	Form webui.Form
}

// lease shows what to read to head office, and takes the code.
func lease(v *webui.Visit) error {
	view, err := newLease(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "lease", view)
}

func newLease(v *webui.Visit) (*leaseView, error) {
	l, err := v.Site.Desk.LeaseHere(v.Ctx())
	return &leaseView{Lease: l}, err
}

func extendLease(v *webui.Visit) error {
	code := v.FormValue("code")
	if err := v.Site.Desk.ExtendLease(v.Ctx(), code); err != nil {
		view, failed := newLease(v)
		if failed != nil {
			return failed
		}
		view.Code = code
		return v.Again("lease", view, &view.Form, err)
	}
	return v.GoSaved("/lease", "lease")
}

// stickView is what is plugged in, and what is being done with it.
type stickView struct {
	Sticks   []desk.Stick
	Carrying *desk.Carrying
	Lease    desk.Lease
	Form     webui.Form
}

// stick lists the sticks; while one is written or read the page comes again by
// itself.
func stick(v *webui.Visit) error {
	view, err := newStick(v)
	if err != nil {
		return err
	}
	if c := view.Carrying; c != nil && c.EndedMS == 0 {
		v.Response().Header().Set("Refresh", "1")
	}
	return v.Show(http.StatusOK, "stick", view)
}

func newStick(v *webui.Visit) (view *stickView, err error) {
	view = &stickView{}
	if view.Lease, err = v.Site.Desk.LeaseHere(v.Ctx()); err != nil {
		return nil, err
	}
	view.Sticks, view.Carrying, err = v.Site.Desk.Sticks(v.Ctx())
	return view, err
}

// carry begins to write work to a stick, or to read what it brings.
func carry(v *webui.Visit) error {
	if err := v.Site.Desk.Carry(v.FormValue("do"), v.FormValue("place")); err != nil {
		view, failed := newStick(v)
		if failed != nil {
			return failed
		}
		return v.Again("stick", view, &view.Form, err)
	}
	return v.Go("/stick")
}
