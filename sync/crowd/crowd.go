package crowd

import (
	"slices"
	"sync"
)

// Limits.
const (
	assumedRate = 200    // served a second, until more was seen: who comes too early is told again, which is cheap
	soonestMS   = 250    // nobody is told to come again earlier
	latestMS    = 30_000 // nor later: a clerk waits
	countMS     = 1_000  // how long is counted for the rate
)

// Kind is what somebody comes for.
type Kind uint8

// The kinds.
const (
	Push Kind = iota // brings what people did
	Read             // wants a page
	kinds
)

// Room is how many there is room for.
type Room struct {
	Inside, InsideReads int // let in at once; of them reads
	Work, WorkReads     int // units of work at once; of them reads
}

// Turn is a place in the work, or on the way to it.
type Turn struct {
	kind  Kind
	units int
	start func()
	works bool
}

// Crowd is who is let in, and who is worked on.
type Crowd struct {
	room Room

	mu      sync.Mutex // guards the rest
	inside  [kinds]int
	working [kinds]int // units
	waiting [kinds][]*Turn
	served  [kinds]int // since countedMS
	rate    [kinds]int // a second, of the last count
	counted [kinds]int64
	nextMS  [kinds]int64 // the last appointment given
}

// New makes a crowd for so much room.
func New(room Room) *Crowd { return &Crowd{room: room} }

// Enter lets one in, who must Leave. Without room againMS says in how many
// milliseconds to come again.
func (c *Crowd) Enter(k Kind, nowMS int64) (againMS int64, in bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inside[Push]+c.inside[Read] < c.room.Inside && (k == Push || c.inside[Read] < c.room.InsideReads) {
		c.inside[k]++
		return 0, true
	}
	c.count(k, nowMS)
	c.nextMS[k] = max(c.nextMS[k], nowMS) + 1000/int64(max(c.rate[k], assumedRate))
	return min(max(c.nextMS[k]-nowMS, soonestMS), latestMS), false
}

// Leave ends what Enter began.
func (c *Crowd) Leave(k Kind, nowMS int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inside[k]--
	c.count(k, nowMS)
	c.served[k]++
}

// count begins to count anew where the time for it is over.
func (c *Crowd) count(k Kind, nowMS int64) {
	if past := nowMS - c.counted[k]; past >= countMS || past < 0 {
		c.rate[k] = int(int64(c.served[k]) * 1000 / max(past, countMS))
		c.served[k], c.counted[k] = 0, nowMS
	}
}

// Wait calls start when it is the turn of one who is inside, now or in the Done
// of another, who needs so many units of work (bounded by the room there is).
// The turn must be ended by Done, whether it came or not.
func (c *Crowd) Wait(k Kind, units int, start func()) *Turn {
	most := c.room.Work
	if k == Read {
		most = c.room.WorkReads
	}
	t := &Turn{kind: k, units: min(max(units, 1), most), start: start}
	c.mu.Lock()
	c.waiting[k] = append(c.waiting[k], t)
	c.turns()
	return t
}

// Done ends a turn, and begins those there is room for now.
func (c *Crowd) Done(t *Turn) {
	c.mu.Lock()
	if t.works {
		c.working[t.kind] -= t.units
	} else if at := slices.Index(c.waiting[t.kind], t); at >= 0 {
		c.waiting[t.kind] = slices.Delete(c.waiting[t.kind], at, at+1)
	}
	c.turns()
}

// turns begins what there is room for, and gives the lock back.
func (c *Crowd) turns() {
	var begin []*Turn
	for {
		t := c.next()
		if t == nil {
			break
		}
		c.waiting[t.kind] = c.waiting[t.kind][1:]
		c.working[t.kind] += t.units
		t.works = true
		begin = append(begin, t)
	}
	c.mu.Unlock()
	for _, t := range begin {
		t.start()
	}
}

// next is whose turn it is; nil: nobody's.
func (c *Crowd) next() *Turn {
	free := c.room.Work - c.working[Push] - c.working[Read]
	pushes, reads := c.waiting[Push], c.waiting[Read]
	if len(pushes) > 0 && pushes[0].units <= free {
		return pushes[0]
	}
	if len(reads) == 0 || reads[0].units > min(free, c.room.WorkReads-c.working[Read]) {
		return nil
	}
	if len(pushes) > 0 && c.working[Read] > 0 {
		return nil
	}
	return reads[0]
}
