package main

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bough/node"
)

// machine is the PC that a directory lies on: somebody sets its clock, or starts
// it anew.
type machine struct {
	ahead atomic.Int64 // its clock, ms
	boots atomic.Int64 // how often it was started anew
}

// machines are those of a transcript, by directory.
type machines struct {
	mu sync.Mutex // guards of
	of map[string]*machine
}

func (m *machines) at(dir string) *machine {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		m.of = map[string]*machine{}
	}
	if m.of[dir] == nil {
		m.of[dir] = &machine{}
	}
	return m.of[dir]
}

// set sets the clock of a machine: the right time and so much more.
func (s *session) set(dir, by string) string {
	ahead, err := time.ParseDuration(by)
	if err != nil {
		s.t.Fatal(err)
	}
	s.at(dir).ahead.Store(ahead.Milliseconds())
	return ""
}

// under are the clocks of the machine that a command line runs on: that of its
// directory.
func (s *session) under(args []string) (now func() time.Time, ticks node.Ticks) {
	at := slices.Index(args, "--dir") + 1
	if at == 0 || at == len(args) {
		return s.clock, s.ticks
	}
	m := s.at(args[at])
	return func() time.Time { return s.clock().Add(time.Duration(m.ahead.Load()) * time.Millisecond) }, func() (string, int64) {
		boot, ms := s.ticks()
		return boot + string(rune('a'+m.boots.Load())), ms
	}
}
