package api

import (
	"bough/crdt"
	"bough/node/crm"
)

// shape says what a field of a request holds.
type shape uint8

const (
	text   shape = iota // a string
	word                // a string out of a list
	flag                // true or false
	whole               // a whole number
	rowID               // an id: a decimal string
	past                // when something happened: ms UTC or RFC 3339
	due                 // when something is due: ms UTC or RFC 3339
	stamps              // an object: field name → the stamp or stamps seen
	object              // an object with fields of its own
)

// field is one field of a request: read by it, documented by it. A null is
// taken like a field that is not there, except that PATCH clears by it.
type field struct {
	name   string
	shape  shape
	words  []string
	need   bool
	doc    string
	fields []field // of an object
}

func sessionFields() []field {
	return []field{
		{name: "login", shape: text, need: true, doc: "the name the person signs in with"},
		{name: "password", shape: text, need: true, doc: "their password"},
	}
}

// customerFields are the fields of crm's party, with phone and email as the
// first way to reach of that channel.
func customerFields() []field {
	out := partyFields()
	return append(out,
		field{name: "phone", shape: text, doc: "the phone number to use first"},
		field{name: "email", shape: text, doc: "the e-mail address to use first"})
}

func partyFields() []field {
	kind := crm.Table().Kind(crm.Party)
	out := make([]field, 0, len(kind.Fields)+2)
	for _, f := range kind.Fields {
		as := text
		if f.Type == crdt.Int {
			as = whole
		}
		out = append(out, field{name: f.Name, shape: as, words: wordsOf(f.Num), doc: f.Doc})
	}
	for i := range out {
		if out[i].words != nil {
			out[i].shape = word
		}
	}
	return out
}

func wordsOf(partyField uint8) []string {
	switch partyField {
	case crm.PartyType:
		return crm.PartyTypes
	case crm.PartyStatus:
		return crm.PartyStatuses
	}
	return nil
}

func patchFields() []field {
	return append(customerFields(),
		field{name: "saw", shape: stamps, doc: "per field the stamp of the value that was on screen, or a list of stamps to settle conflicts; without it, the current ones"})
}

func interactionFields() []field {
	return []field{
		{name: "channel", shape: word, words: crm.Channels, need: true, doc: "how it took place"},
		{name: "reason", shape: text, doc: "what it was about, a code of head office's list; without it, other"},
		{name: "text", shape: text, need: true, doc: "what was said, in the clerk's words"},
		{name: "outcome", shape: text, doc: "how it ended, a code of head office's list; without it, done"},
		{name: "happened", shape: past, doc: "when it took place; without it, now"},
		{name: "holding", shape: rowID, doc: "about which holding"},
		{name: "promise", shape: object, doc: "a promise made on this occasion", fields: []field{
			{name: "text", shape: text, need: true, doc: "what was promised"},
			{name: "due", shape: due, need: true, doc: "by when"},
		}},
	}
}

func conflictFields() []field {
	return []field{
		{name: "keep", shape: word, words: []string{keepCurrent, keepLosing}, need: true, doc: "which of the two values stays"},
		{name: "saw", shape: stamps, doc: "the stamp of the current value that was seen, under the name current; without it, the current one"},
	}
}

// The words of conflictFields.
const (
	keepCurrent = "current"
	keepLosing  = "losing"
)

func reachFields() []field {
	return []field{
		{name: "channel", shape: word, words: crm.ReachChannels, need: true, doc: "what kind of way it is"},
		{name: "value", shape: text, need: true, doc: "number, address or id"},
		{name: "label", shape: word, words: crm.ReachLabels, doc: "which of them it is; without it, other"},
		{name: "preferred", shape: flag, doc: "the one to use first"},
	}
}

func reachEditFields() []field {
	return []field{
		{name: "value", shape: text, need: true, doc: "number, address or id"},
		{name: "saw", shape: stamps, doc: "the stamp or stamps seen, under the name value; without it, the current one"},
	}
}

func pairFields() []field {
	return []field{
		{name: "other", shape: rowID, need: true, doc: "the other record"},
		{name: "reason", shape: text, need: true, doc: "how one knows, in a few words"},
	}
}

func consentFields() []field {
	return []field{
		{name: "purpose", shape: word, words: crm.Purposes, need: true, doc: "for what"},
		{name: "channel", shape: word, words: crm.ConsentChannels, need: true, doc: "on which channel"},
		{name: "act", shape: word, words: []string{actGrant, actWithdraw}, need: true, doc: "a grant overrides every withdrawal known here"},
		{name: "evidence", shape: text, doc: "what shows it: form, call, letter; a grant needs it"},
		{name: "happened", shape: past, doc: "when it was given; without it, now"},
	}
}

// The words of consentFields.
const (
	actGrant    = "grant"
	actWithdraw = "withdraw"
)
