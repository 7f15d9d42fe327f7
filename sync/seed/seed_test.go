package seed

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"testing"
	"time"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFileIsFoundAgainByWhomItWasMadeForUntilItsPlaceIsNeeded(t *testing.T) {
	s := &Shelf{Dir: t.TempDir() + "/shelf", Rand: rand.Reader, Kept: 2}
	made := 0
	make := func(path string) error {
		made++
		return os.WriteFile(path, []byte("rows"), 0o600)
	}
	id, path, err := s.Find("1-7", "", make)
	must(t, err)
	if _, again, err := s.Find("1-7", hex.EncodeToString(id[:]), make); err != nil || again != path || made != 1 {
		t.Errorf("again: %s %v, %d made", again, err, made)
	}
	for name, ask := range map[string][2]string{"another's": {"1-8", hex.EncodeToString(id[:])}, "one that never was": {"1-7", "00112233445566778899aabbccddeeff"}, "no id": {"1-7", "../../etc"}} {
		if _, _, err := s.Find(ask[0], ask[1], make); !errors.Is(err, ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)))
	for range 2 {
		_, _, err := s.Find("1-7", "", make)
		must(t, err)
	}
	if _, _, err := s.Find("1-7", hex.EncodeToString(id[:]), make); !errors.Is(err, ErrNone) {
		t.Errorf("the oldest is still there: %v", err)
	}
}

func TestWhatFailedOrIsOldGoesFromTheDisk(t *testing.T) {
	s := &Shelf{Dir: t.TempDir() + "/shelf", Rand: rand.Reader}
	broken := errors.New("broken")
	_, _, err := s.Find("1", "", func(path string) error { return errors.Join(os.WriteFile(path, nil, 0o600), broken) })
	if !errors.Is(err, broken) {
		t.Errorf("the failure is not told: %v", err)
	}
	_, path, err := s.Find("1", "", func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("x"), 9), 0o600) })
	must(t, err)
	files := func() int {
		list, err := os.ReadDir(s.Dir)
		must(t, err)
		return len(list)
	}
	if n := files(); n != 1 {
		t.Errorf("%d files", n)
	}
	must(t, s.Expire(time.Now().Add(-time.Hour)))
	if n := files(); n != 1 {
		t.Errorf("%d files: a young one went", n)
	}
	must(t, os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)))
	must(t, s.Expire(time.Now().Add(-time.Hour)))
	if n := files(); n != 0 {
		t.Errorf("%d files: an old one stays", n)
	}
	must(t, s.Clear())
}

func TestWithoutAFolderNothingIsMade(t *testing.T) {
	if _, _, err := (&Shelf{}).Find("1", "", nil); !errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
}

func TestAPaceKeepsToWhatTheLineIsToCarry(t *testing.T) {
	var out bytes.Buffer
	var waited time.Duration
	flushed, rate := 0, int64(2000)
	now := make(chan time.Time)
	close(now)
	p := &Pace{Ctx: t.Context(), To: &out, Flush: func() error { flushed++; return nil }, Rate: func() (int64, error) { return rate, nil },
		After: func(d time.Duration) <-chan time.Time { waited += d; return now }}
	if n, err := p.Write(make([]byte, 20_000)); n != 20_000 || err != nil {
		t.Fatal(n, err)
	}
	if waited != 10*time.Second || flushed != 39+1 {
		t.Errorf("20,000 bytes at 2,000 a second took %s and %d pieces", waited, flushed)
	}
	rate, waited = 0, 0
	if _, err := p.Write(make([]byte, 1<<20)); err != nil || waited > 10*time.Second {
		t.Errorf("without a limit it waits %s, %v", waited, err)
	}
}
