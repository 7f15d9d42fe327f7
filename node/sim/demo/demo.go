package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bough/node/sim/bank"
)

// Demo is a bank that runs.
type Demo struct {
	o       Options
	dir     string
	bank    *bank.Bank
	founded *Founded
	central *workstation
	syncs   string // where central takes the lines
	list    []*branch
	people  []person
	shows   []show
	client  *http.Client
	page    *page
	undo    []func() // what Stop does, the last first
	began   time.Time

	mu       sync.Mutex // guards what follows, and what branch and workstation say
	log      []entry
	troubles int           // how often there was trouble
	quarrel  *quarrel      // the latest trouble, until both branches show it
	changed  chan struct{} // closed and replaced when the map changes
}

// marker tells a directory that a demo made from any other.
const marker = "made-by-bough-demo"

// Start starts a demo. On an error nothing is left of it.
func Start(ctx context.Context, o Options) (*Demo, error) {
	d := &Demo{o: o, began: o.Now(), changed: make(chan struct{}), client: &http.Client{
		Timeout:       askFor,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for _, step := range []func(context.Context) error{d.furnish, d.invent, d.found, d.runCentral, d.connect, d.enrol, d.runNodes, d.meet, d.welcome} {
		if err := step(ctx); err != nil {
			d.Stop()
			return nil, err
		}
	}
	return d, nil
}

// step tells how far the start is.
func (d *Demo) step(format string, args ...any) {
	d.o.Say("%6.1f s  %s", d.o.Now().Sub(d.began).Seconds(), fmt.Sprintf(format, args...))
}

func (d *Demo) later(undo func()) { d.undo = append(d.undo, undo) }

// Stop ends everything that was started, and removes what was made. Twice is
// harmless.
func (d *Demo) Stop() {
	for i := len(d.undo) - 1; i >= 0; i-- {
		d.undo[i]()
	}
	d.undo = nil
}

// furnish makes the directory. One that an earlier demo left is used again.
func (d *Demo) furnish(context.Context) (err error) {
	if d.dir = d.o.Dir; d.dir == "" {
		if d.dir, err = os.MkdirTemp("", "bough-demo-"); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		d.later(func() {
			if err := os.RemoveAll(d.dir); err != nil {
				d.o.Say("%s could not be removed: %v", d.dir, err)
			}
		})
		return nil
	}
	if err := emptied(d.dir); err != nil {
		return err
	}
	d.later(func() { d.o.Say("Its files are in %s, until a demo starts there again.", d.dir) })
	return os.WriteFile(filepath.Join(d.dir, marker), nil, 0o600)
}

// emptied makes sure of an empty directory. It only removes what a demo made.
func emptied(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if len(entries) == 0 {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, marker)); err != nil {
		return fmt.Errorf("demo: %s is not empty, and not of an earlier demo: give a directory of its own, or none", dir)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

// invent makes up the bank, as of the beginning of this day: the same all day.
func (d *Demo) invent(context.Context) error {
	o := d.o.Bank
	if o.Branches < 1 || o.Branches > MaxBranches {
		return fmt.Errorf("demo: a demo has 1 to %d branches, not %d", MaxBranches, o.Branches)
	}
	o.NowMS = d.began.UTC().Truncate(24 * time.Hour).UnixMilli()
	d.bank = bank.Generate(o)
	d.central = d.newWorkstation("central", "central", 0)
	for _, b := range d.bank.Branches {
		d.list = append(d.list, d.newBranch(b))
	}
	d.step("a bank of %s customers and %s acts is made up", grouped(d.bank.Options.Customers), grouped(len(d.bank.Acts)))
	return nil
}

// found has the bank planted in central's directory.
func (d *Demo) found(ctx context.Context) (err error) {
	f := Founding{Dir: d.central.dir, Bank: d.bank}
	for _, b := range d.list {
		for range b.nodes {
			f.Codes = append(f.Codes, b.Number)
		}
	}
	if d.founded, err = d.o.Found(ctx, f); err != nil {
		return fmt.Errorf("demo: found the bank: %w", err)
	}
	d.people, d.shows = d.cast(), d.showcase()
	d.step("central holds it: %s rows", grouped(int(d.bank.LastID)))
	return nil
}

func (d *Demo) runCentral(ctx context.Context) error {
	d.later(func() { d.childOf(d.central).stop(d.o.After) })
	addresses, err := d.run(ctx, d.central, []string{"central", "--listen", free(d.wanted(2)), "--pages", free(d.wanted(1))}, 2)
	if err != nil {
		return err
	}
	d.syncs = addresses[0]
	d.step("central runs")
	return nil
}

// wanted is the port beside the start page's; 0 when any will do.
func (d *Demo) wanted(beside int) int {
	if d.o.Port == 0 {
		return 0
	}
	return d.o.Port + beside
}

// connect lays the line and the LAN of each branch.
func (d *Demo) connect(context.Context) (err error) {
	for _, b := range d.list {
		if b.line, err = newRelay(free(d.wanted(int(10*b.Number))), d.syncs); err != nil {
			return err
		}
		d.later(func() { _ = b.line.close() }) // a listener that is gone is closed
		for i, w := range b.nodes {
			if w.lan, err = newSocket(d.wanted(int(10*b.Number) + 1 + Nodes + 2*i)); err != nil {
				return err
			}
			d.later(func() { _ = w.lan.close() }) // likewise
		}
	}
	return nil
}

// each does something for all workstations at once, and waits.
func (d *Demo) each(fn func(n int, b *branch, w *workstation) error) error {
	var all sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	n := 0
	for _, b := range d.list {
		for _, w := range b.nodes {
			at := n
			n++
			all.Go(func() {
				if err := fn(at, b, w); err != nil {
					mu.Lock()
					errs = append(errs, err)
					mu.Unlock()
				}
			})
		}
	}
	all.Wait()
	return errors.Join(errs...)
}

func (d *Demo) enrol(ctx context.Context) error {
	err := d.each(func(n int, b *branch, w *workstation) error { return d.join(ctx, b, w, d.founded.Codes[n]) })
	if err == nil {
		d.step("%d workstations have joined their branches", len(d.list)*Nodes)
	}
	return err
}

func (d *Demo) runNodes(ctx context.Context) error {
	err := d.each(func(n int, b *branch, w *workstation) error {
		d.mu.Lock()
		d.undo = append(d.undo, func() { d.childOf(w).stop(d.o.After) })
		d.mu.Unlock()
		w.port.Store(int64(d.wanted(int(10*b.Number) + 1 + n%Nodes)))
		return d.runNode(ctx, w)
	})
	if err == nil {
		d.step("they run")
	}
	return err
}

// meet waits until every node holds what central holds, and sees its neighbours.
func (d *Demo) meet(ctx context.Context) error {
	late := d.o.After(meetFor)
	for {
		d.look(ctx)
		if d.quiet() {
			d.step("hold what central holds of their branches, and see each other")
			return nil
		}
		select {
		case <-d.o.After(meetEvery):
		case <-late:
			return fmt.Errorf("demo: the nodes did not get their branch's rows, or do not see each other, within %s; the logs are in %s", meetFor, d.dir)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// welcome serves the start page and keeps looking.
func (d *Demo) welcome(context.Context) (err error) {
	if d.page, err = newPage(d, free(d.o.Port)); err != nil {
		return err
	}
	d.later(d.page.close)
	d.later(d.watch())
	d.note("started", len(d.list)*Nodes)
	d.step("ready")
	return nil
}

// Address is where something can be looked at.
type Address struct{ What, URL string }

// StartPage is where the start page is.
func (d *Demo) StartPage() string { return "http://" + d.page.listener.Addr().String() + "/" }

// Addresses lists the pages; each answers to whoever asks, without a certificate.
func (d *Demo) Addresses() []Address {
	out := []Address{{"start page", d.StartPage()}}
	for _, w := range d.all() {
		out = append(out, Address{w.name, w.local("/signin")})
	}
	return out
}

// SignIn is how somebody signs in.
type SignIn struct{ Login, Password, Name, Role, Where, At string }

// SignIns lists who can sign in, where, and with what.
func (d *Demo) SignIns() (out []SignIn) {
	names := map[int64]string{0: "head office"}
	for _, b := range d.list {
		names[b.Number] = b.Name
	}
	for _, p := range d.people {
		out = append(out, SignIn{p.Login, p.Password, p.Name, p.Role, names[p.Branch], p.at.name})
	}
	return out
}
