package manager

import (
	"html/template"
	"net/http"

	"bough/node/crm"
	"bough/node/desk"
	"bough/node/huddle"
	"bough/node/tasks"
	"bough/webui"
	"bough/webui/chart"
)

// Pages registers the pages of a branch manager on a site.
func Pages(s *webui.Site) {
	p := pages{board: huddle.New(s.Desk), list: tasks.New(s.Desk)}
	s.Signed(http.MethodGet, "/today", managed(p.today))
	s.Signed(http.MethodGet, "/huddle", managed(p.huddle))
	s.Signed(http.MethodGet, "/quality", managed(p.quality))
	s.Signed(http.MethodGet, "/closing", p.closing)
	s.Signed(http.MethodGet, "/outages", managed(p.outages))
	s.Signed(http.MethodGet, "/outages/:began", managed(p.inOutage))
	s.Signed(http.MethodGet, "/adoption", p.adoption)
}

// Nav are the links to them.
func Nav() []webui.NavItem {
	return []webui.NavItem{
		{Path: "/today", Label: "nav.today", Act: crm.ActManage, More: true},
		{Path: "/closing", Label: "nav.closing", More: true},
		{Path: "/outages", Label: "outages.title", Act: crm.ActManage, More: true},
		{Path: "/adoption", Label: "adoption.title", Act: crm.ActRead, More: true},
		{Path: "/feedback/list", Label: "feedback.list", Act: crm.ActManage, More: true},
	}
}

type pages struct {
	board *huddle.Board
	list  *tasks.List
}

// managed lets managers pass.
func managed(act webui.Act) webui.Act {
	return func(v *webui.Visit) error {
		if !v.May(crm.ActManage) {
			return &desk.Error{Reason: desk.Denied, Code: "not_allowed", Message: "your role may not do this; ask your manager"}
		}
		return act(v)
	}
}

// todayView is how the day stands.
type todayView struct {
	*huddle.Today
	Picture template.HTML
	Day     *tasks.Day

	MoreLate, MoreToday int // beyond what fits on the sheet
}

// What fits on the huddle's sheet of A4: the oldest of what is overdue, and the
// first of what is to be done today.
const (
	sheetLate  = 8
	sheetToday = 10
)

// Late and Due are how many things are overdue, and due today.
func (t *todayView) Late() int { return len(t.Day.Overdue) + t.MoreLate }
func (t *todayView) Due() int  { return len(t.Day.Today) + t.MoreToday }

// cut leaves out what does not fit, and counts it.
func cut(lines *[]tasks.Line, fits int) (more int) {
	more = max(len(*lines)-fits, 0)
	*lines = (*lines)[:len(*lines)-more]
	return more
}

func (p pages) load(v *webui.Visit) (*todayView, error) {
	today, err := p.board.Today(v.Ctx(), v.Who)
	if err != nil {
		return nil, err
	}
	day, err := p.list.Of(v.Ctx(), v.Who, true)
	if err != nil {
		return nil, err
	}
	return &todayView{Today: today, Day: day, Picture: visits(v, today.Visits)}, nil
}

func visits(v *webui.Visit, days []huddle.Visits) template.HTML {
	bars := make([]chart.Bar, len(days))
	for i, d := range days {
		bars[i] = chart.Bar{Label: v.L.Weekday(d.DayMS), Parts: []int{d.Counter, d.Calls, d.Other}, Quiet: !d.Works}
	}
	return chart.Bars(v.L.T("today.visits"), bars)
}

func (p pages) today(v *webui.Visit) error {
	view, err := p.load(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "today", view)
}

// huddle is the same on one sheet of paper, as much of it as fits.
func (p pages) huddle(v *webui.Visit) error {
	view, err := p.load(v)
	if err != nil {
		return err
	}
	view.MoreLate, view.MoreToday = cut(&view.Day.Overdue, sheetLate), cut(&view.Day.Today, sheetToday)
	return v.Show(http.StatusOK, "huddle", view)
}

// qualityView is what is not good in the data, by kind.
type qualityView struct {
	*huddle.Quality
	Kinds []string
	Kind  string
}

// Of are the flaws of the chosen kind.
func (q qualityView) Of() (out []huddle.Flaw) {
	for _, f := range q.Flaws {
		if f.Kind == q.Kind {
			out = append(out, f)
		}
	}
	return out
}

func (p pages) quality(v *webui.Visit) error {
	q, err := p.board.Quality(v.Ctx(), v.Who)
	if err != nil {
		return err
	}
	view := qualityView{Quality: q, Kinds: huddle.FlawKinds(), Kind: v.QueryParam("kind")}
	for _, kind := range view.Kinds {
		if view.Kind == "" && q.Counts[kind] > 0 {
			view.Kind = kind
		}
	}
	return v.Show(http.StatusOK, "quality", view)
}

// closing says whether this PC may be switched off.
func (p pages) closing(v *webui.Visit) error {
	c, err := p.board.Closing(v.Ctx(), v.Who)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "closing", c)
}
