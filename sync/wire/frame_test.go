package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"sync"
	"testing"

	"bough/crdt"
	"bough/sync/journal"
)

// frameOf puts sections into a frame, uncompressed, with a right checksum.
func frameOf(c *Codec, kind uint8, raw, nums, texts []byte) []byte {
	b := make([]byte, headerSize)
	copy(b, magic)
	b[atVersion], b[atMin], b[atMax], b[atKind] = Version, 1, Version, kind
	for i, n := range []int{len(raw), len(nums), len(nums), len(texts), len(texts)} {
		binary.BigEndian.PutUint32(b[atSizes+4*i:], uint32(n))
	}
	b = append(append(append(b, raw...), nums...), texts...)
	return resealed(c, b)
}

func resealed(c *Codec, frame []byte) []byte {
	binary.BigEndian.PutUint32(frame[atChecksum:], c.checksum(frame))
	return frame
}

// sections inflates a frame.
func sections(t testing.TB, c *Codec, frame []byte) (raw, nums, texts []byte) {
	t.Helper()
	at := func(i int) int { return int(binary.BigEndian.Uint32(frame[atSizes+4*i:])) }
	rest := frame[headerSize:]
	raw, rest = rest[:at(0)], rest[at(0):]
	var errs [2]error
	nums, errs[0] = c.inflate(rest[:at(1)], at(2), frame[atFlags]&flagNumbers != 0)
	texts, errs[1] = c.inflate(rest[at(1):], at(4), frame[atFlags]&flagTexts != 0)
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return raw, nums, texts
}

func pullFrame(t testing.TB, c *Codec) []byte {
	t.Helper()
	frame, err := c.EncodePull(&Pull{Scope: 74, Since: 1000, Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func TestMalformedFramesAreRefusedWithAClearError(t *testing.T) {
	c := codec(t)
	set := func(at int, v byte) func([]byte) []byte {
		return func(b []byte) []byte { b[at] = v; return resealed(c, b) }
	}
	size := func(field int, n uint32) func([]byte) []byte {
		return func(b []byte) []byte {
			binary.BigEndian.PutUint32(b[atSizes+4*field:], n)
			return resealed(c, b)
		}
	}
	for _, tc := range []struct {
		name string
		ruin func([]byte) []byte
		want error
		says string
	}{
		{"empty", func([]byte) []byte { return nil }, ErrMalformed, "magic"},
		{"other magic", set(0, 'B'), ErrMalformed, "magic"},
		{"cut in the header", func(b []byte) []byte { return b[:20] }, ErrMalformed, "a header has 36"},
		{"cut at the end", func(b []byte) []byte { return b[:len(b)-1] }, ErrChecksum, "checksum"},
		{"one byte more", func(b []byte) []byte { return resealed(c, append(b, 0)) }, ErrMalformed, "its sections make"},
		{"a flipped bit", func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, ErrChecksum, "checksum"},
		{"no versions", set(atMin, 0), ErrMalformed, "versions are 0-2"},
		{"versions upside down", set(atMin, 9), ErrMalformed, "versions are 9-2"},
		{"another kind", set(atKind, kindPage), ErrMalformed, "kind 4 where kind 3"},
		{"unknown flag", set(atFlags, 8), ErrMalformed, "unknown flags"},
		{"additions of version 2 in version 1", set(atFlags, flagAdditions), ErrMalformed, "additions in version 1"},
		{"reserved byte", set(atFlags+2, 1), ErrMalformed, "unknown flags"},
		{"says it inflates to more than allowed", size(2, MaxInflated+1), ErrTooLarge, "bytes inflated"},
		{"sizes that overflow 32 bits", size(1, 1<<32-1), ErrMalformed, "its sections make"},
		{"stored size differs", size(2, 1), ErrMalformed, "says it has 1"},
		{"says compressed and is not", set(atFlags, flagNumbers), ErrMalformed, "inflate"},
		{"too large", func(b []byte) []byte { return append(b, make([]byte, MaxFrame)...) }, ErrTooLarge, "at most"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := c.DecodePull(tc.ruin(pullFrame(t, c)))
			if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v, want %v that says %q", err, tc.want, tc.says)
			}
		})
	}
}

func TestEveryDamagedByteIsNoticed(t *testing.T) {
	c := codec(t)
	frame := pullFrame(t, c)
	for i := range frame {
		bad := bytes.Clone(frame)
		bad[i] ^= 0x10
		if _, err := c.DecodePull(bad); err == nil {
			t.Errorf("byte %d may be anything", i)
		}
		if _, err := c.DecodePull(frame[:i]); err == nil {
			t.Errorf("the first %d bytes are enough", i)
		}
	}
}

func TestASectionThatInflatesToMoreThanItSaysIsRefused(t *testing.T) {
	c := codec(t)
	bomb := c.enc.EncodeAll(make([]byte, 32<<20), nil)
	for _, says := range []uint32{0, 100, 32<<20 - 1, 32<<20 + 1} {
		frame := frameOf(c, kindPull, nil, bomb, nil)
		frame[atFlags] = flagNumbers
		binary.BigEndian.PutUint32(frame[atSizes+8:], says)
		if _, err := c.DecodePull(resealed(c, frame)); !errors.Is(err, ErrMalformed) {
			t.Errorf("says %d: %v", says, err)
		}
	}
}

func TestVersionsMeetOrSayWhoMustBeUpgraded(t *testing.T) {
	for _, tc := range []struct {
		ours, theirs Versions
		want         uint8
		says         string
	}{
		{Versions{1, 1}, Versions{1, 1}, 1, ""},
		{Versions{1, 3}, Versions{2, 5}, 3, ""},
		{Versions{2, 5}, Versions{1, 3}, 3, ""},
		{Versions{1, 9}, Versions{4, 4}, 4, ""},
		{Versions{1, 1}, Versions{2, 3}, 0, "the peer speaks 2-3, we speak 1-1: upgrade this program"},
		{Versions{4, 5}, Versions{2, 3}, 0, "the peer speaks 2-3, we speak 4-5: upgrade the peer"},
		{Versions{1, 1}, Versions{}, 0, "a range is min-max"},
		{Versions{1, 1}, Versions{3, 2}, 0, "a range is min-max"},
	} {
		got, err := tc.ours.Meet(tc.theirs)
		if got != tc.want || (err == nil) != (tc.says == "") {
			t.Errorf("%s meets %s: %d, %v", tc.ours, tc.theirs, got, err)
		}
		if err != nil && (!errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), tc.says)) {
			t.Errorf("%s meets %s: %v does not say %q", tc.ours, tc.theirs, err, tc.says)
		}
	}
}

