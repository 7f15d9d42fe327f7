package crdttest

import (
	"testing"

	"pgregory.net/rapid"

	"bough/crdt"
)

// Suite runs the laws against one sort of replica.
type Suite struct {
	// Open makes an empty replica that knows Schema. It may use t.Cleanup.
	Open func(t *rapid.T) Replica
	// Once: the replica itself drops a write that it has seen before.
	Once bool
	// CausalOnly: the replica refuses a write that arrives before what it names.
	CausalOnly bool
}

// Run checks every law over every kind of Schema, as subtests.
func (s Suite) Run(t *testing.T) {
	for _, k := range Schema().Kinds {
		t.Run(k.Name, func(t *testing.T) { s.RunKind(t, k) })
	}
}

// RunKind checks every law over one kind; nil is a kind that nobody knows.
func (s Suite) RunKind(t *testing.T, k *crdt.Kind) {
	for _, l := range laws() {
		if l.anyOrder && s.CausalOnly {
			continue
		}
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				if fault := s.try(t, k, l); fault != "" {
					t.Fatal(fault)
				}
			})
		})
	}
}

// Broken names the laws that the replica breaks within so many histories of
// the kind, in the order of the laws: the way to prove that the suite notices
// a broken merge. The same replica breaks the same ones each time.
func (s Suite) Broken(k *crdt.Kind, histories int) []string {
	var names []string
	for _, l := range laws() {
		faults := rapid.Custom(func(t *rapid.T) string { return s.try(t, k, l) })
		for seed := range histories {
			if faults.Example(seed) != "" {
				names = append(names, l.name)
				break
			}
		}
	}
	return names
}

// try draws one history and says how the law is broken; empty: it holds.
func (s Suite) try(t *rapid.T, k *crdt.Kind, l law) string {
	h := Histories(k).Draw(t, "history")
	seed := rapid.Uint64().Draw(t, "order")
	if len(h.Writes) == 0 {
		return ""
	}
	fault := l.fault(&trial{History: h, suite: s, t: t, seed: seed})
	if fault != "" {
		fault += h.String()
	}
	return fault
}

// trial is one history put to the replica.
type trial struct {
	*History
	suite Suite
	t     *rapid.T
	seed  uint64
}

// after merges the writes in the orders given into a new replica.
func (c *trial) after(orders ...[]int) State {
	r := c.suite.Open(c.t)
	for _, order := range orders {
		for _, i := range order {
			r.Merge(c.Writes[i])
		}
	}
	return r.State(c.kindNum(), c.Row)
}
