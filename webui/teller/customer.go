package teller

import (
	"net/http"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
)

// customerView is a party as its page shows it.
type customerView struct {
	*desk.Customer
	OOB      bool // a refresh: htmx puts each part in its place
	Severest string
	Memo     string
	Stop     *desk.WarningLine // to be acknowledged before the rest opens
	Reason   string            // typed for it
	Form     webui.Form
	// What the card says first.
	Promise   *desk.TaskLine
	Complaint *desk.CaseLine
	OpenTasks []desk.TaskLine
	DoneTasks []desk.TaskLine
	OpenCases []desk.CaseLine
	DoneCases []desk.CaseLine
	Purposes  []string
	Consent   []consentRow

	MayRecord, MayEdit, MayConsent, MayTask, MayCase, MayLink, MayWarn bool
}

// ownership is what the owners of a company hold together.
type ownership struct {
	Sum  int64 // basis points
	Over bool  // more than there is: two branches wrote at the same time
}

// Shares sums what the owners hold; nil where no share is known.
func (c *customerView) Shares() *ownership {
	var o ownership
	for _, r := range c.Relations {
		if r.Type == "owner" && !r.Inverse {
			o.Sum += r.ShareBP
		}
	}
	if o.Sum == 0 {
		return nil
	}
	o.Over = o.Sum > 10_000
	return &o
}

type consentRow struct {
	Channel string
	Cells   []desk.ConsentLine
}

// Done is how many tasks and cases are closed.
func (c *customerView) Done() int { return len(c.DoneTasks) + len(c.DoneCases) }

// customer shows the page; with parts, what the live stream's refresh needs. A
// page that was open when a stop was put is loaded anew, to be acknowledged; at
// a stop that was just passed, the page that follows is on its way.
func customer(v *webui.Visit) error {
	view, err := loadCustomer(v)
	if absent(err) && !v.Site.Central && !v.Quick() {
		return v.Go(withSaved(v, "/visitors/"+v.Param("id"))) // served here, and not held here yet
	}
	if err != nil {
		return err
	}
	if v.QueryParam("parts") != "" {
		switch stopped := v.QueryParam("parts") == "stop"; {
		case stopped && view.Stop == nil:
			return v.NoContent(http.StatusNoContent)
		case !stopped && view.Stop != nil:
			v.Response().Header().Set("HX-Refresh", "true")
			return v.NoContent(http.StatusNoContent)
		}
		view.OOB = true
		return v.Block("customer", "parts", view)
	}
	if view.Stop != nil {
		if err := v.Restore(&view.Form, stopDraft(view.ID), view.readStop); err != nil {
			return err
		}
	}
	return v.Show(http.StatusOK, "customer", view)
}

func loadCustomer(v *webui.Visit) (*customerView, error) {
	id, err := v.ID("id")
	if err != nil {
		return nil, err
	}
	c, err := v.Site.Desk.Customer(v.Ctx(), v.Who, id)
	if err != nil {
		return nil, err
	}
	return viewOf(v, c), nil
}

func viewOf(v *webui.Visit, c *desk.Customer) *customerView {
	view := arrange(c)
	view.MayRecord, view.MayEdit = v.May(crm.ActRecord), v.May(crm.ActEdit)
	view.MayConsent, view.MayTask, view.MayCase = v.May(crm.ActConsent), v.May(crm.ActTask), v.May(crm.ActCase)
	view.MayLink, view.MayWarn = v.May(crm.ActLink), v.May(crm.ActWarn)
	view.Stop = unacknowledged(v, c)
	return view
}

// arrange sorts what the desk knows into what the page says.
func arrange(c *desk.Customer) *customerView {
	view := &customerView{Customer: c, Purposes: crm.Purposes, Consent: consentRows(c.Consents)}
	if len(c.Warnings) > 0 {
		view.Severest = c.Warnings[0].Level
	}
	if memo := c.Field("memo"); memo != nil {
		view.Memo = memo.Value
	}
	view.sortTasks()
	view.sortCases()
	return view
}

func (c *customerView) sortTasks() {
	for i := range c.Tasks {
		t := &c.Tasks[i]
		if t.State != "open" {
			c.DoneTasks = append(c.DoneTasks, *t)
			continue
		}
		c.OpenTasks = append(c.OpenTasks, *t)
		if t.Type == "promise" && (c.Promise == nil || t.DueMS < c.Promise.DueMS) {
			c.Promise = t
		}
	}
}

func (c *customerView) sortCases() {
	for i := range c.Cases {
		one := &c.Cases[i]
		if one.State == "resolved" {
			c.DoneCases = append(c.DoneCases, *one)
			continue
		}
		c.OpenCases = append(c.OpenCases, *one)
		if one.Type == "complaint" && (c.Complaint == nil || one.DueMS < c.Complaint.DueMS) {
			c.Complaint = one
		}
	}
}

// consentRows lays the answers out by channel and purpose, in the order of the
// lists; what nobody was asked is unknown.
func consentRows(lines []desk.ConsentLine) []consentRow {
	rows := make([]consentRow, 0, len(crm.ConsentChannels))
	for _, channel := range crm.ConsentChannels {
		row := consentRow{Channel: channel}
		for _, purpose := range crm.Purposes {
			row.Cells = append(row.Cells, consentOf(lines, purpose, channel))
		}
		rows = append(rows, row)
	}
	return rows
}

func consentOf(lines []desk.ConsentLine, purpose, channel string) desk.ConsentLine {
	for _, line := range lines {
		if line.Purpose == purpose && line.Channel == channel {
			return line
		}
	}
	return desk.ConsentLine{Purpose: purpose, Channel: channel, Answer: crdt.ConsentUnknown, Allowed: purpose == "service"}
}

// page is the address of a customer.
func page(id crdt.ID) string { return "/customers/" + id.String() }
