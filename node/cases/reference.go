package cases

import (
	"strings"

	"bough/crdt"
)

// Crockford's base 32: no I, L, O or U, so that a reference can be read out
// over the phone and typed from paper.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	referenceDigits = 13 // 65 bits: an id has 63
	checkPrime      = 29 // 32 modulo 29 is 3, so that swapped digits show too
)

// Reference is the number of a case as people say it: the id in base 32 with a
// check digit, in groups, as K7QX-2M4P-9D3R-T1.
func Reference(id crdt.ID) string {
	var digits [referenceDigits]byte
	n := uint64(id)
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = alphabet[n&31]
		n >>= 5
	}
	s := strings.TrimLeft(string(digits[:]), "0") + string(alphabet[uint64(id)%checkPrime])
	var groups []string
	for ; len(s) > 4; s = s[4:] {
		groups = append(groups, s[:4])
	}
	return strings.Join(append(groups, s), "-")
}

// ParseReference reads a reference as somebody typed it; false: there is a
// typing error in it.
func ParseReference(typed string) (crdt.ID, bool) {
	var n uint64
	check, digits := uint64(0), 0
	for _, c := range strings.ToUpper(typed) {
		switch c {
		case '-', ' ':
			continue
		case 'O':
			c = '0'
		case 'I', 'L':
			c = '1'
		}
		at := strings.IndexRune(alphabet, c)
		if at < 0 || digits > referenceDigits {
			return 0, false
		}
		if digits > 0 {
			if n >= 1<<58 {
				return 0, false
			}
			n = n<<5 | check
		}
		check = uint64(at)
		digits++
	}
	if digits < 2 || n>>63 != 0 || n == 0 || n%checkPrime != check {
		return 0, false
	}
	return crdt.ID(n), true
}
