package wire

import (
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf8"

	"bough/crdt"
)

// reader reads the sections of a frame. The first fault sticks in err, and
// everything read after it is zero.
type reader struct {
	version   uint8
	nums, raw []byte
	texts     string
	err       error
	left      budget

	named   bool // of a page: ids, numbers and kinds of its rows were read
	origins []crdt.Origin
	last    []int64  // by index of origin: the latest integer of asKeyed
	seen    []uint32 // by index of origin: in which column last was set
	column  uint32   // number of the column of asKeyed

	numbers, keys, refs []int64 // scratch
	strings, dict       []string
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
	}
	r.nums, r.raw = nil, nil
}

// charge takes n things of size bytes each off what may be allocated.
func (r *reader) charge(n, size int) bool {
	return r.fits(r.left.charge(n, size))
}

func (r *reader) fits(ok bool) bool {
	if r.err == nil && !ok {
		r.fail("it would take more than %d bytes", MaxDecoded)
		r.err = fmt.Errorf("%w: %w", ErrTooLarge, r.err)
	}
	return r.err == nil
}

// done checks that nothing is left over.
func (r *reader) done() error {
	if r.err == nil && (len(r.nums) != 0 || len(r.raw) != 0 || len(r.texts) != 0) {
		r.fail("%d numbers, %d raw bytes and %d bytes of text are left over", len(r.nums), len(r.raw), len(r.texts))
	}
	return r.err
}

func (r *reader) byte() byte {
	if len(r.nums) == 0 {
		r.fail("it ends early")
		return 0
	}
	c := r.nums[0]
	r.nums = r.nums[1:]
	return c
}

func (r *reader) uvarint() uint64 {
	u, n := binary.Uvarint(r.nums)
	if n <= 0 {
		r.fail("it ends early or holds a number of more than 64 bits")
		return 0
	}
	r.nums = r.nums[n:]
	return u
}

func (r *reader) varint() int64 { return unzigzag(r.uvarint()) }

// count reads a count of at most limit.
func (r *reader) count(what string, limit int) int {
	u := r.uvarint()
	if limit < 0 || u > uint64(limit) {
		r.fail("%d %s, at most %d", u, what, limit)
		return 0
	}
	return int(u)
}

// rawBytes takes n bytes of the raw section, without copying.
func (r *reader) rawBytes(n int) []byte {
	if n > len(r.raw) {
		r.fail("the raw section ends early")
		return nil
	}
	b := r.raw[:n]
	r.raw = r.raw[n:]
	return b
}

func (r *reader) readOrigins() {
	n := r.count("origins", len(r.nums))
	if !r.charge(n, chargeOrigin) {
		return
	}
	r.origins = make([]crdt.Origin, n)
	for i := range r.origins {
		r.origins[i] = crdt.Origin(r.count("as origin", int(crdt.MaxOrigin)))
	}
	r.last, r.seen = make([]int64, n), make([]uint32, n)
}

// ints reads a column of len(dst) integers; the column hands out keys and ref
// as the writer had them.
func (r *reader) ints(dst, keys, ref []int64) {
	if r.err != nil {
		clear(dst)
	}
	if len(dst) == 0 || r.err != nil {
		return
	}
	mode := r.byte()
	switch as, mode := mode>>4, mode&15; {
	case as == asIs:
		r.unpack(dst, mode)
	case as == asDelta:
		dst[0] = r.varint()
		r.unpack(dst[1:], mode)
		for i := 1; i < len(dst); i++ {
			dst[i] += dst[i-1]
		}
	case as == asKeyed && keys != nil:
		r.keyed(dst, keys, mode)
	case as == asOffset && ref != nil:
		r.unpack(dst, mode)
		for i := range dst {
			dst[i] += ref[i]
		}
	case as == asID && keys == nil:
		r.ids(dst, mode)
	default:
		r.fail("a column cannot be of form %d here", as)
	}
	if r.err != nil {
		clear(dst)
	}
}

// keyed reads the firsts of each key and the differences of the rest.
func (r *reader) keyed(dst, keys []int64, mode byte) {
	r.column++
	firsts := 0
	for _, k := range keys {
		if r.seen[k] != r.column {
			r.seen[k] = r.column
			r.last[k] = r.varint()
			firsts++
		}
	}
	r.unpack(dst[firsts:], mode)
	r.column++
	next := firsts
	for i, k := range keys {
		if r.seen[k] != r.column {
			r.seen[k] = r.column
		} else {
			r.last[k] += dst[next]
			next++
		}
		dst[i] = r.last[k]
	}
}

func (r *reader) ids(dst []int64, mode byte) {
	keys := grow(&r.keys, len(dst))
	r.unpack(keys, mode)
	if !r.known(keys) {
		return
	}
	sub := r.byte()
	switch sub >> 4 {
	case asIs:
		r.unpack(dst, sub&15)
	case asKeyed:
		r.keyed(dst, keys, sub&15)
	default:
		r.fail("counters cannot be of form %d", sub>>4)
	}
	for i, n := range dst {
		if uint64(n) > 1<<32-1 {
			r.fail("a counter has more than 32 bits")
			return
		}
		dst[i] = int64(r.origins[keys[i]])<<32 | n
	}
}

// known checks indexes of origins.
func (r *reader) known(keys []int64) bool {
	for _, k := range keys {
		if uint64(k) >= uint64(len(r.origins)) {
			r.fail("origin %d of %d", k, len(r.origins))
		}
	}
	return r.err == nil
}

