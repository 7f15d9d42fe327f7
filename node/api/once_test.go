package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
)

// counter is an endpoint that counts how often it was done.
type counter struct {
	mu   sync.Mutex
	done int
	fail error
}

func (n *counter) endpoint() *endpoint {
	return &endpoint{method: http.MethodPost, path: "/count", once: true, status: http.StatusCreated, do: func(k *call) (any, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.fail != nil {
			return nil, n.fail
		}
		n.done++
		return map[string]int{"done": n.done}, nil
	}}
}

func openLocal(t *testing.T, path string) *store.Local {
	t.Helper()
	file, err := rows.Open(rows.Options{Path: path, Schema: crm.Table(), Migrations: store.LocalTables()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return store.NewLocal(file)
}

func newAPI(local Store) *api {
	return &api{Options: Options{Idempotency: local, Now: func() int64 { return noon }, Log: slog.New(slog.DiscardHandler)}, keys: newKeyLocks()}
}

// send asks for one keyed request and says the answer as status and body.
func send(a *api, ep *endpoint, person crdt.ID, key, body string) (reply, error) {
	r := httptest.NewRequest(http.MethodPost, Prefix+"/count", strings.NewReader(body))
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	k := &call{api: a, ctx: context.Background(), who: &desk.Who{Person: person}, raw: []byte(body)}
	return k.once(ep, r)
}

func TestTheSameKeyIsDoneOnceAlsoWhenManyComeAtOnce(t *testing.T) {
	a, n := newAPI(openLocal(t, filepath.Join(t.TempDir(), "f"))), &counter{}
	ep := n.endpoint()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			r, err := send(a, ep, 5, "k1", `{"a":1}`)
			if err != nil || r.status != http.StatusCreated {
				t.Errorf("%d, %v", r.status, err)
			}
			if r.replayed && string(r.body) != "{\"done\":1}\n" {
				t.Errorf("another answer: %s", r.body)
			}
		})
	}
	wg.Wait()
	if n.done != 1 {
		t.Errorf("done %d times", n.done)
	}
	if len(a.keys.held) != 0 {
		t.Errorf("%d keys still held", len(a.keys.held))
	}
}

func TestAKeyBelongsToOnePersonAndOneRequest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	a, n := newAPI(openLocal(t, path)), &counter{}
	ep := n.endpoint()
	for _, c := range []struct {
		person    crdt.ID
		key, body string
		done      int
		want      string
	}{
		{5, "k", "a", 1, ""},
		{5, "k", "a", 1, ""},
		{5, "k", "b", 1, `422 idempotency_mismatch "Idempotency-Key" this Idempotency-Key belongs to another request; use a new one for a new act`},
		{6, "k", "b", 2, ""},
		{5, "j", "a", 3, ""},
		{5, "", "a", 4, ""},
		{5, "", "a", 5, ""},
		{5, "two words", "a", 5, `400 bad_idempotency_key "Idempotency-Key" Idempotency-Key must be one word of 1 to 200 visible ASCII characters`},
		{5, strings.Repeat("k", 201), "a", 5, `400 bad_idempotency_key "Idempotency-Key" Idempotency-Key must be one word of 1 to 200 visible ASCII characters`},
		{5, strings.Repeat("k", 200), "a", 6, ""},
	} {
		_, err := send(a, ep, c.person, c.key, c.body)
		got := ""
		if err != nil {
			got = told(err)
		}
		if got != c.want || n.done != c.done {
			t.Errorf("%d %s %s: %q, done %d times", c.person, c.key, c.body, got, n.done)
		}
	}
}

func TestARefusedActMayBeTriedAgainUnderItsKey(t *testing.T) {
	a, n := newAPI(openLocal(t, filepath.Join(t.TempDir(), "f"))), &counter{fail: &desk.Error{Reason: desk.ReadOnly, Code: "disk_full", Message: "the disk is full"}}
	ep := n.endpoint()
	if _, err := send(a, ep, 5, "k", "a"); told(err) != `503 disk_full "" the disk is full` {
		t.Error(told(err))
	}
	n.fail = nil
	for range 2 {
		if _, err := send(a, ep, 5, "k", "b"); err != nil || n.done != 1 {
			t.Errorf("%v, done %d times", err, n.done)
		}
	}
}

func TestAnActCutOffByAStopIsNotDoneAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	local := openLocal(t, path)
	a, n := newAPI(local), &counter{}
	ep := n.endpoint()
	// The act panics, as a stop in the middle would leave it: nothing after it runs.
	func() {
		defer func() { _ = recover() }()
		_, _ = send(a, &endpoint{method: http.MethodPost, path: "/count", do: func(*call) (any, error) { panic("stop") }}, 5, "k", "a")
	}()
	r, err := send(newAPI(openLocal(t, path)), ep, 5, "k", "a")
	if err != nil || r.status != http.StatusConflict || !strings.Contains(string(r.body), `"unknown_outcome"`) || n.done != 0 {
		t.Errorf("%d %s %v, done %d times", r.status, r.body, err, n.done)
	}
	if len(a.keys.held) != 0 {
		t.Error("the key is still held")
	}
}

func TestWaitingForAKeyEndsWhenTheCallerHangsUp(t *testing.T) {
	l := newKeyLocks()
	release, err := l.hold(context.Background(), heldKey{1, "k"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.hold(ctx, heldKey{1, "k"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	release()
	if release, err = l.hold(context.Background(), heldKey{1, "k"}); err != nil {
		t.Fatal(err)
	}
	release()
}
