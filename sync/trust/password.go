package trust

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// CheckPassword is the rule for new passwords: 8 to 200 bytes, not all spaces. The bytes are taken as typed, without
// any normalisation.
func CheckPassword(password string) error {
	if len(password) < MinPassword || strings.TrimSpace(password) == "" {
		return fmt.Errorf("trust: check password: %w", ErrPasswordShort)
	}
	if len(password) > MaxPassword {
		return fmt.Errorf("trust: check password: %w", ErrPasswordLong)
	}
	return nil
}

// oneTimeLetters leaves out what is read for something else: i, l, o, 0, 1.
const oneTimeLetters = "abcdefghjkmnpqrstuvwxyz23456789"

const (
	oneTimeGroups = 4
	oneTimeGroup  = 4
)

// OneTimePassword makes a first password that can be read out: four groups of four, 79 bits.
func OneTimePassword(rand io.Reader) (string, error) {
	// 16 letters are wanted and 31 bytes in 32 are usable; of 64, fewer than 16 never are.
	random := make([]byte, 64)
	if _, err := io.ReadFull(rand, random); err != nil {
		return "", fmt.Errorf("trust: one-time password: read randomness: %w", err)
	}
	const usable = 256 / len(oneTimeLetters) * len(oneTimeLetters) // above it, the first letters would be likelier
	var letters []byte
	for _, b := range random {
		if int(b) < usable && len(letters) < oneTimeGroups*oneTimeGroup {
			letters = append(letters, oneTimeLetters[int(b)%len(oneTimeLetters)])
		}
	}
	if len(letters) < oneTimeGroups*oneTimeGroup {
		return "", fmt.Errorf("trust: one-time password: randomness is not random: %w", ErrInvalid)
	}
	groups := make([]string, oneTimeGroups)
	for i := range groups {
		groups[i] = string(letters[i*oneTimeGroup : (i+1)*oneTimeGroup])
	}
	return strings.Join(groups, "-"), nil
}

// WaitAfter is how long to refuse the next sign-in after so many failures in a row: nothing before the fifth, then
// 30 seconds, doubling to 15 minutes.
func WaitAfter(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	wait := firstWait
	for range failures - freeFailures {
		wait *= 2
		if wait >= longestWait {
			return longestWait
		}
	}
	return wait
}

// LockedFor is how much of that wait is left. A clock that was set back cannot lengthen it beyond the whole wait.
func LockedFor(failures int, last, now time.Time) time.Duration {
	wait := WaitAfter(failures)
	return max(0, min(wait, wait-now.Sub(last)))
}
