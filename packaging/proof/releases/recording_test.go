package releases

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store/vault"
	"bough/sync/rows"
	"bough/sync/trust"
)

// The names of what a release records.
const (
	expectedFile = "expected.json"
	nodeFile     = "node.db.gz"
	centralFile  = "central.db.gz"
	snapshotFile = "snapshot.db.gz"
	vaultFile    = "vault.db"
	vaultLog     = "vault.db-wal"
	wrappedFile  = "vault.key"
	pushFile     = "push.frame"
	officePage   = "page-office.frame"
	branchPage   = "page-branch.frame"
	sealedFile   = "page-branch.sealed"
	workFile     = "work.bundle"
	newsFile     = "news.bundle"
)

// recording is what is known of a recorded bank: its keys, and what stands in
// its files.
type recording struct {
	Release   string
	NowMS     int64 // when it was recorded
	Origin    crdt.Origin
	Branch    int64
	Authority string // PEM
	Identity  string // of the node, PEM
	KEK       []byte // the data key of the vault is wrapped under it
	ReplyBox  []byte // secret that opens the news
	Unsent    uint64 // number of the change that central has not got
	Node      []recordedRow
	Central   []recordedRow
	Files     map[string]string // SHA-256 by name

	dir string
}

// recordedRow is a row as it was read: fields by number.
type recordedRow struct {
	Kind      uint8
	ID        crdt.ID
	Fields    map[uint8]string
	Conflicts int
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// load reads what is known of a recording; a file that was edited fails.
func load(t testing.TB, dir string) *recording {
	t.Helper()
	r := &recording{dir: dir}
	check(t, json.Unmarshal(must[[]byte](t)(os.ReadFile(filepath.Join(dir, expectedFile))), r))
	there := must[[]os.DirEntry](t)(os.ReadDir(dir))
	if len(there) != len(r.Files)+1 {
		t.Errorf("%d files lie in %s, %d were recorded", len(there), dir, len(r.Files)+1)
	}
	for name, want := range r.Files {
		if sum := sha256.Sum256(r.bytes(t, name)); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s is not as it was recorded", name)
		}
	}
	return r
}

func (r *recording) bytes(t testing.TB, name string) []byte {
	t.Helper()
	return must[[]byte](t)(os.ReadFile(filepath.Join(r.dir, name)))
}

// keep adds a file to a recording; a name that ends in .gz is compressed.
func (r *recording) keep(t testing.TB, name string, b []byte) {
	t.Helper()
	if strings.HasSuffix(name, ".gz") {
		var out bytes.Buffer
		z := must[*gzip.Writer](t)(gzip.NewWriterLevel(&out, gzip.BestCompression))
		must[int](t)(z.Write(b))
		check(t, z.Close())
		b = out.Bytes()
	}
	sum := sha256.Sum256(b)
	r.Files[name] = hex.EncodeToString(sum[:])
	check(t, os.WriteFile(filepath.Join(r.dir, name), b, 0o644))
}

// keepFile adds a file of the disk.
func (r *recording) keepFile(t testing.TB, name, path string) {
	t.Helper()
	r.keep(t, name, must[[]byte](t)(os.ReadFile(path)))
}

// copyOut puts a recorded file, expanded, into a folder of the test.
func (r *recording) copyOut(t testing.TB, name string) (path string) {
	t.Helper()
	b := r.bytes(t, name)
	if strings.HasSuffix(name, ".gz") {
		b = must[[]byte](t)(io.ReadAll(must[*gzip.Reader](t)(gzip.NewReader(bytes.NewReader(b)))))
	}
	path = filepath.Join(t.TempDir(), strings.TrimSuffix(name, ".gz"))
	check(t, os.WriteFile(path, b, 0o600))
	return path
}

func (r *recording) authority(t testing.TB) *trust.Authority {
	return must[*trust.Authority](t)(trust.ParseAuthority([]byte(r.Authority)))
}

func (r *recording) identity(t testing.TB) *trust.Identity {
	return must[*trust.Identity](t)(trust.ParseIdentity([]byte(r.Identity)))
}

// kek is the key that the recorded data key is wrapped under.
func (r *recording) kek() vault.KEK { return vault.KEK{ID: "fixture", Key: r.KEK} }

// told are the rows of a file that a recording tells of.
func told(t testing.TB, f *rows.File) (out []recordedRow) {
	t.Helper()
	check(t, f.Read(t.Context(), func(tx *rows.Tx) error {
		return tx.Each(func(s *rows.Stored) error {
			switch s.Kind {
			case crm.Party, crm.Reach, crm.Interaction, crm.Link, crm.Refusal:
				row := recordedRow{Kind: s.Kind, ID: s.ID, Fields: map[uint8]string{}, Conflicts: len(s.Conflicts)}
				for _, field := range f.Schema().Kind(s.Kind).Fields {
					if v := s.Get(field.Num); !v.IsNull() {
						row.Fields[field.Num] = v.String()
					}
				}
				out = append(out, row)
			}
			return nil
		})
	}))
	return out
}

// holds checks that a file has the rows that were recorded, each value of them.
func holds(t testing.TB, f *rows.File, want []recordedRow) {
	t.Helper()
	type id struct {
		kind uint8
		id   crdt.ID
	}
	here := map[id]recordedRow{}
	for _, row := range told(t, f) {
		here[id{row.Kind, row.ID}] = row
	}
	for _, w := range want {
		row, ok := here[id{w.Kind, w.ID}]
		if !ok || row.Conflicts != w.Conflicts {
			t.Errorf("row %d of kind %d: there %t, %d conflicts, recorded %d", w.ID, w.Kind, ok, row.Conflicts, w.Conflicts)
		}
		for field, value := range w.Fields {
			if row.Fields[field] != value {
				t.Errorf("row %d of kind %d, field %d: %q, recorded %q", w.ID, w.Kind, field, row.Fields[field], value)
			}
		}
	}
}

// sound checks the pages of a file and the chain of an origin in it.
func sound(t testing.TB, f *rows.File, origin crdt.Origin) {
	t.Helper()
	if faults := must[[]string](t)(f.Integrity(t.Context())); len(faults) > 0 {
		t.Errorf("%v", faults)
	}
	check(t, f.Read(t.Context(), func(tx *rows.Tx) error {
		n, err := tx.CheckChain(origin)
		if n == 0 {
			t.Errorf("no changes of origin %d", origin)
		}
		return err
	}))
}

func put(t testing.TB, path string, b []byte) {
	t.Helper()
	check(t, os.WriteFile(path, b, 0o600))
}
