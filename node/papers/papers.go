package papers

import (
	"strconv"
	"strings"
	"time"
)

// Verdict says what is wrong with a number.
type Verdict uint8

// The verdicts. Unknown is a number of a kind that carries no check.
const (
	Unknown Verdict = iota
	Right
	WrongDigits // a digit is wrong, missing or swapped
	WrongDate   // the date within it is none
)

// Squeeze leaves of a number what counts: no gaps, upper case, ASCII digits.
func Squeeze(number string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == 'ｘ' || r == 'Ｘ':
			return 'X'
		case r == ' ' || r == '-' || r == '/' || r == '.' || r == '\u00a0' || r == '\u3000':
			return -1
		}
		return r
	}, number)
}

// Resident checks a resident's identity number. One of 18 places is Chinese;
// what it says of birth (YYYY-MM-DD) and sex (f, m) comes with it.
func Resident(number string) (v Verdict, birth, sex string) {
	n := Squeeze(number)
	const weights = 17
	if len(n) != weights+1 || strings.Trim(n[:weights], "0123456789") != "" || strings.Trim(n[weights:], "0123456789X") != "" {
		return Unknown, "", ""
	}
	sum := 0
	for i := range weights {
		// The weight of a place is 2 to the power of how far it is from the end, mod 11.
		sum += int(n[i]-'0') * (1 << (weights - i) % 11)
	}
	if "10X98765432"[sum%11] != n[weights] {
		return WrongDigits, "", ""
	}
	t, err := time.Parse("20060102", n[6:14])
	if err != nil {
		return WrongDate, "", ""
	}
	sex = "f"
	if (n[16]-'0')%2 == 1 {
		sex = "m"
	}
	return Right, t.Format(time.DateOnly), sex
}

// creditLetters are those of a unified social credit code, by their value.
const creditLetters = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CreditCode checks a unified social credit code: 18 places.
func CreditCode(number string) Verdict {
	n := Squeeze(number)
	const places = 17
	if len(n) != places+1 {
		return WrongDigits
	}
	sum, weight := 0, 1
	for i := range places {
		value := strings.IndexByte(creditLetters, n[i])
		if value < 0 {
			return WrongDigits
		}
		sum += value * weight
		weight = weight * 3 % len(creditLetters)
	}
	if creditLetters[(len(creditLetters)-sum%len(creditLetters))%len(creditLetters)] != n[places] {
		return WrongDigits
	}
	return Right
}

// LooksLikeIBAN reports whether somebody seems to have typed an IBAN: two
// letters, two digits and at least eleven more places.
func LooksLikeIBAN(typed string) bool {
	n := Squeeze(typed)
	const shortest, longest = 15, 34
	if len(n) < shortest || len(n) > longest || strings.Trim(n, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return false
	}
	return n[0] >= 'A' && n[1] >= 'A' && n[2] <= '9' && n[3] <= '9'
}

// IBAN checks what looks like one.
func IBAN(typed string) Verdict {
	if !LooksLikeIBAN(typed) {
		return Unknown
	}
	n := Squeeze(typed)
	rest := 0
	for _, r := range n[4:] + n[:4] {
		digits := strconv.FormatInt(int64(r-'0'), 10)
		if r >= 'A' {
			digits = strconv.FormatInt(int64(r-'A')+10, 10)
		}
		for _, d := range digits {
			rest = (rest*10 + int(d-'0')) % 97
		}
	}
	if rest != 1 {
		return WrongDigits
	}
	return Right
}

// Typo reports whether somebody seems to have typed a number with a check and
// made a slip: what find says where nobody is found.
func Typo(typed string) bool {
	v, _, _ := Resident(typed)
	return v > Right || IBAN(typed) > Right
}
