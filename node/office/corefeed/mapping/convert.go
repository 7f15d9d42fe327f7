package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"bough/crdt"
)

// As says what a text is.
type As uint8

// What a text may be.
const (
	AsText  As = iota
	AsInt      // a whole number
	AsMoney    // an amount, to minor units
	AsDate     // to YYYY-MM-DD
	AsMonth    // a date, to YYYY-MM
	AsTime     // a date, to milliseconds UTC; without an hour its first instant
	AsSex      // a birth number whose layout has WW, to f or m
	AsKey      // the key of a row of another kind
)

var asNames = []string{"text", "int", "money", "date", "month", "time", "sex", "key"}

// String is the word of the language.
func (a As) String() string { return asNames[a] }

// makes is the type of value that a conversion gives.
func (a As) makes() crdt.Type {
	if a == AsInt || a == AsMoney || a == AsTime {
		return crdt.Int
	}
	return crdt.Text
}

// Convert makes a value of a text of the file, which is not empty. The error is
// a Reason to show: it repeats the text, shortened.
func (f *Field) Convert(text string) (crdt.Value, error) {
	if f.Values == nil {
		return f.Plain(text)
	}
	word, known := f.Values[text]
	switch {
	case !known && !f.HasOther:
		return crdt.Value{}, NewReason("unknown_code", Shown(text))
	case !known:
		word = f.Other
	}
	if word == "" {
		return crdt.Value{}, nil
	}
	return f.Plain(word)
}

// Plain is Convert without the codes: for what stands in the mapping itself.
func (f *Field) Plain(text string) (crdt.Value, error) {
	v, err := f.convert(text)
	if err != nil {
		return crdt.Value{}, err
	}
	if f.Words != nil && !slices.Contains(f.Words, v.S) {
		return crdt.Value{}, NewReason("not_word", Shown(v.S), strings.Join(f.Words, ", "))
	}
	return v, nil
}

func (f *Field) convert(text string) (crdt.Value, error) {
	switch f.As {
	case AsInt:
		n, code := f.Numbers.Int(text)
		return number(n, text, code)
	case AsMoney:
		n, code := f.Numbers.Money(text)
		return number(n, text, code)
	case AsDate, AsMonth, AsTime, AsSex:
		return f.date(text)
	case AsKey:
		return crdt.TextValue(text), CheckText(text, MaxKey, f.Without)
	default:
		return crdt.TextValue(text), CheckText(text, MaxText, f.Without)
	}
}

func number(n int64, text, code string) (crdt.Value, error) {
	if code != "" {
		return crdt.Value{}, NewReason(code, Shown(text))
	}
	return crdt.IntValue(n), nil
}

func (f *Field) date(text string) (crdt.Value, error) {
	at, woman, err := f.Dates.Parse(text)
	if err != nil {
		return crdt.Value{}, NewReason("not_date", f.Dates.Layout, Shown(text))
	}
	switch f.As {
	case AsMonth:
		return crdt.TextValue(at.Format("2006-01")), nil
	case AsTime:
		return crdt.IntValue(at.UnixMilli()), nil
	case AsSex:
		if woman {
			return crdt.TextValue("f"), nil
		}
		return crdt.TextValue("m"), nil
	}
	return crdt.TextValue(at.Format("2006-01-02")), nil
}

// CheckText refuses what no text of a core holds: too long, control
// characters, the mark of a failed decoding, and the characters of without.
func CheckText(text string, most int, without string) error {
	if len(text) > most {
		return NewReason("too_long", strconv.Itoa(len(text)), strconv.Itoa(most), Shown(text))
	}
	for i, r := range text {
		switch {
		case r == utf8.RuneError:
			return NewReason("lost", strconv.Itoa(i+1), Shown(text))
		case unicode.IsControl(r):
			return NewReason("control", fmt.Sprintf("U+%04X", r), strconv.Itoa(i+1), Shown(text))
		case without != "" && strings.ContainsRune(without, r):
			return NewReason("may_not_hold", strconv.QuoteRune(r), Shown(text))
		}
	}
	return nil
}

// Shown quotes a text for a message, shortened.
func Shown(text string) string {
	n := 0
	for i := range text {
		if n++; n > maxShown {
			return fmt.Sprintf("%q…", text[:i])
		}
	}
	return fmt.Sprintf("%q", text)
}
