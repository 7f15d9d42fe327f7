package anchor

import "testing"

const (
	hour  = 60 * 60 * 1000
	day   = 24 * hour
	year  = 365 * day
	begun = 1_790_000_000_000 // true time when each story begins
)

// machine has clocks that a test sets.
type machine struct {
	trueMS int64
	skewMS int64 // of the PC's clock
	boot   string
	bootMS int64
	a      *Anchor
}

func (m *machine) read() Reading {
	return Reading{WallMS: m.trueMS + m.skewMS, TickMS: m.trueMS - m.bootMS, Boot: m.boot}
}

func on(skewMS int64) *machine {
	m := &machine{trueMS: begun, skewMS: skewMS, boot: "a"}
	m.a = New(m.read, Kept{})
	return m
}

// hear lets central tell the true time.
func (m *machine) hear() { m.a.Hear(m.trueMS - m.a.SteadyMS()) }

// restart starts the process anew; reboot the machine, after it was off.
func (m *machine) restart() { m.a = New(m.read, m.a.State()) }
func (m *machine) reboot(offMS int64) {
	k := m.a.State()
	m.trueMS += offMS
	m.boot, m.bootMS = m.boot+"+", m.trueMS
	m.a = New(m.read, k)
}

func (m *machine) is(t *testing.T, wrongMS int64, trust Trust) {
	t.Helper()
	if got := m.a.NowMS() - m.trueMS; got != wrongMS || m.a.State().Trust != trust {
		t.Errorf("time is %d ms off, by %s; want %d, by %s", got, m.a.State().Trust, wrongMS, trust)
	}
}

func TestAClockThatIsSetWhileTheMachineRunsMovesNothingAndIsCounted(t *testing.T) {
	for _, jump := range []int64{2 * 60_000, -hour, hour, -30 * year, 30 * year} {
		m := on(3000)
		m.hear()
		m.is(t, 0, Central)
		m.trueMS += hour
		m.skewMS += jump
		if by, adopted := m.a.Look(); by != jump || adopted {
			t.Errorf("a jump of %d is seen as %d, taken %t", jump, by, adopted)
		}
		m.is(t, 0, Central)
		m.restart() // the process, not the machine
		m.is(t, 0, Central)
		if k := m.a.State(); k.Jumps != 1 || k.JumpMS != jump || k.GapMS != 3000+jump || k.Wrong() != (max(jump, -jump) > SlackMS) {
			t.Errorf("after a jump of %d: %+v", jump, k)
		}
		if by, _ := m.a.Look(); by != 0 {
			t.Errorf("one jump is counted twice: %d", by)
		}
	}
}

func TestAClockThatIsSlewedDoesNotJump(t *testing.T) {
	m := on(0)
	for range 100 {
		m.trueMS, m.skewMS = m.trueMS+5000, m.skewMS+JumpMS/2
		if by, _ := m.a.Look(); by != 0 {
			t.Fatalf("drift counts as a jump of %d", by)
		}
	}
}

func TestWithADeadBatteryTheLastSureTimeIsCarriedOnOverRestarts(t *testing.T) {
	for _, reset := range []int64{-56 * year, -26 * year, -2 * day} {
		m := on(0)
		m.hear()
		m.skewMS = reset
		m.reboot(14 * hour)
		m.is(t, -14*hour, Carried)
		m.trueMS += 3 * hour
		m.restart()
		m.is(t, -14*hour, Carried)
		m.reboot(hour) // the battery is still dead
		m.is(t, -15*hour, Carried)
		m.hear()
		m.is(t, 0, Central)
		if k := m.a.State(); k.GapMS != reset {
			t.Errorf("the PC's clock is off by %d, want %d", k.GapMS, reset)
		}
	}
}

func TestAClockThatIsSetRightEndsTheCarryingAtOnce(t *testing.T) {
	m := on(0)
	m.hear()
	m.skewMS = -26 * year
	m.reboot(14 * hour)
	m.is(t, -14*hour, Carried)
	m.trueMS, m.skewMS = m.trueMS+hour, 20_000
	if _, adopted := m.a.Look(); !adopted {
		t.Error("the clock was set right and is not taken")
	}
	m.is(t, 20_000, PC)
	m.trueMS, m.skewMS = m.trueMS+hour, year
	m.a.Look()
	m.is(t, 20_000, PC)
}

func TestAClockThatIsSetRightWithoutTheLineCountsOnceTheMachineIsStartedAnew(t *testing.T) {
	m := on(-3 * hour)
	m.hear()
	m.skewMS = -5 * hour
	m.reboot(14 * hour)
	m.is(t, -2*hour, PC)
	m.skewMS = 0
	m.a.Look()
	m.restart()
	m.is(t, -2*hour, PC)
	m.reboot(60_000)
	m.is(t, 0, PC)
}

func TestAClockDecadesAheadIsNotBelievedAndNothingWaitsForIt(t *testing.T) {
	m := on(0)
	m.hear()
	m.skewMS = 30 * year
	m.reboot(hour)
	m.is(t, -hour, Carried)
	m.skewMS = 0
	m.reboot(hour) // set right while it was off
	m.is(t, 0, PC)
}

func TestAnAbsenceOfFourHundredDaysIsBelieved(t *testing.T) {
	m := on(0)
	m.hear()
	m.reboot(400 * day)
	m.is(t, 0, PC)
	m.reboot(400 * day)
	m.is(t, 0, PC)
}

func TestAClockThatWasAheadAtTheStartIsLeftBehindOnceItIsSetRight(t *testing.T) {
	m := on(0)
	m.hear()
	m.skewMS = year
	m.reboot(hour)
	m.is(t, year, PC) // nobody can tell this from a machine that was off for a year
	m.skewMS = 0
	m.reboot(hour)
	m.is(t, 0, PC)
}

func TestAClockThatIsAlwaysWrongByTheSameIsRightAfterANight(t *testing.T) {
	m := on(-3 * hour)
	m.hear()
	m.a.Look()
	m.reboot(14 * hour)
	m.is(t, 0, PC)
	m.hear()
	m.a.Look()
	m.skewMS = -40 * year
	m.a.Look()
	m.skewMS = 0
	m.reboot(14 * hour) // what it was wrong by leads nowhere any more
	m.is(t, 0, PC)
}

func TestALetterOfCentralIsTheLeastThatTheTimeIs(t *testing.T) {
	m := on(0)
	m.hear()
	m.skewMS = -26 * year
	m.reboot(20 * day)
	m.a.AtLeast(m.trueMS - day)
	m.is(t, -day, Carried)
	m.a.AtLeast(m.trueMS - 9*day)
	m.is(t, -day, Carried)
	m.hear()
	m.is(t, 0, Central)
}

func TestTicksThatStandStillLoseTimeUntilCentralIsHeard(t *testing.T) {
	m := on(0)
	m.hear()
	m.bootMS += hour // the machine was frozen: its ticks know nothing of it
	m.trueMS += hour
	m.is(t, -hour, Central)
	if by, _ := m.a.Look(); by != hour {
		t.Errorf("the PC's clock knows of %d", by)
	}
	m.hear()
	m.is(t, 0, Central)
}
