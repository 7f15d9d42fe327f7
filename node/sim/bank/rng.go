package bank

import "math/bits"

// rng is splitmix64: small, fast, and the same everywhere.
type rng struct{ state uint64 }

// The streams: each part of the bank draws from its own, so that a change in
// one leaves the others as they were.
const (
	streamPeople uint64 = iota + 1
	streamFirms
	streamMoney
	streamCast
	streamPlan
	streamWriting
	streamPhones
	streamBranchDay
)

func newRng(seed, stream uint64) *rng {
	r := &rng{state: seed}
	r.state = r.next() ^ stream<<32
	r.next()
	return r
}

func (r *rng) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// n draws from 0..k-1; k > 0.
func (r *rng) n(k int) int {
	hi, _ := bits.Mul64(r.next(), uint64(k))
	return int(hi)
}

// between draws from lo..hi, both included; lo when hi is smaller.
func (r *rng) between(lo, hi int) int {
	if hi <= lo {
		return lo
	}
	return lo + r.n(hi-lo+1)
}

// pct is true p times in a hundred.
func (r *rng) pct(p int) bool { return r.n(100) < p }

// front draws from 0..k-1, small numbers more often.
func (r *rng) front(k int) int { return min(r.n(k), r.n(k)) }

func pick[T any](r *rng, list []T) T { return list[r.n(len(list))] }
