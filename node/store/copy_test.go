package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/journal"
	"bough/sync/rows"
	"bough/sync/wire"
)

// copied is a copy that a settled workstation made, and how the newcomer opens it.
func copied(t *testing.T, l *till) Options {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	must(t, l.Copy(ctx(), path))
	return Options{Path: path, Schema: crm.Table(), Origin: there, Branch: branch, NowMS: func() int64 { return startMS }, Rand: bytes.NewReader(make([]byte, 1<<16)), NoSync: true}
}

// settled is a workstation that has read its feeds to their heads and has local
// things besides.
func settled(t *testing.T) (l *till, ada crdt.ID) {
	t.Helper()
	l = open(t)
	f := newFeed()
	ada = crdt.MakeID(office, 1)
	phone := crdt.Op{Kind: crm.Reach, ID: crdt.MakeID(office, 2), Set: []crdt.FieldSet{{Field: crm.ReachParty, Value: crdt.IntValue(int64(ada))}, {Field: crm.ReachValue, Value: crdt.TextValue("555")}}}
	product := crdt.Op{Kind: crm.BranchKind, ID: crdt.MakeID(office, 3), Set: []crdt.FieldSet{{Field: crm.BranchName, Value: crdt.TextValue("Loan")}}}
	people := f.take(product, by(office, 3))
	l.apply(&wire.Page{Scope: OfficeScope, Epoch: 1, Until: people.N, Head: people.N, Rows: []wire.PageRow{people}, Vector: map[crdt.Origin]uint64{}},
		page(0, 0, f.take(party(ada, "Ada"), by(office, 1)), f.take(phone, by(office, 2))))
	must(t, l.File.Write(ctx(), func(tx *rows.Tx) error {
		return errors.Join(
			tx.Exec(`INSERT INTO token (hash, session, person, api, seen, until) VALUES (x'01', 1, 1, 0, 1, 1)`),
			tx.Exec(`INSERT INTO draft (person, form, body, at) VALUES (1, 'note', 'half a sentence', 1)`),
			tx.Exec(`INSERT INTO reply_box (id, secret, at) VALUES (x'02', x'7333637233742121', 1)`))
	}))
	return l, ada
}

// proofOf is what central says of the feeds that a workstation has read.
func proofOf(t *testing.T, l *till) Proof {
	t.Helper()
	return func(_ context.Context, scope, since int64, epoch uint64) (*wire.Page, error) {
		at, err := l.Cursor(ctx(), scope)
		return &wire.Page{Scope: scope, Epoch: epoch, Since: since, Until: at.Feed, Head: at.Feed, Digest: at.Digest, Vector: map[crdt.Origin]uint64{here: 0}}, err
	}
}

func TestACopyHoldsRowsAloneAndBecomesTheFileOfANewWorkstation(t *testing.T) {
	l, ada := settled(t)
	o := copied(t, l)
	data, err := os.ReadFile(o.Path)
	must(t, err)
	for _, word := range []string{"half a sentence", "s3cr3t!!"} {
		if bytes.Contains(data, []byte(word)) {
			t.Errorf("the copy holds %q", word)
		}
	}
	must(t, SettleCopy(ctx(), o, proofOf(t, l)))
	n, err := Open(ctx(), o)
	must(t, err)
	defer func() { must(t, n.File.Close()) }()
	must(t, n.File.Read(ctx(), func(tx *rows.Tx) error {
		row, err := tx.Get(crm.Party, ada)
		if err != nil || row == nil || row.Get(crm.PartyName).S != "Ada" {
			t.Errorf("the customer: %+v %v", row, err)
		}
		if met, err := n.Local.Met(tx); err != nil || !met {
			t.Errorf("met: %v %v", met, err)
		}
		indexes, _, err := tx.Int(`SELECT count(*) FROM sqlite_schema WHERE type='index' AND name='reach_party'`)
		if err != nil || indexes != 1 {
			t.Errorf("the index of phones: %d %v", indexes, err)
		}
		return nil
	}))
	if n.Origin() != there {
		t.Errorf("origin %d", n.Origin())
	}
}

func TestWhileSomethingUntakenLiesOverTheRowsNoCopyIsMade(t *testing.T) {
	l, ada := settled(t)
	l.who = rows.Actor{Session: 5, Person: 6}
	l.act(party(ada, "Ada Byron"))
	if is, err := l.Settled(ctx()); is || err != nil {
		t.Errorf("settled: %v %v", is, err)
	}
	if err := l.Copy(ctx(), filepath.Join(t.TempDir(), "copy.db")); !errors.Is(err, ErrUnsettled) {
		t.Errorf("copy: %v", err)
	}
}

