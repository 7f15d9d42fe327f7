package proof

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// door is the JSON API of one process, as one person.
type door struct {
	url   string // without a slash at its end
	token string
	http  *http.Client
}

func newDoor(url string) *door {
	return &door{url: url, http: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
}

// What the tests read of answers; the API has more.
type (
	status struct {
		Name           string           `json:"name"`
		Branch         int64            `json:"branch"`
		Origin         string           `json:"origin"`
		Online         bool             `json:"online"`
		Bootstrapped   bool             `json:"bootstrapped"`
		Unsent         int              `json:"unsent"`
		OldestUnsentMS int64            `json:"oldest_unsent_ms"`
		Written        uint64           `json:"written"`
		Accepted       uint64           `json:"accepted"`
		Refused        uint64           `json:"refused"`
		Held           uint64           `json:"held"`
		Missing        int64            `json:"missing"`
		Scopes         map[string]scope `json:"scopes"`
	}
	scope struct {
		Feed   uint64 `json:"feed"`
		Digest string `json:"digest"`
	}
	hit struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		Status string `json:"status"`
		Phone  string `json:"phone"`
		Home   int64  `json:"home"`
		Mine   bool   `json:"mine"`
	}
	author struct {
		Name   string `json:"name"`
		Branch int64  `json:"branch"`
		Place  string `json:"place"`
		AtMS   int64  `json:"at_ms"`
	}
	interaction struct {
		ID    string  `json:"id"`
		Text  string  `json:"text"`
		State string  `json:"state"`
		By    *author `json:"by"`
	}
	losing struct {
		ID    string `json:"id"`
		Value string `json:"value"`
	}
	reach struct {
		ID        string   `json:"id"`
		Channel   string   `json:"channel"`
		Value     string   `json:"value"`
		Conflicts []losing `json:"conflicts"`
	}
	conflict struct {
		ID        string  `json:"id"`
		Party     string  `json:"party"`
		Kind      string  `json:"kind"`
		Field     string  `json:"field"`
		Current   string  `json:"current"`
		Losing    string  `json:"losing"`
		CurrentBy *author `json:"current_by"`
		LosingBy  *author `json:"losing_by"`
		Closed    bool    `json:"closed"`
	}
	customer struct {
		ID           string            `json:"id"`
		Name         string            `json:"name"`
		Phone        string            `json:"phone"`
		State        string            `json:"state"`
		Stamps       map[string]string `json:"stamps"`
		Reaches      []reach           `json:"reaches"`
		Interactions []interaction     `json:"interactions"`
		Conflicts    []conflict        `json:"conflicts"`
		fields       map[string]any    // everything, by name
	}
	apiFault struct {
		Error struct{ Code, Message, Field string }
	}
)

func (c *customer) UnmarshalJSON(data []byte) error {
	type plain customer
	if err := json.Unmarshal(data, (*plain)(c)); err != nil {
		return err
	}
	return json.Unmarshal(data, &c.fields)
}

// field is the value of a field of the party, as text.
func (c *customer) field(name string) string {
	if v := c.fields[name]; v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// answer is what came back for one request.
type answer struct {
	status int
	header http.Header
	raw    []byte
}

func (a *answer) ok() bool { return a.status >= 200 && a.status < 300 }

func (a *answer) code() string {
	var f apiFault
	if json.Unmarshal(a.raw, &f) != nil {
		return ""
	}
	return f.Error.Code
}

// ask sends one request; an error means that no answer came.
func (d *door) ask(method, path string, body any, key string) (*answer, error) {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(b)
	}
	r, err := http.NewRequest(method, d.url+"/api/v1"+path, in)
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if d.token != "" {
		r.Header.Set("Authorization", "Bearer "+d.token)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	w, err := d.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = w.Body.Close() }()
	raw, err := io.ReadAll(w.Body)
	if err != nil {
		return nil, err
	}
	return &answer{w.StatusCode, w.Header, raw}, nil
}

// read is ask for what must succeed.
func (d *door) read(t testing.TB, path string, into any) {
	t.Helper()
	d.do(t, http.MethodGet, path, nil, into)
}

func (d *door) do(t testing.TB, method, path string, body, into any) {
	t.Helper()
	a, err := d.ask(method, path, body, "")
	must(t, err)
	if !a.ok() {
		t.Fatalf("%s %s at %s: %d %s", method, path, d.url, a.status, a.raw)
	}
	must(t, json.Unmarshal(a.raw, into))
}

// how is the status of the process; ok is false when it does not answer.
func (d *door) how() (s status, ok bool) {
	a, err := d.ask(http.MethodGet, "/status", nil, "")
	if err != nil || !a.ok() {
		return s, false
	}
	return s, json.Unmarshal(a.raw, &s) == nil
}

func (d *door) find(t testing.TB, q string) []hit {
	t.Helper()
	var out struct{ Customers []hit }
	d.read(t, "/customers?limit=1000&q="+url.QueryEscape(q), &out)
	return out.Customers
}

// named finds the one party of exactly this name. The index may be a second
// behind what came.
func (d *door) named(t testing.TB, name string) (found hit) {
	t.Helper()
	until(t, settleWithin, "find shows one "+name, func() (bool, string) {
		var exact []hit
		for _, h := range d.find(t, name) {
			if h.Name == name {
				exact = append(exact, h)
			}
		}
		if len(exact) == 1 {
			found = exact[0]
		}
		return len(exact) == 1, fmt.Sprintf("%s: %+v", d.url, exact)
	})
	return found
}

func (d *door) customer(t testing.TB, id string) *customer {
	t.Helper()
	var c customer
	d.read(t, "/customers/"+id, &c)
	return &c
}

func (d *door) timeline(t testing.TB, id string) []interaction {
	t.Helper()
	var out struct{ Interactions []interaction }
	d.read(t, "/customers/"+id+"/interactions?limit=1000", &out)
	return out.Interactions
}

func (d *door) conflicts(t testing.TB) []conflict {
	t.Helper()
	var out struct{ Conflicts []conflict }
	d.read(t, "/conflicts?limit=1000", &out)
	return out.Conflicts
}
