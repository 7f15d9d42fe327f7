package teller

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
	"bough/webui/words"
)

// field is one field of a party in a form.
type field struct {
	Name    string
	Value   string // as typed
	Was     string // on screen when the form was opened
	Saw     string // the stamp of that value
	Input   string // type of the input: text, date, area, choice
	Choices []string
	List    string // the words of the choices
	Only    string // the type of party that has it; empty: both
	Focus   bool   // where typing begins

	Author    desk.Author
	Conflicts []desk.ConflictValue
}

// input is how one field of a party is typed.
type input struct {
	name, input, list string
	only              string // person | organisation; empty: both
}

// inputs are the fields that forms offer, in their order.
func inputs() []input {
	return []input{
		{name: "name", input: "text"},
		{name: "birth", input: "date"},
		{name: "sex", input: "choice", list: "sex", only: "person"},
		{name: "document_type", input: "choice", list: "document"},
		{name: "document", input: "text"},
		{name: "legal_form", input: "text", only: "organisation"},
		{name: "industry", input: "text", only: "organisation"},
		{name: "greeting", input: "text"},
		{name: "language", input: "choice", list: "speaks"},
		{name: "occupation", input: "text", only: "person"},
		{name: "employer", input: "text", only: "person"},
		{name: "address", input: "area"},
		{name: "memo", input: "area"},
	}
}

func newField(in input, value string) field {
	f := field{Name: in.name, Value: value, Input: in.input, List: in.list, Only: in.only}
	switch in.list {
	case "sex":
		f.Choices = words.Sexes()
	case "document":
		f.Choices = crm.DocumentTypes
	case "speaks":
		f.Choices = crm.Languages
	case "type":
		f.Choices = []string{"person", "organisation"}
	}
	if f.Input == "choice" && value != "" && !slices.Contains(f.Choices, value) {
		f.Choices = append(f.Choices, value) // what a feed brought may stay
	}
	return f
}

// typed is a value of a form: lines end alike, and nothing hangs over.
func typed(values url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(values.Get(name), "\r\n", "\n"))
}

// take takes a field as it was typed; a date is kept as all dates are, once it
// can be read.
func (f *field) take(l *words.Language, values url.Values) {
	f.Value = typed(values, f.Name)
	if f.Input != "date" {
		return
	}
	if iso, err := l.ReadDate(f.Value); err == nil {
		f.Value = iso
	}
}

// badInput is what a page itself finds wrong with a form; the sentence stands
// in the catalogues.
func badInput(field, code string) error {
	return &desk.Error{Reason: desk.Invalid, Field: field, Code: code, Message: "This cannot be taken as it is: " + field + "."}
}

// when answers how a time in words is understood, while it is typed.
func when(v *webui.Visit) error {
	for _, typed := range v.QueryParams() {
		said, err := understood(v.L, v.Param("as"), strings.Join(typed, ""))
		if err != nil {
			said = v.L.T("when.none")
		}
		return v.String(http.StatusOK, said)
	}
	return v.NoContent(http.StatusNoContent)
}

// understood is a time in words as it was read: a day to come, a day that is
// over, a date with its year, or a moment.
func understood(l *words.Language, as, typed string) (string, error) {
	switch as {
	case "past":
		ms, _, err := l.ReadPast(typed)
		return l.Weekday(ms) + " " + l.Day(ms), err
	case "date":
		iso, err := l.ReadDate(typed)
		return strings.TrimSpace(l.Date(iso) + " " + l.Age(iso)), err
	case "moment":
		ms, err := l.ReadMoment(typed)
		return l.Weekday(ms) + " " + l.Moment(ms), err
	}
	ms, err := l.ReadWhen(typed)
	return l.Weekday(ms) + " " + l.Day(ms), err
}
