package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
)

// day makes the interactions of a branch: notes of about 80 characters in
// varied words, channel, reason and outcome from lists, a party of some
// thousand, a time that the clerk chose a few minutes before saving.
type day struct {
	rnd     *rand.Rand
	salts   *rand.ChaCha8
	ms      int64
	counter uint32
	seq     uint64
}

func newDay() *day {
	return &day{rnd: rand.New(rand.NewPCG(1, 2)), salts: rand.NewChaCha8([32]byte{3}), ms: 1_760_000_000_000}
}

const ownOrigin = crdt.Origin(0x5ac01234)

var words = strings.Fields(`customer asked about the rate of her mortgage account card statement transfer branch wants
 to know whether can be paid early without a fee called back left message husband daughter moved new address phone number
 changed explained terms savings plan compare offer from other bank next week appointment with adviser bring passport
 salary slip company owner loan limit raise travel insurance blocked lost abroad pin letter standing order rent stopped
 interest fixed term deposit renew matures in june july complaint waiting time cash machine swallowed euro dollars gift
 pension inheritance notary signature power of attorney proxy son student account opened online app does not work update
 old telephone confirmed details identity checked friendly hurry later interested not now maybe fund risk too high safe
 prefers German French Chinese speaks little needs interpreter heating house repair roof car second hand dealer invoice
 tax refund booked twice reversed fee waived goodwill happy thanked promised answer until friday monday morning evening`)

var (
	channels = []string{"counter", "call_in", "call_out", "meeting", "email", "letter", "visit"}
	reasons  = []string{"rate", "loan", "card", "statement", "transfer", "address", "complaint", "advice", "cash", "term", "limit", "other"}
	outcomes = []string{"done", "follow_up", "not_reached", "refused"}
)

func (d *day) note() string {
	var b strings.Builder
	for b.Len() < 70+d.rnd.IntN(15) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words[d.rnd.IntN(len(words))])
	}
	return b.String()
}

// interaction is one act at a counter: seconds to minutes after the last one.
func (d *day) interaction() journal.Change {
	d.ms += 5_000 + d.rnd.Int64N(180_000)
	d.counter++
	d.seq++
	stamp := crdt.Stamp{Time: uint64(d.ms) << 16, Origin: ownOrigin}
	op := crdt.Op{Kind: crm.Interaction, ID: crdt.MakeID(ownOrigin, d.counter), Set: []crdt.FieldSet{
		{Field: crm.InteractionParty, Value: crdt.RefValue(crdt.MakeID(9, uint32(1+d.rnd.IntN(5369))))},
		{Field: crm.InteractionChannel, Value: crdt.TextValue(channels[d.rnd.IntN(len(channels))])},
		{Field: crm.InteractionReason, Value: crdt.TextValue(reasons[d.rnd.IntN(len(reasons))])},
		{Field: crm.InteractionText, Value: crdt.TextValue(d.note())},
		{Field: crm.InteractionHappened, Value: crdt.IntValue((d.ms - d.rnd.Int64N(1_800_000)) / 60_000 * 60_000)},
		{Field: crm.InteractionOutcome, Value: crdt.TextValue(outcomes[d.rnd.IntN(len(outcomes))])},
	}}
	c := journal.Change{Origin: ownOrigin, Seq: d.seq, Stamp: stamp, Session: crdt.MakeID(ownOrigin, 1+d.counter/150)}
	c.Bodies = []journal.Body{{Op: op}}
	_, _ = d.salts.Read(c.Bodies[0].Salt[:])
	return c
}

func (d *day) push(n int) *Push {
	r := journal.Range{}
	hash, buf := journal.Hash{}, []byte(nil)
	for range n {
		c := d.interaction()
		hash, buf = c.Seal(hash, buf)
		r.Changes = append(r.Changes, c)
	}
	r.Head = journal.Head{Origin: ownOrigin, Seq: d.seq, Hash: hash, Signature: make([]byte, 64)}
	_, _ = d.salts.Read(r.Head.Signature)
	return &Push{Ranges: []journal.Range{r}}
}

// page is the same as rows of the feed.
func (d *day) page(n int) *Page {
	p := &Page{Scope: 1, Epoch: 1, Vector: map[crdt.Origin]uint64{ownOrigin: uint64(n)}, NowMS: d.ms, More: true}
	for range n {
		c := d.interaction()
		row := crdt.Row{Kind: c.Bodies[0].Op.Kind, ID: c.Bodies[0].Op.ID}
		row.Merge(nil, &c.Bodies[0].Op, c.Written(c.Session))
		p.Until++
		p.Rows = append(p.Rows, PageRow{Row: row, N: p.Until})
	}
	return p
}

