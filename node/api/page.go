package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"bough/crdt"
	"bough/node/desk"
)

// customerView is the page of a party. The fields of crm's party stand beside
// these, under their own names: MarshalJSON puts them there.
type customerView struct {
	ID               idText               `json:"id"`
	State            string               `json:"state" words:"states" doc:"after a write, of what was written; else of the least safe value"`
	HomeName         string               `json:"home_name" doc:"name of the home branch"`
	AgeYears         *int                 `json:"age_years" doc:"null when unknown"`
	Phone            string               `json:"phone" doc:"the phone number to use first"`
	Email            string               `json:"email" doc:"the e-mail address to use first"`
	Stamps           map[string]stampText `json:"stamps" doc:"per field, phone and email included: to be sent back as saw"`
	Locked           []string             `json:"locked" doc:"fields that belong to the core"`
	Reaches          []reachView          `json:"reaches"`
	Consents         []consentView        `json:"consents"`
	Holdings         []holdingView        `json:"holdings"`
	AsOfMS           int64                `json:"as_of_ms" doc:"oldest as_of_ms among the holdings"`
	Relations        []relationView       `json:"relations"`
	Groups           []groupView          `json:"groups"`
	Warnings         []warningView        `json:"warnings" doc:"severest first"`
	Tags             []string             `json:"tags"`
	Tasks            []taskView           `json:"tasks"`
	Cases            []caseView           `json:"cases"`
	Interactions     []interactionView    `json:"interactions" doc:"newest first"`
	MoreInteractions bool                 `json:"more_interactions" doc:"there are older ones"`
	Conflicts        []conflictView       `json:"conflicts"`

	kind   *crdt.Kind // of a party: types of fields
	fields []desk.FieldValue
}

func viewCustomer(kind *crdt.Kind, c *desk.Customer) customerView {
	v := customerView{
		ID: textOf(c.ID), State: c.State.String(), HomeName: c.HomeName, AsOfMS: c.AsOfMS,
		Stamps: map[string]stampText{}, Locked: []string{}, Tags: append([]string{}, c.Tags...),
		Reaches: each(c.Reaches, viewReach), Consents: each(c.Consents, viewConsent), Holdings: each(c.Holdings, viewHolding),
		Relations: each(c.Relations, viewRelation), Groups: each(c.Groups, viewGroup), Warnings: each(c.Warnings, viewWarning),
		Tasks: each(c.Tasks, viewTask), Cases: each(c.Cases, viewCase), Conflicts: each(c.Conflicts, viewConflict),
		Interactions: each(c.Timeline, viewInteraction), MoreInteractions: c.MoreTimeline, kind: kind, fields: c.Fields,
	}
	if c.AgeYears >= 0 {
		v.AgeYears = &c.AgeYears
	}
	for _, f := range c.Fields {
		v.Stamps[f.Name] = stampText(f.Stamp)
		if f.Locked {
			v.Locked = append(v.Locked, f.Name)
		}
	}
	v.Phone, v.Stamps[phone] = firstReach(c, phone)
	v.Email, v.Stamps[email] = firstReach(c, email)
	return v
}

// The two channels that stand among the fields of a customer.
const (
	phone = "phone"
	email = "email"
)

func firstReach(c *desk.Customer, channel string) (string, stampText) {
	if r := reachToEdit(c, channel, nil); r != nil {
		return r.Value, stampText(r.Stamp)
	}
	return "", ""
}

// MarshalJSON puts the fields of the party beside the others.
func (v customerView) MarshalJSON() ([]byte, error) {
	type plain customerView
	rest, err := json.Marshal(plain(v))
	if err != nil {
		return nil, fmt.Errorf("api: encode customer: %w", err)
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i := range v.fields {
		value, err := fieldJSON(v.kind, &v.fields[i])
		if err != nil {
			return nil, err
		}
		b.WriteString(strconv.Quote(v.fields[i].Name) + ":")
		b.Write(value)
		b.WriteByte(',')
	}
	b.Write(rest[1:])
	return b.Bytes(), nil
}

// fieldJSON is a text, or for a whole number a number or null.
func fieldJSON(kind *crdt.Kind, f *desk.FieldValue) ([]byte, error) {
	if of := kind.Named(f.Name); of != nil && of.Type == crdt.Int {
		n, err := strconv.ParseInt(f.Value, 10, 64)
		if err != nil {
			return []byte("null"), nil
		}
		return strconv.AppendInt(nil, n, 10), nil
	}
	return json.Marshal(f.Value)
}

type reachView struct {
	ID        idText       `json:"id"`
	Channel   string       `json:"channel"`
	Value     string       `json:"value"`
	Label     string       `json:"label"`
	Preferred bool         `json:"preferred"`
	Stamp     stampText    `json:"stamp" doc:"of value; to be sent back as saw"`
	State     string       `json:"state" words:"states"`
	By        *authorView  `json:"by"`
	Conflicts []losingView `json:"conflicts"`
}

func viewReach(r desk.ReachLine) reachView {
	return reachView{
		ID: textOf(r.ID), Channel: r.Channel, Value: r.Value, Label: r.Label, Preferred: r.Preferred,
		Stamp: stampText(r.Stamp), State: r.Author.State.String(), By: viewAuthor(r.Author), Conflicts: each(r.Conflicts, viewLosing),
	}
}

type consentView struct {
	Purpose string      `json:"purpose" words:"purposes"`
	Channel string      `json:"channel"`
	Answer  string      `json:"answer" words:"answers"`
	Allowed bool        `json:"allowed" doc:"what may be done now: unknown means no, except for service"`
	By      *authorView `json:"by" doc:"who recorded what decided; null when unknown"`
	AtMS    int64       `json:"at_ms"`
}

func viewConsent(c desk.ConsentLine) consentView {
	return consentView{Purpose: c.Purpose, Channel: c.Channel, Answer: answerWords()[c.Answer], Allowed: c.Allowed, By: viewAuthor(c.Author), AtMS: c.AtMS}
}

// answerWords are in the order of crdt's answers.
func answerWords() []string { return []string{"unknown", "granted", "withdrawn"} }
