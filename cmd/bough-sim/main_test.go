package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"bough/node/sim"
)

// TestMain lets the test be the worker of a herd that it runs.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == asWorker {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestAHerdOfWorkersComesToWhatOneYardComesTo(t *testing.T) {
	told := func(args ...string) string {
		s, err := parse(append(args, "-seed", "5", "-seeds", "2", "-steps", "4", "-faults", "crash"))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := run(context.Background(), s, &out, io.Discard); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		return out.String()[:strings.Index(out.String(), "2 seeds from 5 in ")]
	}
	if alone, herd := told("-workers", "1"), told("-workers", "2"); alone != herd {
		t.Errorf("alone:\n%s\ntogether:\n%s", alone, herd)
	}
}

func TestASeedThatEndsItsProcessIsTold(t *testing.T) {
	ctx, end := context.WithCancel(context.Background())
	w, err := newWorker(ctx, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	end()
	if _, err := w.Run(ctx, sim.Options{Seed: 12}); err == nil || !strings.Contains(err.Error(), "seed 12: its process ended") {
		t.Errorf("running on a process that was ended: %v", err)
	}
	if err := w.Close(); err == nil {
		t.Error("nobody says how the process ended")
	}
}

func TestASeedPrintsWhatItMet(t *testing.T) {
	s, err := parse([]string{"-seed", "3", "-seeds", "2", "-steps", "30", "-faults", "loss,crash"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(context.Background(), s, &out, io.Discard); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if got := out.String(); !strings.Contains(got, "concurrent edit\n") || !strings.Contains(got, "2 seeds from 3 in ") {
		t.Errorf("the summary is not there:\n%s", got)
	}
}

func TestVerbosePrintsEveryLine(t *testing.T) {
	s, err := parse([]string{"-steps", "5", "-v", "-faults", "none"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(context.Background(), s, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "quiet: checking") {
		t.Errorf("no trace:\n%s", out.String())
	}
}

func TestAFailurePrintsItsSeedAndHowToReplayIt(t *testing.T) {
	var out bytes.Buffer
	tell(&out, &sim.Result{Seed: 9, Command: "bough-sim -seed 9", Failures: []string{"lost"}, Tail: []string{"the last line\n"}}, false)
	for _, want := range []string{"the last line\n", "seed 9: lost\n", "replay: bough-sim -seed 9 -v\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("lacks %q:\n%s", want, out.String())
		}
	}
}

func TestWrongCommandLinesAreRefused(t *testing.T) {
	for _, args := range [][]string{{"-faults", "flood"}, {"seed"}, {"-seed", "-1"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
	s, err := parse([]string{"-branches", "900"})
	if err == nil {
		err = run(context.Background(), s, &bytes.Buffer{}, io.Discard)
	}
	if err == nil {
		t.Error("900 branches were taken")
	}
}

func TestTheGateFailsWhereASituationIsTooRare(t *testing.T) {
	s, err := parse([]string{"-steps", "5", "-faults", "none", "-gate", "1"})
	if err != nil {
		t.Fatal(err)
	}
	if err = run(context.Background(), s, &bytes.Buffer{}, io.Discard); err == nil || !strings.Contains(err.Error(), "branch cut off") {
		t.Errorf("the gate let it pass: %v", err)
	}
}
