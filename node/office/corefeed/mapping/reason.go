package mapping

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Reason is why a file, a line, or what it would have become, was not taken: a code,
// which has its sentence in every language of the pages, and what the sentence
// names.
type Reason struct {
	Code string   `json:"code"`
	Args []string `json:"args,omitempty"`
	Kind string   `json:"kind,omitempty"` // of the row that it speaks of
	Of   *Reason  `json:"of,omitempty"`   // the reason that it says more about
}

// NewReason makes a reason that names args, in the order of its sentence.
func NewReason(code string, args ...string) *Reason { return &Reason{Code: code, Args: args} }

// sentences are the reasons in English, for the command line and the API.
func sentences() map[string]string {
	return map[string]string{
		"unknown_code": "unknown code {1}",
		"not_word":     "{1} is not one of {2}",
		"not_number":   "not a whole number: {1}",
		"not_amount":   "not an amount: {1}",
		"too_fine":     "an amount finer than the minor unit: {1}",
		"too_large":    "a number beyond 63 bits: {1}",
		"not_date":     "not a date of the form {1}: {2}",
		"too_long":     "{1} bytes, at most {2}: {3}",
		"lost":         "a character that was lost in an earlier conversion, at byte {1}: {2}",
		"control":      "control character {1} at byte {2}: {3}",
		"may_not_hold": "may not hold {1}: {2}",
		"long_line":    "longer than {1} bytes",
		"not_utf8":     "not UTF-8: byte {1}",
		"not_encoding": "not {1}",
		"wide_line":    "more than {1} columns",
		"in_column":    "column {1}: {of}",
		"open_quote":   "a quote is not closed on its line",
		"after_quote":  "text after the closing quote",
		"few_columns":  "{1} of {2} columns",
		"cut_short":    "{1} of {2} columns: {of}",
		"many_columns": "{1} columns instead of {2}",
		"missing":      "nothing is there, but something must be",
		"no_key":       "the key is missing",
		"sum":          "the sum is beyond 63 bits",
		"key_twice":    "the key {1} stands in {2}, line {3}, already",
		"lookup_twice": "lookup {1}: key {2} stands on line {3} already",
		"not_in_file":  "{1} is not in {2}",
		"from_line":    "{of} ({1}, line {2})",
		"nowhere":      "{kind} {1} is neither in the feed nor at central",
		"refused_too":  "{kind} {1} was refused",

		"at_line":        "line {1}: {of}",
		"no_file":        "it is not in the folder",
		"not_regular":    "it is not a regular file",
		"empty":          "it is empty",
		"unread":         "it cannot be read: {1}",
		"utf16":          "it is UTF-16; export it in one of the encodings that a mapping can name",
		"short_preamble": "it ends within the {1} lines of preamble",
		"no_names":       "it ends before the line with the names of its columns",
		"no_column":      "there is no column {1}; there are {2}",
		"column_twice":   "two columns are called {1}",
	}
}

// ReasonCodes are the codes of all reasons.
func ReasonCodes() []string { return slices.Sorted(maps.Keys(sentences())) }

// Error is the reason in English.
func (r *Reason) Error() string {
	return r.Say(func(code string) string { return sentences()[code] }, func(kind string) string { return kind })
}

// Say is the reason in a language: sentence gives that of a code, kind the word
// for a kind of rows.
func (r *Reason) Say(sentence, kind func(string) string) string {
	pairs := []string{"{kind}", kind(r.Kind)}
	for i, arg := range r.Args {
		pairs = append(pairs, "{"+strconv.Itoa(i+1)+"}", arg)
	}
	if r.Of != nil {
		pairs = append(pairs, "{of}", r.Of.Say(sentence, kind))
	}
	return strings.NewReplacer(pairs...).Replace(sentence(r.Code))
}
