package central_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// taken gives a bank the history of a workstation: ten changes in three ranges,
// the last of which begins before the end of the one before it.
func taken(t *testing.T) (*bank, *scribe) {
	b := newBank(t)
	c := b.scribe(11, 1)
	for i := range 10 {
		c.write(0, fmt.Sprint("party ", i))
	}
	for _, r := range [][2]int{{1, 2}, {3, 6}, {5, 10}} {
		_, err := c.push(c.signed(r[0], r[1]))
		must(t, err)
	}
	return b, c
}

// proven goes through the history of the workstation of taken.
func (b *bank) proven() central.Proof {
	b.t.Helper()
	all, err := b.Prove(ctx(), central.Proving{})
	must(b.t, err)
	if len(all) < 2 || all[0].Origin != 11 || all[len(all)-1].Origin != b.Origin() || len(all[len(all)-1].Faults) > 0 {
		b.t.Fatalf("%+v", all)
	}
	return all[0]
}

func TestAHistoryIsProvenToItsHead(t *testing.T) {
	b, c := taken(t)
	p := b.proven()
	if p.Head != c.hash || p.Seq != 10 || p.Changes != 10 || !p.Signed || len(p.Faults) > 0 {
		t.Errorf("%+v", p)
	}
	var done, all int64
	_, err := b.Prove(ctx(), central.Proving{Progress: func(d, a int64) { done, all = d, a }})
	must(t, err)
	if done != 3 || all != 3 {
		t.Errorf("%d of %d ranges", done, all)
	}
}

func TestWhatIsMissingOrWasTamperedWithIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(b *bank)
		want  []central.Fault
	}{
		"a range is gone":         {without(6), []central.Fault{{Code: central.FaultMissing, First: 3, Last: 4}}},
		"the first is gone":       {without(2), []central.Fault{{Code: central.FaultMissing, First: 1, Last: 2}}},
		"the end is gone":         {without(10), []central.Fault{{Code: central.FaultMissing, First: 7, Last: 10}}},
		"a name was changed":      {spoilt(func(r *journal.Range) { r.Changes[1].Bodies[0].Op.Set[0].Value.S = "X" }), []central.Fault{{Code: central.FaultChain, First: 3, Last: 6}}},
		"another history":         {spoilt(func(r *journal.Range) { r.Prev[0]++ }), []central.Fault{{Code: central.FaultChain, First: 3, Last: 6}}},
		"another signed":          {spoilt(func(r *journal.Range) { r.Head.Signature[0]++ }), []central.Fault{{Code: central.FaultSignature, First: 3, Last: 6}}},
		"it cannot be read":       {func(b *bank) { b.exec(`UPDATE taken SET frame=x'00' WHERE last=6`) }, []central.Fault{{Code: central.FaultUnreadable, First: 3, Last: 6}}},
		"the vector is another's": {func(b *bank) { b.exec(`UPDATE origin SET hash=zeroblob(32) WHERE origin=11`) }, []central.Fault{{Code: central.FaultHead, First: 10, Last: 10}}},
		"the vector is ahead":     {func(b *bank) { b.exec(`UPDATE origin SET seq=12 WHERE origin=11`) }, []central.Fault{{Code: central.FaultMissing, First: 11, Last: 12}}},
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := taken(t)
			c.spoil(b)
			if d := cmp.Diff(c.want, b.proven().Faults); d != "" {
				t.Error(d)
			}
		})
	}
}

func (b *bank) exec(sql string, args ...any) {
	b.t.Helper()
	must(b.t, b.File.Write(ctx(), func(tx *rows.Tx) error { return tx.Exec(sql, args...) }))
}

// without takes a range out of the history.
func without(last int) func(*bank) {
	return func(b *bank) { b.exec(`DELETE FROM taken WHERE origin=11 AND last=?1`, last) }
}

// spoilt writes the second range anew with something else in it.
func spoilt(change func(*journal.Range)) func(*bank) {
	return func(b *bank) {
		codec, err := wire.NewCodec()
		must(b.t, err)
		var frame []byte
		must(b.t, b.File.Read(ctx(), func(tx *rows.Tx) error {
			return tx.Query(`SELECT frame FROM taken WHERE origin=11 AND last=6`, func(s *rows.Stmt) error {
				frame = rows.Blob(s, 0)
				return nil
			})
		}))
		p, err := codec.DecodePush(frame)
		must(b.t, err)
		change(&p.Ranges[0])
		frame, err = codec.EncodePush(p)
		must(b.t, err)
		b.exec(`UPDATE taken SET frame=?1 WHERE origin=11 AND last=6`, frame)
	}
}

func TestTheHistoryIsReadFromItsEndForATime(t *testing.T) {
	b, c := taken(t)
	at := func(n int) int64 { return c.changes[n-1].Stamp.Millis() }
	read := func(s central.Span, enough int) (seqs []uint64) {
		t.Helper()
		must(t, b.History(ctx(), 11, s, func(ch *journal.Change) (bool, error) {
			seqs = append(seqs, ch.Seq)
			return len(seqs) < enough, nil
		}))
		return seqs
	}
	for _, tc := range []struct {
		s      central.Span
		enough int
		want   []uint64
	}{
		{central.Span{FromMS: 0, UntilMS: 1 << 60}, 99, []uint64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{central.Span{FromMS: at(4), UntilMS: at(7)}, 99, []uint64{7, 6, 5, 4}},
		{central.Span{FromMS: at(4), UntilMS: at(7)}, 2, []uint64{7, 6}},
		{central.Span{FromMS: at(10) + 1, UntilMS: 1 << 60}, 99, nil},
	} {
		if d := cmp.Diff(tc.want, read(tc.s, tc.enough)); d != "" {
			t.Errorf("%+v: %s", tc.s, d)
		}
	}
	var own int
	b.act(c.changes[0].Bodies[0].Op)
	must(t, b.History(ctx(), b.Origin(), central.Span{UntilMS: 1 << 60}, func(*journal.Change) (bool, error) { own++; return true, nil }))
	if own == 0 {
		t.Error("nothing of central's own")
	}
}
