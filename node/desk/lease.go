package desk

// LeaseOver is the code of the error that everybody gets past the lease.
const LeaseOver = "lease_over"

// leased tells whoever wants in that the lease is over. What was saved stays, and
// can be carried to head office.
func (d *Desk) leased() error {
	if d.o.LeaseOver == nil || !d.o.LeaseOver() {
		return nil
	}
	return &Error{Reason: ReadOnly, Code: LeaseOver, Message: "this workstation has not heard from head office for too long and is locked; " +
		"connect it to the line, or ask head office for a code over the phone; nothing is lost"}
}
