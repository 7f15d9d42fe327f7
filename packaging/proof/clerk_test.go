package proof

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

const (
	answerWithin = 60 * time.Second // an act, tried again while its node is down
	tryAgain     = 10 * time.Millisecond
)

// act is one thing that a clerk does through the API.
type act struct {
	method, path string
	body         map[string]any
	// How to find it again.
	party, text  string // an interaction
	field, value string // an edit of party
	name, phone  string // a new prospect
}

// ledger is what was acknowledged: what must be there in the end.
type ledger struct {
	mu     sync.Mutex // guards the rest
	acts   []done1
	values map[string]map[string]string // party and field → workstation → its last value
	took   []time.Duration              // of acts that were answered at the first try
	again  int                          // requests repeated
	lost   int                          // of these, with an unknown outcome
}

// done1 is an act that was acknowledged, and where.
type done1 struct {
	act
	at *workstation
}

func newLedger() *ledger { return &ledger{values: map[string]map[string]string{}} }

func place(party, field string) string { return party + " " + field }

func (l *ledger) note(w *workstation, a act, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acts = append(l.acts, done1{a, w})
	if took > 0 {
		l.took = append(l.took, took)
	}
	if a.field == "" {
		return
	}
	at := place(a.party, a.field)
	if l.values[at] == nil {
		l.values[at] = map[string]string{}
	}
	l.values[at][w.name] = a.value
}

func (l *ledger) repeated(unknown bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.again++
	if unknown {
		l.lost++
	}
}

// work makes a clerk at w do acts one after the other, each under an
// Idempotency-Key; told is called after each with how many are done. It
// returns when all are acknowledged.
func (l *ledger) work(w *workstation, acts []act, told func(done int)) error {
	for i, a := range acts {
		key := fmt.Sprintf("%s-%d-%d", w.name, time.Now().UnixNano(), i)
		took, err := l.persist(w, a, key)
		if err != nil {
			return fmt.Errorf("%s: act %d: %w", w.name, i, err)
		}
		l.note(w, a, took)
		if told != nil {
			told(i + 1)
		}
	}
	return nil
}

// persist repeats a request until it is answered, as a careful program does.
func (l *ledger) persist(w *workstation, a act, key string) (took time.Duration, err error) {
	tick := time.NewTicker(tryAgain)
	defer tick.Stop()
	begun := time.Now()
	for try := 0; ; try++ {
		sent := time.Now()
		got, err := w.door().ask(a.method, a.path, a.body, key)
		switch {
		case err == nil && got.ok() && try == 0:
			return time.Since(sent), nil
		case err == nil && got.ok():
			return 0, nil
		case err == nil && got.status == http.StatusConflict && got.code() == "unknown_outcome":
			there, err := a.isThere(w.door())
			if err != nil {
				return 0, err
			}
			l.repeated(true)
			if there {
				return 0, nil
			}
			key += "-anew"
		case err == nil:
			return 0, fmt.Errorf("%s %s: %d %s", a.method, a.path, got.status, got.raw)
		case time.Since(begun) > answerWithin:
			return 0, err
		default:
			l.repeated(false)
		}
		<-tick.C
	}
}

// isThere looks whether an act of unknown outcome was done.
func (a *act) isThere(d *door) (bool, error) {
	if a.name != "" {
		var found struct{ Customers []hit }
		if err := look(d, "/customers?limit=1000&q="+escaped(a.name), &found); err != nil {
			return false, err
		}
		for _, h := range found.Customers {
			if h.Name == a.name {
				return true, nil
			}
		}
		return false, nil
	}
	var c customer
	if err := look(d, "/customers/"+a.party, &c); err != nil {
		return false, err
	}
	if a.field == "" {
		for _, i := range c.Interactions {
			if i.Text == a.text {
				return true, nil
			}
		}
		return false, nil
	}
	return c.value(a.field) == a.value, nil
}

// value is a field of the party, or its phone.
func (c *customer) value(field string) string {
	if field == "phone" {
		return c.Phone
	}
	return c.field(field)
}

func look(d *door, path string, into any) error {
	got, err := d.ask(http.MethodGet, path, nil, "")
	if err != nil {
		return err
	}
	if !got.ok() {
		return fmt.Errorf("GET %s: %d %s", path, got.status, got.raw)
	}
	return json.Unmarshal(got.raw, into)
}

// day draws what one workstation does: talks, edits of shared customers and new
// prospects, shuffled.
type day struct {
	name      string // of the workstation
	branch    int64
	known     []string // ids of customers of the branch
	shared    []string // ids of customers that belong to both branches
	phoned    []string // of these, those whose phone is known
	talks     int
	prospects int
	random    *rand.Rand
}

// edited are the fields of a shared customer that every workstation writes.
var edited = []string{"memo", "address", "occupation", "greeting"}

func (d *day) acts() []act {
	var out []act
	for i := range d.talks {
		id := d.known[d.random.IntN(len(d.known))]
		if i%5 == 0 && len(d.shared) > 0 {
			id = d.shared[d.random.IntN(len(d.shared))]
		}
		text := fmt.Sprintf("%s: talk %d, 谈话第 %d 次", d.name, i, i)
		out = append(out, act{method: http.MethodPost, path: "/customers/" + id + "/interactions", party: id, text: text,
			body: map[string]any{"channel": "counter", "reason": "account", "text": text}})
	}
	for i := range d.prospects {
		name := fmt.Sprintf("Prospect %s no %d", d.name, i)
		phone := fmt.Sprintf("+4206%02d%06d", 1+d.branch%8, d.random.IntN(1_000_000))
		out = append(out, act{method: http.MethodPost, path: "/customers", name: name, phone: phone,
			body: map[string]any{"type": "person", "name": name, "phone": phone, "birth": "1990-02-03"}})
	}
	out = append(out, d.edits()...)
	d.random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	// The last of several edits of one field is the one that counts.
	return out
}

// edits writes every field of every shared customer, one of them twice.
func (d *day) edits() (out []act) {
	for n, id := range d.shared {
		for _, field := range edited {
			out = append(out, d.edit(id, field, fmt.Sprintf("%s of %d by %s", field, n, d.name)))
		}
		out = append(out, d.edit(id, "memo", fmt.Sprintf("memo of %d by %s, once more", n, d.name)))
	}
	for n, id := range d.phoned {
		out = append(out, d.edit(id, "phone", fmt.Sprintf("+4206%02d%05d%d", 1+d.branch%8, d.random.IntN(100_000), n)))
	}
	return out
}

func (d *day) edit(id, field, value string) act {
	return act{method: http.MethodPatch, path: "/customers/" + id, party: id, field: field, value: value, body: map[string]any{field: value}}
}
