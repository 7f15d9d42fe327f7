package sim

import (
	"encoding/binary"
	"math/rand/v2"
)

// The streams: each part of the world draws from its own, so that a change in
// one leaves the others as they were.
const (
	streamSteps uint64 = iota + 1
	streamNet
	streamClerks
	streamFaults
	streamSecrets // of node n: streamSecrets + n

	streamTwins  = 1 << 19 // of twin n: streamTwins + n
	streamNonces = 1 << 20 // far from those
)

// dice are a stream of chances that a seed decides.
type dice struct{ *rand.Rand }

func newDice(seed, stream uint64) *dice {
	return &dice{rand.New(rand.NewPCG(seed, stream*0x9e3779b97f4a7c15))}
}

// Read makes dice an io.Reader, for keys, salts and tokens.
func (d *dice) Read(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], d.Uint64())
		p = p[copy(p, b[:]):]
	}
	return n, nil
}

// chance is true p times in a thousand.
func (d *dice) chance(perMille int) bool { return d.IntN(1000) < perMille }

// between draws from lo..hi, both included.
func (d *dice) between(lo, hi int64) int64 { return lo + d.Int64N(hi-lo+1) }

func pick[T any](d *dice, list []T) T { return list[d.IntN(len(list))] }

// weighed draws an index by weight.
func (d *dice) weighed(weights []int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	n := d.IntN(total)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return 0
}
