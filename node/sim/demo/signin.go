package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Errors of signing in, for people.
var (
	errNobody = errors.New("demo: there is no such person")
	errOff    = errors.New("demo: no workstation of this branch runs; bring one back first")
)

// entrance is where a person is signed in, and the cookies that prove it.
type entrance struct {
	at      *workstation
	cookies []string // as the workstation set them
}

// signIn signs a person in at a workstation as a browser would: by its form.
// The cookies of the browser go along, so that whoever was signed in there
// before is signed out.
func (d *Demo) signIn(ctx context.Context, p *person, browser *http.Request) (*entrance, error) {
	at, err := d.placeOf(p)
	if err != nil {
		return nil, err
	}
	form := url.Values{"login": {p.Login}, "password": {p.Password}, "back": {"/"}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at.local("/signin"), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", browser.Header.Get("Cookie"))
	answer, err := d.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("demo: sign in at %s: %w", at.name, err)
	}
	defer answer.Body.Close() // only its head is needed
	if answer.StatusCode != http.StatusSeeOther {
		return nil, fmt.Errorf("demo: %s did not let %s in: %s", at.name, p.Login, answer.Status)
	}
	return &entrance{at, answer.Header.Values("Set-Cookie")}, nil
}

// placeOf is where a person can sign in: at their workstation, or at another
// of the branch where that one is off.
func (d *Demo) placeOf(p *person) (*workstation, error) {
	b, err := d.branch(p.Branch)
	if err != nil {
		return d.central, nil
	}
	if at := d.runs(b, p.at); at != nil {
		return at, nil
	}
	return nil, errOff
}

// isIn reports whether a browser may already see a page of a workstation.
func (d *Demo) isIn(ctx context.Context, at *workstation, path string, browser *http.Request) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.local(path), nil)
	if err != nil || browser.Header.Get("Cookie") == "" {
		return false
	}
	r.Header.Set("Cookie", browser.Header.Get("Cookie"))
	answer, err := d.client.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close() // only its head is needed
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	return err == nil && answer.StatusCode == http.StatusOK
}

func (d *Demo) personOf(login string) (*person, error) {
	for i := range d.people {
		if d.people[i].Login == login {
			return &d.people[i], nil
		}
	}
	return nil, errNobody
}
