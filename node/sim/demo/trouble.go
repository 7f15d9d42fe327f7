package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"bough/crdt"
	"bough/node/sim/bank"
)

// Errors of making trouble, for people.
var (
	errNoTrouble = errors.New("demo: trouble takes two branches, and a workstation that runs in each")
	errNoPhone   = errors.New("demo: this customer has no phone")
)

// rival is one of two who change the same phone.
type rival struct {
	branch *branch
	at     *workstation
	token  string
	phone  string // what they type
}

// Trouble has one phone of a shared customer changed at two branches at once,
// over the JSON API, as two managers would who cannot see each other.
func (d *Demo) Trouble(ctx context.Context) error {
	rivals, err := d.rivals(ctx)
	if err != nil {
		return err
	}
	d.mu.Lock()
	d.troubles++
	n := d.troubles
	d.mu.Unlock()
	shared := d.bank.Find(bank.Shared)
	if len(shared) == 0 {
		return errNoTrouble
	}
	id := d.founded.ID(shared[(n-1)%len(shared)])
	name, err := d.plan(ctx, rivals, id, n)
	if err != nil {
		return err
	}
	answers := make(chan error)
	for _, r := range rivals {
		go func() { answers <- d.edit(ctx, r, id) }()
	}
	if err := errors.Join(<-answers, <-answers); err != nil {
		return err
	}
	d.note("trouble", name, rivals[0].phone, rivals[0].branch.Name, rivals[1].phone, rivals[1].branch.Name)
	d.mu.Lock()
	d.quarrel = &quarrel{rivals, id, name}
	d.mu.Unlock()
	return nil
}

// quarrel is trouble of which both branches have still to hear.
type quarrel struct {
	rivals []*rival
	id     crdt.ID
	name   string
}

// hear tells when both branches show the conflict.
func (d *Demo) hear(ctx context.Context) {
	d.mu.Lock()
	q := d.quarrel
	met := q != nil
	if met {
		for _, r := range q.rivals {
			met = met && r.at.up() && r.at.done(d.central)
		}
	}
	d.mu.Unlock()
	if !met {
		return
	}
	for _, r := range q.rivals {
		var page struct{ Conflicts []json.RawMessage }
		err := d.get(ctx, r.at.local("/api/v1/customers/"+q.id.String()), r.token, &page)
		if err != nil || len(page.Conflicts) == 0 {
			return // it is off, or has not heard yet
		}
	}
	d.mu.Lock()
	d.quarrel = nil
	d.mu.Unlock()
	d.note("heard", q.name)
}

// rivals signs two managers in, at workstations that run.
func (d *Demo) rivals(ctx context.Context) (out []*rival, err error) {
	for _, b := range d.list {
		if at := d.runs(b, nil); at != nil && len(out) < 2 {
			out = append(out, &rival{branch: b, at: at})
		}
	}
	if len(out) < 2 {
		return nil, errNoTrouble
	}
	for _, r := range out {
		p := d.manager(r.branch)
		var session struct{ Token string }
		if err := d.send(ctx, endpoint{http.MethodPost, r.at.local("/api/v1/session"), ""}, map[string]string{"login": p.Login, "password": p.Password}, &session); err != nil {
			return nil, err
		}
		r.token = session.Token
	}
	return out, nil
}

// runs is a workstation of a branch that runs: the wanted one if it does.
func (d *Demo) runs(b *branch, wanted *workstation) *workstation {
	d.mu.Lock()
	defer d.mu.Unlock()
	if wanted.up() {
		return wanted
	}
	for _, w := range b.nodes {
		if w.up() {
			return w
		}
	}
	return nil
}

// up reports whether a workstation answers; mu is held.
func (w *workstation) up() bool { return w != nil && w.heard && w.child.running() }

// plan makes up what each will type: the phone with other digits at its end.
func (d *Demo) plan(ctx context.Context, rivals []*rival, id crdt.ID, n int) (name string, err error) {
	for i, r := range rivals {
		var page struct{ Name, Phone string }
		if err := d.get(ctx, r.at.local("/api/v1/customers/"+id.String()), r.token, &page); err != nil {
			return "", err
		}
		name = page.Name
		if len(page.Phone) < 4 {
			return "", errNoPhone
		}
		r.phone = fmt.Sprintf("%s%02d", page.Phone[:len(page.Phone)-2], (10*(i+1)+n)%100)
		if r.phone == page.Phone {
			r.phone = strings.TrimSuffix(r.phone, r.phone[len(r.phone)-2:]) + "99"
		}
	}
	return name, nil
}

func (d *Demo) edit(ctx context.Context, r *rival, id crdt.ID) error {
	var ignored json.RawMessage
	return d.send(ctx, endpoint{http.MethodPatch, r.at.local("/api/v1/customers/" + id.String()), r.token}, map[string]string{"phone": r.phone}, &ignored)
}

// send sends body as JSON and reads the answer, which is JSON too, into into.
func (d *Demo) send(ctx context.Context, to endpoint, body, into any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, to.method, to.url, bytes.NewReader(b))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	return d.ask(r, to.token, into)
}

// endpoint is a way of the JSON API, and the word that opens it.
type endpoint struct{ method, url, token string }
