package teller

import (
	"net/url"
	"strings"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui"
)

// unacknowledged finds a stop that this session has not passed yet.
func unacknowledged(v *webui.Visit, c *desk.Customer) *desk.WarningLine {
	for i := range c.Warnings {
		if w := &c.Warnings[i]; w.Level == "stop" && !v.Acknowledged(w.ID) {
			return w
		}
	}
	return nil
}

// opened serves a page about a customer whose stops have been passed; others
// are sent to the customer's page, where the stop is.
func opened(act func(*webui.Visit, *desk.Customer) error) webui.Act {
	return func(v *webui.Visit) error {
		id, err := v.ID("id")
		if err != nil {
			return err
		}
		c, err := v.Site.Desk.Customer(v.Ctx(), v.Who, id)
		if err != nil {
			return err
		}
		if unacknowledged(v, c) != nil {
			return v.Go(page(id))
		}
		return act(v, c)
	}
}

func stopDraft(id crdt.ID) string { return "stop/" + id.String() }

func (c *customerView) readStop(values url.Values) {
	c.Reason = strings.TrimSpace(values.Get("reason"))
}

// passStop takes the reason for opening a customer despite a stop. The reason
// becomes an interaction, so that others see it; only then the rest opens.
func passStop(v *webui.Visit) error {
	view, err := loadCustomer(v)
	if err != nil || view.Stop == nil {
		return orGo(v, err, view)
	}
	values, err := v.FormParams()
	if err != nil {
		return err
	}
	view.Form.Draft = stopDraft(view.ID)
	view.readStop(values)
	if view.Reason == "" || len([]rune(view.Reason)) > evidenceRunes {
		return v.Again("customer", view, &view.Form, badInput("reason", "reason_missing"))
	}
	note := v.L.T("stop.recorded", "Warning", view.Stop.Text, "Reason", view.Reason)
	_, err = v.Site.Desk.RecordInteraction(v.Ctx(), v.Who, view.ID,
		desk.Interaction{Channel: "counter", Reason: "other", Outcome: "done", Text: note})
	if err != nil {
		return v.Again("customer", view, &view.Form, err)
	}
	v.Acknowledge(view.Stop.ID)
	v.Done(view.Form.Draft)
	return v.GoSaved(page(view.ID), "stop")
}

func orGo(v *webui.Visit, err error, view *customerView) error {
	if err != nil {
		return err
	}
	return v.Go(page(view.ID))
}
