package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	root := flag.String("root", ".", "the checkout")
	only := flag.String("only", "", "only faults whose name contains this")
	area := flag.String("area", "", "only the faults of this file of the list")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *root, func(f *fault) bool {
		return strings.Contains(f.Name, *only) && (*area == "" || f.area == *area)
	}, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "planted:", err)
		os.Exit(1)
	}
}

// run plants the chosen faults, one after another, and writes down what came of
// them. The error says which were not caught.
func run(ctx context.Context, root string, chosen func(*fault) bool, out io.Writer) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	faults, err := load(filepath.Join(root, "packaging/planted/list"))
	if err != nil {
		return err
	}
	page := filepath.Join(root, "packaging/doc/proofs.md")
	var missed []string
	for i := range faults {
		f := &faults[i]
		if !chosen(f) {
			continue
		}
		outcome := prove(ctx, root, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fmt.Fprintf(out, "%-7s %s: %s: %s\n", outcome.word(), f.area, f.Name, outcome.says)
		if !outcome.caught {
			missed = append(missed, f.Name)
		}
		if err := writeDown(page, faults, f, outcome); err != nil {
			return err
		}
	}
	if len(missed) > 0 {
		return fmt.Errorf("%d faults were not caught: %s", len(missed), strings.Join(missed, "; "))
	}
	return nil
}
