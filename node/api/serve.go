package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"bough/crdt"
	"bough/node/desk"
)

// call is one request on its way through an endpoint.
type call struct {
	*api
	ctx   context.Context
	who   *desk.Who // nil where nobody needs to be signed in
	token string
	id    crdt.ID // of the path
	limit int
	query string
	form  form
	raw   []byte // the body as sent
}

// reply is an answer: body as it was kept, or else view to be encoded.
type reply struct {
	status     int
	view       any
	body       []byte
	retryAfter string // seconds
	replayed   bool
}

// serve takes a request through its endpoint; it writes every answer itself.
func (a *api) serve(ep *endpoint, c echo.Context) error {
	r, err := a.handle(ep, c)
	if err != nil {
		var internal bool
		if r, internal = failure(err); internal {
			a.Log.ErrorContext(c.Request().Context(), "api: request failed", "method", ep.method, "route", ep.path, "err", err)
		}
	}
	return write(c, r)
}

func (a *api) handle(ep *endpoint, c echo.Context) (reply, error) {
	if err := a.host(c.Request()); err != nil {
		return reply{}, err
	}
	k := &call{api: a, ctx: c.Request().Context()}
	if err := k.admit(ep, c.Request()); err != nil {
		return reply{}, err
	}
	if err := k.read(ep, c); err != nil {
		return reply{}, err
	}
	if ep.once {
		return k.once(ep, c.Request())
	}
	return k.run(ep)
}

func (k *call) run(ep *endpoint) (reply, error) {
	view, err := ep.do(k)
	if err != nil {
		return reply{}, err
	}
	return reply{status: ep.status, view: view}, nil
}

// admit finds out who asks, as far as the endpoint wants to know.
func (k *call) admit(ep *endpoint, r *http.Request) error {
	if ep.access == open || ep.access == onLoopback && fromLoopback(r) {
		return nil
	}
	token, err := bearer(r)
	if err != nil {
		return err
	}
	k.token = token
	if ep.access == tokenOnly {
		return nil
	}
	if k.who, err = k.Desk.Check(k.ctx, token); err != nil {
		return err
	}
	if ep.access == signedIn {
		k.Desk.Touch(token)
	}
	return nil
}

// fromLoopback: the caller sits at this machine, and is no proxy that speaks
// for another.
func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback() &&
		r.Header.Get("Forwarded") == "" && r.Header.Get(echo.HeaderXForwardedFor) == ""
}

func bearer(r *http.Request) (string, error) {
	values := r.Header.Values(echo.HeaderAuthorization)
	if len(values) == 0 {
		return "", signedOut("no_token", "nobody is signed in; send Authorization: Bearer with the token that POST "+Prefix+"/session gives")
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.TrimSpace(token)
	if len(values) > 1 || !strings.EqualFold(scheme, "bearer") || token == "" || strings.ContainsAny(token, " \t,") {
		return "", signedOut("bad_token", "the Authorization header must be the word Bearer and one token")
	}
	return token, nil
}

// read takes path, query and body apart.
func (k *call) read(ep *endpoint, c echo.Context) (err error) {
	if strings.Contains(ep.path, "/:id") {
		if k.id, err = parseID(c.Param("id"), "id"); err != nil {
			return err
		}
	}
	query := c.QueryParams()
	if ep.lists {
		if k.limit, err = readLimit(query["limit"]); err != nil {
			return err
		}
	}
	if ep.finds {
		if k.query, err = readQuery(query["q"]); err != nil {
			return err
		}
	}
	if ep.method == http.MethodGet {
		return nil
	}
	if k.raw, err = readBody(c.Request(), ep.body != nil); err != nil || ep.body == nil {
		return err
	}
	k.form, err = reader{k.Now()}.body(k.raw, ep.body)
	return err
}

func readLimit(values []string) (int, error) {
	if len(values) == 0 {
		return defaultLimit, nil
	}
	n, err := strconv.ParseUint(values[0], 10, 31)
	if len(values) > 1 || err != nil || n < 1 || n > maxLimit {
		return 0, bad("limit", "bad_limit", "limit must be one whole number from 1 to %d; without it, it is %d", maxLimit, defaultLimit)
	}
	return int(n), nil
}

func readQuery(values []string) (string, error) {
	if len(values) == 0 {
		return "", nil
	}
	q := values[0]
	switch {
	case len(values) > 1:
		return "", bad("q", "bad_query", "q is there twice")
	case !utf8.ValidString(q):
		return "", bad("q", "bad_utf8", "q is not valid UTF-8")
	case utf8.RuneCountInString(q) > maxQueryRunes:
		return "", bad("q", "bad_query", "q has more than %d characters", maxQueryRunes)
	case strings.ContainsFunc(q, isControl):
		return "", bad("q", "bad_text", "q has a control character")
	}
	return q, nil
}

// readBody reads a body up to the limit; asked says that it must be JSON.
func readBody(r *http.Request, asked bool) ([]byte, error) {
	if asked && !isJSON(r.Header) {
		return nil, &fault{http.StatusUnsupportedMediaType, "not_json", "send the body as Content-Type: application/json in UTF-8, not compressed", ""}
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
	if err != nil {
		return nil, bad("", "cut_off", "the body ended early; send it again")
	}
	if len(raw) > maxBodyBytes {
		return nil, &fault{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the body has more than %d bytes", maxBodyBytes), ""}
	}
	return raw, nil
}

func isJSON(h http.Header) bool {
	kind, params, err := mime.ParseMediaType(h.Get(echo.HeaderContentType))
	charset := params["charset"]
	encoding := h.Get(echo.HeaderContentEncoding)
	return err == nil && kind == echo.MIMEApplicationJSON &&
		(charset == "" || strings.EqualFold(charset, "utf-8")) &&
		(encoding == "" || strings.EqualFold(encoding, "identity"))
}

func write(c echo.Context, r reply) error {
	body := r.body
	if body == nil {
		var err error
		if body, err = encode(r.view); err != nil {
			return err
		}
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.status == http.StatusUnauthorized {
		h.Set(echo.HeaderWWWAuthenticate, "Bearer")
	}
	if r.retryAfter != "" {
		h.Set(echo.HeaderRetryAfter, r.retryAfter)
	}
	if r.replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	return c.Blob(r.status, echo.MIMEApplicationJSON, body)
}

func encode(view any) ([]byte, error) {
	body, err := json.Marshal(view)
	if err != nil {
		return nil, fmt.Errorf("api: encode answer: %w", err)
	}
	return append(body, '\n'), nil
}
