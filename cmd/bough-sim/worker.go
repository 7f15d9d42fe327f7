package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"

	"bough/node/sim"
)

// asWorker is the one argument of a process that runs seeds for a herd.
const asWorker = "worker"

// runner runs seeds, one after the other: a yard here, or a worker.
type runner interface {
	Run(context.Context, sim.Options) (*sim.Result, error)
	Close() error
}

// hire finds somebody who runs seeds. Several at once are processes of their
// own: the engine takes all its memory under one lock of the process, for which
// they would wait, and a seed that kills its process is told by its number.
func (s *settings) hire(ctx context.Context, complaints io.Writer) (runner, error) {
	if s.workers == 1 || s.seeds == 1 {
		return sim.NewYard()
	}
	return newWorker(ctx, complaints)
}

// worker is a process that runs seeds.
type worker struct {
	process *exec.Cmd
	stdin   io.Closer
	ask     *json.Encoder
	answer  *json.Decoder
}

func newWorker(ctx context.Context, complaints io.Writer) (*worker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	p := exec.CommandContext(ctx, self, asWorker)
	p.Stderr = complaints
	in, err := p.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	out, err := p.StdoutPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	return &worker{process: p, stdin: in, ask: json.NewEncoder(in), answer: json.NewDecoder(out)}, nil
}

// Run has the worker run a seed.
func (w *worker) Run(_ context.Context, o sim.Options) (*sim.Result, error) {
	var r sim.Result
	err := w.ask.Encode(o)
	if err == nil {
		err = w.answer.Decode(&r)
	}
	if err != nil {
		return nil, fmt.Errorf("seed %d: its process ended: %w", o.Seed, err)
	}
	return &r, nil
}

// Close sends the worker home.
func (w *worker) Close() error { return errors.Join(w.stdin.Close(), w.process.Wait()) }

// serve is what a worker does: options come in, what they led to goes out.
func serve(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	runtime.GOMAXPROCS(1) // its herd has one for each processor
	yard, err := sim.NewYard()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, yard.Close()) }()
	asked, answer := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var o sim.Options
		if err := asked.Decode(&o); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("read what to run: %w", err)
		}
		r, err := yard.Run(ctx, o)
		if err != nil {
			return err
		}
		if err := answer.Encode(r); err != nil {
			return fmt.Errorf("tell what a seed came to: %w", err)
		}
	}
}
