package crdttest

import "bough/crdt"

// The kinds of Schema, one for each way to merge.
const (
	Register uint8 = 1 + iota
	Guarded
	Core
	Office
	Element
	Event
	Party
)

// Unknown is a kind that is not in Schema.
const Unknown uint8 = 200

// fieldsOfKind is how many fields each kind of Schema has, numbered from 1.
const fieldsOfKind = 3

// Schema is what a replica under test must know: a kind for each merge type,
// and Party, whose fields have different owners.
func Schema() *crdt.Schema {
	s, err := crdt.NewSchema(
		kind(Register, "register", crdt.Record, crdt.Branch, crdt.Branch, crdt.Branch),
		kind(Guarded, "guarded", crdt.Record, crdt.Guarded, crdt.Guarded, crdt.Guarded),
		kind(Core, "core", crdt.Record, crdt.Core, crdt.Core, crdt.Core),
		kind(Office, "office", crdt.Record, crdt.Office, crdt.Office, crdt.Office),
		kind(Element, "element", crdt.Set, crdt.Branch, crdt.Branch, crdt.Branch),
		kind(Event, "event", crdt.Event, crdt.Branch, crdt.Branch, crdt.Branch),
		kind(Party, "party", crdt.Record, crdt.Branch, crdt.Guarded, crdt.Core),
	)
	if err != nil {
		panic(err) // the table above is wrong
	}
	return s
}

func kind(num uint8, name string, class crdt.Class, owners ...crdt.Owner) *crdt.Kind {
	k := &crdt.Kind{Num: num, Name: name, Class: class, Scope: crdt.ScopeRule{Everywhere: true}}
	for i, o := range owners {
		k.Fields = append(k.Fields, crdt.Field{Num: uint8(i + 1), Name: "f" + string(rune('1'+i)), Type: crdt.Int, Owner: o})
	}
	return k
}
