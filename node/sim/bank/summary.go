package bank

import (
	"bough/crdt"
	"bough/node/crm"
)

// Count is one line of a summary.
type Count struct {
	Name string
	N    int
}

// Tally counts what a bank holds, act by act.
type Tally struct {
	now    int64
	seen   crdt.ID
	rows   [256]int
	named  map[string]int
	states map[crdt.ID]pending
	acts   int
}

// pending is a task or a case that is not settled.
type pending struct {
	what string
	due  int64
}

// Names of the counts that are not kinds, in the order they are shown.
var counted = []string{"persons", "organisations", "customers", "prospects", "former", "households", "groups", "open promises", "open cases", "overdue"}

// NewTally counts the acts of a bank made with these options.
func NewTally(o Options) *Tally {
	o = o.withDefaults()
	return &Tally{now: o.NowMS, seen: crdt.ID(o.Branches*clerksPerBranch + 1), named: map[string]int{}, states: map[crdt.ID]pending{}}
}

// Add counts one act.
func (t *Tally) Add(a Act) {
	t.acts++
	for i := range a.Ops {
		op := &a.Ops[i]
		if op.ID > t.seen {
			t.seen = op.ID
			t.rows[op.Kind]++
			t.created(op)
		} else {
			t.edited(op)
		}
	}
}

func (t *Tally) created(op *crdt.Op) {
	switch op.Kind {
	case crm.Party:
		t.named[field(op, crm.PartyType).S+"s"]++
		status := field(op, crm.PartyStatus).S
		if status != "former" {
			status += "s"
		}
		t.named[status]++
	case crm.Group:
		t.named[field(op, crm.GroupType).S+"s"]++
	case crm.Task:
		t.states[op.ID] = pending{"open promises", field(op, crm.TaskDue).I}
	case crm.Case:
		t.states[op.ID] = pending{"open cases", field(op, crm.CaseDue).I}
	}
}

func (t *Tally) edited(op *crdt.Op) {
	switch {
	case op.Kind == crm.Task, op.Kind == crm.Case && field(op, crm.CaseState).S == "resolved":
		delete(t.states, op.ID)
	}
}

// Counts are the lines: rows of each kind first.
func (t *Tally) Counts() []Count {
	out := []Count{{"acts", t.acts}}
	for _, k := range crm.Table().Kinds {
		if n := t.rows[k.Num]; n > 0 {
			out = append(out, Count{k.Name, n})
		}
	}
	open := map[string]int{}
	for _, p := range t.states {
		open[p.what]++
		if p.due < t.now {
			open["overdue"]++
		}
	}
	for _, name := range counted {
		out = append(out, Count{name, t.named[name] + open[name]})
	}
	return out
}

// Summary counts a bank that was kept whole.
func Summary(b *Bank) []Count {
	t := NewTally(b.Options)
	for _, a := range b.Acts {
		t.Add(a)
	}
	return t.Counts()
}

// field is a field of an op; Null when the op does not set it.
func field(op *crdt.Op, num uint8) crdt.Value {
	for i := range op.Set {
		if op.Set[i].Field == num {
			return op.Set[i].Value
		}
	}
	return crdt.Value{}
}
