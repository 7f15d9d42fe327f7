package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
	"bough/node/sim/bank"
	"bough/node/sim/demo"
	"bough/node/sim/plant"
	"bough/sync/trust"
)

const demoLong = `Make up a bank and run it on this machine: one central and the workstations of
its branches, as separate processes of this program. The start page shows the
lines and signs anybody in with one click; on it you cut a branch's line, kill a
workstation and bring it back, and make two branches change the same phone.

The same seed gives the same bank, all day. Ctrl-C ends all of it and removes
the files, unless --dir says where to keep them.`

func (p *program) demo() *cobra.Command {
	var o demo.Options
	cmd := &cobra.Command{
		Use: "demo", Short: "A bank in miniature: two branches, four workstations, one central", Long: demoLong, GroupID: groupTry, Args: noArgs,
		Example: "  bough demo\n  bough demo --seed 7 --customers 500 --port 9400",
	}
	f := cmd.Flags()
	f.StringVar(&o.Dir, "dir", "", "directory for the files; empty: a new one that is removed at the end")
	f.Uint64Var(&o.Bank.Seed, "seed", 1, "which bank to make up")
	f.IntVar(&o.Port, "port", 8400, "port of the start page, the others beside it; taken ones are replaced; 0: any")
	f.IntVar(&o.Bank.Customers, "customers", bank.DefaultCustomers, "how many customers the bank has, 40 and more")
	f.IntVar(&o.Bank.Branches, "branches", bank.DefaultBranches, fmt.Sprintf("how many branches it has, 1 to %d", demo.MaxBranches))
	var s serving
	f.BoolVar(&s.withStdin, "stop-with-stdin", false, "stop when standard input ends")
	must(f.MarkHidden("stop-with-stdin"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		if o.Bank.Branches < 1 || o.Bank.Branches > demo.MaxBranches {
			return usagef("--branches is 1 to %d, not %d", demo.MaxBranches, o.Bank.Branches)
		}
		if o.Bank.Customers < 1 || o.Port < 0 || o.Port > 65000 {
			return usagef("--customers is 1 and up, --port 0 to 65000")
		}
		return p.runDemo(s.until(cmd.Context(), p.in), o)
	})
	return cmd
}

func (p *program) runDemo(ctx context.Context, o demo.Options) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	o.Exe, o.Found, o.Now, o.After, o.Say = exe, p.found, wall, time.After, p.say
	d, err := demo.Start(ctx, o)
	if err != nil && ctx.Err() != nil {
		return errors.New("stopped before it was ready; nothing of it is left")
	}
	if err != nil {
		return err
	}
	p.tellDemo(d)
	<-ctx.Done()
	p.say("stopping")
	d.Stop()
	return nil
}

func (p *program) tellDemo(d *demo.Demo) {
	p.print("\nStart page: %s\n", d.StartPage())
	t := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', 0)
	for _, a := range d.Addresses()[1:] {
		fmt.Fprintf(t, "  %s\t%s\n", a.What, a.URL)
	}
	fmt.Fprintln(t, "\t\nWho signs in\tname\tpassword\tat")
	for _, s := range d.SignIns() {
		fmt.Fprintf(t, "  %s, %s, %s\t%s\t%s\t%s\n", s.Name, s.Role, s.Where, s.Login, s.Password, s.At)
	}
	_ = t.Flush() // whoever closed standard output sees the pages all the same
	p.print("\nCtrl-C ends it.")
}

// demoCost seals the keys of made-up people: their passwords are printed anyway.
func demoCost() trust.Cost { return trust.Cost{Time: 1, MemoryKiB: 8 << 10, Threads: 1} }

// found makes the central of a demo. Its clock stands before the bank's first
// act until the bank stands, so that everything has its own time.
func (p *program) found(ctx context.Context, f demo.Founding) (out *demo.Founded, err error) {
	o, err := p.options(f.Dir)
	if err != nil {
		return nil, err
	}
	var standing atomic.Bool
	since := time.UnixMilli(plant.Since(f.Bank))
	o.Cost = demoCost()
	o.Now = func() time.Time {
		if standing.Load() {
			return wall()
		}
		return since
	}
	h, err := node.NewHeadOffice(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = joinErrors(err, h.Stop()) }()
	planted, err := plant.Bank(ctx, h.Office, f.Bank)
	if err != nil {
		return nil, err
	}
	standing.Store(true)
	out = &demo.Founded{ID: planted.ID}
	for _, branch := range f.Codes {
		code, err := h.Office.NewCode(ctx, branch)
		if err != nil {
			return nil, err
		}
		out.Codes = append(out.Codes, strings.TrimSpace(code))
	}
	return out, nil
}
