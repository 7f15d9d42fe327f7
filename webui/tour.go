package webui

import (
	"net/http"
	"strconv"
	"time"
)

// TourStep is one stop of a first-day tour: a page, and what is said on it.
type TourStep struct {
	Path string
	Key  string // of the sentence
}

// tourAge is how long a browser remembers that nobody wants the tour.
const tourAge = 400 * 24 * time.Hour

// Stop is where somebody is on the tour of their role.
type Stop struct {
	TourStep
	N, Of int
	Next  string // address of the next stop; empty: this is the last
}

// tour is the stop that the address names; nil: not on tour.
func (v *Visit) tour() *Stop {
	steps := v.Site.Tours[v.Who.Role]
	n, err := strconv.Atoi(v.QueryParam("tour"))
	if err != nil || n < 1 || n > len(steps) {
		return nil
	}
	s := &Stop{TourStep: steps[n-1], N: n, Of: len(steps)}
	if n < len(steps) {
		s.Next = steps[n].Path + "?tour=" + strconv.Itoa(n+1)
	}
	return s
}

// offersTour reports whether the page asks somebody new to take the tour: where
// they land, or the tour begins, until they took it or said no.
func (v *Visit) offersTour() bool {
	steps := v.Site.Tours[v.Who.Role]
	if len(steps) == 0 || v.QueryParam("tour") != "" || v.Path() != v.Site.Home && v.Path() != steps[0].Path {
		return false
	}
	_, err := v.Cookie(v.tourCookie())
	return err != nil
}

// tourCookie is one for each person: workstations are shared.
func (v *Visit) tourCookie() string {
	return v.Site.Cookie + "_tour_" + v.Who.Person.String()
}

// startTour goes to the first stop.
func startTour(v *Visit) error {
	steps := v.Site.Tours[v.Who.Role]
	if len(steps) == 0 {
		return v.Go(v.Site.Home)
	}
	return v.Go(steps[0].Path + "?tour=1")
}

// endTour remembers that somebody took the tour, or wants none.
func endTour(v *Visit) error {
	v.SetCookie(v.Site.cookie(v.tourCookie(), "done", int(tourAge/time.Second)))
	return v.Go(v.Site.Home)
}

func (s *Site) tours() {
	s.Signed(http.MethodGet, "/tour", startTour)
	s.Signed(http.MethodPost, "/tour/end", endTour)
}
