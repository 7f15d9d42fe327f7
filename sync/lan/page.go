package lan

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/sync/wire"
)

// PathPage is the route on which a neighbour with a line hands on what central
// signed for the whole branch.
const PathPage = "/lan/v1/page"

// maxScopes is how many scopes a node reads.
const maxScopes = 8

// Cursors is how far the asker has read the feeds, by scope, and their epoch.
type Cursors struct {
	Since map[int64]int64
	Epoch uint64
}

// Borrow asks a neighbour for a page of central that follows the cursors, and
// waits there until there is one; nil: none came while one may wait. Who has to
// check it is whoever takes it.
func (e *Exchange) Borrow(ctx context.Context, address string, at Cursors) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, askFor)
	defer stop()
	q := url.Values{"epoch": {strconv.FormatUint(at.Epoch, 10)}}
	for scope, since := range at.Since {
		q.Add("scope", fmt.Sprintf("%d:%d", scope, since))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+PathPage+"?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set(wire.HeaderVersions, wire.Supported().String())
	answer, err := e.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end, or not needed
	who, err := e.o.Root.Neighbour(answer.TLS, e.o.Branch, e.o.Now())
	switch {
	case err != nil:
		return nil, err
	case e.refused(crdt.Origin(who.Origin)):
		return nil, errRevoked
	case answer.StatusCode == http.StatusNoContent:
		return nil, nil
	case answer.StatusCode != http.StatusOK:
		return nil, readFault(answer)
	}
	b, err := io.ReadAll(io.LimitReader(answer.Body, wire.MaxSealed+1))
	if err == nil && len(b) > wire.MaxSealed {
		err = fmt.Errorf("%w: a page of more than %d bytes", ErrMalformed, wire.MaxSealed)
	}
	return b, err
}

// lend answers such an ask.
func (e *Exchange) lend(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if e.o.Lend == nil {
		return nil, nil
	}
	done, who, err := e.admit(r)
	if err != nil {
		return nil, err
	}
	defer done()
	at, err := parseCursors(r.URL.Query())
	if err != nil {
		return nil, err
	}
	over := e.o.After(waitFor)
	for {
		news := e.wake() // before the look: what comes after it is not missed
		if e.refused(who) {
			return nil, errRevoked // meanwhile
		}
		b, err := e.o.Lend(r.Context(), at)
		if b != nil || err != nil {
			return b, err
		}
		select {
		case <-news:
		case <-over:
			return nil, nil
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

func parseCursors(v url.Values) (c Cursors, err error) {
	bad := fmt.Errorf("%w: where the asker stands", wire.ErrMalformed)
	if c.Epoch, err = strconv.ParseUint(v.Get("epoch"), 10, 64); err != nil || len(v["scope"]) == 0 || len(v["scope"]) > maxScopes {
		return c, bad
	}
	c.Since = map[int64]int64{}
	for _, pair := range v["scope"] {
		scope, since, _ := strings.Cut(pair, ":")
		s, err1 := strconv.ParseInt(scope, 10, 64)
		n, err2 := strconv.ParseInt(since, 10, 64)
		if err1 != nil || err2 != nil || s < 0 || n < 0 {
			return c, bad
		}
		c.Since[s] = n
	}
	return c, nil
}

// Scopes are those that the asker reads, ascending.
func (c Cursors) Scopes() (out []int64) {
	for scope := range c.Since {
		out = append(out, scope)
	}
	slices.Sort(out)
	return out
}
