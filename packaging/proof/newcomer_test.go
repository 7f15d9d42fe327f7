package proof

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	invent "bough/node/sim/bank"
)

const (
	crawlKbit = 256       // of central's line: at a new workstation's part of it a snapshot would take many minutes
	cutAfter  = 400 << 10 // bytes of the copy: somewhere in its middle
)

func TestANewWorkstationBesideANarrowLineBeginsWithItsNeighboursCopyThoughTheNeighbourIsKilledMeanwhile(t *testing.T) {
	v := &town{bank: newBank(t)}
	v.plant(invent.Generate(invent.Options{Seed: 3, Customers: 1500, NowMS: time.Now().UTC().Truncate(24 * time.Hour).UnixMilli()}))
	v.open()
	lan := freePort(t)
	front := v.join(1, "front", "--lan", lan)
	v.filled()
	done(t, "", "branch", "line", "--dir", v.central.dir, "--number", "1", "--kbit", fmt.Sprint(crawlKbit), "--hours", "00:00-24:00")
	v.quiet(settleWithin)

	beside := newLine(t, lan) // the LAN between the two
	beside.most.Store(cutAfter)
	before, began := v.lines[1].carried.Load(), time.Now()
	back := v.join(1, "back", "--lan", freePort(t), "--peer", beside.listener.Addr().String())
	page := back.door().url
	until(t, settleWithin, "some of the copy is there", func() (bool, string) {
		return beside.carried.Load() > cutAfter, fmt.Sprintf("%d bytes", beside.carried.Load())
	})
	front.kill()
	until(t, settleWithin, "the page says that the line broke", func() (bool, string) {
		text := pageAt(page)
		return strings.Contains(text, "What is here stays"), text
	})
	if _, err := os.Stat(filepath.Join(back.dir, "bough.db")); err == nil {
		t.Error("it has a database already")
	}
	back.kill() // and the newcomer, too
	beside.set(open)
	front.again()
	was := beside.carried.Load()
	back.again()
	until(t, fillWithin, "the newcomer works", func() (bool, string) {
		s, ok := back.door().how()
		return ok && s.Bootstrapped, fmt.Sprintf("%+v", s)
	})
	took := time.Since(began)
	v.quiet(settleWithin)
	spent := v.lines[1].carried.Load() - before
	t.Logf("%s from joining to work, both killed meanwhile; %d bytes over the LAN, %d of them after; %d over central's line of %d kbit/s, where the feed would take %s",
		took.Round(time.Millisecond), beside.carried.Load(), beside.carried.Load()-was, spent, crawlKbit,
		(time.Duration(beside.carried.Load()) * time.Second / (crawlKbit * 1000 / 8 / 4 / 2)).Round(time.Second))
	if all := beside.carried.Load(); spent > all/4 {
		t.Errorf("central's line carried %d bytes, the LAN %d", spent, all)
	}
	if rest := beside.carried.Load() - was; rest > was*4 {
		t.Errorf("after the kill %d bytes came, before %d: it began anew?", rest, was)
	}
}

// pageAt is what a browser is shown that knows nobody here; empty: nothing.
func pageAt(url string) string {
	answer, err := http.Get(url)
	if err != nil {
		return ""
	}
	text, err := textOf(answer)
	if err != nil {
		return ""
	}
	return text
}

// textOf reads an answer to its end.
func textOf(answer *http.Response) (string, error) {
	defer answer.Body.Close() //nolint:errcheck // read only
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}
