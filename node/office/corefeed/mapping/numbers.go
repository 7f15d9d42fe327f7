package mapping

import (
	"errors"
	"math"
	"strings"
)

// Numbers is how numbers and amounts are written.
type Numbers struct {
	Decimal   byte
	Thousands byte // 0 for none
	Digits    int  // decimal digits of the minor unit
}

var (
	errNumber    = errors.New("not a whole number")
	errAmount    = errors.New("not an amount")
	errPrecision = errors.New("an amount finer than the minor unit")
	errRange     = errors.New("a number beyond 63 bits")
)

// Int reads a whole number.
func (n *Numbers) Int(text string) (int64, error) {
	negative, text := sign(text)
	whole, err := n.group(text)
	if err != nil {
		return 0, errNumber
	}
	return total(whole, negative)
}

// Money reads an amount as minor units, exactly.
func (n *Numbers) Money(text string) (int64, error) {
	negative, text := sign(text)
	whole, fraction, found := strings.Cut(text, string(rune(n.Decimal)))
	whole, err := n.group(whole)
	if err != nil || found && !allDigits(fraction) {
		return 0, errAmount
	}
	for len(fraction) > n.Digits && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if len(fraction) > n.Digits {
		return 0, errPrecision
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
func (n *Numbers) group(text string) (string, error) {
	if n.Thousands == 0 || strings.IndexByte(text, n.Thousands) < 0 {
		if !allDigits(text) {
			return "", errNumber
		}
		return text, nil
	}
	groups := strings.Split(text, string(rune(n.Thousands)))
	for i, g := range groups {
		if !allDigits(g) || i > 0 && len(g) != 3 || i == 0 && len(g) > 3 {
			return "", errNumber
		}
	}
	return strings.Join(groups, ""), nil
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

func total(text string, negative bool) (int64, error) {
	var n int64
	for i := range len(text) {
		digit := int64(text[i] - '0')
		if n > (math.MaxInt64-digit)/10 {
			return 0, errRange
		}
		n = n*10 + digit
	}
	if negative {
		n = -n
	}
	return n, nil
}
