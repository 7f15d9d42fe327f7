package office

import (
	"bough/crdt"
	"bough/node/crm"
)

// takenWithinMS is how long the author of a note may take it away: the rest of
// the day, as the branch counts it. Head office does not ask in which zone the
// branch lies.
const takenWithinMS = 26 * 3600 * 1000

// takes judges that a note is taken away from the customer on whom it is: its
// author does so on the day it was written, a manager on any day.
func (h *hearing) takes(op *crdt.Op) error {
	id := valueOf(op, crm.RemovalInteraction).ID()
	if note := h.fresh[id]; note != nil {
		return nil // written and taken in one change
	}
	row, err := h.b.Get(crm.Interaction, id)
	switch {
	case err != nil:
		return err
	case row == nil:
		return missing(crm.Interaction, id, "the note that is taken away is not known to head office")
	case row.Get(crm.InteractionParty) != valueOf(op, crm.RemovalParty):
		return no("bad_value", "the note that is taken away stands at another customer")
	}
	written := row.Clocks.Of(crm.InteractionText)
	if written.By == h.who.id && h.at-written.Stamp.Millis() <= takenWithinMS {
		return nil
	}
	yes, err := h.may(crm.ActManage)
	if err == nil && !yes {
		err = wait("not_allowed", "the role %s may not do this (%s)", h.who.role, crm.ActManage)
	}
	return err
}
