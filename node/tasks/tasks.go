package tasks

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/store"
	"bough/sync/rows"
)

// Limits.
const (
	ListLimit  = 500 // lines of a day: nobody reads more
	maxMinutes = 8 * 60
	maxPlace   = 200 // bytes
	soonDays   = 7   // what is due within a week stands below today
	loadDays   = 10  // days of the picture of the load
)

// List is where tasks are kept.
type List struct{ desk *desk.Desk }

// New makes the list of a desk.
func New(d *desk.Desk) *List { return &List{d} }

// Task is a task, promise or appointment as typed.
type Task struct {
	Type     string // crm.TaskTypes
	Text     string
	DueMS    int64
	RemindMS int64   // 0: never
	Owner    crdt.ID // 0: who writes it
	Minutes  int64   // of an appointment
	Place    string
}

func check(in *Task) (err error) {
	if err := desk.OneOf("type", in.Type, crm.TaskTypes); err != nil {
		return err
	}
	if in.Text, err = desk.Note("text", in.Text); err != nil {
		return err
	}
	in.Place = strings.TrimSpace(in.Place)
	switch {
	case in.Type != "task" && in.DueMS <= 0:
		return desk.Mistyped("due", "due_missing", "say when")
	case in.Minutes < 0 || in.Minutes > maxMinutes:
		return desk.Mistyped("minutes", "bad_minutes", "an appointment takes 1 to %d minutes", maxMinutes)
	case len(in.Place) > maxPlace:
		return desk.Mistyped("place", "too_long", "at most %d bytes, this has %d: make it shorter", maxPlace, len(in.Place))
	}
	return nil
}

var needTask = []crm.Act{crm.ActTask} // handed on, never written

// Add writes a task for a party.
func (l *List) Add(ctx context.Context, who *desk.Who, party crdt.ID, in Task) (desk.Saved, error) {
	if err := check(&in); err != nil {
		return desk.Saved{}, err
	}
	return l.desk.Write(ctx, who, needTask, func(a *rows.Act) (crdt.ID, error) {
		if serves, err := store.Serves(a.Tx, party); err != nil || !serves {
			return 0, cmp.Or(err, desk.Missing("customer", "no such customer in this branch; search for the name"))
		}
		if in.Owner == 0 {
			in.Owner = who.Person
		} else if err := knownPerson(a.Tx, in.Owner); err != nil {
			return 0, err
		}
		id, err := a.Mint()
		fields := []crdt.FieldSet{
			{Field: crm.TaskParty, Value: crdt.RefValue(party)},
			{Field: crm.TaskType, Value: crdt.TextValue(in.Type)},
			{Field: crm.TaskText, Value: crdt.TextValue(in.Text)},
			{Field: crm.TaskDue, Value: number(in.DueMS)},
			{Field: crm.TaskState, Value: crdt.TextValue("open")},
			{Field: crm.TaskOwner, Value: crdt.RefValue(in.Owner)},
			{Field: crm.TaskRemind, Value: number(in.RemindMS)},
			{Field: crm.TaskMinutes, Value: number(in.Minutes)},
		}
		if in.Place != "" {
			fields = append(fields, crdt.FieldSet{Field: crm.TaskPlace, Value: crdt.TextValue(in.Place)})
		}
		a.Add(crdt.Op{Kind: crm.Task, ID: id, Set: slices.DeleteFunc(fields, func(f crdt.FieldSet) bool { return f.Value.IsNull() })})
		return id, err
	})
}

func number(n int64) crdt.Value {
	if n == 0 {
		return crdt.Value{}
	}
	return crdt.IntValue(n)
}

func knownPerson(tx *rows.Tx, id crdt.ID) error {
	row, err := tx.Get(crm.Person, id)
	if err == nil && (row == nil || row.Get(crm.PersonEnded).I == 1) {
		err = desk.Missing("person", "nobody of the bank is known under this name")
	}
	return err
}

// Change is what may be changed of an open task; what is zero stays.
type Change struct {
	Owner    crdt.ID
	DueMS    int64
	RemindMS int64
	Saw      []string // stamp of the due day on screen; nil: the current one
}

// Change hands a task over, puts it off, or sets a reminder.
func (l *List) Change(ctx context.Context, who *desk.Who, id crdt.ID, in Change) (desk.Saved, error) {
	if in.Owner == 0 && in.DueMS == 0 && in.RemindMS == 0 {
		return desk.Saved{}, desk.Mistyped("", "no_change", "say what is to change")
	}
	return l.desk.Write(ctx, who, needTask, func(a *rows.Act) (crdt.ID, error) {
		row, err := a.Tx.Get(crm.Task, id)
		if err != nil {
			return 0, err
		}
		switch {
		case row == nil:
			return 0, desk.Missing("task", "no such task here")
		case row.Get(crm.TaskState).S != "open":
			return 0, desk.Mistyped("", "task_closed", "this is closed already")
		}
		if in.Owner != 0 {
			if err := knownPerson(a.Tx, in.Owner); err != nil {
				return 0, err
			}
		}
		op := crdt.Op{Kind: crm.Task, ID: id}
		for _, f := range []struct {
			field uint8
			value crdt.Value
			saw   []string
		}{{crm.TaskDue, number(in.DueMS), in.Saw}, {crm.TaskOwner, ref(in.Owner), nil}, {crm.TaskRemind, number(in.RemindMS), nil}} {
			if f.value.IsNull() {
				continue
			}
			saw, err := desk.Saw(row, f.field, "due", f.saw)
			if err != nil {
				return 0, err
			}
			op.Set = append(op.Set, crdt.FieldSet{Field: f.field, Value: f.value, Saw: saw})
		}
		a.Add(op)
		return id, nil
	})
}

func ref(id crdt.ID) crdt.Value {
	if id == 0 {
		return crdt.Value{}
	}
	return crdt.RefValue(id)
}
