package api

import (
	"cmp"
	"errors"
	"strings"

	"bough/node/desk"
)

type interactionsView struct {
	Interactions []interactionView `json:"interactions"`
}

func getInteractions(k *call) (any, error) {
	lines, err := k.Desk.Timeline(k.ctx, k.who, k.id, k.limit)
	if err != nil {
		return nil, err
	}
	return interactionsView{each(lines, viewInteraction)}, nil
}

func postInteraction(k *call) (any, error) {
	in := k.typedInteraction()
	saved, err := k.Desk.RecordInteraction(k.ctx, k.who, k.id, in)
	if err != nil {
		return nil, promiseField(err)
	}
	return interactionView{
		ID: textOf(saved.ID), Channel: in.Channel, Reason: in.Reason, Text: in.Text, Outcome: in.Outcome, Happened: in.HappenedMS,
		State: saved.State.String(), By: k.author(saved),
	}, nil
}

// typedInteraction fills in what desk would, so that the answer tells what was
// written.
func (k *call) typedInteraction() desk.Interaction {
	promise := k.form.object("promise")
	return desk.Interaction{
		Channel: k.form.text("channel"), Reason: cmp.Or(k.form.text("reason"), "other"), Text: strings.TrimSpace(k.form.text("text")),
		Outcome: cmp.Or(k.form.text("outcome"), "done"), HappenedMS: cmp.Or(k.form.ms("happened"), k.Now()), Holding: k.form.id("holding"),
		PromiseText: promise.text("text"), PromiseDueMS: promise.ms("due"),
	}
}

// promiseField names the fields of a promise as the request does.
func promiseField(err error) error {
	var e *desk.Error
	if errors.As(err, &e) {
		if part, ok := strings.CutPrefix(e.Field, "promise_"); ok {
			return asField(err, "promise."+part)
		}
	}
	return err
}

// author is the person of this call as the author of what they just saved.
func (k *call) author(saved desk.Saved) *authorView {
	return &authorView{
		Person: textOf(k.who.Person), Name: k.who.Name, Branch: k.who.Branch, AtMS: saved.Stamp.Millis(), State: saved.State.String(),
	}
}
