package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"bough/node/sim"
)

// version is stamped by the build.
var version = "unversioned"

// settings are the command line.
type settings struct {
	sim.Options
	seeds   int
	often   int
	workers int
	first   bool
	verbose bool
	profile string
}

// rarely is how far the heap may grow before it is swept, in per cent: seeds
// make much that lives shortly, and memory is there.
const rarely = 800

func main() {
	debug.SetGCPercent(rarely)
	if err := start(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bough-sim:", err)
		os.Exit(1)
	}
}

// start does what the command line says.
func start(ctx context.Context, args []string) error {
	if len(args) == 1 && args[0] == asWorker {
		return serve(ctx, os.Stdin, os.Stdout)
	}
	s, err := parse(args)
	if err == flag.ErrHelp {
		return nil
	}
	if err != nil {
		return err
	}
	return profiled(s.profile, func() error { return run(ctx, s, os.Stdout, os.Stderr) })
}

func parse(args []string) (s settings, err error) {
	f := flag.NewFlagSet("bough-sim", flag.ContinueOnError)
	f.Usage = func() { usage(f) }
	f.Uint64Var(&s.Seed, "seed", 1, "the seed, which decides everything; of many the first")
	f.Uint64Var(&s.Seed, "from", 1, "the same as -seed")
	f.IntVar(&s.seeds, "seeds", 1, "how many seeds to run, one after another")
	f.IntVar(&s.Branches, "branches", 2, "branches of the bank")
	f.IntVar(&s.Nodes, "nodes", 2, "workstations of a branch")
	f.IntVar(&s.Days, "days", 3, "working days; nights and weekends lie between them")
	f.IntVar(&s.Steps, "steps", 0, "random steps before the lines are mended; 0: 40 a day")
	faults := f.String("faults", "all", "faults, separated by commas; or all, or none")
	f.IntVar(&s.often, "gate", 0, "fail unless each named situation was met so often")
	f.IntVar(&s.workers, "workers", runtime.GOMAXPROCS(0), "seeds at a time")
	f.BoolVar(&s.first, "first", false, "stop at the first failure")
	f.BoolVar(&s.verbose, "v", false, "print every line of the trace")
	f.StringVar(&s.profile, "cpuprofile", "", "write where the time goes to this file, for go tool pprof; one seed at a time")
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
	if s.verbose || s.profile != "" {
		s.workers = 1 // traces do not mix, nor do profiles
	}
	s.Options.Faults, err = sim.ParseFaults(*faults)
	return s, err
}

// usage lists flags and faults.
func usage(f *flag.FlagSet) {
	fmt.Fprintln(f.Output(), "Usage: bough-sim [flags]; the flags are")
	f.PrintDefaults()
	fmt.Fprintln(f.Output(), "Faults are")
	for _, h := range sim.Help() {
		fmt.Fprintf(f.Output(), "  %-10s %s\n", h.Fault, h.Means)
	}
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
