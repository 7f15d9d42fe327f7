package releases

import (
	"bytes"
	cryptorand "crypto/rand"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/node/store/vault"
	"bough/sync/bundle"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
)

var record = flag.String("record", "", "record this release into testdata, in place of what lies there of it")

func TestRecordRelease(t *testing.T) {
	release := *record
	dir := filepath.Join("testdata", release)
	if release == "" { // whatever is recorded tomorrow can be read
		release, dir = "today", t.TempDir()
	} else {
		check(t, os.RemoveAll(dir))
		check(t, os.MkdirAll(dir, 0o755))
	}
	recordInto(t, dir, release)
	reads(t, dir)
}

// recordInto lives a day at a branch, and keeps what it left.
func recordInto(t *testing.T, dir, release string) {
	b := found(t)
	here, there := b.join(11), b.join(12)
	b.live(here, there)
	id, box := here.identity, must[*trust.ReplyBox](t)(trust.NewReplyBox(cryptorand.Reader))
	r := &recording{Release: release, Origin: here.Origin(), Branch: branch, KEK: bytes.Repeat([]byte{7}, 32), ReplyBox: box.Bytes(),
		Authority: string(must[[]byte](t)(b.authority.EncodePEM())), Identity: string(must[[]byte](t)(id.EncodePEM())), Files: map[string]string{}, dir: dir}
	n := must[*central.Node](t)(b.Central.Node(t.Context(), here.Origin()))
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }

	check(t, b.Central.Backup(t.Context(), at("central.db")))
	check(t, b.Central.Snapshot(t.Context(), n, at("snapshot.db")))
	r.keepFile(t, centralFile, at("central.db"))
	r.keepFile(t, snapshotFile, at("snapshot.db"))
	r.keep(t, officePage, b.page(n, 0, 0))
	r.keep(t, branchPage, b.page(n, branch, 0))
	r.keep(t, sealedFile, must[[]byte](t)(b.Central.SealedPage(t.Context(), n, wire.Pull{Scope: branch}, b.authority)))
	r.Central = told(t, b.Central.File)

	here.note(here.signIn("teller"), first(t, here.File), "written when the line was down")
	check(t, here.File.Backup(t.Context(), at("node.db")))
	r.keepFile(t, nodeFile, at("node.db"))
	r.keep(t, pushFile, here.frame(0))
	r.Node, r.Unsent = told(t, here.File), must[uint64](t)(written(t, here))
	r.seal(t)
	work := here.bundle(box)
	r.keep(t, workFile, work)
	r.keep(t, newsFile, b.news(work))
	r.NowMS = b.now
	check(t, os.WriteFile(filepath.Join(dir, expectedFile), append(must[[]byte](t)(json.MarshalIndent(r, "", " ")), '\n'), 0o644))
}

func written(t testing.TB, l *till) (uint64, error) {
	p, err := l.Progress(t.Context())
	return p.Written, err
}

// first is the oldest party of a file.
func first(t testing.TB, f *rows.File) (id crdt.ID) {
	t.Helper()
	check(t, f.Read(t.Context(), func(tx *rows.Tx) error {
		ids, err := tx.IDs(`SELECT id FROM party ORDER BY id LIMIT 1`)
		if err == nil {
			id = ids[0]
		}
		return err
	}))
	return id
}

// live is the day: customers, calls, one who was taken in twice, a memo that two
// wrote at once, and two changes that central did not take.
func (b *bank) live(here, there *till) {
	t := b.t
	t.Helper()
	teller := here.signIn("teller")
	ada := here.prospect(teller, "Ada Král", "+420 601 111 222")
	twin := here.prospect(teller, "A. Král", "")
	here.prospect(teller, "王小明", "+86 138 0013 8000")
	here.note(teller, ada, "asked for a mortgage")
	here.memo(teller, ada, "rings in the morning")
	here.sync()
	there.sync()
	manager := there.signIn("manager")
	there.memo(manager, ada, "rings in the evening")
	there.saved(there.desk.Link(t.Context(), manager, ada, twin, "the same identity card"))
	here.memo(teller, ada, "rings at noon")
	here.sync()
	there.sync()
	here.sync()
	here.stop(teller.Session, ada)
	here.stop(teller.Session, twin)
	here.sync()
	var held crdt.ID
	check(t, b.Central.File.Read(t.Context(), func(tx *rows.Tx) error {
		ids, err := tx.IDs(`SELECT id FROM refusal ORDER BY id`)
		if len(ids) != 2 {
			t.Fatalf("%d changes are held", len(ids))
		}
		held = ids[0]
		return err
	}))
	boss := must[crdt.ID](t)(b.PersonID(t.Context(), "manager"))
	check(t, b.Decide(t.Context(), rows.Actor{Person: boss}, held, office.Verdict{Why: "it was another customer"}))
	here.sync()
	here.agrees()
}

