package words

import (
	"strconv"
	"strings"

	"golang.org/x/text/currency"
)

// minus is the sign of figures; a hyphen is too short to be seen.
const minus = "−"

// Number writes an integer with separated thousands.
func (l *Language) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		return minus + grouped(rest)
	}
	return grouped(digits)
}

func grouped(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// Money writes minor units with the exponent of their ISO 4217 currency; a
// currency that nobody knows counts as one of two decimals.
func (l *Language) Money(minor int64, code string) string {
	amount := l.amount(minor, exponent(code))
	if code == "" {
		return amount
	}
	return l.T("money", "Currency", code, "Amount", amount)
}

func exponent(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale
}

func (l *Language) amount(minor int64, scale int) string {
	digits, negative := strings.CutPrefix(strconv.FormatInt(minor, 10), "-")
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, rest := digits[:len(digits)-scale], digits[len(digits)-scale:]
	out := grouped(whole)
	if scale > 0 {
		out += "." + rest
	}
	if negative {
		out = minus + out
	}
	return out
}

// Share writes basis points as a percentage.
func (l *Language) Share(basisPoints int64) string {
	s := strconv.FormatFloat(float64(basisPoints)/100, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	return s + "%"
}