// withoutNotes leaves out the text of the notes.
func withoutNotes(p *Push) *Push {
	q := &Push{Ranges: []journal.Range{p.Ranges[0]}}
	q.Ranges[0].Changes = nil
	for _, c := range p.Ranges[0].Changes {
		b := c.Bodies[0]
		b.Op.Set = append(append([]crdt.FieldSet(nil), b.Op.Set[:3]...), b.Op.Set[4:]...)
		c.Bodies = []journal.Body{b}
		q.Ranges[0].Changes = append(q.Ranges[0].Changes, c)
	}
	return q
}

func encoded(b *testing.B, c *Codec, p *Push) []byte {
	b.Helper()
	frame, err := c.EncodePush(p)
	if err != nil {
		b.Fatal(err)
	}
	return frame
}

// envelope is what a frame costs whatever is in it: header, the hashes and the
// signature of the head.
const envelope = headerSize + 32 + 64

func BenchmarkEncodePush(b *testing.B) {
	c := codec(b)
	for _, n := range []int{1, 100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := newDay().push(n)
			frame, bare := encoded(b, c, p), encoded(b, c, withoutNotes(p))
			b.ReportAllocs()
			for b.Loop() {
				encoded(b, c, p)
			}
			b.ReportMetric(float64(len(frame)-envelope)/float64(n), "B/row")
			b.ReportMetric(float64(len(bare)-envelope)/float64(n), "B/row-without-note")
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkDecodePush(b *testing.B) {
	c := codec(b)
	for _, n := range []int{1, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			frame := encoded(b, c, newDay().push(n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.DecodePush(frame); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkEncodePage(b *testing.B) { benchmarkPage(b, true) }

func BenchmarkDecodePage(b *testing.B) { benchmarkPage(b, false) }

func benchmarkPage(b *testing.B, encode bool) {
	c := codec(b)
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := newDay().page(n)
			frame, err := c.EncodePage(p)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if encode {
					_, err = c.EncodePage(p)
				} else {
					_, err = c.DecodePage(frame)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(frame)-headerSize)/float64(n), "B/row")
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkBaselines are the same thousand interactions as JSON and as rows of
// tagged varints, both through zstd.
func BenchmarkBaselines(b *testing.B) {
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		b.Fatal(err)
	}
	p := newDay().push(1000)
	forms := map[string]func(*journal.Change) []byte{"json": asJSON, "tagged": asTagged}
	for name, form := range forms {
		b.Run(name, func(b *testing.B) {
			size := 0
			for b.Loop() {
				var plain []byte
				for i := range p.Ranges[0].Changes {
					plain = append(plain, form(&p.Ranges[0].Changes[i])...)
				}
				size = len(enc.EncodeAll(plain, nil))
			}
			b.ReportMetric(float64(size)/1000, "B/row")
			b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func asJSON(c *journal.Change) []byte {
	fields := map[string]any{}
	for _, f := range c.Bodies[0].Op.Set {
		name := crm.Table().Kind(crm.Interaction).Field(f.Field).Name
		if fields[name] = f.Value.S; f.Value.T == crdt.Int {
			fields[name] = f.Value.I
		}
	}
	line, err := json.Marshal(map[string]any{
		"seq": c.Seq, "stamp": c.Stamp.String(), "session": c.Session, "kind": "interaction",
		"id": c.Bodies[0].Op.ID.String(), "salt": c.Bodies[0].Salt[:], "set": fields,
	})
	if err != nil {
		panic(err)
	}
	return append(line, '\n')
}

// asTagged is a row as a serializer of tagged fields writes it.
func asTagged(c *journal.Change) []byte {
	number := func(b []byte, tag byte, u uint64) []byte { return binary.AppendUvarint(append(b, tag), u) }
	text := func(b []byte, tag byte, s string) []byte { return append(number(b, tag, uint64(len(s))), s...) }
	b := number(nil, 8, c.Seq)
	b = number(b, 16, c.Stamp.Time>>16)
	b = number(b, 24, c.Stamp.Time&0xffff)
	b = number(b, 32, uint64(c.Stamp.Origin))
	b = number(b, 40, uint64(c.Session))
	b = number(b, 48, uint64(c.Bodies[0].Op.Kind))
	b = number(b, 56, uint64(c.Bodies[0].Op.ID))
	b = text(b, 66, string(c.Bodies[0].Salt[:]))
	for _, f := range c.Bodies[0].Op.Set {
		if tag := f.Field << 3; f.Value.T == crdt.Int {
			b = number(b, tag, uint64(f.Value.I))
		} else {
			b = text(b, tag|2, f.Value.S)
		}
	}
	return text(nil, 10, string(b))
}