// stop writes a warning that only a manager may write, around the desk.
func (l *till) stop(session, party crdt.ID) {
	l.b.t.Helper()
	_, err := l.Act(l.b.t.Context(), rows.Actor{Session: session}, func(a *rows.Act) error {
		id, err := a.Mint()
		a.Add(crdt.Op{Kind: crm.Warning, ID: id, Set: []crdt.FieldSet{{Field: crm.WarningParty, Value: crdt.RefValue(party)}, {Field: crm.WarningLevel, Value: crdt.TextValue("stop")}}})
		return err
	})
	check(l.b.t, err)
}

// seal records how pages lie on disk: a small database of the two kinds that
// customers are made of, and its log, with commits that are not in the database
// yet.
func (r *recording) seal(t testing.TB) {
	t.Helper()
	key := must[[]byte](t)(vault.NewDataKey(cryptorand.Reader))
	r.keep(t, wrappedFile, must[[]byte](t)(vault.Wrap(cryptorand.Reader, key, r.kek())))
	disk := mount(t, key)
	path := filepath.Join(t.TempDir(), vaultFile)
	table := crm.Table()
	schema := must[*crdt.Schema](t)(crdt.NewSchema(table.Kind(crm.Party), table.Kind(crm.Reach)))
	f := must[*rows.File](t)(rows.Open(rows.Options{Path: path, Schema: schema, Disk: disk, Readers: 1}))
	put := func(id crdt.ID, name string) {
		check(t, f.Write(t.Context(), func(tx *rows.Tx) error {
			op := crdt.Op{Kind: crm.Party, ID: id, Set: []crdt.FieldSet{{Field: crm.PartyName, Value: crdt.TextValue(name)}}}
			return tx.Swap(nil, rows.Merge(schema, nil, &op, crdt.Written{Stamp: crdt.Stamp{Time: uint64(startMS) << 16, Origin: 11}}), branch)
		}))
	}
	put(1, "in the database")
	check(t, f.Checkpoint(t.Context()))
	put(2, "in the log")
	r.keepFile(t, vaultFile, path)
	r.keepFile(t, vaultLog, path+"-wal")
	check(t, f.Close())
}

func mount(t testing.TB, key []byte) *vault.Disk {
	t.Helper()
	disk := must[*vault.Disk](t)(vault.Mount(t.TempDir(), vault.OneKey(key), vault.Options{Rand: cryptorand.Reader}))
	t.Cleanup(func() { check(t, disk.Close()) })
	return disk
}

// bundle is what a stick carries to central: all the node wrote.
func (l *till) bundle(box *trust.ReplyBox) []byte {
	t := l.b.t
	t.Helper()
	root := l.b.authority.Root()
	h := &bundle.Header{Kind: bundle.Work, Lock: bundle.ToCentral, Central: bundle.CentralOf(root.Fingerprint()), ID: [16]byte{1}}
	key, sealed, err := root.SealKey(h.Info())
	check(t, err)
	h.Sealed = sealed
	var out bytes.Buffer
	w := must[*bundle.Writer](t)(bundle.NewWriter(&out, h, key))
	letter := bundle.WorkLetter{Origin: l.Origin(), Branch: branch, Reply: box.Public(), Cursors: []bundle.Cursor{}}
	check(t, w.Chunk(must[[]byte](t)(bundle.Letter(h, letter, func(c trust.Context, m []byte) ([]byte, error) { return l.identity.Sign(c, m), nil })), true))
	r := must[journal.Range](t)(l.Range(t.Context(), 0, 1000, l.sign))
	check(t, w.Chunk(must[[]byte](t)(l.b.codec.EncodePush(&wire.Push{Ranges: []journal.Range{r}})), false))
	check(t, w.Close())
	return out.Bytes()
}

// news is what central answers to a bundle.
func (b *bank) news(work []byte) []byte {
	b.t.Helper()
	to := must[*central.Carried](b.t)(b.Central.ReadWork(b.t.Context(), bytes.NewReader(work), b.authority))
	var out bytes.Buffer
	check(b.t, b.Central.WriteNews(b.t.Context(), &out, b.authority, to))
	return out.Bytes()
}
