package crowd

import "testing"

var little = Room{Inside: 3, InsideReads: 2, Work: 4, WorkReads: 3}

func TestReadsLeaveRoomForPushes(t *testing.T) {
	c := New(little)
	for range 2 {
		if _, in := c.Enter(Read, 0); !in {
			t.Fatal("a read finds no room in an empty house")
		}
	}
	if _, in := c.Enter(Read, 0); in {
		t.Error("a read took the last place")
	}
	if _, in := c.Enter(Push, 0); !in {
		t.Error("a push found no place")
	}
	if _, in := c.Enter(Push, 0); in {
		t.Error("a push was let into a full house")
	}
	c.Leave(Read, 0)
	if _, in := c.Enter(Push, 0); !in {
		t.Error("a place that was left is not given again")
	}
}

func TestTheRefusedAreSpreadOverTheTimeThatCentralNeeds(t *testing.T) {
	c := New(Room{})
	last := int64(0)
	for i := range 2 * assumedRate {
		again, in := c.Enter(Push, 5000)
		if in || again < last || again > 2000 {
			t.Fatalf("number %d is told to come in %d ms, the one before in %d", i, again, last)
		}
		last = again
	}
	if last != 2000 {
		t.Errorf("%d who are served at %d a second: the last in %d ms", 2*assumedRate, assumedRate, last)
	}
	if again, _ := c.Enter(Push, 60_000); again != soonestMS {
		t.Errorf("an hour later one is told to come in %d ms", again)
	}
	for range 100 * assumedRate {
		last, _ = c.Enter(Push, 60_000)
	}
	if last != latestMS {
		t.Errorf("the last of many in %d ms", last)
	}
}

func TestThoseWhoAreServedFastAreToldToComeSooner(t *testing.T) {
	c := New(Room{Inside: 10})
	for ms := range int64(3000) {
		if _, in := c.Enter(Push, ms); in {
			c.Leave(Push, ms)
		}
	}
	if c.rate[Push] != 1000 {
		t.Errorf("a thousand a second are served; counted are %d", c.rate[Push])
	}
}

// order notes who began.
type order struct {
	c     *Crowd
	begun string
}

func (o *order) wait(k Kind, units int, name string) *Turn {
	return o.c.Wait(k, units, func() { o.begun += name })
}

func TestPushesAreWorkedOnBeforeReads(t *testing.T) {
	o := order{c: New(little)}
	a := o.wait(Push, 4, "a")
	r := o.wait(Read, 1, "r")
	o.wait(Read, 1, "s")
	b := o.wait(Push, 4, "b")
	if o.begun != "a" {
		t.Fatalf("begun are %q", o.begun)
	}
	if o.c.Done(a); o.begun != "ab" {
		t.Fatalf("after the first push %q", o.begun)
	}
	if o.c.Done(b); o.begun != "abrs" {
		t.Fatalf("after all pushes %q", o.begun)
	}
	o.wait(Push, 1, "c")
	o.wait(Push, 4, "d")
	o.wait(Read, 1, "t")
	if o.c.Done(r); o.begun != "abrsc" {
		t.Errorf("a read begins while a push waits and another read is worked on: %q", o.begun)
	}
}

func TestWhoGoesAwayWhileWaitingTakesNoRoom(t *testing.T) {
	o := order{c: New(little)}
	a := o.wait(Push, 99, "a") // as much as there is
	b := o.wait(Push, 1, "b")
	o.wait(Push, 4, "c")
	o.c.Done(b)
	if o.c.Done(a); o.begun != "ac" {
		t.Errorf("begun are %q", o.begun)
	}
}
