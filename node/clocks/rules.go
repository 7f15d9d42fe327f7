package clocks

import (
	"fmt"
	"strconv"
	"strings"
)

// Span is how long something may take; the zero value means no deadline.
type Span struct {
	N        int
	Business bool // business days; else calendar days
}

// Rule is how long a bank has for a type of case.
type Rule struct {
	Type    string // crm.CaseTypes
	Country string // ISO 3166; empty: wherever no other rule stands
	// Acknowledge: until the customer has it in writing that the case is open.
	Acknowledge Span
	// Answer: until it is decided. Of a new account, AnswerNew.
	Answer, AnswerNew Span
	// Extended: until it is decided once the condition of an extension is met:
	// a provisional credit, or a holding reply with reasons. Of a new account
	// or a foreign or point-of-sale transaction, ExtendedLong.
	Extended, ExtendedLong Span
	// Report: from the decision until the customer is told.
	Report Span
	// Credit: the extension needs a provisional credit, not just a reply.
	Credit bool
}

func business(n int) Span     { return Span{n, true} }
func calendarDays(n int) Span { return Span{n, false} }

// NewAccountDays is until how many days after the first deposit a transfer
// counts as one of a new account: 12 CFR 1005.11(c)(3)(i).
const NewAccountDays = 30

// Defaults are the rules a bank starts with.
func Defaults() []Rule {
	return []Rule{
		{Type: "enquiry", Answer: business(5)},
		{Type: "service", Answer: business(5)},
		{Type: "correction", Answer: business(5)},
		{Type: "fraud", Acknowledge: business(1), Answer: business(10)},
		// Directive (EU) 2015/2366, article 101: 15 business days, 35 after a
		// holding reply that gives the reasons.
		{Type: "complaint", Acknowledge: business(3), Answer: business(15), Extended: business(35)},
		// Measures for the handling of consumer complaints in banking and
		// insurance (CBIRC order 3 of 2020): 15 days, 30 if complex.
		{Type: "complaint", Country: "CN", Acknowledge: business(3), Answer: calendarDays(15), Extended: calendarDays(30)},
		// 12 CFR 1005.11(c): 10 business days, 20 for a new account; with a
		// provisional credit 45 days, 90 for a new account, a foreign or a
		// point-of-sale transaction; the result within 3 business days.
		{Type: "transfer_error", Answer: business(10), AnswerNew: business(20), Extended: calendarDays(45), ExtendedLong: calendarDays(90),
			Report: business(3), Credit: true},
	}
}

// For finds the rule of a type in a country among rules; where several stand,
// the last one for the country, else the last one for all.
func For(rules []Rule, caseType, country string) (r Rule, found bool) {
	for _, x := range rules {
		if x.Type == caseType && (x.Country == country || x.Country == "" && (!found || r.Country == "")) {
			r, found = x, true
		}
	}
	return r, found
}

// MaxSpan is the longest span that may be asked for: two years.
const MaxSpan = 731

// ParseSpan reads a span as head office writes it: 10b for business days, 45d
// for calendar days; empty: no deadline.
func ParseSpan(s string) (Span, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Span{}, nil
	}
	n, err := strconv.Atoi(s[:len(s)-1])
	unit := s[len(s)-1]
	if err != nil || n < 1 || n > MaxSpan || unit != 'b' && unit != 'd' {
		return Span{}, fmt.Errorf("clocks: %q is no span; write 10b for ten business days, 45d for 45 days, at most %d", s, MaxSpan)
	}
	return Span{n, unit == 'b'}, nil
}

// String writes a span as ParseSpan reads it.
func (s Span) String() string {
	switch {
	case s.N == 0:
		return ""
	case s.Business:
		return strconv.Itoa(s.N) + "b"
	}
	return strconv.Itoa(s.N) + "d"
}
