package proof

import (
	"fmt"
	"testing"
	"time"

	invent "bough/node/sim/bank"
)

const (
	narrowKbit = 800 // of the line, a second
	quarter    = narrowKbit * 1000 / 8 / 4
	burst      = 3 // seconds of that share: joining, and what came before it knew its share
)

func TestANewWorkstationTakesAQuarterOfANarrowLine(t *testing.T) {
	v := &town{bank: newBank(t)}
	v.plant(invent.Generate(invent.Options{Seed: 3, Customers: 1500, NowMS: time.Now().UTC().Truncate(24 * time.Hour).UnixMilli()}))
	v.open()
	done(t, "", "branch", "line", "--dir", v.central.dir, "--number", "1", "--kbit", fmt.Sprint(narrowKbit), "--hours", "00:00-24:00")
	began := time.Now()
	w := v.join(1, "front")
	until(t, 5*fillWithin, "the branch is filled", func() (bool, string) {
		s, ok := w.door().how()
		return ok && s.Bootstrapped, fmt.Sprintf("%+v", s)
	})
	took := time.Since(began)
	bytes := v.lines[1].carried.Load()
	share := float64(bytes) / took.Seconds() / (narrowKbit * 1000 / 8)
	t.Logf("%d bytes in %s: %.3f of a line of %d kbit/s", bytes, took.Round(time.Millisecond), share, narrowKbit)
	if most := quarter * (took.Seconds() + burst); float64(bytes) > most {
		t.Errorf("%d bytes; a quarter of the line is %.0f", bytes, most)
	}
	if bytes < 2*burst*quarter {
		t.Errorf("only %d bytes: too few to tell", bytes)
	}
}
