package sim

import (
	"slices"

	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// The faults of the network.
const (
	Loss   Fault = "loss"
	Delay  Fault = "delay"
	Repeat Fault = "repeat"
	Damage Fault = "damage"
	Part   Fault = "part"
)

// How bad a line gets, per mille of messages.
const (
	maxLoss   = 300
	maxRepeat = 500
)

// network is the line between workstations and central.
func network() feature {
	return feature{
		faults: []fault{
			{Loss, "messages get lost, up to 30 %"},
			{Delay, "messages take their time, and overtake each other"},
			{Repeat, "messages arrive twice, up to 50 %"},
			{Damage, "bits of messages flip"},
			{Part, "lines are cut: of a branch, of a node, in one direction"},
		},
		nemeses: []nemesis{{Part, 5, (*World).part}, {Loss, 2, (*World).changeWeather}, {Delay, 1, (*World).changeWeather}},
		heal: func(w *World) {
			w.weather = weather{delayMS: 20}
			clear(w.cut)
			for _, s := range w.stations {
				s.cutUp, s.cutDown = false, false
			}
		},
		situations: []string{"push taken but its answer lost", "branch cut off", "line cut in one direction", "damaged frame refused",
			"answer to a process that is gone", "push lost", "push repeated", "a message overtakes another"},
	}
}

// parcel is a message under way, or the answer to it.
type parcel struct {
	s        *station
	seat     *seat // who asked
	life     int   // of the process that asked; an answer to a dead one reaches nobody
	what     string
	ticket   uint64
	frame    []byte
	last     uint64          // of a push: the last own number sent
	ranges   []journal.Range // of a push, and of its answer
	since    []since         // of a watch: where its asker stands; of its answer: what moved
	epoch    uint64
	receipts []wire.Receipt
	report   central.Report
	damaged  bool
	sent     uint64 // of those that went the same way, which it is
	claim    *claim
	proof    []byte // who it is now, certified
	after    uint64
	links    []journal.Hash
	aside    rows.Aside
	seal     string // beside a page
}

// since is where a scope stands.
type since struct{ scope, feed int64 }

// weather is how the network is for now.
type weather struct {
	loss, repeat, damage int // per mille
	delayMS              int64
}

func (w *World) changeWeather() {
	w.weather = weather{delayMS: 20}
	if w.o.has(Loss) {
		w.weather.loss = w.net.IntN(maxLoss + 1)
	}
	if w.o.has(Repeat) {
		w.weather.repeat = w.net.IntN(maxRepeat + 1)
	}
	if w.o.has(Damage) {
		w.weather.damage = w.net.IntN(30)
	}
	if w.o.has(Delay) {
		w.weather.delayMS = pick(w.net, []int64{5, 50, 500, 5_000, 20_000})
	}
	w.say("net", "loss %d, repeats %d, damage %d per mille, delays to %d ms", w.weather.loss, w.weather.repeat, w.weather.damage, w.weather.delayMS)
}

// carries reports whether the line of a workstation carries in a direction.
func (s *station) carries(up bool) bool {
	if s.w.cut[s.seat.branch] {
		return false
	}
	return up && !s.cutUp || !up && !s.cutDown
}

// carry takes a parcel to or from central, or loses it.
func (w *World) carry(p parcel, up bool, deliver func(parcel)) {
	if !p.s.carries(up) {
		w.lost(&p, up, "the line is cut")
		return
	}
	if w.net.chance(w.weather.loss) {
		w.lost(&p, up, "lost")
		return
	}
	way := p.s.wayOf(up)
	way.sent++
	p.sent = way.sent
	copies := 1
	if w.net.chance(w.weather.repeat) {
		copies = 2
		w.saw(p.what + " repeated")
	}
	for range copies {
		c := p
		if len(p.frame) > 0 && w.net.chance(w.weather.damage) {
			c.frame = slices.Clone(p.frame)
			c.frame[w.net.IntN(len(c.frame))] ^= 1 << w.net.IntN(8)
			c.damaged = true
		}
		w.flies(&c, 1)
		w.after(1+w.net.Int64N(w.weather.delayMS), func() {
			w.flies(&c, -1)
			if !c.s.carries(up) {
				w.lost(&c, up, "the line was cut meanwhile")
				return
			}
			if c.sent < way.came {
				w.saw("a message overtakes another")
			}
			way.came = max(way.came, c.sent)
			deliver(c)
		})
	}
}

// oneWay is a direction of a line: how many messages went, and the latest of them
// that came.
type oneWay struct{ sent, came uint64 }

func (s *station) wayOf(up bool) *oneWay {
	if up {
		return &s.upward
	}
	return &s.downward
}

func (w *World) lost(p *parcel, up bool, why string) {
	w.say(p.s.name, "%s %d: %s", p.what, p.ticket, why)
	w.saw(p.what + " lost")
	if p.what == "pushed" && !up {
		w.saw("push taken but its answer lost")
	}
}

// flies counts the messages that can still change something.
func (w *World) flies(p *parcel, n int) {
	if p.what != "watch" && p.what != "news" {
		w.flying += n
	}
}

// part cuts a line for a while: of a branch, of a node, in one direction.
func (w *World) part() {
	lasts := w.faults.between(5_000, 1+w.faults.Int64N(1_200_000)+5_000)
	s := pick(w.faults, w.stations)
	switch w.faults.IntN(4) {
	case 0, 1:
		b := s.seat.branch
		w.cut[b] = true
		w.say("net", "branch %d is cut for %d ms", b, lasts)
		w.saw("branch cut off")
		w.after(lasts, func() { w.cut[b] = false })
	case 2:
		s.cutUp, s.cutDown = true, true
		s.borrowWhileCut()
		w.say("net", "%s is cut for %d ms", s.name, lasts)
		w.saw("node cut off")
		w.after(lasts, func() { s.cutUp, s.cutDown = false, false })
	default:
		w.saw("line cut in one direction")
		w.say("net", "%s hears nothing for %d ms", s.name, lasts)
		s.cutDown = true
		s.borrowWhileCut()
		w.after(lasts, func() { s.cutDown = false })
	}
}
