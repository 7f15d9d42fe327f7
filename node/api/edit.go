package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"bough/node/desk"
)

// partyEdits are the fields of the party that the body would change, in the
// order of crm's table.
func (k *call) partyEdits(page *desk.Customer) ([]desk.Edit, error) {
	var out []desk.Edit
	named := k.form.has(phone) || k.form.has(email)
	for _, f := range k.party.Fields {
		if !k.form.has(f.Name) {
			continue
		}
		named = true
		e := desk.Edit{Field: f.Name, Value: k.form.text(f.Name), Saw: k.form.saw(f.Name)}
		stands := page.Field(f.Name)
		if stands != nil && stands.Value == e.Value && !settles(stands.Conflicts, e.Saw) {
			continue
		}
		if stands != nil && stands.Locked {
			return nil, &fault{http.StatusForbidden, "core_field", f.Name + " comes from core banking; ask for a correction", f.Name}
		}
		out = append(out, e)
	}
	if !named {
		return nil, unfit("", "nothing_to_change", "no field of the body is a field of a customer; the fields are in "+Prefix+"/openapi.json")
	}
	return out, nil
}

// settles reports whether saw names one of the values that lost.
func settles(lost []desk.ConflictValue, saw []string) bool {
	return slices.ContainsFunc(lost, func(v desk.ConflictValue) bool { return slices.Contains(saw, v.Stamp) })
}

// setReach brings the phone or the e-mail address of a customer to the value
// of the body, if it has one.
func (k *call) setReach(page *desk.Customer, channel string) (desk.Saved, error) {
	if !k.form.has(channel) {
		return desk.Saved{}, nil
	}
	value, saw := strings.TrimSpace(k.form.text(channel)), k.form.saw(channel)
	r := reachToEdit(page, channel, saw)
	switch {
	case r == nil && value == "" || r != nil && r.Value == value && !settles(r.Conflicts, saw):
		return desk.Saved{}, nil
	case r == nil || sawNothing(saw) && value != "":
		// Whoever saw none adds one beside what came in the meantime.
		return k.Desk.AddReach(k.ctx, k.who, k.id, desk.Reach{Channel: channel, Value: value, Preferred: r == nil})
	case value == "":
		return k.Desk.ClearReach(k.ctx, k.who, r.ID)
	}
	return k.Desk.EditReach(k.ctx, k.who, r.ID, value, saw)
}

func sawNothing(saw []string) bool { return len(saw) == 1 && saw[0] == "" }

// reachToEdit is the way to reach that a channel's field stands for: the one
// whose value or conflict saw names, else the preferred one, else the first.
func reachToEdit(page *desk.Customer, channel string, saw []string) *desk.ReachLine {
	var first, preferred *desk.ReachLine
	for i := range page.Reaches {
		r := &page.Reaches[i]
		if r.Channel != channel {
			continue
		}
		if hasStamp(r, saw) {
			return r
		}
		if first == nil {
			first = r
		}
		if preferred == nil && r.Preferred {
			preferred = r
		}
	}
	if preferred != nil {
		return preferred
	}
	return first
}

func hasStamp(r *desk.ReachLine, saw []string) bool {
	return slices.Contains(saw, r.Stamp) || settles(r.Conflicts, saw)
}

// asField names the field of the request where desk names that of the way to
// reach behind it.
func asField(err error, field string) error {
	var e *desk.Error
	if !errors.As(err, &e) || e.Field == "" {
		return err
	}
	named := *e
	named.Field = field
	return &named
}
