package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bough/node/api"
	"bough/node/desk"
	"bough/node/store/vault"
	"bough/sync/rows"
)

const fillPoints = 100 // at as many moments of the work the disk fills up

// tank is a disk whose room a test decides. While it is full, nothing can be
// written but into the room of the ballast, once that is gone.
type tank struct {
	ballast string
	left    atomic.Int64 // writes until it is full; negative: it is not watched
	spare   atomic.Int64 // writes that the room of the ballast takes
}

// ballastWrites is how many pages the ballast of these tests is worth.
const (
	smallBallast  = 256 << 10
	ballastWrites = smallBallast / 4096
)

func (d *tank) fault(a vault.Access) vault.Action {
	if a.Op != vault.OpWrite || d.left.Load() < 0 {
		return vault.Action{}
	}
	if d.left.Load() > 0 {
		d.left.Add(-1)
		return vault.Action{}
	}
	if _, err := os.Stat(d.ballast); err == nil || d.spare.Add(-1) < 0 {
		return vault.NoSpace()
	}
	return vault.Action{}
}

// fill makes the disk full after so many writes.
func (d *tank) fill(after int64) {
	d.spare.Store(ballastWrites)
	d.left.Store(after)
}

// drain makes room again.
func (d *tank) drain() { d.left.Store(-1) }

// lonely is a workstation that has its branch, with a dead line.
func lonely(t *testing.T, o func(*Options)) (*Branch, Options) {
	t.Helper()
	h := bank(t)
	b := station(t, h, "counter 1")
	meet(t, h, b)
	opt := b.o
	stopped(t, b.Stop)
	stopped(t, h.Stop)
	if o != nil {
		o(&opt)
	}
	return reopened(t, opt), opt
}

func reopened(t *testing.T, o Options) *Branch {
	t.Helper()
	b, err := NewBranch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopped(t, b.Stop) })
	return b
}

// TestAFullDiskLosesNothing fills the disk at a hundred moments of the work: the
// act that meets it is saved, the next is refused in words, nothing that was
// acknowledged is gone, and work goes on when there is room.
func TestAFullDiskLosesNothing(t *testing.T) {
	d := &tank{}
	d.drain()
	b, o := lonely(t, func(o *Options) {
		d.ballast = filepath.Join(o.Dir, ballastName)
		o.Fault, o.BallastBytes = d.fault, smallBallast
	})
	_, who, err := b.Desk.SignIn(t.Context(), "jana", "correct horse", true)
	if err != nil {
		t.Fatal(err)
	}
	var saved []string
	act := func(name string) error {
		got, err := b.Desk.NewProspect(t.Context(), who, desk.Prospect{Fields: map[string]string{"type": "person", "name": name}})
		if err == nil {
			saved = append(saved, got.ID.String())
		}
		return err
	}
	for point := range fillPoints {
		d.fill(int64(point))
		refused := false
		for n := 0; n < 100 && !refused; n++ {
			err := act(fmt.Sprintf("point %d, act %d", point, n))
			var e *desk.Error
			switch {
			case err == nil:
			case errors.As(err, &e) && e.Code == "disk_full" && e.Reason == desk.ReadOnly:
				refused = true
				if n == 0 {
					t.Errorf("point %d: the work in hand was refused", point)
				}
			default:
				t.Fatalf("point %d, act %d: %v", point, n, err)
			}
		}
		if !refused || b.Desk.Trouble() != "disk_full" || statusOf(t, b.Status).Disk != api.DiskFull {
			t.Fatalf("point %d: refused %v, trouble %q", point, refused, b.Desk.Trouble())
		}
		if _, err := b.Desk.Find(t.Context(), who, "point", 10); err != nil {
			t.Errorf("point %d: reading while the disk is full: %v", point, err)
		}
		d.drain()
		b.dir.health.lay()
		if err := act(fmt.Sprintf("point %d, with room again", point)); err != nil {
			t.Fatalf("point %d: with room again: %v", point, err)
		}
	}
	stopped(t, b.Stop)
	mustHaveParties(t, reopened(t, o), saved)
	t.Logf("%d fill points, %d acts acknowledged", fillPoints, len(saved))
}

