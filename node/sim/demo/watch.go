package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// entry is a line of the log, to be said in the reader's language.
type entry struct {
	At   time.Time
	Key  string
	Args []any
}

// note puts a line into the log, and tells it on the terminal.
func (d *Demo) note(key string, args ...any) {
	d.o.Say("%s  %s", d.o.Now().Format("15:04:05"), english.say(key, args...))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append([]entry{{d.o.Now(), key, args}}, d.log...)
	d.log = d.log[:min(len(d.log), logLines)]
	d.tell()
}

// tell wakes the pages; mu is held.
func (d *Demo) tell() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// news is closed at the next change.
func (d *Demo) news() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

// watch looks at everything until it is stopped.
func (d *Demo) watch() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case <-d.o.After(watchEvery):
				d.look(ctx)
				d.prove()
				d.hear(ctx)
			case <-ctx.Done():
				return
			}
		}
	})
	return func() {
		cancel()
		done.Wait()
	}
}

func (d *Demo) all() []*workstation {
	out := []*workstation{d.central}
	for _, b := range d.list {
		out = append(out, b.nodes...)
	}
	return out
}

// look asks every process that runs for its status.
func (d *Demo) look(ctx context.Context) {
	var asked sync.WaitGroup
	for _, w := range d.all() {
		c := d.childOf(w)
		asked.Go(func() {
			var s status
			err := errEnded
			if c.running() {
				err = d.get(ctx, w.local("/api/v1/status"), "", &s)
			}
			d.learn(w, c, s, err)
		})
	}
	asked.Wait()
}

// learn notes what a process said. One that was replaced meanwhile said it in vain.
func (d *Demo) learn(w *workstation, c *child, s status, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if w.child != c {
		return
	}
	was, heard := w.status, w.heard
	w.heard = err == nil
	if w.heard {
		w.status, w.starting = s, false
	}
	if heard != w.heard || fmt.Sprint(was) != fmt.Sprint(w.status) {
		d.tell()
	}
}

// get asks a process over its JSON API.
func (d *Demo) get(ctx context.Context, url, token string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return d.ask(r, token, into)
}

func (d *Demo) ask(r *http.Request, token string, into any) error {
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := d.client.Do(r)
	if err != nil {
		return fmt.Errorf("demo: ask %s: %w", r.URL.Path, err)
	}
	defer answer.Body.Close() // read to its end or not needed
	b, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("demo: ask %s: %w", r.URL.Path, err)
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("demo: ask %s: %s: %.200s", r.URL.Path, answer.Status, b)
	}
	return json.Unmarshal(b, into)
}

// quiet reports whether every node runs, has the line, holds what central holds
// and sees its neighbours.
func (d *Demo) quiet() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, b := range d.list {
		if up, _ := d.caughtUp(b); up < len(b.nodes) {
			return false
		}
		for _, w := range b.nodes {
			if w.status.Neighbours < len(b.nodes)-1 {
				return false
			}
		}
	}
	return true
}

// caughtUp counts the nodes of a branch that have nothing left to send or to
// get, and sums up what all that run have written; mu is held.
func (d *Demo) caughtUp(b *branch) (nodes int, sum totals) {
	for _, w := range b.nodes {
		if !w.child.running() || !w.heard {
			continue
		}
		sum.add(&w.status)
		if w.done(d.central) {
			nodes++
		}
	}
	return nodes, sum
}

// prove shows, for each branch whose line is back, what came of its work, once
// its workstations that run have caught up.
func (d *Demo) prove() {
	for _, b := range d.list {
		d.mu.Lock()
		up, sum := d.caughtUp(b)
		running := 0
		for _, w := range b.nodes {
			if w.child.running() || w.starting {
				running++
			}
		}
		ready := b.due && running > 0 && up == running
		if ready {
			b.due, b.proof = false, sum.since(b.before)
			b.proof.Off = len(b.nodes) - running
		}
		p := b.proof
		d.mu.Unlock()
		if ready {
			d.note("proof", b.Name, p.Written, p.Accepted, p.Refused, p.Held, p.Missing)
		}
	}
}

// done reports whether a node has nothing left to send or to get; mu is held.
func (w *workstation) done(central *workstation) bool {
	s := &w.status
	return s.Online && s.Bootstrapped && s.Unsent == 0 && central.heard && s.agrees(&central.status, w.branch)
}
