package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"bough/node/sim"
)

// version is stamped by the build.
var version = "unversioned"

// settings are the command line.
type settings struct {
	sim.Options
	seeds   int
	verbose bool
}

func main() {
	s, err := parse(os.Args[1:])
	if err == flag.ErrHelp {
		return
	}
	if err == nil {
		err = run(context.Background(), s, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bough-sim:", err)
		os.Exit(1)
	}
}

func parse(args []string) (s settings, err error) {
	f := flag.NewFlagSet("bough-sim", flag.ContinueOnError)
	f.Uint64Var(&s.Seed, "seed", 1, "the first seed; it decides everything")
	f.IntVar(&s.seeds, "seeds", 1, "how many seeds to run, one after another")
	f.IntVar(&s.Branches, "branches", 2, "branches of the bank")
	f.IntVar(&s.Nodes, "nodes", 2, "workstations of a branch")
	f.IntVar(&s.Steps, "steps", 300, "random steps before the lines are mended")
	faults := f.String("faults", "all", fmt.Sprintf("faults, separated by commas, of %v; or none", sim.Faults()))
	f.BoolVar(&s.verbose, "v", false, "print every line of the trace")
	show := f.Bool("version", false, "print the version and end")
	if err := f.Parse(args); err != nil {
		return s, err
	}
	if *show {
		fmt.Println("bough-sim", version)
		return s, flag.ErrHelp
	}
	if f.NArg() > 0 {
		return s, fmt.Errorf("there are no arguments, only flags; got %q", f.Args())
	}
	s.Options.Faults, err = sim.ParseFaults(*faults)
	return s, err
}

// run runs the seeds; the error says how many failed.
func run(ctx context.Context, s settings, out io.Writer) error {
	yard, err := sim.NewYard()
	if err != nil {
		return err
	}
	defer yard.Close() //nolint:errcheck // a directory of scratch files
	if s.verbose {
		s.Log = out
	}
	began, cover, failed := time.Now(), sim.Coverage{}, 0
	for i := range s.seeds {
		o := s.Options
		o.Seed += uint64(i)
		r, err := yard.Run(ctx, o)
		if err != nil {
			return err
		}
		cover.Add(r.Coverage)
		if len(r.Failures) > 0 {
			failed++
			tell(out, r, s.verbose)
		}
	}
	for _, name := range cover.Names() {
		fmt.Fprintf(out, "%9d  %s\n", cover[name], name)
	}
	fmt.Fprintf(out, "%d seeds from %d in %s, %d failed\n", s.seeds, s.Seed, time.Since(began).Round(time.Millisecond), failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d seeds failed", failed, s.seeds)
	}
	return nil
}

// tell prints a failure: the end of its trace, what is wrong, how to replay it.
func tell(out io.Writer, r *sim.Result, verbose bool) {
	if !verbose {
		for _, line := range r.Tail {
			fmt.Fprint(out, line)
		}
	}
	for _, f := range r.Failures {
		fmt.Fprintf(out, "seed %d: %s\n", r.Seed, f)
	}
	fmt.Fprintf(out, "replay: %s -v\n\n", r.Command)
}