func TestAFrameOfAnotherVersionIsRefusedButItsRangeIsRead(t *testing.T) {
	c := codec(t)
	newer := pullFrame(t, c)
	newer[atVersion], newer[atMin], newer[atMax] = 4, 3, 5
	_, err := c.DecodePull(newer[:preambleSize])
	if !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "the peer speaks 3-5, we speak 1-2: upgrade this program") {
		t.Error(err)
	}
	if v, err := Peer(newer); err != nil || v != (Versions{3, 5}) {
		t.Error(v, err)
	}
	newer[atMin] = 1
	if _, err := c.DecodePull(newer); !errors.Is(err, ErrVersion) || !strings.Contains(err.Error(), "the frame is in version 4") {
		t.Error(err)
	}
}

func TestARangeOfVersionsIsReadAsItIsWritten(t *testing.T) {
	if v, err := ParseVersions(Versions{1, 12}.String()); err != nil || v != (Versions{1, 12}) {
		t.Error(v, err)
	}
	for _, s := range []string{"", "1", "1-", "-1", "2-1", "0-1", "1-300", "01-2", "1-2x", " 1-2", "1 - 2"} {
		if v, err := ParseVersions(s); !errors.Is(err, ErrVersion) {
			t.Errorf("%q is read as %v, %v", s, v, err)
		}
	}
}

