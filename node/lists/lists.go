package lists

import (
	"context"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// Limits.
const (
	maxWord = 200 // bytes of a word: a button or a line
	maxCode = 40  // bytes of a code
	// MaxOffered is how many entries a list offers: pages pick by one key.
	MaxOffered = 40
)

// Lists is where head office keeps them.
type Lists struct{ desk *desk.Desk }

// New makes the lists of a desk.
func New(d *desk.Desk) *Lists { return &Lists{d} }

// Of are the entries of a list in their order, the retired ones last.
func (l *Lists) Of(ctx context.Context, who *desk.Who, list string) (out []desk.Choice, err error) {
	if err := desk.OneOf("list", list, crm.ListNames); err != nil {
		return nil, err
	}
	err = l.desk.Look(ctx, who, crm.ActSetUp, func(r *desk.Reader) error {
		out, err = r.Entries(list)
		return err
	})
	return out, err
}

// Words are an entry as typed. Without a code it is a new one, whose code is
// made of the English word.
type Words struct{ Code, English, Chinese string }

// Put adds an entry, or gives one other words.
func (l *Lists) Put(ctx context.Context, who *desk.Who, list string, in Words) (desk.Saved, error) {
	code, english, chinese := in.Code, strings.TrimSpace(in.English), strings.TrimSpace(in.Chinese)
	if err := checkWords(english, chinese); err != nil {
		return desk.Saved{}, err
	}
	return l.change(ctx, who, list, func(entries []desk.Choice) ([]desk.Choice, error) {
		i := slices.IndexFunc(entries, func(e desk.Choice) bool { return e.Code == code })
		switch {
		case code != "" && i < 0:
			return nil, noEntry()
		case code != "":
			entries[i].English, entries[i].Chinese = english, chinese
			return entries, nil
		case offered(entries) == MaxOffered:
			return nil, desk.Mistyped("english", "list_full", "a list offers at most %d: retire one first", MaxOffered)
		}
		fresh := desk.Choice{List: list, Code: codeOf(english, entries), English: english, Chinese: chinese}
		return slices.Insert(entries, offered(entries), fresh), nil
	})
}

func checkWords(english, chinese string) error {
	for _, w := range []struct{ field, word string }{{"english", english}, {"chinese", chinese}} {
		if w.word == "" || len(w.word) > maxWord || strings.ContainsFunc(w.word, func(r rune) bool { return r < ' ' }) {
			return desk.Mistyped(w.field, "list_word", "a word in each language, of 1 to %d bytes", maxWord)
		}
	}
	return nil
}

// codeOf makes a code that the list does not have yet.
func codeOf(english string, entries []desk.Choice) string {
	var b strings.Builder
	for _, r := range strings.ToLower(english) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	base := strings.Trim(b.String()[:min(b.Len(), maxCode-3)], "_")
	if base == "" {
		base = "own"
	}
	code := base
	for n := 2; slices.ContainsFunc(entries, func(e desk.Choice) bool { return e.Code == code }); n++ {
		code = base + "_" + string(rune('a'+n%26))
		if n > 26 {
			base += "_"
		}
	}
	return code
}

func noEntry() error { return desk.Missing("list_entry", "there is no such entry in this list") }

func offered(entries []desk.Choice) (n int) {
	for _, e := range entries {
		if !e.Ended {
			n++
		}
	}
	return n
}

// Retire takes an entry off the offer, or puts it back at its end.
func (l *Lists) Retire(ctx context.Context, who *desk.Who, list, code string, ended bool) (desk.Saved, error) {
	return l.change(ctx, who, list, func(entries []desk.Choice) ([]desk.Choice, error) {
		i := slices.IndexFunc(entries, func(e desk.Choice) bool { return e.Code == code })
		if i < 0 {
			return nil, noEntry()
		}
		if ended && !entries[i].Ended && offered(entries) == 1 && list != "warning" {
			return nil, desk.Mistyped("", "list_last", "something must stay to be picked")
		}
		e := entries[i]
		e.Ended = ended
		entries = slices.Delete(entries, i, i+1)
		return slices.Insert(entries, offered(entries), e), nil
	})
}

// Move puts an entry higher (by < 0) or lower.
func (l *Lists) Move(ctx context.Context, who *desk.Who, list, code string, by int) (desk.Saved, error) {
	return l.change(ctx, who, list, func(entries []desk.Choice) ([]desk.Choice, error) {
		i := slices.IndexFunc(entries, func(e desk.Choice) bool { return e.Code == code && !e.Ended })
		if i < 0 {
			return nil, noEntry()
		}
		to := max(0, min(i+by, offered(entries)-1))
		e := entries[i]
		return slices.Insert(slices.Delete(entries, i, i+1), to, e), nil
	})
}

// change writes what differs of a list after fn.
func (l *Lists) change(ctx context.Context, who *desk.Who, list string, fn func([]desk.Choice) ([]desk.Choice, error)) (desk.Saved, error) {
	if err := desk.OneOf("list", list, crm.ListNames); err != nil {
		return desk.Saved{}, err
	}
	return l.desk.Decree(ctx, who, crm.ActSetUp, func(a *rows.Act) (id crdt.ID, err error) {
		was, err := l.desk.Reader(a.Tx).Entries(list)
		if err != nil {
			return 0, err
		}
		now, err := fn(slices.Clone(was))
		if err != nil {
			return 0, err
		}
		for i, e := range now {
			e.Place = int64(i) + 1
			if slices.Contains(was, e) {
				continue
			}
			if id, err = put(a, &e); err != nil {
				return 0, err
			}
		}
		return id, nil
	})
}

// put writes an entry; one that came with bough gets its row.
func put(a *rows.Act, e *desk.Choice) (id crdt.ID, err error) {
	if id = e.ID; id == 0 {
		if id, err = a.Mint(); err != nil {
			return 0, err
		}
	}
	set := []crdt.FieldSet{
		{Field: crm.ListEntryList, Value: crdt.TextValue(e.List)},
		{Field: crm.ListEntryCode, Value: crdt.TextValue(e.Code)},
		{Field: crm.ListEntryEnglish, Value: textOr(e.English)},
		{Field: crm.ListEntryChinese, Value: textOr(e.Chinese)},
		{Field: crm.ListEntryPlace, Value: crdt.IntValue(e.Place)},
		{Field: crm.ListEntryEnded, Value: crdt.IntValue(flag(e.Ended))},
	}
	if e.ID == 0 {
		set = slices.DeleteFunc(set, func(f crdt.FieldSet) bool { return f.Value.IsNull() })
	}
	a.Add(crdt.Op{Kind: crm.ListEntry, ID: id, Set: set})
	return id, nil
}

func textOr(s string) crdt.Value {
	if s == "" {
		return crdt.Value{}
	}
	return crdt.TextValue(s)
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
