package words

import (
	"errors"
	"strconv"
	"strings"
	"unicode"

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

// Size writes a number of bytes, rounded as people say it.
func (l *Language) Size(bytes int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB"}
	n := bytes
	for n >= 10_000 && len(units) > 1 {
		n, units = (n+512)/1024, units[1:]
	}
	return l.Number(n) + " " + units[0]
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

// ReadShare reads a typed percentage, with or without its sign, in basis points.
func (l *Language) ReadShare(typed string) (basisPoints int64, err error) {
	const hundredths = "EUR" // has two digits too
	return l.ReadAmount(strings.TrimRight(typed, "%％ "), hundredths)
}

// errAmount is what ReadAmount says of what is no sum.
var errAmount = errors.New("words: no sum of money")

// ReadAmount reads a typed sum in minor units of a currency. Spaces, and points
// or commas between thousands, do not matter; the last point or comma with as
// many digits after it as the currency has, or fewer, begins the fraction.
func (l *Language) ReadAmount(typed, code string) (minor int64, err error) {
	typed = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\'' || r == '’' {
			return -1
		}
		return r
	}, typed)
	scale := exponent(code)
	whole, rest := typed, ""
	if at := strings.LastIndexAny(typed, ".,"); at >= 0 && len(typed)-at-1 <= scale {
		whole, rest = typed[:at], typed[at+1:]
	}
	whole = strings.NewReplacer(".", "", ",", "").Replace(whole)
	digits := whole + rest + strings.Repeat("0", scale-len(rest))
	if whole == "" || strings.Trim(digits, "0123456789") != "" || len(digits) > 16 {
		return 0, errAmount
	}
	return strconv.ParseInt(digits, 10, 64)
}
