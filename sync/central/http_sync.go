package central

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"bough/sync/crowd"
	"bough/sync/trust"
	"bough/sync/wire"
)

// push takes a frame of changes.
func (e *endpoint) push(w http.ResponseWriter, r *http.Request, n *Node) error {
	if err := e.recalled(r, n); err != nil {
		return err
	}
	leave, err := e.enter(crowd.Push)
	if err != nil {
		return err
	}
	defer leave()
	b, err := body(w, r, wire.MaxFrame)
	if err != nil {
		return err
	}
	done, err := e.work(r.Context(), crowd.Push, units(b))
	if err != nil {
		return err
	}
	defer done()
	p, err := e.c.codec.DecodePush(b)
	if err != nil {
		return err
	}
	key := ed25519.PublicKey(n.Key)
	answer, err := e.c.Push(r.Context(), n.Origin, p, func(message, signature []byte) bool {
		return trust.CheckSigned(key, trust.ContextJournalHead, message, signature) == nil
	})
	if err != nil {
		return err
	}
	if b, err = e.c.codec.EncodePushed(answer); err != nil {
		return err
	}
	return e.frame(w, b)
}

// units is how much work a push is, by what its header says it holds.
func units(frame []byte) int { return 1 + min(wire.Inflated(frame)/unitBytes, LargeWork-1) }

// pull gives a page of the feed of the node's branch, or of the office.
func (e *endpoint) pull(w http.ResponseWriter, r *http.Request, n *Node) error {
	if err := e.recalled(r, n); err != nil {
		return err
	}
	leave, err := e.enter(crowd.Read)
	if err != nil {
		return err
	}
	defer leave()
	b, err := body(w, r, maxSmallBody)
	if err != nil {
		return err
	}
	q, err := e.c.codec.DecodePull(b)
	if err != nil {
		return err
	}
	if err := mayRead(n, q.Scope); err != nil {
		return err
	}
	done, err := e.work(r.Context(), crowd.Read, LargeWork)
	if err != nil {
		return err
	}
	defer done()
	if b, err = e.c.pageFrame(r.Context(), n, *q); err != nil {
		return err
	}
	proof, err := e.c.SealBeside(r.Context(), b, e.o.Authority)
	if err != nil {
		return err
	}
	if proof != "" {
		w.Header().Set(wire.HeaderSeal, proof)
	}
	return e.frame(w, b)
}

func mayRead(n *Node, scope int64) error {
	if scope != OfficeScope && scope != n.Branch {
		return fmt.Errorf("%w: scope %d was asked for by a node of branch %d", errForbidden, scope, n.Branch)
	}
	return nil
}

// pageFrame encodes a page that fits into a frame: with fewer rows than asked for,
// if they are large or one of them cannot be encoded. That one comes by itself,
// unsaid, so that the feed goes on behind it.
func (c *Central) pageFrame(ctx context.Context, n *Node, q wire.Pull) ([]byte, error) {
	for {
		p, err := c.Page(ctx, n, q)
		if err != nil {
			return nil, err
		}
		b, err := c.codec.EncodePage(p)
		if err == nil {
			return b, nil
		}
		if len(p.Rows) > 1 {
			q.Limit = len(p.Rows) / 2
			continue
		}
		unsaid, err2 := c.codec.EncodeUnsaid(p)
		if err2 != nil {
			// Not to be told as the fault of the one who asked.
			return nil, fmt.Errorf("central: encode page of scope %d after %d: %v", q.Scope, q.Since, err)
		}
		c.unsaid.note(&p.Rows[0], err)
		return unsaid, nil
	}
}

// watch waits until a feed has passed what the node knows, and takes down what
// the node says of itself.
func (e *endpoint) watch(w http.ResponseWriter, r *http.Request, n *Node) error {
	q, err := parseWatch(r.URL.Query())
	if err != nil {
		return err
	}
	for scope := range q.since {
		if err := mayRead(n, scope); err != nil {
			return err
		}
	}
	q.report.Feed = q.since[n.Branch]
	if err := e.hear(r.Context(), n, q.report); err != nil {
		return err
	}
	answer := wire.News{Feeds: map[int64]int64{}}
	if q.epoch == 0 || q.epoch == e.c.Epoch() {
		ctx, stop := context.WithTimeout(r.Context(), e.o.WatchFor)
		defer stop()
		if answer.Feeds, err = e.c.AwaitAny(ctx, q.since); err != nil {
			return err
		}
	}
	answer.Epoch, answer.NowMS = e.c.Epoch(), e.c.o.NowMS()
	return reply(w, answer)
}

func reply(w http.ResponseWriter, answer any) error {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		return errGone
	}
	return nil
}

// hear takes down a report, unless it says nothing new.
func (e *endpoint) hear(ctx context.Context, n *Node, r Report) error {
	e.c.reached.note(n.Origin, r.Feed)
	now := e.c.o.NowMS()
	e.mu.Lock()
	was, known := e.heard[n.Origin]
	same := was.report
	same.Feed = r.Feed
	if known && same == r && now-was.atMS < heardEveryMS && now >= was.atMS {
		e.mu.Unlock()
		return nil
	}
	e.heard[n.Origin] = heard{r, now}
	e.mu.Unlock()
	if r.Aside > max(was.report.Aside, 0) {
		e.o.Log.Error("A workstation cannot read rows of its feed: it lacks them, and asks again. Upgrade it; if it is up to date, central's rows are wrong.", "origin", n.Origin, "rows", r.Aside)
	}
	return e.c.Heard(ctx, n.Origin, r)
}

type watchQuery struct {
	since  map[int64]int64
	epoch  uint64
	report Report
}

// parseWatch reads scope=number:since pairs, epoch, unsent, oldest (ms UTC),
// version, aside and clock.
func parseWatch(v url.Values) (q watchQuery, err error) {
	bad := func(key string) error {
		return fmt.Errorf("%w: %s of a watch is not what it should be", wire.ErrMalformed, key)
	}
	q.since = map[int64]int64{}
	for _, pair := range v["scope"] {
		scope, since, found := strings.Cut(pair, ":")
		s, err1 := strconv.ParseInt(scope, 10, 64)
		n, err2 := strconv.ParseInt(since, 10, 64)
		if !found || err1 != nil || err2 != nil || s < 0 || n < 0 {
			return q, bad("scope")
		}
		q.since[s] = n
	}
	if len(q.since) == 0 || len(q.since) > 2 {
		return q, bad("scope")
	}
	number := func(key string) int64 {
		n, err1 := strconv.ParseInt(v.Get(key), 10, 64)
		if err1 != nil || n < 0 {
			err = bad(key)
		}
		return n
	}
	q.epoch = uint64(number("epoch"))
	q.report = Report{Unsent: number("unsent"), OldestMS: number("oldest"), Version: v.Get("version")}
	if q.report.Aside = -1; v.Has("aside") { // earlier releases do not say
		q.report.Aside = number("aside")
	}
	if len(q.report.Version) > maxNameRunes {
		err = bad("version")
	}
	if v.Has("clock") { // earlier releases do not say
		word, ahead, _ := strings.Cut(v.Get("clock"), ":")
		n, err1 := strconv.ParseInt(ahead, 10, 64)
		if q.report.Clock, q.report.AheadMS = word, n; err1 != nil || word == "" || len(word) > maxReason || strings.ContainsFunc(word, unicode.IsControl) {
			err = bad("clock")
		}
	}
	return q, err
}
