package replica

// Limits of a line that is to be shared with others.
const (
	smallPush = 16     // changes: what clerks do now; it waits for nothing
	burstMS   = 10_000 // of quiet are saved up, so that everyday news wait for nothing either
	batchMS   = 4_000  // of the rate, at most, in one exchange: at a quarter of the line it is busy for one second
	guessSize = 100    // bytes of a row or a change, before one was met
)

// pace is a token bucket: what is carried is taken out, also when that leaves a
// debt, and bulk begins only when there is none. On the average over any time
// longer than a batch no more than the rate is carried by bulk, and what small
// exchanges carried is made up for by bulk.
type pace struct {
	rate   int64 // bytes a second; 0: as fast as the line carries
	level  int64 // bytes × 1000; below zero: a debt
	atMS   int64
	heldMS int64 // when bulk was last held back: silence until then says nothing of the line
	pushed bool  // the last bulk was a push: a pull has its turn
	row    int64
	change int64 // bytes of a row and of a change, as met last
}

// Limit makes bulk take no more than so many bytes a second from now on; 0: as
// fast as the line carries.
func (r *Replica) Limit(bytesPerSecond int64) {
	if r.pace.rate != bytesPerSecond {
		r.pace = pace{rate: bytesPerSecond, atMS: r.nowMS, row: r.pace.row, change: r.pace.change}
	}
}

// fill adds what time has brought.
func (p *pace) fill(nowMS int64) {
	if nowMS > p.atMS {
		p.level = min(p.level+p.rate*(nowMS-p.atMS), p.rate*burstMS)
	}
	p.atMS = nowMS
	if !p.free() {
		p.heldMS = nowMS
	}
}

func (p *pace) spend(bytes int) {
	if p.rate > 0 {
		p.level -= int64(bytes) * 1000
	}
}

// freeMS is from when bulk may begin.
func (p *pace) freeMS() int64 {
	if p.rate == 0 || p.level >= 0 {
		return p.atMS
	}
	return p.atMS + (-p.level+p.rate-1)/p.rate
}

func (p *pace) free() bool { return p.rate == 0 || p.level >= 0 }

// limit is how many rows or changes of such a size one exchange takes.
func (p *pace) limit(most int, size int64) int {
	if p.rate == 0 {
		return most
	}
	if size == 0 {
		size = guessSize
	}
	return int(min(int64(most), max(minLimit, p.rate*batchMS/1000/size)))
}

// sized is the size of one of n that took so many bytes, or what was known.
func sized(bytes, n int, was int64) int64 {
	if n < minLimit || bytes <= 0 {
		return was // mostly envelope
	}
	return max(int64(bytes/n), 1)
}

// backlog is how many changes wait to be pushed.
func (r *Replica) backlog() uint64 { return r.written - min(r.written, r.sent) + r.neighbours }

// mayPush: what clerks do now goes at once; a backlog takes turns with the pull.
func (r *Replica) mayPush() bool {
	if r.pace.rate == 0 || r.backlog() <= smallPush {
		return true
	}
	return r.pace.free() && r.pull.ticket == 0 && !(r.pace.pushed && r.wantsPull())
}

func (r *Replica) wantsPull() bool {
	for i := range r.scopes {
		if r.scopes[i].behind() && r.pull.free(r.nowMS) {
			return true
		}
	}
	return false
}

// mayPull: a pull waits for what is pushed, and for its share of the line.
func (r *Replica) mayPull() bool {
	return r.pace.rate == 0 || r.pace.free() && r.push.ticket == 0
}
