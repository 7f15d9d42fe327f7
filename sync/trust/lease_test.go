package trust

import (
	"strings"
	"testing"
)

func TestALeaseCodeOpensOnceForOneWorkstation(t *testing.T) {
	a := newBank(t, 1).authority
	mine, err := a.LeaseKey(7)
	if err != nil {
		t.Fatal(err)
	}
	other, err := a.LeaseKey(8)
	if err != nil {
		t.Fatal(err)
	}
	code := LeaseCode(mine, 3)
	if n, ok := CheckLeaseCode(mine, code, 0); !ok || n != 3 {
		t.Errorf("number %d, %t", n, ok)
	}
	if _, ok := CheckLeaseCode(mine, code, 3); ok {
		t.Error("it opens a second time")
	}
	if _, ok := CheckLeaseCode(other, code, 0); ok {
		t.Error("it opens another workstation")
	}
	if _, ok := CheckLeaseCode(mine, LeaseCode(mine, leaseAhead+1), 0); ok {
		t.Error("codes of the far future open")
	}
	for _, wrong := range []string{"", "0", code[:len(code)-1], code + "0", strings.Repeat("0", 12)} {
		if _, ok := CheckLeaseCode(mine, wrong, 0); ok {
			t.Errorf("%q opens", wrong)
		}
	}
	typed := " " + strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(code, "-", " "), "0", "o"))
	if _, ok := CheckLeaseCode(mine, typed, 0); !ok {
		t.Errorf("%q as somebody types it does not open", typed)
	}
}
