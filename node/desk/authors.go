package desk

import (
	"bough/crdt"
	"bough/sync/rows"
)

// names looks up who people, workstations, branches and parties are, once each.
type names struct {
	tx       *rows.Tx
	people   map[crdt.ID]PersonLine
	places   map[crdt.Origin]string
	branches map[int64]string
	parties  map[crdt.ID]partyName
	reader   *Reader // of the clocks of cases; nil until one is met
}

type partyName struct{ name, kind string }

func newNames(tx *rows.Tx) *names {
	return &names{tx: tx, people: map[crdt.ID]PersonLine{}, places: map[crdt.Origin]string{}, branches: map[int64]string{}, parties: map[crdt.ID]partyName{}}
}

func (n *names) person(id crdt.ID) (PersonLine, error) {
	if p, ok := n.people[id]; ok || id == 0 {
		return p, nil
	}
	var p PersonLine
	err := n.tx.Query(`SELECT id, login, name, role, branch FROM person WHERE id=?1`, func(s *rows.Stmt) error {
		p = scanPerson(s)
		return nil
	}, int64(id))
	n.people[id] = p
	return p, err
}

func (n *names) place(o crdt.Origin) (string, error) {
	if p, ok := n.places[o]; ok {
		return p, nil
	}
	place := "central"
	err := n.tx.Query(`SELECT name FROM node WHERE origin=?1`, func(s *rows.Stmt) error {
		place = s.ColumnText(0)
		return nil
	}, int64(o))
	n.places[o] = place
	return place, err
}

func (n *names) branch(number int64) (string, error) {
	if b, ok := n.branches[number]; ok || number == 0 {
		return b, nil
	}
	var name string
	err := n.tx.Query(`SELECT name FROM branch WHERE number=?1`, func(s *rows.Stmt) error {
		name = s.ColumnText(0)
		return nil
	}, number)
	n.branches[number] = name
	return name, err
}

func (n *names) party(id crdt.ID) (partyName, error) {
	if p, ok := n.parties[id]; ok {
		return p, nil
	}
	var p partyName
	err := n.tx.Query(`SELECT name, type FROM party WHERE id=?1 UNION ALL SELECT name, type FROM directory WHERE id=?1 LIMIT 1`, func(s *rows.Stmt) error {
		p = partyName{s.ColumnText(0), s.ColumnText(1)}
		return nil
	}, int64(id))
	n.parties[id] = p
	return p, err
}

// author tells who wrote what stands in a clock.
func (n *names) author(w crdt.Written, state State) (Author, error) {
	p, err := n.person(w.By)
	if err != nil {
		return Author{}, err
	}
	place, err := n.place(w.Stamp.Origin)
	return Author{Person: w.By, Name: p.Name, Branch: p.Branch, Place: place, AtMS: w.Stamp.Millis(), State: state}, err
}

// rowAuthor tells who last wrote a row.
func (d *Desk) rowAuthor(n *names, r *rows.Stored) (Author, error) {
	var w crdt.Written
	if len(r.Clocks) > 0 {
		w = r.Clocks[len(r.Clocks)-1]
	}
	return n.author(w, d.stateOf(r.Kind, r.ID))
}
