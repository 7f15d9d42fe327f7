package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"bough/node/sim"
)

// tellEvery is how often a run of many seeds says how far it is.
const tellEvery = 10 * time.Second

// herd is many seeds at work.
type herd struct {
	settings
	out, progress io.Writer
	began         time.Time

	mu     sync.Mutex // guards the rest
	next   int
	ended  bool
	cover  sim.Coverage
	done   int
	failed int
	lowest uint64 // failing seed
	told   time.Time
	err    error
}

// run runs the seeds, several at a time; the error says how many failed.
func run(ctx context.Context, s settings, out, progress io.Writer) error {
	if s.verbose {
		s.Log = out
	}
	h := &herd{settings: s, out: out, progress: progress, began: time.Now(), told: time.Now(), cover: sim.Coverage{}}
	var work sync.WaitGroup
	for range max(1, min(s.workers, s.seeds)) {
		work.Go(func() { h.work(ctx) })
	}
	work.Wait()
	if h.err != nil {
		return h.err
	}
	return h.sum()
}

// work runs seeds until there are none left.
func (h *herd) work(ctx context.Context) {
	by, err := h.hire(ctx, h.progress)
	if err != nil {
		h.give(err)
		return
	}
	for o, more := h.pick(); more; o, more = h.pick() {
		h.take(by.Run(ctx, o))
	}
	if err := by.Close(); err != nil {
		h.give(err)
	}
}

// pick is the next seed, if there is one.
func (h *herd) pick() (o sim.Options, more bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o = h.Options
	o.Seed += uint64(h.next)
	h.next++
	return o, !h.ended && h.next <= h.seeds
}

// give gives up; the first reason counts.
func (h *herd) give(why error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err, h.ended = cmp.Or(h.err, why), true
}

// take notes how a seed went.
func (h *herd) take(r *sim.Result, err error) {
	if err != nil {
		h.give(err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done++
	h.cover.Add(r.Coverage)
	if len(r.Failures) > 0 {
		if h.failed++; h.lowest == 0 || r.Seed < h.lowest {
			h.lowest = r.Seed
		}
		h.ended = h.ended || h.first
		tell(h.out, r, h.verbose)
	}
	if now := time.Now(); now.Sub(h.told) >= tellEvery {
		h.told = now
		fmt.Fprintf(h.progress, "%d of %d seeds, %d failed, %.0f a minute\n", h.done, h.seeds, h.failed, float64(h.done)/now.Sub(h.began).Minutes())
	}
}

// sum prints what was met, and says what is wrong.
func (h *herd) sum() error {
	for _, name := range h.cover.Names() {
		fmt.Fprintf(h.out, "%9d  %s\n", h.cover[name], name)
	}
	took := time.Since(h.began)
	fmt.Fprintf(h.out, "%d seeds from %d in %s (%.0f a minute), %d failed\n", h.done, h.Seed, took.Round(time.Millisecond), float64(h.done)/took.Minutes(), h.failed)
	if h.failed > 0 {
		return fmt.Errorf("%d of %d seeds failed, the first is %d", h.failed, h.done, h.lowest)
	}
	if rare := h.cover.Rare(h.often); len(rare) > 0 {
		return fmt.Errorf("met less often than %d times in %d seeds: %s", h.often, h.done, strings.Join(rare, ", "))
	}
	return nil
}