// lies are what a neighbour could do to a copy; empty: a row and its digest.
func lies() map[string]string {
	return map[string]string{
		"a name that was changed, its digest left": `UPDATE party SET name='Eve'`,
		"a row that is missing":                    `DELETE FROM reach`,
		"somebody signed in":                       `INSERT INTO token (hash, session, person, api, seen, until) VALUES (x'01', 1, 1, 1, 1, 99999999999999)`,
		"a trigger":                                `CREATE TRIGGER evil AFTER INSERT ON interaction BEGIN DELETE FROM party; END`,
		"a view":                                   `CREATE VIEW evil AS SELECT 1`,
		"a table":                                  `CREATE TABLE evil (x)`,
		"a column":                                 `ALTER TABLE party ADD COLUMN evil TEXT`,
		"a fact":                                   `INSERT INTO fact (name, value) VALUES ('feed met its head', 1)`,
		"rows that are to be refused":              `INSERT INTO erased (kind, row_id) VALUES (1, 1)`,
		"a phone that is hidden":                   `UPDATE reach SET gone=1`,
		"a number beyond the feed":                 `UPDATE reach SET n=99`,
		"no number":                                `UPDATE reach SET n=0`,
		"a conflict of no row":                     `INSERT INTO conflict (id, kind, row_id, field, stamp, by) VALUES (1, 1, 1, 1, x'', 1)`,
		"a feed that was never read":               `UPDATE scope SET feed=0 WHERE scope=7`,
		"an author":                                `INSERT INTO neighbour (origin) VALUES (9)`,
		"an index that hides":                      `CREATE INDEX evil ON party (name) WHERE id<0`,
		"room that is not used":                    `CREATE TABLE t AS SELECT zeroblob(9000) AS x; DROP TABLE t`,
		"a kind that means something else":         `UPDATE kind SET definition='{}'`,
		"a change that others are to believe untaken":  `INSERT INTO neighbour_change (origin, seq, stamp, session, bodies, hash) VALUES (9, 1, x'', 1, x'', x'')`,
		"a customer who is said to have been indexed":  `INSERT INTO document (party) VALUES (1)`,
		"what is said to be sealed to central":         `INSERT INTO enclosed (seq, envelope) VALUES (1, x'')`,
		"a name that was changed, with a digest of it": "",
	}
}

func TestACopyThatIsNotWhatCentralTellsIsRefused(t *testing.T) {
	l, ada := settled(t)
	first := copied(t, l)
	data, err := os.ReadFile(first.Path)
	must(t, err)
	for name, lie := range lies() {
		t.Run(name, func(t *testing.T) {
			o, proof := first, proofOf(t, l)
			o.Path = filepath.Join(t.TempDir(), "copy.db")
			must(t, os.WriteFile(o.Path, data, 0o600))
			if lie == "" {
				truth := map[int64]*wire.Page{}
				for _, scope := range l.Scopes() {
					p, err := proof(ctx(), scope, 0, 1)
					must(t, err)
					truth[scope] = p
				}
				proof = func(_ context.Context, scope, since int64, _ uint64) (*wire.Page, error) {
					truth[scope].Since = since
					return truth[scope], nil
				}
				spoil(t, o, func(tx *rows.Tx) error {
					old, err := tx.Get(crm.Party, ada)
					if err != nil {
						return err
					}
					next := *old
					next.Row = old.Row.Clone()
					next.Fields[crm.PartyName] = crdt.TextValue("Eve")
					return tx.Swap(old, &next, branch)
				})
			} else {
				spoil(t, o, func(tx *rows.Tx) error {
					for _, sql := range bytes.Split([]byte(lie), []byte("; D")) {
						if bytes.HasPrefix(sql, []byte("ROP")) {
							sql = append([]byte("D"), sql...)
						}
						if err := tx.Exec(string(sql)); err != nil {
							return err
						}
					}
					return nil
				})
			}
			err := SettleCopy(ctx(), o, proof)
			if !errors.Is(err, ErrSnapshot) && !errors.Is(err, ErrOtherRows) && !errors.Is(err, rows.ErrStrange) {
				t.Errorf("it was taken: %v", err)
			}
		})
	}
}

// spoil changes a copy as a neighbour who lies could.
func spoil(t *testing.T, o Options, fn func(*rows.Tx) error) {
	t.Helper()
	f, err := rows.Open(rows.Options{Path: o.Path, Schema: o.Schema, Migrations: localTables, Oldest: oldestReader, NoSync: true})
	must(t, err)
	must(t, f.Write(ctx(), fn))
	must(t, f.Checkpoint(ctx()))
	must(t, f.Close())
}

func TestACopyThatNobodyConfirmsIsNotTakenAndMayBeLater(t *testing.T) {
	l, _ := settled(t)
	o := copied(t, l)
	none := func(context.Context, int64, int64, uint64) (*wire.Page, error) { return nil, io.ErrUnexpectedEOF }
	if err := SettleCopy(ctx(), o, none); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("without a proof: %v", err)
	}
}

func TestACopyIsRidOfWhatWasErasedBeforeItAndSaysSo(t *testing.T) {
	l, ada := settled(t)
	l.orders(ada)
	o := copied(t, l)
	must(t, SettleCopy(ctx(), o, proofOf(t, l)))
	s, err := Open(ctx(), o)
	must(t, err)
	n := &till{t: t, Store: s, path: o.Path}
	defer n.close()
	if _, err := n.Purge(ctx()); err != nil {
		t.Fatal(err)
	}
	due, err := n.Receipts(ctx(), 10)
	must(t, err)
	why := map[string]crdt.ID{}
	for _, r := range due {
		why[r.Why] = r.Row
	}
	if _, left := why[wire.WhyLeft]; why[wire.WhyErased] != ada || !left {
		t.Errorf("it says %v", due)
	}
	late := &colleague{clock: crdt.Clock{Origin: here}}
	r := late.writes(0, party(ada, "Ada again"))
	if _, err := n.Receive(ctx(), map[crdt.Origin][]byte{here: {1}}, []journal.Range{r}); err != nil || n.name(ada) != "" || len(n.lies("Ada again")) > 0 {
		t.Errorf("what a neighbour wrote of somebody erased stands here as %q, %v", n.name(ada), err)
	}
}
