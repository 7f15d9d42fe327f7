package releases

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/node/store"
	"bough/node/store/vault"
	"bough/sync/bundle"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

func TestEveryRecordedReleaseIsRead(t *testing.T) {
	dirs := must[[]string](t)(filepath.Glob("testdata/v*"))
	if len(dirs) == 0 {
		t.Fatal("nothing is recorded")
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) { reads(t, dir) })
	}
}

// reads tries everything that a release recorded.
func reads(t *testing.T, dir string) {
	r := load(t, dir)
	t.Run("its central goes on as itself", r.opensCentral)
	t.Run("its files go on where they stopped", r.goOn)
	t.Run("its sealed pages open, log included", r.opensVault)
	t.Run("its journal proves itself", r.provesJournal)
	t.Run("its pages are read and written again", r.readsPages)
	t.Run("its bundles are taken once", r.takesBundles)
	t.Run("its snapshot begins a workstation", r.begins)
}

// opensCentral opens central's file in its own place, with the release of today.
func (r *recording) opensCentral(t *testing.T) {
	b := openBank(t, r.copyOut(t, centralFile), r.authority(t), office.Options{})
	holds(t, b.Central.File, r.Central)
	sound(t, b.Central.File, centralOrigin)
}

// restored is the recorded central, brought back under a new origin.
func (r *recording) restored(t *testing.T) *bank {
	t.Helper()
	path := r.copyOut(t, centralFile)
	got := must[central.Restored](t)(central.Restore(t.Context(), central.Restoring{Path: path, Schema: crm.Table(), Migrations: store.LocalTables(),
		Origin: centralOrigin + 1, NowMS: r.NowMS}))
	if got.Vector[r.Origin] != r.Unsent-2 { // the session and the note of the outage are missing
		t.Errorf("central had %d changes, all but the last two of %d were recorded", got.Vector[r.Origin], r.Unsent)
	}
	b := openBank(t, path, r.authority(t), office.Options{})
	b.now = r.NowMS
	return b
}

// dataKey is the recorded data key, unwrapped.
func (r *recording) dataKey(t testing.TB) []byte {
	t.Helper()
	return must[[]byte](t)(vault.Unwrap(r.bytes(t, wrappedFile), r.kek()))
}

// goOn opens both files, the node's in a vault, and brings what was not sent to
// the restored central.
func (r *recording) goOn(t *testing.T) {
	b := r.restored(t)
	holds(t, b.Central.File, r.Central)
	path, disk := r.copyOut(t, nodeFile), mount(t, r.dataKey(t))
	if !must[bool](t)(disk.Adopt(path)) {
		t.Error("the file was not sealed")
	}
	l := b.sit(path, 0, r.identity(t), disk)
	if l.Origin() != r.Origin || l.Taken() != r.Unsent-2 {
		t.Errorf("origin %d with %d changes taken", l.Origin(), l.Taken())
	}
	holds(t, l.File, r.Node)
	sound(t, l.File, r.Origin)
	before := interactions(t, b.Central.File)
	for range 2 { // once, and once more: the answer was lost
		if answer := l.push(r.Unsent - 2); answer.Vector[r.Origin] != r.Unsent || answer.Refused != 0 {
			t.Errorf("%+v", answer)
		}
	}
	l.pull()
	if n := interactions(t, b.Central.File); n != before+1 {
		t.Errorf("%d interactions at central, and %d before the push", n, before)
	}
	l.agrees()
	holds(t, l.File, r.Node)
	l.note(l.signIn("teller"), first(t, l.File), "written by the release of today")
	l.sync()
	l.agrees()
	if damage := must[[]vault.Damage](t)(disk.Verify(path)); len(damage) > 0 {
		t.Errorf("%v", damage)
	}
}

func interactions(t testing.TB, f *rows.File) (n int64) {
	t.Helper()
	check(t, f.Read(t.Context(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(`SELECT count(*) FROM interaction`)
		return err
	}))
	return n
}

