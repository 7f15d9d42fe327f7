package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

// Prefix is where the routes are.
const Prefix = "/api/v1"

// Options are what the API works with; all but HostAllowed are needed.
type Options struct {
	Desk *desk.Desk
	// Status is what the process knows of itself and its line.
	Status func(ctx context.Context) (Status, error)
	// Now is the time in ms UTC.
	Now func() int64
	Log *slog.Logger
	// Idempotency keeps answers for their keys.
	Idempotency Store
	// HostAllowed says by which names (Host headers) the API may be reached, so
	// that other sites cannot point their own name at it; nil: by every name.
	HostAllowed func(host string) bool
}

type api struct {
	Options
	keys     *keyLocks
	list     []endpoint
	party    *crdt.Kind
	document json.RawMessage
}

// Register puts the routes under Prefix, and answers whatever else is asked
// below /api with an error in JSON. It panics when the document cannot be
// made, which depends on the code alone.
func Register(e *echo.Echo, o Options) {
	a := &api{Options: o, keys: newKeyLocks(), list: endpoints(), party: crm.Table().Kind(crm.Party)}
	a.document = document(a.list)
	for i := range a.list {
		ep := &a.list[i]
		e.Add(ep.method, Prefix+ep.path, func(c echo.Context) error { return a.serve(ep, c) })
	}
	e.RouteNotFound("/api", a.noRoute)
	e.RouteNotFound("/api/*", a.noRoute)
}

// noRoute tells a wrong method from a wrong path: echo's own answer for a
// wrong method is never reached below a not-found route.
func (a *api) noRoute(c echo.Context) error {
	if err := a.host(c.Request()); err != nil {
		r, _ := failure(err)
		return write(c, r)
	}
	path := strings.TrimPrefix(c.Request().URL.Path, Prefix)
	var allowed []string
	for i := range a.list {
		if matches(a.list[i].path, path) {
			allowed = append(allowed, a.list[i].method)
		}
	}
	if len(allowed) == 0 {
		return write(c, refuse(&fault{http.StatusNotFound, "no_such_route", "there is nothing at this address; " + Prefix + "/openapi.json lists what there is", ""}))
	}
	c.Response().Header().Set(echo.HeaderAllow, strings.Join(allowed, ", "))
	return write(c, refuse(&fault{http.StatusMethodNotAllowed, "method_not_allowed", "this address takes " + strings.Join(allowed, ", ") + " only", ""}))
}

// host turns requests away that were sent to another name than ours.
func (a *api) host(r *http.Request) error {
	if a.HostAllowed == nil || a.HostAllowed(r.Host) {
		return nil
	}
	return &fault{http.StatusMisdirectedRequest, "wrong_host", "this address is not served here; use http://localhost with the same port", ""}
}

func refuse(f *fault) reply {
	r, _ := failure(f)
	return r
}

// matches reports whether path fits a pattern such as /customers/:id.
func matches(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && (!strings.HasPrefix(want[i], ":") || got[i] == "") {
			return false
		}
	}
	return true
}