func mustHaveParties(t *testing.T, b *Branch, ids []string) {
	t.Helper()
	err := b.Store.File.Read(t.Context(), func(tx *rows.Tx) error {
		for _, id := range ids {
			if n, _, err := tx.Int(`SELECT count(*) FROM party WHERE CAST(id AS TEXT)=?1`, id); err != nil || n != 1 {
				t.Errorf("party %s is there %d times, %v", id, n, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	findings, err := b.check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if !f.OK {
			t.Errorf("%s: %s", f.What, f.Words)
		}
	}
}

// TestAFullDiskIsNoticedToHaveRoomAgain by the process itself; until then every
// page says it.
func TestAFullDiskIsNoticedToHaveRoomAgain(t *testing.T) {
	b, _ := lonely(t, func(o *Options) {
		o.BallastBytes = smallBallast
		o.After = func(time.Duration) <-chan time.Time { return time.After(time.Millisecond) }
	})
	if !b.dir.health.release() {
		t.Fatal("there was no ballast")
	}
	for language, words := range map[string]string{"en": "The disk of this computer is full", "zh-CN": "磁盘已满"} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/signin", nil)
		r.Header.Set("Accept-Language", language)
		w := httptest.NewRecorder()
		(*b.handler.Load()).ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), words) {
			t.Errorf("the page does not say %q: %d\n%s", words, w.Code, w.Body)
		}
	}
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); b.Desk.Trouble() != ""; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it goes on saying that the disk is full")
		}
	}
	if info, err := os.Stat(b.dir.file(ballastName)); err != nil || info.Size() != smallBallast {
		t.Errorf("the ballast: %v, %v", info, err)
	}
}

// TestADamagedPageIsNoticedAndNeverPropagated flips a bit in one page of a
// workstation's file after the other: nothing wrong is ever shown or sent, the
// check names the page, and the program says what to do.
func TestADamagedPageIsNoticedAndNeverPropagated(t *testing.T) {
	b, o := lonely(t, nil)
	id := prospect(t, b, "Wenceslas Novak")
	if err := b.Store.File.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	stopped(t, b.Stop)
	path := filepath.Join(o.Dir, databaseName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	opened, refused := 0, 0
	for page := range len(whole) / 4096 {
		if page > 8 && page%3 != 0 {
			continue // every page takes a quarter of a minute, and says no more
		}
		bent := append([]byte(nil), whole...)
		bent[page*4096+1000] ^= 16
		if err := os.WriteFile(path, bent, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := NewBranch(context.Background(), o)
		if err != nil {
			if refused++; !errors.Is(err, ErrDamaged) {
				t.Errorf("page %d: %v", page+1, err)
			}
			continue
		}
		opened++
		mustNotPropagate(t, b, page+1, id)
		stopped(t, b.Stop)
	}
	if opened == 0 || refused == 0 {
		t.Errorf("%d files opened, %d did not: both kinds of damage were to be tried", opened, refused)
	}
	t.Logf("%d pages: %d files opened, %d did not", len(whole)/4096, opened, refused)
}

func mustNotPropagate(t *testing.T, b *Branch, page int, id string) {
	t.Helper()
	sign := func([]byte) []byte { return make([]byte, 64) }
	r, err := b.Store.Range(t.Context(), 0, 100, sign)
	if err == nil && len(r.Changes) < 2 {
		t.Errorf("page %d: %d changes are sent, and no error", page, len(r.Changes))
	}
	findings, err := b.check(t.Context())
	if err != nil {
		t.Fatalf("page %d: check: %v", page, err)
	}
	if f := findings[0]; f.OK || !strings.Contains(f.Words, fmt.Sprintf("page %d of the file", page)) {
		t.Errorf("page %d: the check says %+v", page, f)
	}
	if b.Desk.Trouble() == "" {
		return // nobody needed the page yet
	}
	_, who, err := b.Desk.SignIn(t.Context(), "jana", "correct horse", true)
	if err != nil {
		return
	}
	_, err = b.Desk.NewProspect(t.Context(), who, desk.Prospect{Fields: map[string]string{"type": "person", "name": "After the damage"}})
	var e *desk.Error
	if !errors.As(err, &e) || e.Code != "file_damaged" && e.Reason != desk.Denied {
		t.Errorf("page %d: an act on a damaged file: %v", page, err)
	}
}
