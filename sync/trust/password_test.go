package trust

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPasswordRules(t *testing.T) {
	for _, c := range []struct {
		password string
		want     error
	}{
		{"", ErrPasswordShort},
		{"1234567", ErrPasswordShort},
		{"         ", ErrPasswordShort},
		{"12345678", nil},
		{"密码密码", nil},
		{strings.Repeat("x", 200), nil},
		{strings.Repeat("x", 201), ErrPasswordLong},
	} {
		wantError(t, CheckPassword(c.password), c.want)
	}
}

func TestOneTimePasswordCanBeReadOut(t *testing.T) {
	form := regexp.MustCompile(`^[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){3}$`)
	seen := map[string]bool{}
	for seed := range 200 {
		word := must[string](t)(OneTimePassword(seeded(byte(seed))))
		if !form.MatchString(word) || CheckPassword(word) != nil || seen[word] {
			t.Fatalf("not a fresh password: %s", word)
		}
		seen[word] = true
	}
	_, err := OneTimePassword(bytes.NewReader(bytes.Repeat([]byte{0xff}, 100)))
	wantError(t, err, ErrInvalid)
}

func TestTokensAreOneWord(t *testing.T) {
	form := regexp.MustCompile(`^T[A-Za-z0-9_-]{43}$`)
	rapid.Check(t, func(r *rapid.T) {
		word, hash, err := NewToken(seeded(rapid.Byte().Draw(r, "seed")))
		if err != nil || !form.MatchString(word) || HashToken(word) != hash || HashToken(word+"x") == hash {
			r.Fatalf("token %s: %v", word, err)
		}
	})
}

func TestGuessersWaitLongerAndLonger(t *testing.T) {
	second, minute := time.Second, time.Minute
	want := []time.Duration{0, 0, 0, 0, 0, 30 * second, minute, 2 * minute, 4 * minute, 8 * minute, 15 * minute, 15 * minute}
	for failures, wait := range want {
		if got := WaitAfter(failures); got != wait {
			t.Errorf("after %d failures %s, want %s", failures, got, wait)
		}
	}
	if WaitAfter(-1) != 0 || WaitAfter(1<<62) != longestWait {
		t.Error("the count may be anything")
	}
	for _, c := range []struct {
		since, want time.Duration
	}{
		{0, 30 * second},
		{10 * second, 20 * second},
		{30 * second, 0},
		{time.Hour, 0},
		{-time.Hour, 30 * second}, // the clock was set back
	} {
		if got := LockedFor(5, noon, noon.Add(c.since)); got != c.want {
			t.Errorf("%s after the fifth failure locked for %s, want %s", c.since, got, c.want)
		}
	}
	if LockedFor(4, noon, noon) != 0 {
		t.Error("four failures lock")
	}
}
