package papers

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// chinese makes a number of a person the slow way: the remainder of the sum is
// found by trying every last place.
func chinese(body string) string {
	for _, last := range "0123456789X" {
		sum := 0
		for i, r := range body + string(last) {
			value := int(r - '0')
			if r == 'X' {
				value = 10
			}
			power := new(big.Int).Exp(big.NewInt(2), big.NewInt(int64(17-i)), big.NewInt(11))
			sum += value * int(power.Int64())
		}
		if sum%11 == 1 {
			return body + string(last)
		}
	}
	return ""
}

func TestAChineseNumberSaysWhoseItIs(t *testing.T) {
	// From the standard's own annex.
	for number, want := range map[string]string{
		"11010519491231002X": "right 1949-12-31 f", "440524188001010014": "right 1880-01-01 m", "1101 0519 4912 3100 2x": "right 1949-12-31 f",
		"110105194912310021": "wrong", "AB1234567": "unknown", "": "unknown", "１１０１０５１９４９１２３１００２Ｘ": "right 1949-12-31 f", chinese("11010519491331002"): "no date",
	} {
		v, birth, sex := Resident(number)
		got := strings.TrimSpace(fmt.Sprint([]string{"unknown", "right", "wrong", "no date"}[v], " ", birth, " ", sex))
		if got != want {
			t.Errorf("%s: %q, want %q", number, got, want)
		}
	}
}

func TestEverySlipInAChineseNumberIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := chinese(fmt.Sprintf("%06d19%02d0%d1%d%03d", rapid.IntRange(110000, 659999).Draw(t, "place"), rapid.IntRange(0, 99).Draw(t, "year"),
			rapid.IntRange(1, 9).Draw(t, "month"), rapid.IntRange(0, 9).Draw(t, "day"), rapid.IntRange(0, 999).Draw(t, "one")))
		if v, _, _ := Resident(number); v != Right {
			t.Fatalf("%s: %d", number, v)
		}
		at := rapid.IntRange(0, 16).Draw(t, "at")
		b := []byte(number)
		if b[at] = '0' + byte(rapid.IntRange(0, 9).Draw(t, "digit")); string(b) == number {
			return
		}
		if v, _, _ := Resident(string(b)); v != WrongDigits {
			t.Fatalf("%s for %s: %d", b, number, v)
		}
		b = []byte(number)
		if at < 16 && b[at] != b[at+1] {
			b[at], b[at+1] = b[at+1], b[at]
			if v, _, _ := Resident(string(b)); v != WrongDigits {
				t.Fatalf("%s for %s: %d", b, number, v)
			}
		}
	})
}

func TestCreditCodesAreChecked(t *testing.T) {
	// Codes that stand in public registers: 阿里巴巴（中国）有限公司, 华为技术有限公司.
	for code, want := range map[string]Verdict{
		"91330100799655058B": Right, "914403001922038216": Right, "9144 0300 1922 0382 16": Right,
		"914403001922038217": WrongDigits, "914403001922083216": WrongDigits, "91440300192203821": WrongDigits, "91440300192203821I": WrongDigits, "9144O3001922038216": WrongDigits,
	} {
		if got := CreditCode(code); got != want {
			t.Errorf("%s: %d, want %d", code, got, want)
		}
	}
}

func TestIBANsAreChecked(t *testing.T) {
	// Examples of the registry of ISO 13616.
	for number, want := range map[string]Verdict{
		"GB29 NWBK 6016 1331 9268 19": Right, "CZ6508000000192000145399": Right, "DE89370400440532013000": Right, "de89 3704 0044 0532 0130 00": Right, "MT84MALT011000012345MTLCAST001S": Right,
		"GB29 NWBK 6016 1331 9268 91": WrongDigits, "CZ6508000000192000145398": WrongDigits, "Novák": Unknown, "601234567": Unknown, "王小明": Unknown, "CZ65": Unknown,
	} {
		if got := IBAN(number); got != want {
			t.Errorf("%s: %d, want %d", number, got, want)
		}
	}
}

func TestEverySlipInAnIBANIsNoticed(t *testing.T) {
	const number = "CZ6508000000192000145399"
	for at := 4; at < len(number); at++ {
		for d := byte('0'); d <= '9'; d++ {
			if b := []byte(number); b[at] != d {
				if b[at] = d; IBAN(string(b)) != WrongDigits || !Typo(string(b)) {
					t.Errorf("%s passes", b)
				}
			}
		}
	}
	if Typo(number) || Typo("Novák") || Typo("11010519491231002X") || !Typo("110105194912310021") {
		t.Error("a typo is told where there is none, or not where there is")
	}
}
