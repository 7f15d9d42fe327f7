package cases

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
)

//go:embed letters/*.toml
var letterFiles embed.FS

// Template is a letter or slip before it is filled in.
type Template struct {
	ID       crdt.ID // 0: one of those that come with bough
	Type     string  // crm.TemplateTypes
	Name     string
	Language string
	Subject  string
	Body     string
}

// Letter is a template filled in for a case.
type Letter struct {
	Template
	Case       *View
	Bank       string
	BranchName string
	Address    string
	Greeting   string
	PrintedMS  int64
	By         string
}

// Places are the names that a template may hold in braces.
func Places() []string {
	return []string{"customer", "greeting", "address", "reference", "type", "matter", "received", "due", "then", "amount", "outcome", "branch", "clerk", "today", "hotline"}
}

// CheckTemplate reports the first name in braces that no letter knows.
func CheckTemplate(body string) error {
	_, err := fill(body, func(name string) (string, bool) {
		for _, p := range Places() {
			if p == name {
				return "", true
			}
		}
		return "", false
	})
	return err
}

// fill puts values in the places of a template: {name}, and {{ for a brace.
func fill(body string, value func(name string) (string, bool)) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(body, "{")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if strings.HasPrefix(rest, "{") {
			b.WriteByte('{')
			body = rest[1:]
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", desk.Mistyped("body", "template_open", "a brace { is not closed")
		}
		v, known := value(strings.TrimSpace(name))
		if !known {
			return "", desk.Mistyped("body", "template_name", "there is no {%s}; there are {%s}", name, strings.Join(Places(), "}, {"))
		}
		b.WriteString(v)
		body = after
	}
}

// defaults are the templates that come with bough.
func defaults() ([]Template, error) {
	files, err := letterFiles.ReadDir("letters")
	if err != nil {
		return nil, err
	}
	var out []Template
	for _, f := range files {
		text, err := letterFiles.ReadFile("letters/" + f.Name())
		if err != nil {
			return nil, err
		}
		var t struct{ Letter []Template }
		if _, err := toml.NewDecoder(bytes.NewReader(text)).Decode(&t); err != nil {
			return nil, fmt.Errorf("cases: letters/%s: %w", f.Name(), err)
		}
		out = append(out, t.Letter...)
	}
	return out, nil
}

// lettersFor are the templates in the language of a party, those of head
// office before bough's own; in English where there is none in it.
func lettersFor(r *desk.Reader, party crdt.ID) ([]Template, error) {
	row, err := r.Get(crm.Party, party)
	if err != nil || row == nil {
		return nil, err
	}
	all, err := offered(r)
	if err != nil {
		return nil, err
	}
	language := row.Get(crm.PartyLanguage).S
	out := inLanguage(all, language)
	if len(out) == 0 {
		out = inLanguage(all, "en")
	}
	return out, nil
}

func inLanguage(all []Template, language string) (out []Template) {
	for _, t := range all {
		if t.Language == language || strings.HasPrefix(language, t.Language+"-") {
			out = append(out, t)
		}
	}
	return out
}

// Voice writes values in the language of a letter: the pages know how.
type Voice interface {
	Day(ms int64) string
	Money(minor int64, currency string) string
	CaseType(code string) string
}

// Letter fills a template in for a case. which is the place of the template
// among View.Letters.
func (b *Book) Letter(ctx context.Context, who *desk.Who, id crdt.ID, which int, voice func(language string) Voice) (*Letter, error) {
	v, err := b.Case(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if which < 0 || which >= len(v.Letters) {
		return nil, desk.Missing("template", "there is no such letter; choose one from the list")
	}
	l := &Letter{Template: v.Letters[which], Case: v, PrintedMS: v.NowMS, By: who.Name}
	var hotline string
	err = b.desk.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *desk.Reader) error {
		party, err := r.Get(crm.Party, v.Party)
		if err != nil || party == nil {
			return err
		}
		r.Shows(crm.ViewPrint, v.Party)
		for _, f := range []struct {
			to   *string
			name string
			from uint8
		}{{&l.Address, "address", crm.PartyAddress}, {&l.Greeting, "greeting", crm.PartyGreeting}} {
			if who.Sees("party", f.name) {
				*f.to = party.Get(f.from).S
			}
		}
		if l.BranchName, err = r.BranchName(r.Branch()); err != nil {
			return err
		}
		if l.Bank, err = r.Setting("bank"); err != nil {
			return err
		}
		hotline, err = r.Setting("hotline")
		return err
	})
	if err != nil {
		return nil, err
	}
	values := l.values(voice(l.Language), hotline)
	for _, part := range []*string{&l.Subject, &l.Body} {
		if *part, err = fill(*part, func(name string) (string, bool) { s, ok := values[name]; return s, ok }); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *Letter) values(say Voice, hotline string) map[string]string {
	v := l.Case
	out := map[string]string{"customer": v.PartyName, "greeting": l.Greeting, "address": l.Address, "reference": v.Reference,
		"type": say.CaseType(v.Type), "matter": v.Text, "received": say.Day(v.HappenedMS), "outcome": v.Outcome, "branch": l.BranchName,
		"clerk": l.By, "today": say.Day(l.PrintedMS), "due": "", "then": "", "amount": "", "hotline": hotline}
	if out["greeting"] == "" {
		out["greeting"] = v.PartyName
	}
	for _, c := range v.Clocks {
		if c.Name == "answer" {
			out["due"], out["then"] = say.Day(c.DueMS), say.Day(max(c.DueMS, c.ThenMS))
		}
	}
	if v.Amount.Currency != "" {
		out["amount"] = say.Money(v.Amount.Minor, v.Amount.Currency)
	}
	return out
}

// Hotline is the number to block cards at when the line is down, as head
// office set it; empty: none is set.
func (b *Book) Hotline(ctx context.Context, who *desk.Who) (number string, err error) {
	err = b.desk.Read(ctx, who, []crm.Act{crm.ActRead}, func(r *desk.Reader) error {
		number, err = r.Setting("hotline")
		return err
	})
	return number, err
}
