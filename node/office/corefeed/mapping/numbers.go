package mapping

import (
	"math"
	"strings"
)

// Numbers is how numbers and amounts are written.
type Numbers struct {
	Decimal   byte
	Thousands byte // 0 for none
	Digits    int  // decimal digits of the minor unit
}

// Codes of Reason; empty: nothing is wrong.
const (
	notNumber = "not_number"
	notAmount = "not_amount"
	tooFine   = "too_fine"
	tooLarge  = "too_large"
)

// Int reads a whole number; wrong is the code of a Reason, or empty.
func (n *Numbers) Int(text string) (number int64, wrong string) {
	negative, text := sign(text)
	whole, ok := n.group(text)
	if !ok {
		return 0, notNumber
	}
	return total(whole, negative)
}

// Money reads an amount as minor units, exactly; wrong is the code of a Reason, or
// empty.
func (n *Numbers) Money(text string) (amountMinor int64, wrong string) {
	negative, text := sign(text)
	whole, fraction, found := strings.Cut(text, string(rune(n.Decimal)))
	whole, ok := n.group(whole)
	if !ok || found && !allDigits(fraction) {
		return 0, notAmount
	}
	for len(fraction) > n.Digits && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if len(fraction) > n.Digits {
		return 0, tooFine
	}
	return total(whole+fraction+strings.Repeat("0", n.Digits-len(fraction)), negative)
}

func sign(text string) (negative bool, rest string) {
	if rest, found := strings.CutPrefix(text, "-"); found {
		return true, rest
	}
	return false, strings.TrimPrefix(text, "+")
}

// group drops separators of thousands that stand where they belong.
func (n *Numbers) group(text string) (digits string, ok bool) {
	if n.Thousands == 0 || strings.IndexByte(text, n.Thousands) < 0 {
		if !allDigits(text) {
			return "", false
		}
		return text, true
	}
	groups := strings.Split(text, string(rune(n.Thousands)))
	for i, g := range groups {
		if !allDigits(g) || i > 0 && len(g) != 3 || i == 0 && len(g) > 3 {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

func total(text string, negative bool) (sum int64, wrong string) {
	var n int64
	for i := range len(text) {
		digit := int64(text[i] - '0')
		if n > (math.MaxInt64-digit)/10 {
			return 0, tooLarge
		}
		n = n*10 + digit
	}
	if negative {
		n = -n
	}
	return n, ""
}
