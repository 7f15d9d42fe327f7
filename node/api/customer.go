package api

import (
	"bough/crdt"
	"bough/node/desk"
)

type customersView struct {
	Customers []hitView `json:"customers"`
}

func getCustomers(k *call) (any, error) {
	hits, err := k.Desk.Find(k.ctx, k.who, k.query, k.limit)
	if err != nil {
		return nil, err
	}
	return customersView{each(hits, viewHit)}, nil
}

func getCustomer(k *call) (any, error) {
	c, err := k.Desk.Customer(k.ctx, k.who, k.id)
	if err != nil {
		return nil, err
	}
	return viewCustomer(k.party, c), nil
}

func postCustomer(k *call) (any, error) {
	p := desk.Prospect{Fields: map[string]string{}, Phone: k.form.text(phone), Email: k.form.text(email)}
	for _, f := range k.party.Fields {
		if value := k.form.text(f.Name); value != "" {
			p.Fields[f.Name] = value
		}
	}
	saved, err := k.Desk.NewProspect(k.ctx, k.who, p)
	if err != nil {
		return nil, err
	}
	return k.written(saved.ID, saved), nil
}

// written shows the party after a write. The write stands whatever comes of
// reading it back, so that an error here must not look like a failed write:
// then the answer has no more than what was saved.
func (k *call) written(party crdt.ID, saved desk.Saved) any {
	c, err := k.Desk.Customer(k.ctx, k.who, party)
	if err != nil {
		k.unread(err)
		v := viewSaved(saved)
		v.ID = textOf(party)
		return v
	}
	v := viewCustomer(k.party, c)
	if saved.Seq != 0 { // else there was nothing to write
		v.State = saved.State.String()
	}
	return v
}

// unread logs why something saved could not be read back; who may write but
// not read gets no more than what was saved, which is no fault.
func (k *call) unread(err error) {
	if desk.ReasonOf(err) == desk.Internal {
		k.Log.ErrorContext(k.ctx, "api: saved, but not read back", "err", err)
	}
}

// patchCustomer changes fields of the party, and its phone and email, which
// are ways to reach of their own: where there is one it is edited in place, so
// that two branches changing one number meet in a conflict.
//
// These are up to three acts of desk. What can be refused is looked at first,
// and a value that stands already is not written again, so that a request that
// got half way can be repeated.
func patchCustomer(k *call) (any, error) {
	page, err := k.Desk.Customer(k.ctx, k.who, k.id)
	if err != nil {
		return nil, err
	}
	edits, err := k.partyEdits(page)
	if err != nil {
		return nil, err
	}
	var last desk.Saved
	for _, channel := range []string{phone, email} {
		saved, err := k.setReach(page, channel)
		if err != nil {
			return nil, asField(err, channel)
		}
		if saved.Seq != 0 {
			last = saved
		}
	}
	if len(edits) > 0 {
		saved, err := k.Desk.EditParty(k.ctx, k.who, k.id, edits)
		if err != nil {
			return nil, err
		}
		if saved.Seq != 0 {
			last = saved
		}
	}
	return k.written(k.id, last), nil
}
