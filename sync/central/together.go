package central

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// errCompany is told to those whose company came to an end by a fault of the
// program: what they wrote is not written.
var errCompany = errors.New("central: this could not be written with what came at the same time; try again")

// MaxTogether is how many writes share a transaction at most: enough that a
// durable commit costs each of them next to nothing, few enough that nobody waits
// for long when one of them cannot be done and the others begin again.
const MaxTogether = 64

// together lets writes that wait for the one writer share its next transaction.
type together struct {
	turn chan struct{} // held by whoever commits for all

	mu      sync.Mutex // guards waiting
	waiting []*guest
}

// guest is a write that may share a transaction. It is done again when another of
// its company cannot be done: fn must begin anew each time.
type guest struct {
	fn   func(*Batch) error
	done chan error // holds the outcome
}

// share runs fn in a transaction, with what others want written at the same
// time. What fails in company is tried once more by itself, so that nobody
// fails for another. A caller who goes away is served all the same.
func (c *Central) share(ctx context.Context, fn func(*Batch) error) error {
	g := &guest{fn: fn, done: make(chan error, 1)}
	c.together.mu.Lock()
	c.together.waiting = append(c.together.waiting, g)
	c.together.mu.Unlock()
	for {
		select {
		case err := <-g.done:
			return err
		case c.together.turn <- struct{}{}:
			c.serve(context.WithoutCancel(ctx), c.together.take())
		}
	}
}

// take takes those who waited longest.
func (t *together) take() []*guest {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), MaxTogether)
	company := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	return company
}

// serve writes what a company wants in one transaction, and what keeps it from
// that alone, afterwards. It ends the turn.
func (c *Central) serve(ctx context.Context, company []*guest) {
	all := slices.Clone(company)
	defer func() { // also when a guest panics: nobody waits for ever
		<-c.together.turn
		for _, g := range all {
			select {
			case g.done <- errCompany:
			default: // it was told
			}
		}
	}()
	var alone []*guest
	for len(company) > 0 {
		at := 0
		err := c.write(ctx, func(b *Batch) error {
			for at = range company {
				if err := company[at].fn(b); err != nil {
					return err
				}
			}
			at = -1
			return nil
		})
		switch {
		case err == nil || len(company) == 1:
			for _, g := range company {
				g.done <- err
			}
			company = nil
		case at < 0: // it is the file, or none of them by itself
			alone, company = append(alone, company...), nil
		default:
			alone = append(alone, company[at])
			company = append(company[:at:at], company[at+1:]...)
		}
	}
	for _, g := range alone {
		g.done <- c.write(ctx, g.fn)
	}
}
