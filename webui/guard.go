package webui

import (
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// policy is the content security policy of every page: everything from here,
// nothing inline, nobody may frame us.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// loopback are the names of a node's own machine.
var loopback = []string{"localhost", "127.0.0.1", "::1"}

// guarded wraps a handler in what every request has to pass.
func (s *Site) guarded(next echo.HandlerFunc) echo.HandlerFunc { return s.limited(bodyLimit, next) }

// limited is guarded for requests of at most limit bytes.
func (s *Site) limited(limit int64, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer s.recovered(c)
		harden(c.Response().Header())
		r := c.Request()
		if !HostAllowed(r.Host, s.Hosts) {
			return c.String(http.StatusMisdirectedRequest, "This address is not served here. Open the page at http://localhost with the same port.\n")
		}
		if err := s.cross.Check(r); err != nil {
			return c.String(http.StatusForbidden, "This form was sent by another site, so it was not taken.\n")
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, limit)
		return next(c)
	}
}

func harden(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// HostAllowed reports whether a Host header names this machine's loopback, or
// one of the configured names, with any port; "*" among them is any name. It
// keeps other sites from pointing their own name at a node.
func HostAllowed(host string, configured []string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	return slices.Contains(loopback, name) || slices.Contains(configured, name) || slices.Contains(configured, "*")
}

// recovered turns a panic into a plain page and a line in the log. The route is
// logged, not the address: addresses may carry what was typed.
func (s *Site) recovered(c echo.Context) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	s.Log.Error("a page panicked", "route", c.Path(), "panic", p, "stack", string(debug.Stack()))
	if c.Response().Committed {
		return
	}
	if err := c.String(http.StatusInternalServerError, "Something went wrong here; it was noted. Go back and try again.\n出了问题，已记录。请返回重试。\n"); err != nil {
		s.Log.Error("an answer could not be written", "route", c.Path(), "error", err)
	}
}
