package api

import "bough/node/desk"

func postReach(k *call) (any, error) {
	typed := desk.Reach{
		Channel: k.form.text("channel"), Value: k.form.text("value"), Label: k.form.text("label"), Preferred: k.form.flag("preferred"),
	}
	saved, err := k.Desk.AddReach(k.ctx, k.who, k.id, typed)
	if err != nil {
		return nil, err
	}
	return k.writtenReach(typed, saved), nil
}

// writtenReach shows a way to reach as it stands now, which may be tidier than
// it was typed.
func (k *call) writtenReach(typed desk.Reach, saved desk.Saved) reachView {
	c, err := k.Desk.Customer(k.ctx, k.who, k.id)
	if err != nil {
		k.unread(err)
		c = &desk.Customer{}
	}
	for _, r := range c.Reaches {
		if r.ID == saved.ID {
			v := viewReach(r)
			v.State = saved.State.String()
			return v
		}
	}
	return reachView{
		ID: textOf(saved.ID), Channel: typed.Channel, Value: typed.Value, Label: typed.Label, Preferred: typed.Preferred,
		Stamp: stampText(saved.Stamp.String()), State: saved.State.String(), By: k.author(saved), Conflicts: []losingView{},
	}
}

func patchReach(k *call) (any, error) {
	saved, err := k.Desk.EditReach(k.ctx, k.who, k.id, k.form.text("value"), k.form.saw("value"))
	if err != nil {
		return nil, err
	}
	return viewSaved(saved), nil
}

func deleteReach(k *call) (any, error) {
	saved, err := k.Desk.ClearReach(k.ctx, k.who, k.id)
	if err != nil {
		return nil, err
	}
	return viewSaved(saved), nil
}