func TestManyMayUseOneCodec(t *testing.T) {
	c := codec(t)
	p := newDay().push(50)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			frame, err := c.EncodePush(p)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := c.DecodePush(frame); err != nil || len(got.Ranges[0].Changes) != 50 {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestWhatTheReaderWouldRefuseIsNotSent(t *testing.T) {
	c := codec(t)
	d := newDay()
	gap := d.push(3)
	gap.Ranges[0].Changes[1].Seq = 9
	stranger := d.push(1)
	stranger.Ranges[0].Head.Origin = 5
	row := func(change func(*PageRow)) *Page {
		p := d.page(2)
		change(&p.Rows[1])
		return p
	}
	for name, p := range map[string]*Push{
		"a gap": gap, "another origin's head": stranger, "an empty range": {Ranges: d.push(0).Ranges},
	} {
		if _, err := c.EncodePush(p); !errors.Is(err, ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, p := range map[string]*Page{
		"a number twice":     row(func(r *PageRow) { r.N = 1 }),
		"beyond the page":    row(func(r *PageRow) { r.N = 3 }),
		"no id":              row(func(r *PageRow) { r.Row.ID = 0 }),
		"65 fields":          row(func(r *PageRow) { r.Row.Fields = make([]crdt.Value, 65) }),
		"field 0":            row(func(r *PageRow) { r.Row.Fields[0] = crdt.IntValue(1) }),
		"a broken character": row(func(r *PageRow) { r.Row.Fields[4] = crdt.TextValue("\xff") }),
		"masks that overlap": row(func(r *PageRow) { r.Row.Clocks = append(r.Row.Clocks, r.Row.Clocks[0]) }),
		"another's conflict": row(func(r *PageRow) { r.Conflicts = []crdt.Conflict{{Kind: 8, Row: 1, Field: 1}} }),
		"from 5 to 2":        {Since: 5, Until: 2},
	} {
		if _, err := c.EncodePage(p); !errors.Is(err, ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.EncodePush(d.push(MaxPushChanges + 1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
	if _, err := c.EncodePage(d.page(MaxPageRows + 1)); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}

func TestAdditionsOfALaterVersionArePassedOverUnlessTheyMustBeUnderstood(t *testing.T) {
	c := codec(t)
	with := func(additions ...byte) []byte {
		frame := append(pullFrame(t, c), additions...)
		frame[atVersion], frame[atFlags] = versionOpaque, frame[atFlags]|flagAdditions
		return resealed(c, frame)
	}
	for _, tc := range []struct {
		additions []byte
		want      error
		says      string
	}{
		{nil, nil, ""},
		{[]byte{2, 0, 0, 0, 0}, nil, ""},
		{[]byte{2, 0, 0, 0, 1, 77, 4, 0, 0, 0, 2, 1, 2}, nil, ""},
		{[]byte{2, 0, 0, 0, 1, 77, 3, 0, 0, 0, 0}, ErrVersion, "addition 3 that must be understood: upgrade this program"},
		{[]byte{2, 0, 0, 0, 2, 77}, ErrMalformed, "addition 2 ends early"},
		{[]byte{2, 0}, ErrMalformed, "ends early"},
		{[]byte{2, 255, 255, 255, 255, 1}, ErrMalformed, "ends early"},
	} {
		q, err := c.DecodePull(with(tc.additions...))
		if !errors.Is(err, tc.want) || err != nil && !strings.Contains(err.Error(), tc.says) || err == nil && q.Limit == 0 {
			t.Errorf("%v: %v, %v", tc.additions, q, err)
		}
	}
}

func TestWhatNobodyHereCanReadTravelsAsItIsFromVersionTwoOn(t *testing.T) {
	c := codec(t)
	p := newDay().push(4)
	odd := []journal.Body{{Opaque: []byte{77, 1, 2, 3}, Salt: journal.Salt{5}}, {Op: p.Ranges[0].Changes[0].Bodies[0].Op}, {Opaque: []byte{}, Salt: journal.Salt{6}}}
	r := &p.Ranges[0]
	r.Changes[1].Bodies = odd
	hash, buf := r.Prev, []byte(nil)
	for i := range r.Changes {
		hash, buf = r.Changes[i].Seal(hash, buf)
	}
	r.Head.Hash = hash
	anybody := func(_, _ []byte) bool { return true }
	for peer, erased := range map[Versions]bool{{1, 2}: false, {1, 1}: true, {}: false} {
		frame, err := c.For(peer).EncodePush(p)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]byte{false: 2, true: 1}[erased]; frame[atVersion] != want {
			t.Errorf("for %s it is written in version %d", peer, frame[atVersion])
		}
		got, err := c.DecodePush(frame)
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Ranges[0].Verify(anybody); err != nil {
			t.Errorf("for %s: %v", peer, err)
		}
		for i, b := range got.Ranges[0].Changes[1].Bodies {
			if b.Erased != (erased && odd[i].Opaque != nil) || !erased && !bytes.Equal(b.Opaque, odd[i].Opaque) {
				t.Errorf("for %s: op %d is %+v", peer, i, b)
			}
		}
	}
	plain, err := c.EncodePush(newDay().push(4))
	if err != nil || plain[atVersion] != 1 {
		t.Errorf("what version 1 can say is written in version %d, %v", plain[atVersion], err)
	}
}

func TestAnOpThatALaterReleaseCanReadIsReadThere(t *testing.T) {
	c := codec(t)
	p := newDay().push(1)
	body := &p.Ranges[0].Changes[0].Bodies[0]
	want := body.Op
	body.Opaque, body.Op = want.Append(nil), crdt.Op{}
	frame, err := c.EncodePush(p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.DecodePush(frame)
	if err != nil || got.Ranges[0].Changes[0].Bodies[0].Opaque != nil || !bytes.Equal(got.Ranges[0].Changes[0].Bodies[0].Op.Append(nil), want.Append(nil)) {
		t.Errorf("%+v, %v", got, err)
	}
}
