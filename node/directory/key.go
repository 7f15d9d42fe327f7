package directory

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode"

	"bough/node/store/terms"
)

// Limits of keys.
const (
	SecretBytes = 16 // of the bank's secret
	maxPhones   = 3  // of a party that it can be asked for by
	phoneDigits = 7  // from the end: alike with and without codes of country and area
	tailLength  = 4  // of a document
	keyLength   = 5  // characters of base64, 30 bits
)

// Known is what entries are made of: of one party, or of several that are one.
type Known struct {
	Names     []string
	Births    []string // YYYY-MM-DD
	Phones    []string
	Documents []string
}

// Keys are what a party can be asked for by, sorted, separated by spaces.
func Keys(secret []byte, k Known) string {
	var facts []string
	for _, b := range k.Births {
		facts = append(facts, birthFact(b))
	}
	phones := 0
	for _, p := range k.Phones {
		if f := phoneFact(p); f != "" && phones < maxPhones && !slices.Contains(facts, f) {
			phones++
			facts = append(facts, f)
		}
	}
	for _, d := range k.Documents {
		facts = append(facts, documentFact(d))
	}
	var out []string
	for _, name := range k.Names {
		for _, begins := range beginnings(name) {
			for _, fact := range facts {
				if fact != "" {
					out = append(out, keyOf(secret, begins, fact))
				}
			}
		}
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

func keyOf(secret []byte, begins, fact string) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(fact + "\n" + begins))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))[:keyLength]
}

// beginnings are the first two characters of each word of a name.
func beginnings(name string) (out []string) {
	for _, w := range words(name) {
		if b := begin(w); b != "" && !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	return out
}

// begin is the first two characters of a word, folded; empty: it has fewer.
func begin(word string) string {
	runes := []rune(terms.Fold(word))
	if len(runes) < 2 {
		return ""
	}
	return string(runes[:2])
}

func birthFact(iso string) string {
	if _, err := time.Parse(time.DateOnly, iso); err != nil {
		return ""
	}
	return "b" + iso
}

func phoneFact(number string) string {
	digits := keep(number, func(r rune) bool { return r >= '0' && r <= '9' })
	if len(digits) < phoneDigits {
		return ""
	}
	return "p" + digits[len(digits)-phoneDigits:]
}

func documentFact(number string) string {
	text := []rune(keep(terms.Fold(number), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }))
	if len(text) < tailLength {
		return ""
	}
	return "d" + string(text[len(text)-tailLength:])
}

func keep(s string, is func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if is(r) {
			return r
		}
		return -1
	}, s)
}
