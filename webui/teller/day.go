package teller

import (
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/tasks"
	"bough/webui"
	"bough/webui/chart"
)

// Tasks registers my day, the branch's, and new tasks.
func Tasks(s *webui.Site) {
	p := taskPages{tasks.New(s.Desk)}
	s.Signed(http.MethodGet, "/day", p.day)
	s.Signed(http.MethodPost, "/tasks/:id/change", p.change)
	s.Signed(http.MethodGet, "/customers/:id/task", served(p.ask))
	s.Signed(http.MethodPost, "/customers/:id/task", served(p.save))
}

type taskPages struct{ list *tasks.List }

// dayView is the day of one person, or of the branch.
type dayView struct {
	*tasks.Day
	Branch  bool
	Form    webui.Form
	Picture template.HTML
	People  []person
	May     bool
}

// Groups are the lists of the page, in its order.
func (d *dayView) Groups() []dayGroup {
	return []dayGroup{{"overdue", d.Overdue}, {"today", d.Today}, {"soon", d.Soon}, {"later", d.Later}}
}

type dayGroup struct {
	Name  string
	Lines []tasks.Line
}

func (p taskPages) view(v *webui.Visit) (*dayView, error) {
	view := &dayView{Branch: v.QueryParam("whose") == "branch", May: v.May(crm.ActTask)}
	var err error
	if view.Day, err = p.list.Of(v.Ctx(), v.Who, view.Branch); err != nil {
		return nil, err
	}
	view.Picture = loadPicture(v, view.Load)
	view.People, err = colleagues(v)
	return view, err
}

// colleagues are the people of the branch, for lists to choose from.
func colleagues(v *webui.Visit) (out []person, err error) {
	people, err := v.Site.Desk.People(v.Ctx())
	for _, one := range people {
		out = append(out, person{one.ID, one.Name})
	}
	return out, err
}

func loadPicture(v *webui.Visit, load []tasks.Load) template.HTML {
	bars := make([]chart.Bar, len(load))
	for i, l := range load {
		bars[i] = chart.Bar{Label: v.L.Weekday(l.DayMS), Parts: []int{l.Appointments, l.Promises, l.Tasks}, Quiet: !l.Works}
	}
	return chart.Bars(v.L.T("day.load"), bars)
}

func (p taskPages) day(v *webui.Visit) error {
	view, err := p.view(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "day", view)
}

// change puts a task off or hands it over.
func (p taskPages) change(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	in := tasks.Change{Saw: onScreen(v)}
	if due := v.FormValue("due"); due != "" {
		if in.DueMS, err = v.L.ReadWhen(due); err != nil {
			err = badInput("due", "bad_day")
		}
	}
	if owner := v.FormValue("owner"); err == nil && owner != "" {
		if in.Owner, err = crdt.ParseID(owner); err != nil {
			err = badInput("owner", "person")
		}
	}
	if err == nil {
		_, err = p.list.Change(v.Ctx(), v.Who, id, in)
	}
	if err != nil {
		view, failed := p.view(v)
		if failed != nil {
			return failed
		}
		return v.Again("day", view, &view.Form, err)
	}
	return v.GoSaved(dayPath(v.FormValue("whose")), "task")
}

func dayPath(whose string) string {
	if whose == "branch" {
		return "/day?whose=branch"
	}
	return "/day"
}

// taskView is the form of a new task.
type taskView struct {
	ID     crdt.ID
	Name   string
	Form   webui.Form
	People []person

	Type, Text, Due, Clock, Minutes, Place, Owner, Remind string
}

func (t *taskView) read(values url.Values) {
	t.Type, t.Text, t.Due, t.Clock = values.Get("type"), typed(values, "text"), typed(values, "due"), values.Get("clock")
	t.Minutes, t.Place, t.Owner, t.Remind = typed(values, "minutes"), typed(values, "place"), values.Get("owner"), typed(values, "remind")
}

func (t *taskView) typed(v *webui.Visit) (in tasks.Task, err error) {
	in = tasks.Task{Type: t.Type, Text: t.Text}
	if t.Due != "" {
		if in.DueMS, err = v.L.ReadWhen(t.Due); err != nil {
			return in, badInput("due", "bad_day")
		}
	}
	if t.Remind != "" {
		if in.RemindMS, err = v.L.ReadWhen(t.Remind); err != nil {
			return in, badInput("remind", "bad_day")
		}
		in.RemindMS -= webui.DayMS - 1 // from the morning of that day on
	}
	if t.Owner != "" {
		if in.Owner, err = crdt.ParseID(t.Owner); err != nil {
			return in, badInput("owner", "person")
		}
	}
	if t.Type != "appointment" || t.Due == "" {
		return in, nil // a day that is missing is the list's to ask for
	}
	in.Place = t.Place
	if t.Minutes != "" {
		if in.Minutes, err = strconv.ParseInt(t.Minutes, 10, 32); err != nil {
			return in, badInput("minutes", "bad_minutes")
		}
	}
	if in.DueMS, err = v.L.AtClock(in.DueMS, t.Clock); err != nil {
		return in, badInput("clock", "bad_clock")
	}
	return in, nil
}

func (p taskPages) newTask(v *webui.Visit, c *desk.Customer) (*taskView, error) {
	view := &taskView{ID: c.ID, Name: c.Name, Type: "task", Owner: v.Who.Person.String(), Clock: "10:00", Minutes: "30", Form: webui.Form{Draft: "task/new/" + c.ID.String()}}
	if asked := v.QueryParam("type"); asked != "" {
		view.Type = asked
	}
	var err error
	view.People, err = colleagues(v)
	return view, err
}

func (p taskPages) ask(v *webui.Visit, c *desk.Customer) error {
	view, err := p.newTask(v, c)
	if err != nil {
		return err
	}
	if err := v.Restore(&view.Form, view.Form.Draft, view.read); err != nil {
		return err
	}
	if v.Quick() {
		return v.Block("task", "panel", view)
	}
	return v.Show(http.StatusOK, "task", view)
}

func (p taskPages) save(v *webui.Visit, c *desk.Customer) error {
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view, err := p.newTask(v, c)
	if err != nil {
		return err
	}
	view.read(values)
	in, err := view.typed(v)
	if err == nil {
		_, err = p.list.Add(v.Ctx(), v.Who, c.ID, in)
	}
	if err != nil {
		return v.Again("task", view, &view.Form, err)
	}
	v.Done(view.Form.Draft)
	return v.GoSaved(page(c.ID), "newtask")
}