func (r *recording) opensVault(t *testing.T) {
	disk, path := mount(t, r.dataKey(t)), filepath.Join(t.TempDir(), vaultFile)
	for tail, name := range map[string]string{"": vaultFile, "-wal": vaultLog} {
		put(t, path+tail, r.bytes(t, name))
	}
	if damage := must[[]vault.Damage](t)(disk.Verify(path)); len(damage) > 0 {
		t.Errorf("%v", damage)
	}
	f := must[*rows.File](t)(rows.Open(rows.Options{Path: path, Schema: crm.Table(), Disk: disk}))
	defer func() { check(t, f.Close()) }()
	check(t, f.Read(t.Context(), func(tx *rows.Tx) error {
		for id, want := range map[crdt.ID]string{1: "in the database", 2: "in the log"} {
			row, err := tx.Get(crm.Party, id)
			if err != nil || row == nil || row.Get(crm.PartyName).S != want {
				t.Errorf("party %d: %+v %v", id, row, err)
			}
		}
		return nil
	}))
}

func (r *recording) provesJournal(t *testing.T) {
	codec, id := must[*wire.Codec](t)(wire.NewCodec()), r.identity(t)
	p := must[*wire.Push](t)(codec.DecodePush(r.bytes(t, pushFile)))
	again := must[*wire.Push](t)(codec.DecodePush(must[[]byte](t)(codec.EncodePush(p))))
	if d := cmp.Diff(p, again); d != "" {
		t.Error(d)
	}
	for i := range p.Ranges {
		check(t, p.Ranges[i].Verify(func(message, signature []byte) bool {
			return trust.CheckSigned(id.Public(), trust.ContextJournalHead, message, signature) == nil
		}))
	}
	if head := p.Ranges[len(p.Ranges)-1].Head; head.Origin != r.Origin || head.Seq != r.Unsent {
		t.Errorf("%+v", head)
	}
}

func (r *recording) readsPages(t *testing.T) {
	codec := must[*wire.Codec](t)(wire.NewCodec())
	sealed := must[*wire.Sealed](t)(wire.Unseal(r.bytes(t, sealedFile)))
	root := r.authority(t).Root()
	check(t, sealed.Check(func(m, s []byte) error { return root.Check(trust.ContextFeedPage, m, s) }))
	if sealed.Heads[r.Origin].Seq != r.Unsent-2 {
		t.Errorf("%+v", sealed.Heads)
	}
	for _, frame := range [][]byte{r.bytes(t, officePage), r.bytes(t, branchPage), sealed.Frame} {
		p := must[*wire.Page](t)(codec.DecodePage(frame))
		again := must[*wire.Page](t)(codec.DecodePage(must[[]byte](t)(codec.EncodePage(p))))
		if d := cmp.Diff(p, again); d != "" || len(p.Rows) == 0 {
			t.Errorf("%d rows\n%s", len(p.Rows), d)
		}
	}
}

func (r *recording) takesBundles(t *testing.T) {
	b := r.restored(t)
	for i, want := range []int{2, 0} {
		got := must[*central.Carried](t)(b.Central.ReadWork(t.Context(), bytes.NewReader(r.bytes(t, workFile)), b.authority))
		if got.Taken != want || got.Known != int(r.Unsent)-want || got.Refused != 0 || got.Missed != 0 || got.Cut {
			t.Errorf("reading %d: %+v", i+1, got)
		}
	}
	news := bytes.NewReader(r.bytes(t, newsFile))
	h := must[*bundle.Header](t)(bundle.ReadHeader(news))
	box := must[*trust.ReplyBox](t)(trust.ParseReplyBox(r.ReplyBox))
	in := must[*bundle.Reader](t)(bundle.NewReader(news, h, must[[]byte](t)(box.OpenKey(h.Sealed, h.Info()))))
	must[[]byte](t)(bundle.Signed(h, 0, must[[]byte](t)(in.Next()), b.authority.Root().Check))
	pages := 0
	for {
		chunk, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		check(t, err)
		must[*wire.Page](t)(b.codec.DecodePage(must[*wire.Sealed](t)(wire.Unseal(chunk)).Frame))
		pages++
	}
	if pages == 0 {
		t.Error("no news")
	}
}

func (r *recording) begins(t *testing.T) {
	path := r.copyOut(t, snapshotFile)
	check(t, store.Settle(t.Context(), store.Options{Path: path, Schema: crm.Table(), Branch: r.Branch, NowMS: func() int64 { return r.NowMS }}))
	b := r.restored(t)
	l := b.sit(path, 13, r.identity(t), nil)
	holds(t, l.File, r.Central)
	if wrong := must[[]int64](t)(l.Recount(t.Context())); len(wrong) > 0 {
		t.Errorf("%v", wrong)
	}
}
