package demo

import (
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/sim/bank"
)

// person is somebody who can be signed in.
type person struct {
	bank.Person
	at *workstation // where the button signs them in
}

// cast gives every person a workstation: those of a branch take turns.
func (d *Demo) cast() (out []person) {
	turn := map[int64]int{}
	for _, p := range d.bank.People {
		at := d.central
		for _, b := range d.list {
			if b.Number == p.Branch {
				at = b.nodes[turn[p.Branch]%len(b.nodes)]
				turn[p.Branch]++
			}
		}
		out = append(out, person{p, at})
	}
	return out
}

// show is a situation worth seeing: where to look.
type show struct {
	Key   string // of its name
	Where []look
}

// look is a customer's page at a branch.
type look struct {
	Name   string
	Branch *branch
	ID     crdt.ID
}

// tour lists the situations in the order of the page, with how many of each.
var tour = []struct {
	name string
	most int
}{
	{bank.Shared, 1}, {bank.OpenPromise, 2}, {bank.OverdueComplaint, 2}, {bank.StopWarning, 2}, {bank.Withdrawn, 2}, {bank.Duplicate, 2},
	{bank.DuplicateChinese, 2}, {bank.TwoAddresses, 2}, {bank.ToBeKeyed, 2}, {bank.StaleBalance, 1}, {bank.CommercialGroup, 1}, {bank.Household, 1}, {bank.Prospect, 1}, {bank.LongTimeline, 1},
}

// showcase finds the situations in the bank.
func (d *Demo) showcase() (out []show) {
	names, homes := d.parties()
	for _, t := range tour {
		s := show{Key: strings.ReplaceAll(t.name, " ", "_")}
		for i, id := range d.bank.Find(t.name) {
			b, err := d.branch(homes[id])
			if i == t.most || err != nil {
				break
			}
			s.Where = append(s.Where, look{names[id], b, d.founded.ID(id)})
		}
		if t.name == bank.Shared && len(s.Where) > 0 && len(d.list) > 1 {
			s.Where = d.everywhere(s.Where[0])
		}
		if len(s.Where) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// everywhere is one customer at the first two branches: shared ones are known there.
func (d *Demo) everywhere(l look) (out []look) {
	for _, b := range d.list[:2] {
		out = append(out, look{l.Name, b, l.ID})
	}
	return out
}

// parties reads the names and home branches of the bank's parties.
func (d *Demo) parties() (names map[crdt.ID]string, homes map[crdt.ID]int64) {
	names, homes = map[crdt.ID]string{}, map[crdt.ID]int64{}
	for _, a := range d.bank.Acts {
		for _, op := range a.Ops {
			if op.Kind != crm.Party {
				continue
			}
			for _, f := range op.Set {
				switch f.Field {
				case crm.PartyName:
					names[op.ID] = f.Value.S
				case crm.PartyHome:
					homes[op.ID] = f.Value.I
				}
			}
		}
	}
	return names, homes
}

// manager is who runs a branch.
func (d *Demo) manager(b *branch) *person {
	for i := range d.people {
		if p := &d.people[i]; p.Branch == b.Number && p.Role == "manager" {
			return p
		}
	}
	return &d.people[0]
}
