package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// pageOf is where the table stands.
const pageOf = "packaging/doc/proofs.md"

// choice is which faults of the list are planted, and how many at a time.
type choice struct {
	only, area, from string
	fresh            bool // only those that were not run yet, or missed
	atOnce           int
}

func main() {
	var c choice
	root := flag.String("root", ".", "the checkout")
	flag.StringVar(&c.only, "only", "", "only faults whose name contains this")
	flag.StringVar(&c.area, "area", "", "only the faults of this file of the list")
	flag.StringVar(&c.from, "from", "", "begin with the first fault whose name contains this: goes on where a run was ended")
	flag.BoolVar(&c.fresh, "fresh", false, "only faults that the table does not show as caught")
	flag.IntVar(&c.atOnce, "at-once", runtime.GOMAXPROCS(0), "proofs at a time")
	table := flag.Bool("table", false, "plant nothing, bring the table up to date with the list")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	do := func() error { return run(ctx, *root, c, os.Stdout) }
	if *table {
		do = func() error { return writeTable(*root) }
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "planted:", err)
		os.Exit(1)
	}
}

// of are the faults of a list that are chosen, in its order. rows are those of
// the table, by name.
func (c *choice) of(list []fault, rows map[string]string) (out []*fault) {
	begun := c.from == ""
	for i := range list {
		f := &list[i]
		begun = begun || strings.Contains(f.Name, c.from)
		done := rows[f.Name] != "" && !strings.Contains(rows[f.Name], missedMark) && !strings.Contains(rows[f.Name], notRun)
		if begun && strings.Contains(f.Name, c.only) && (c.area == "" || f.area == c.area) && !(c.fresh && done) {
			out = append(out, f)
		}
	}
	return out
}

// planter plants faults, some at a time.
type planter struct {
	root, page string
	list       []fault
	todo       chan *fault

	mu     sync.Mutex // guards the rest, and the page
	out    io.Writer
	missed []string
	err    error
}

// run plants the chosen faults and writes down what came of each at once, so that
// a run that is ended loses nothing. The error says which were not caught.
func run(ctx context.Context, root string, c choice, out io.Writer) error {
	root, list, err := open(root)
	if err != nil {
		return err
	}
	p := &planter{root: root, page: filepath.Join(root, pageOf), list: list, out: out, todo: make(chan *fault)}
	rows, err := readRows(p.page)
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	for range max(1, c.atOnce) {
		work.Go(func() {
			for f := range p.todo {
				p.plant(ctx, f)
			}
		})
	}
	for _, f := range c.of(list, rows) {
		if ctx.Err() == nil {
			p.todo <- f
		}
	}
	close(p.todo)
	work.Wait()
	switch {
	case p.err != nil || ctx.Err() != nil:
		return firstOf(p.err, ctx.Err())
	case len(p.missed) > 0:
		slices.Sort(p.missed)
		return fmt.Errorf("%d faults were not caught: %s", len(p.missed), strings.Join(p.missed, "; "))
	}
	return nil
}

func firstOf(errs ...error) error {
	return errs[slices.IndexFunc(errs, func(err error) bool { return err != nil })]
}

// open reads the list of a checkout.
func open(root string) (string, []fault, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return "", nil, err
	}
	list, err := load(filepath.Join(root, "packaging/planted/list"))
	return root, list, err
}

// plant runs the proof of one fault.
func (p *planter) plant(ctx context.Context, f *fault) {
	o := prove(ctx, p.root, f)
	if ctx.Err() != nil {
		return // it says nothing
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "%-7s %s: %s: %s\n", o.word(), f.area, f.Name, o.says)
	if !o.caught {
		p.missed = append(p.missed, f.Name)
	}
	if err := writeDown(p.page, p.list, f, o); err != nil {
		p.err = err
	}
}

// writeTable brings the table up to date with the list: faults that were never
// run say so.
func writeTable(root string) error {
	root, list, err := open(root)
	if err != nil {
		return err
	}
	return writeDown(filepath.Join(root, pageOf), list, nil, outcome{})
}
