package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // branches have time zones, and Windows has no names for them

	"github.com/spf13/cobra"

	"bough/node"
)

// version is stamped by the linker.
var version string

// Exit codes.
const (
	exitDone  = 0
	exitNot   = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	code := run(ctx, streams{os.Stdin, os.Stdout, os.Stderr, wall, node.MachineTicks()}, os.Args[1:])
	stop()
	os.Exit(code)
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time // the machine's clock
	ticks    node.Ticks       // its clock that only runs; nil: it has none
}

// run runs one command line and returns the exit code.
func run(ctx context.Context, s streams, args []string) int {
	root := newRoot(s)
	root.SetArgs(args)
	at, err := root.ExecuteContextC(ctx)
	var failed *failure
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &failed):
		if failed.err != nil {
			fmt.Fprintf(s.err, "bough: %v\n", plain(failed.err))
		}
		return exitNot
	default:
		fmt.Fprintf(s.err, "bough: %v\nTry '%s --help'.\n", err, at.CommandPath())
		return exitUsage
	}
}

// failure is an error of a command that was understood: it is no fault of the
// command line. A nil err has told its story already.
type failure struct{ err error }

func (f *failure) Error() string {
	if f.err == nil {
		return "not so"
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// notSo ends a command with exit code 1 after it has printed why.
var notSo = &failure{}

// doing makes the errors of what a command does failures; those of flags and
// arguments are not.
func doing(fn func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := fn(cmd, args)
		var told *failure
		var usage *usageError
		if err == nil || errors.As(err, &told) || errors.As(err, &usage) {
			return err
		}
		return &failure{err}
	}
}

// usageError is a command line that flags alone cannot judge.
type usageError struct{ says string }

func (e *usageError) Error() string { return e.says }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }
