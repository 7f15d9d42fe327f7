package wire

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// How the integers of a column are packed.
const (
	packConst  byte = iota // one varint: all are equal
	packVarint             // zigzag varints
	packBits               // base + step × a number of so many bits, in the raw section
	packDict               // sorted distinct values, then their indexes, packed
)

const (
	maxDict   = 2048 // distinct values beyond which a dictionary is not tried
	fewValues = 48   // below, the compressor finds nothing in a column
)

// packing is a way to pack a column and what it costs, in bits.
type packing struct {
	mode  byte
	cost  int
	base  int64
	step  uint64
	width int
	dict  []int64
	index []int64
	sub   *packing
}

func varintBits(i int64) int { return 8 * uvarintSize(zigzag(i)) }

func uvarintSize(u uint64) int { return (bits.Len64(u|1) + 6) / 7 }

func zigzag(i int64) uint64 { return uint64(i<<1) ^ uint64(i>>63) }

func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

// plan finds the cheapest packing of v.
func (w *writer) plan(v []int64, dict bool) packing {
	if len(v) == 0 {
		return packing{}
	}
	low, high := slices.Min(v), slices.Max(v)
	if low == high {
		return packing{mode: packConst, cost: varintBits(low), base: low}
	}
	best := planBits(v, low, high)
	w.scratch = w.scratch[:0]
	for _, i := range v {
		w.scratch = binary.AppendVarint(w.scratch, i)
	}
	if cost := entropyBits(w.scratch); cost < best.cost {
		best = packing{mode: packVarint, cost: cost}
	}
	if dict && len(v) > 3 {
		if p, ok := w.planDict(v); ok && p.cost < best.cost {
			best = p
		}
	}
	return best
}

func planBits(v []int64, low, high int64) packing {
	step := uint64(0)
	for _, i := range v {
		if step = gcd(step, uint64(i)-uint64(low)); step == 1 {
			break
		}
	}
	width := bits.Len64((uint64(high) - uint64(low)) / step)
	cost := varintBits(low) + 8*uvarintSize(step) + 8 + 8*((len(v)*width+7)/8)
	return packing{mode: packBits, cost: cost, base: low, step: step, width: width}
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (w *writer) planDict(v []int64) (packing, bool) {
	at := make(map[int64]int64)
	limit := min(len(v)/2, maxDict)
	for _, i := range v {
		if at[i] = 0; len(at) > limit {
			return packing{}, false
		}
	}
	p := packing{mode: packDict, dict: make([]int64, 0, len(at)), index: make([]int64, len(v))}
	for i := range at {
		p.dict = append(p.dict, i)
	}
	slices.Sort(p.dict)
	p.cost = 16
	last := int64(0)
	for n, i := range p.dict {
		at[i] = int64(n)
		p.cost += varintBits(i - last)
		last = i
	}
	for n, i := range v {
		p.index[n] = at[i]
	}
	sub := w.plan(p.index, false)
	p.sub = &sub
	p.cost += sub.cost
	return p, true
}

// entropyBits guesses what the compressor makes of b, from how often each byte
// occurs. Integers only, so that every machine chooses alike.
func entropyBits(b []byte) int {
	if len(b) < fewValues {
		return 8 * len(b)
	}
	var count [256]int
	for _, c := range b {
		count[c]++
	}
	whole, sum := log2(len(b)), 0
	for _, n := range count {
		if n > 0 {
			sum += n*(whole-log2(n)) + 4<<8
		}
	}
	return min(sum>>8, 8*len(b))
}

// log2 is the binary logarithm in 1/256, interpolated.
func log2(n int) int {
	l := bits.Len(uint(n)) - 1
	return l<<8 + (n<<8)>>l - 256
}

// pack writes v as planned; its mode stands in the byte before.
func (w *writer) pack(v []int64, p *packing) {
	if len(v) == 0 {
		return
	}
	switch p.mode {
	case packConst:
		w.nums = binary.AppendVarint(w.nums, p.base)
	case packVarint:
		for _, i := range v {
			w.nums = binary.AppendVarint(w.nums, i)
		}
	case packBits:
		w.nums = binary.AppendVarint(w.nums, p.base)
		w.nums = binary.AppendUvarint(w.nums, p.step)
		w.nums = append(w.nums, byte(p.width))
		w.raw = appendBits(w.raw, v, p)
	case packDict:
		w.nums = binary.AppendUvarint(w.nums, uint64(len(p.dict)))
		last := int64(0)
		for _, i := range p.dict {
			w.nums = binary.AppendVarint(w.nums, i-last)
			last = i
		}
		w.nums = append(w.nums, p.sub.mode)
		w.pack(p.index, p.sub)
	}
}

// appendBits packs from the lowest bit of each byte up.
func appendBits(b []byte, v []int64, p *packing) []byte {
	var acc uint64
	have := 0
	for _, i := range v {
		u := (uint64(i) - uint64(p.base)) / p.step
		acc |= u << have
		for have += p.width; have >= 64; {
			b = binary.LittleEndian.AppendUint64(b, acc)
			have -= 64
			acc = u >> (p.width - have) // 0 when have is 0 and the width 64
		}
	}
	for ; have > 0; have -= 8 {
		b = append(b, byte(acc))
		acc >>= 8
	}
	return b
}