// unpack reads len(dst) packed integers.
func (r *reader) unpack(dst []int64, mode byte) {
	if len(dst) == 0 || r.err != nil {
		return
	}
	switch mode {
	case packConst:
		c := r.varint()
		for i := range dst {
			dst[i] = c
		}
	case packVarint:
		r.varints(dst)
	case packBits:
		r.bits(dst)
	case packDict:
		r.indexed(dst)
	default:
		r.fail("unknown packing %d", mode)
	}
}

func (r *reader) varints(dst []int64) {
	b := r.nums
	for i := range dst {
		if len(b) > 0 && b[0] < 0x80 {
			dst[i] = unzigzag(uint64(b[0]))
			b = b[1:]
			continue
		}
		u, n := binary.Uvarint(b)
		if n <= 0 {
			r.fail("a column ends early")
			return
		}
		dst[i] = unzigzag(u)
		b = b[n:]
	}
	r.nums = b
}

func (r *reader) bits(dst []int64) {
	base, step, width := r.varint(), r.uvarint(), int(r.byte())
	if width == 0 || width > 64 {
		r.fail("a column of %d bits", width)
		return
	}
	b := r.rawBytes((len(dst)*width + 7) / 8)
	if r.err != nil {
		return
	}
	mask := ^uint64(0) >> (64 - width)
	for i := range dst {
		at := i * width
		dst[i] = int64(uint64(base) + step*(load(b[at>>3:], at&7)&mask))
	}
}

// load reads 64 bits that begin at a bit of b[0]; beyond the end are zeros.
func load(b []byte, bit int) uint64 {
	if len(b) > 8 {
		return binary.LittleEndian.Uint64(b)>>bit | uint64(b[8])<<1<<(63-bit)
	}
	var u uint64
	for i := len(b) - 1; i >= 0; i-- {
		u = u<<8 | uint64(b[i])
	}
	return u >> bit
}

func (r *reader) indexed(dst []int64) {
	dict := make([]int64, r.count("distinct values", min(maxDict, len(dst))))
	last := int64(0)
	for i := range dict {
		last += r.varint()
		dict[i] = last
	}
	mode := r.byte()
	if mode == packDict {
		r.fail("a dictionary of a dictionary")
	}
	r.unpack(dst, mode)
	for i, n := range dst {
		if uint64(n) >= uint64(len(dict)) {
			r.fail("value %d of %d", n, len(dict))
			return
		}
		dst[i] = dict[n]
	}
}

// small reads a column of integers of 0 to limit, valid until the next one.
func (r *reader) small(n int, what string, limit int) []int64 {
	v := grow(&r.numbers, n)
	r.ints(v, nil, nil)
	for _, i := range v {
		if i < 0 || i > int64(limit) {
			r.fail("%s of %d, at most %d", what, i, limit)
		}
	}
	if r.err != nil {
		return nil
	}
	return v
}

// textColumn reads n texts into scratch; every use of a text is charged.
func (r *reader) textColumn(n int) []string {
	v := grow(&r.strings, n)
	if n == 0 {
		return v
	}
	distinct := r.count("distinct texts", n)
	if distinct == 0 {
		r.textRun(v)
		return v
	}
	dict := grow(&r.dict, distinct)
	r.textRun(dict)
	index := r.small(n, "the index of a text", distinct-1)
	for i, at := range index {
		v[i] = dict[at]
	}
	if r.err == nil {
		r.fits(r.left.chargeTexts(v))
	}
	return v
}

// textRun reads texts that stand one after the other; valid UTF-8 as a whole
// and cut where a character begins makes each valid.
func (r *reader) textRun(v []string) {
	lengths := r.small(len(v), "a text", crdt.MaxText)
	if r.err != nil {
		return
	}
	total := 0
	for _, n := range lengths {
		total += int(n)
	}
	if total > len(r.texts) {
		r.fail("the texts end early")
		return
	}
	run := r.texts[:total]
	r.texts = r.texts[total:]
	if !utf8.ValidString(run) {
		r.fail("a text is not UTF-8")
		return
	}
	at := 0
	for i, n := range lengths {
		if n == 0 || !utf8.RuneStart(run[at]) {
			r.fail("a text is empty or begins within a character")
			return
		}
		v[i] = run[at : at+int(n)]
		at += int(n)
	}
}

// stampColumn reads stamps; keys as the writer had them, or nil.
func (r *reader) stampColumn(v []crdt.Stamp, keys []int64) {
	if keys == nil {
		keys = make([]int64, len(v))
		r.ints(keys, nil, nil)
		if !r.known(keys) {
			return
		}
	}
	for i, epoch := range r.small(len(v), "an epoch", 1<<16-1) {
		v[i].Epoch, v[i].Origin = uint16(epoch), r.origins[keys[i]]
	}
	millis := grow(&r.numbers, len(v))
	r.ints(millis, keys, nil)
	for i, ms := range millis {
		if uint64(ms) >= 1<<48 {
			r.fail("a time of more than 48 bits")
			return
		}
		v[i].Time = uint64(ms) << 16
	}
	for i, n := range r.small(len(v), "a counter", 1<<16-1) {
		v[i].Time |= uint64(n)
	}
}

// grow makes scratch of n elements; their content is arbitrary.
func grow[T any](scratch *[]T, n int) []T {
	*scratch = slices.Grow((*scratch)[:0], n)[:n]
	return *scratch
}
