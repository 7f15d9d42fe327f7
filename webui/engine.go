package webui

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui/words"
)

// engine holds every page in every language: functions of templates are bound
// to a language when they are parsed, so a page cannot mix two.
type engine struct {
	pages map[string]*template.Template // by language/page
}

// newEngine parses templates/layout.html, all parts, and each page on top.
func newEngine(files fs.FS, c *words.Catalogue, a *assets) (*engine, error) {
	pages, err := fs.Glob(files, "templates/pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("webui: list templates: %w", err)
	}
	e := &engine{pages: map[string]*template.Template{}}
	for _, code := range words.Codes {
		whole := template.New("layout").Option("missingkey=error").Funcs(functions(c.Language(code), a))
		if whole, err = whole.ParseFS(files, "templates/layout.html", "templates/parts/*.html"); err != nil {
			return nil, fmt.Errorf("webui: parse templates: %w", err)
		}
		for _, name := range pages {
			page, err := whole.Clone()
			if err == nil {
				page, err = page.ParseFS(files, name)
			}
			if err != nil {
				return nil, fmt.Errorf("webui: parse template %s: %w", name, err)
			}
			e.pages[code+"/"+strings.TrimSuffix(path.Base(name), ".html")] = page
		}
	}
	return e, nil
}

// render makes one block of a page; all of it, or an error.
func (e *engine) render(code, page, block string, data any) ([]byte, error) {
	t, known := e.pages[code+"/"+page]
	if !known {
		return nil, fmt.Errorf("webui: no page %s", page)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, block, data); err != nil {
		return nil, fmt.Errorf("webui: render %s of %s: %w", block, page, err)
	}
	return out.Bytes(), nil
}

// functions are what templates may call, in one language.
func functions(l *words.Language, a *assets) template.FuncMap {
	lists := words.Lists()
	return template.FuncMap{
		"t": l.T, "n": func(key string, count any, pairs ...any) string { return l.N(key, whole(count), pairs...) },
		"because": l.Because,
		"fault":   l.Fault,
		"word":    func(list string, code any) string { return l.Word(list, fmt.Sprint(code)) },
		"lang":    func() string { return l.Code }, "htmllang": func() string { return l.Tag }, "otherlang": l.Other,
		"date": l.Date, "day": l.Day, "moment": l.Moment, "clock": l.Clock, "ago": l.Ago, "lasted": l.Lasted, "span": l.Span,
		"age": l.Age, "tenure": l.Tenure, "dated": dated, "tail": tail, "later": later,
		"money": l.Money, "number": func(n any) string { return l.Number(whole(n)) }, "share": l.Share, "size": l.Size,
		"typedin": func(typed string) []Pair { return typedIn(l, typed) },
		"said":    func(id, name, value, as string) Said { return Said{id, name, value, as} },
		"asset":   a.address, "lines": lines, "elapsed": elapsed, "percent": func(n int) int64 { return int64(n) * 100 },
		"last": func(list any) int { return reflect.ValueOf(list).Len() - 1 }, "digit": digit, "pair": pair,
		"answer": answer, "state": func(s desk.State) string { return l.Word("state", s.String()) },
		"around": func(c *desk.Customer) template.HTML { return around(l, c) }, "balances": func(h desk.HoldingLine) template.HTML { return balances(l, h) },
		"place": func(by desk.Author) string { return place(l, by) },
		"reason": func(r desk.RefusedLine) string {
			if slices.Contains(crm.RefusalCodes, r.Code) {
				return l.Word("refusal", r.Code)
			}
			return sentence(l, &desk.Error{Code: r.Code, Message: r.Message})
		},
		"list": func(name string) ([]string, error) {
			if own, is := l.Offered(name); is {
				return own, nil
			}
			return codes(lists, name)
		},
	}
}

// Said is a time in a form, in words.
type Said struct {
	ID, Name, Value string
	As              string // how it is read: day, past, date or moment
}

// whole widens the integers that views carry.
func whole(n any) int64 {
	switch n := n.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	case uint64:
		return int64(n)
	}
	return 0
}

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

// digit is the key that picks the i-th choice of a list: 1 to 9, 0, a, b, …
func digit(i int) string {
	const keys = "1234567890abcdef"
	if i >= len(keys) {
		return ""
	}
	return keys[i : i+1]
}

// elapsed is how much of a stretch of time has passed, 0 to 100.
func elapsed(fromMS, toMS, nowMS int64) int64 {
	if toMS <= fromMS || nowMS >= toMS {
		return 100
	}
	return max(nowMS-fromMS, 0) * 100 / (toMS - fromMS)
}

// dated reports whether a field of a party is a date.
func dated(field string) bool { return field == "birth" || field == "since" }

// later reports whether something was entered well after it happened.
func later(happenedMS, enteredMS int64) bool {
	const well = 10 * 60 * 1000
	return enteredMS > happenedMS+well
}

// tail shows the end of a document number; the whole of it is for forms.
func tail(number string) string {
	const shown = 4
	r := []rune(number)
	if len(r) <= shown {
		return number
	}
	return "····" + string(r[len(r)-shown:])
}

// Pair hands two things to a template that takes one.
type Pair struct{ A, B any }

func pair(a, b any) Pair { return Pair{a, b} }

func answer(a crdt.ConsentAnswer) string {
	return [...]string{"unknown", "granted", "withdrawn"}[a]
}

// place says where somebody wrote: head office, the workstation, or the branch
// where no workstation is known.
func place(l *words.Language, by desk.Author) string {
	switch {
	case by.Place != "" && by.Place != "central":
		return by.Place
	case by.Branch == 0:
		return l.T("who.central")
	}
	return l.T("who.branch", "Branch", by.Branch)
}

// codes are those of one list, for forms.
func codes(lists []words.List, name string) ([]string, error) {
	for _, list := range lists {
		if list.Name == name {
			return list.Codes, nil
		}
	}
	return nil, fmt.Errorf("webui: no list %s", name)
}
