package tasks_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/tasks"
	"bough/webui"
	"bough/webui/pagetest"
)

const dayMS = 24 * 3600_000

type day struct {
	*tasks.List
	*pagetest.Counter
	t          *testing.T
	jana, petr *desk.Who
	party      crdt.ID
}

func open(t *testing.T) *day {
	c := pagetest.Open(t, func(*echo.Echo, webui.Options) error { return nil })
	d := &day{List: tasks.New(c.Desk), Counter: c, t: t, party: c.Put(crm.Party, pagetest.Text(crm.PartyType, "person"), pagetest.Text(crm.PartyName, "Anna Nováková"))}
	for login, who := range map[string]**desk.Who{"jana": &d.jana, "petr": &d.petr} {
		_, signed, err := c.Desk.SignIn(context.Background(), login, pagetest.Password, false)
		if err != nil {
			t.Fatal(err)
		}
		*who = signed
	}
	return d
}

func (d *day) add(in tasks.Task) crdt.ID {
	d.t.Helper()
	s, err := d.Add(context.Background(), d.jana, d.party, in)
	if err != nil {
		d.t.Fatal(err)
	}
	return s.ID
}

func (d *day) of(who *desk.Who, branch bool) *tasks.Day {
	d.t.Helper()
	out, err := d.Of(context.Background(), who, branch)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func texts(lines []tasks.Line) (out []string) {
	for _, l := range lines {
		out = append(out, l.Text)
	}
	return out
}

func (d *day) refused(err error, code string) {
	d.t.Helper()
	var e *desk.Error
	if !errors.As(err, &e) || e.Code != code {
		d.t.Errorf("got %v, not %s", err, code)
	}
}

func TestADayIsSortedByWhatIsDue(t *testing.T) {
	d := open(t)
	end := d.Now() - d.Now()%dayMS + dayMS - 1
	d.add(tasks.Task{Type: "task", Text: "whenever"})
	d.add(tasks.Task{Type: "promise", Text: "late", DueMS: end - 2*dayMS})
	d.add(tasks.Task{Type: "task", Text: "by tonight", DueMS: end})
	d.add(tasks.Task{Type: "appointment", Text: "at three", DueMS: d.Now() + 3600_000, Minutes: 30, Place: "Room 2"})
	d.add(tasks.Task{Type: "promise", Text: "in three days", DueMS: end + 3*dayMS})
	d.add(tasks.Task{Type: "promise", Text: "in a month", DueMS: end + 30*dayMS, RemindMS: d.Now() - 1})
	got := d.of(d.jana, false)
	for name, c := range map[string]struct {
		lines []tasks.Line
		want  []string
	}{
		"overdue": {got.Overdue, []string{"late"}}, "today": {got.Today, []string{"at three", "by tonight"}}, "soon": {got.Soon, []string{"in three days"}},
		"later": {got.Later, []string{"in a month", "whenever"}}, "reminded": {got.Reminded, []string{"in a month"}},
	} {
		if have := texts(c.lines); len(have) != len(c.want) || have[0] != c.want[0] || have[len(have)-1] != c.want[len(c.want)-1] {
			t.Errorf("%s: %v", name, have)
		}
	}
	if got.Load[0].Sum() != 2 || got.Load[3].Promises != 1 || got.Load[1].Sum() != 0 {
		t.Errorf("load: %+v", got.Load)
	}
	if got.Today[0].Place != "Room 2" || got.Today[0].Minutes != 30 {
		t.Errorf("the appointment: %+v", got.Today[0])
	}
}

func TestATaskIsHandedOverAndPutOff(t *testing.T) {
	d := open(t)
	id := d.add(tasks.Task{Type: "promise", Text: "A rate", DueMS: d.Now() + dayMS})
	if len(d.of(d.petr, false).Soon) != 0 || len(d.of(d.petr, true).Soon) != 1 {
		t.Fatal("it is on the wrong list before it is handed over")
	}
	line := d.of(d.jana, false).Soon[0]
	if _, err := d.Change(context.Background(), d.jana, id, tasks.Change{Owner: d.petr.Person, DueMS: d.Now() + 2*dayMS, Saw: []string{line.DueStamp}}); err != nil {
		t.Fatal(err)
	}
	if mine := d.of(d.jana, false); len(mine.Soon) != 0 {
		t.Error("jana still has it")
	}
	his := d.of(d.petr, false).Soon
	if len(his) != 1 || his[0].Owner != "Petr Malý" || his[0].DueMS <= line.DueMS {
		t.Errorf("petr has %+v", his)
	}
	_, err := d.Change(context.Background(), d.jana, id, tasks.Change{})
	d.refused(err, "no_change")
	_, err = d.Change(context.Background(), d.jana, id, tasks.Change{Owner: 77})
	d.refused(err, "person")
	if _, err := d.Desk.SetTask(context.Background(), d.petr, id, "kept"); err != nil {
		t.Fatal(err)
	}
	_, err = d.Change(context.Background(), d.petr, id, tasks.Change{DueMS: d.Now()})
	d.refused(err, "task_closed")
}

func TestAHolidayIsToldByName(t *testing.T) {
	d := open(t)
	today := time.UnixMilli(d.Now()).UTC().Format(time.DateOnly) // a Saturday
	if got := d.of(d.jana, false); got.Works || got.Holiday != "" {
		t.Errorf("a Saturday: %+v", got)
	}
	d.Put(crm.Holiday, pagetest.Text(crm.HolidayDate, today), crdt.FieldSet{Field: crm.HolidayWorks, Value: crdt.IntValue(1)}, pagetest.Text(crm.HolidayName, "调休"))
	if got := d.of(d.jana, false); !got.Works || got.Holiday != "调休" || !got.Load[0].Works {
		t.Errorf("a Saturday that is worked: %+v", got)
	}
}

func TestATaskThatMakesNoSenseIsRefused(t *testing.T) {
	d := open(t)
	for code, in := range map[string]tasks.Task{
		"bad_word": {Type: "todo", Text: "x"}, "missing": {Type: "task"}, "due_missing": {Type: "appointment", Text: "x"},
		"bad_minutes": {Type: "appointment", Text: "x", DueMS: 1, Minutes: 4000}, "person": {Type: "task", Text: "x", Owner: 77},
	} {
		_, err := d.Add(context.Background(), d.jana, d.party, in)
		d.refused(err, code)
	}
	_, err := d.Add(context.Background(), d.jana, 77, tasks.Task{Type: "task", Text: "x"})
	d.refused(err, "customer")
}
