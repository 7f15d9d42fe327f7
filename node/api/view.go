package api

import (
	"bough/crdt"
	"bough/node/desk"
)

// idText is an id as answers have it: a decimal string.
type idText string

// stampText is a stamp as answers have it: 28 hex digits, empty for never.
type stampText string

func textOf(id crdt.ID) idText { return idText(id.String()) }

// authorView is who wrote something, and where.
type authorView struct {
	Person idText `json:"person,omitempty"`
	Name   string `json:"name"`
	Branch int64  `json:"branch" doc:"branch number; 0: head office"`
	Place  string `json:"place" doc:"workstation, or central; empty in the answer to an act of one's own"`
	AtMS   int64  `json:"at_ms" doc:"ms UTC"`
	State  string `json:"state" words:"states"`
}

// viewAuthor is nil for nobody.
func viewAuthor(a desk.Author) *authorView {
	if a == (desk.Author{}) {
		return nil
	}
	v := &authorView{Name: a.Name, Branch: a.Branch, Place: a.Place, AtMS: a.AtMS, State: a.State.String()}
	if a.Person != 0 {
		v.Person = textOf(a.Person)
	}
	return v
}

// savedView is the answer to an act that has no view of its own.
type savedView struct {
	ID    idText    `json:"id" doc:"of the row written"`
	State string    `json:"state" words:"states"`
	Seq   uint64    `json:"seq" doc:"number of the change in the journal of its origin; 0: nothing was to be changed"`
	Stamp stampText `json:"stamp" doc:"to be sent back as saw"`
}

func viewSaved(s desk.Saved) savedView {
	return savedView{ID: textOf(s.ID), State: s.State.String(), Seq: s.Seq, Stamp: stampText(s.Stamp.String())}
}

type hitView struct {
	ID       idText `json:"id"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Status   string `json:"status"`
	Birth    string `json:"birth"`
	Home     int64  `json:"home" doc:"home branch: its number"`
	HomeName string `json:"home_name"`
	Tier     string `json:"tier"`
	Warning  string `json:"warning" doc:"the severest level, or empty"`
	Phone    string `json:"phone"`
	Town     string `json:"town"`
	Mine     bool   `json:"mine" doc:"of this branch"`
}

func viewHit(h desk.Hit) hitView {
	return hitView{
		ID: textOf(h.ID), Name: h.Name, Type: h.Type, Status: h.Status, Birth: h.Birth, Home: h.Home, HomeName: h.HomeName,
		Tier: h.Tier, Warning: h.Warning, Phone: h.Phone, Town: h.Town, Mine: h.Mine,
	}
}

type interactionView struct {
	ID       idText      `json:"id"`
	Channel  string      `json:"channel" words:"channels"`
	Reason   string      `json:"reason"`
	Text     string      `json:"text"`
	Outcome  string      `json:"outcome"`
	Happened int64       `json:"happened" doc:"ms UTC, chosen by the clerk"`
	State    string      `json:"state" words:"states"`
	By       *authorView `json:"by" doc:"at_ms is when it was entered"`
}

func viewInteraction(l desk.InteractionLine) interactionView {
	return interactionView{
		ID: textOf(l.ID), Channel: l.Channel, Reason: l.Reason, Text: l.Text, Outcome: l.Outcome,
		Happened: l.HappenedMS, State: l.Author.State.String(), By: viewAuthor(l.Author),
	}
}

type losingView struct {
	ID    idText      `json:"id" doc:"of the conflict"`
	Value string      `json:"value"`
	Stamp stampText   `json:"stamp" doc:"to be named in saw by whoever settles it"`
	By    *authorView `json:"by"`
}

func viewLosing(v desk.ConflictValue) losingView {
	return losingView{ID: textOf(v.ID), Value: v.Value, Stamp: stampText(v.Stamp), By: viewAuthor(v.Author)}
}

type conflictView struct {
	ID           idText      `json:"id"`
	Party        idText      `json:"party" doc:"the party it hangs on"`
	PartyName    string      `json:"party_name"`
	Kind         string      `json:"kind" doc:"kind of the row"`
	Row          idText      `json:"row"`
	Field        string      `json:"field"`
	Current      string      `json:"current" doc:"the value that stands"`
	CurrentBy    *authorView `json:"current_by"`
	CurrentStamp stampText   `json:"current_stamp"`
	Losing       string      `json:"losing" doc:"the value that lost"`
	LosingBy     *authorView `json:"losing_by"`
	LosingStamp  stampText   `json:"losing_stamp"`
	Closed       bool        `json:"closed"`
}

func viewConflict(c desk.Conflict) conflictView {
	return conflictView{
		ID: textOf(c.ID), Party: textOf(c.Party), PartyName: c.PartyName, Kind: c.Kind, Row: textOf(c.Row), Field: c.Field,
		Current: c.Current, CurrentBy: viewAuthor(c.CurrentBy), CurrentStamp: stampText(c.CurrentStamp),
		Losing: c.Losing, LosingBy: viewAuthor(c.LosingBy), LosingStamp: stampText(c.LosingStamp), Closed: c.Closed,
	}
}

// each maps a list; the result is never nil, so that it encodes as [].
func each[T, V any](list []T, view func(T) V) []V {
	out := make([]V, 0, len(list))
	for _, item := range list {
		out = append(out, view(item))
	}
	return out
}
