package imports

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/office/corefeed"
	"bough/node/store/vault"
	"bough/packaging/tidy/require"
	"bough/sync/rows"
	"bough/sync/trust"
)

const nowMS = int64(1795270800000)

// bench is head office on real files.
type bench struct {
	*Imports
	t      *testing.T
	office *office.Office
	dir    string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir()}
	authority, err := trust.NewAuthority("test", time.UnixMilli(nowMS), rand.Reader)
	must(t, err)
	b.office, err = office.Open(t.Context(), office.Options{Path: filepath.Join(b.dir, "central.db"), Authority: authority, Origin: 7,
		Rand: rand.Reader, NowMS: func() int64 { return nowMS }, NoSync: true, Cost: trust.Cost{Time: 1, MemoryKiB: 64, Threads: 1}})
	must(t, err)
	t.Cleanup(func() { must(t, b.office.Close()) })
	key := make([]byte, 32)
	v, err := vault.Mount("imports:"+b.dir, vault.OneKey(key), vault.Options{Rand: rand.Reader})
	must(t, err)
	t.Cleanup(func() { must(t, v.Close()) })
	b.Imports = New(b.office, Options{Dir: filepath.Join(b.dir, "imports"), Vault: v, NowMS: func() int64 { return nowMS }, Rows: 50})
	for _, n := range []int64{1, 2} {
		must(t, b.office.AddBranch(t.Context(), rows.Actor{}, n, fmt.Sprint("Branch ", n)))
	}
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// doc is a file as it is uploaded.
type doc struct {
	name string
	text []byte
}

func (b *bench) upload(docs ...doc) (int64, error) {
	return b.Upload(b.t.Context(), 1, func() (string, io.Reader, error) {
		if len(docs) == 0 {
			return "", nil, io.EOF
		}
		d := docs[0]
		docs = docs[1:]
		return d.name, bytes.NewReader(d.text), nil
	})
}

func (b *bench) must(docs ...doc) *Import {
	b.t.Helper()
	n, err := b.upload(docs...)
	must(b.t, err)
	return b.get(n)
}

func (b *bench) get(n int64) *Import {
	b.t.Helper()
	j, err := b.Get(b.t.Context(), n)
	must(b.t, err)
	return j
}

func (b *bench) work() {
	b.t.Helper()
	for {
		did, err := b.Work(b.t.Context())
		must(b.t, err)
		if !did {
			return
		}
	}
}

// tried has made the dry run.
func (b *bench) tried(j *Import) *Import {
	b.t.Helper()
	must(b.t, b.Try(b.t.Context(), 1, j.N))
	b.work()
	return b.get(j.N)
}

// killedAfter works until so many parts are written; then central is gone.
func (b *bench) killedAfter(parts int) {
	b.t.Helper()
	ctx, kill := context.WithCancel(b.t.Context())
	defer kill()
	b.office.Central.OnChange(func([]crdt.ID) {
		if parts--; parts == 0 {
			kill()
		}
	})
	_, err := b.Work(ctx)
	must(b.t, err)
	b.office.Central.OnChange(func([]crdt.ID) {})
}

func (b *bench) count(kind string) (n int64) {
	b.t.Helper()
	must(b.t, b.office.Central.File.Read(b.t.Context(), func(tx *rows.Tx) (err error) {
		n, _, err = tx.Int(`SELECT count(*) FROM "` + kind + `" WHERE key IS NOT NULL`)
		return err
	}))
	return n
}

func codeOfError(err error) string {
	var known *desk.Error
	if errors.As(err, &known) {
		return known.Code
	}
	return fmt.Sprint(err)
}

// customers are n lines of a file of customers; broken ones are refused.
func customers(n int, broken ...int) []byte {
	var b strings.Builder
	b.WriteString("customer id,name,date of birth,gender,branch\n")
	for i := range n {
		birth := fmt.Sprintf("%02d.%02d.19%02d", i%28+1, i%12+1, 50+i%40)
		for _, at := range broken {
			if at == i {
				birth = "31.02.1999"
			}
		}
		fmt.Fprintf(&b, "%d,Customer %d,%s,%s,%d\n", 1000+i, i, birth, []string{"male", "female"}[i%2], i%2+1)
	}
	return []byte(b.String())
}

func TestAFileIsUnderstoodWrittenInPartsAndTakenBack(t *testing.T) {
	b := newBench(t)
	j := b.must(doc{"customers.csv", customers(300, 7, 8)})
	f := j.Files[0]
	if f.Kind != "party" || f.Key != "customer id" || f.Columns[1].Field != "name" || f.Columns[2].How != "D.M.YYYY" || f.Columns[3].How != "male = m; female = f" || f.Columns[4].Field != "home" {
		t.Fatalf("guessed %+v", f)
	}
	j = b.tried(j)
	sum := j.Sum()
	if j.State != Tried || sum.New != 298 || sum.Refused != 2 || b.count("party") != 0 {
		t.Fatalf("%s %s %+v", j.State, j.Fault, sum)
	}
	refused, err := b.FirstRefused(t.Context(), j.N, 10)
	must(t, err)
	if len(refused) != 2 || refused[0].Line != 9 || refused[0].Column != "date of birth" || !strings.Contains(refused[0].Reason, "31.02.1999") {
		t.Errorf("%+v", refused)
	}
	must(t, b.Imports.Write(t.Context(), 1, j.N))
	b.work()
	if j = b.get(j.N); j.State != Done || b.count("party") != 298 || j.Steps[0].Person != 1 {
		t.Fatalf("%s %d", j.State, b.count("party"))
	}
	if _, err := os.Stat(b.spool(j.N).dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the files stay")
	}
	again := b.tried(b.must(doc{"customers.csv", customers(300, 7, 8)}))
	if !again.View.Empty || again.Sum().Unchanged != 298 {
		t.Errorf("the same file again: %+v", again.Sum())
	}
	must(t, b.Imports.Undo(t.Context(), 1, j.N))
	b.work()
	if j = b.get(j.N); j.State != Undone || j.Back.Removed != 298 || b.count("party") != 0 {
		t.Errorf("%s %+v, %d left", j.State, j.Back, b.count("party"))
	}
	lines, err := b.List(t.Context())
	must(t, err)
	if len(lines) != 2 || lines[1].New != 298 || lines[1].Refused != 2 || lines[1].By != 1 || lines[1].State != Undone {
		t.Errorf("%+v", lines)
	}
}

func TestACentralThatIsKilledBetweenTwoPartsGoesOn(t *testing.T) {
	b := newBench(t)
	j := b.tried(b.must(doc{"customers.csv", customers(300)}))
	must(t, b.Imports.Write(t.Context(), 1, j.N))
	b.killedAfter(2)
	if n := b.count("party"); n != 100 || b.get(j.N).State != Writing {
		t.Fatalf("%d written, %s", n, b.get(j.N).State)
	}
	if err := b.Imports.Undo(t.Context(), 1, j.N); codeOfError(err) != "import_state" {
		t.Errorf("what is being written is taken back: %v", err)
	}
	b.Imports = New(b.office, b.o) // what was in memory is gone
	b.work()
	if j = b.get(j.N); j.State != Done || b.count("party") != 300 {
		t.Fatalf("%s %d", j.State, b.count("party"))
	}
	must(t, b.Imports.Undo(t.Context(), 1, j.N))
	b.killedAfter(2)
	if n := b.count("party"); n != 200 || b.get(j.N).State != Undoing {
		t.Fatalf("%d rows are left, %s", n, b.get(j.N).State)
	}
	b.Imports = New(b.office, b.o)
	b.work()
	if j = b.get(j.N); b.count("party") != 0 || j.State != Undone || j.Back.Removed != 300 {
		t.Errorf("%d rows stay, %s %+v", b.count("party"), j.State, j.Back)
	}
}

func TestAnImportThatIsStoppedKeepsWhatIsWrittenUntilItIsTakenBack(t *testing.T) {
	b := newBench(t)
	j := b.tried(b.must(doc{"customers.csv", customers(300)}))
	other := b.tried(b.must(doc{"others.csv", bytes.ReplaceAll(customers(20), []byte("\n1"), []byte("\n9"))}))
	must(t, b.Imports.Write(t.Context(), 1, j.N))
	if err := b.Imports.Write(t.Context(), 1, other.N); codeOfError(err) != "import_busy" {
		t.Errorf("two at once: %v", err)
	}
	b.killedAfter(2)
	must(t, b.Imports.Stop(t.Context(), 1, j.N))
	b.work()
	if n, is := b.count("party"), b.get(j.N); n != 100 || is.State != Done || !is.Stopped || is.Written != 100 {
		t.Fatalf("%d written, %s, %d told", n, is.State, is.Written)
	}
	must(t, b.Imports.Write(t.Context(), 1, other.N))
	b.work()
	if err := b.Imports.Undo(t.Context(), 1, j.N); codeOfError(err) != "import_not_latest" {
		t.Errorf("an import is taken back before a later one: %v", err)
	}
	must(t, b.Imports.Undo(t.Context(), 1, other.N))
	b.work()
	must(t, b.Imports.Undo(t.Context(), 1, j.N))
	b.work()
	if n := b.count("party"); n != 0 {
		t.Errorf("%d rows stay", n)
	}
}

func TestWhatChangedSinceTheDryRunIsShownAgain(t *testing.T) {
	b := newBench(t)
	first := b.tried(b.must(doc{"customers.csv", customers(10)}))
	second := b.tried(b.must(doc{"more.csv", customers(12)}))
	must(t, b.Imports.Write(t.Context(), 1, first.N))
	b.work()
	must(t, b.Imports.Write(t.Context(), 1, second.N))
	b.work()
	j := b.get(second.N)
	if j.State != Tried || !j.Changed || j.Sum().New != 2 || b.count("party") != 10 {
		t.Fatalf("%s %+v", j.State, j.Sum())
	}
	must(t, b.Imports.Write(t.Context(), 1, second.N))
	b.work()
	if n := b.count("party"); n != 12 {
		t.Errorf("%d", n)
	}
}

func TestMuchThatEndsTakesASecondPerson(t *testing.T) {
	b := newBench(t)
	j := b.tried(b.must(doc{"customers.csv", customers(100)}))
	must(t, b.Imports.Write(t.Context(), 1, j.N))
	b.work()
	j = b.must(doc{"customers.csv", customers(90)})
	c := Choices{Date: "2026-11-22", Files: j.Files}
	c.Files[0].Full = true
	must(t, b.Choose(t.Context(), 1, j.N, c))
	if j = b.tried(j); !j.View.NeedsSecond || j.Sum().Ended != 10 {
		t.Fatalf("%s %+v", j.Fault, j.Sum())
	}
	must(t, b.Imports.Write(t.Context(), 1, j.N))
	b.work()
	if err := b.Agree(t.Context(), 1, j.N); codeOfError(err) != "import_same_person" || b.get(j.N).State != Waiting {
		t.Errorf("%v", err)
	}
	must(t, b.Agree(t.Context(), 2, j.N))
	b.work()
	if j = b.get(j.N); j.State != Done || j.Second != 2 {
		t.Errorf("%s %s", j.State, j.Fault)
	}
}

func TestUndoSaysWhatStays(t *testing.T) {
	b := newBench(t)
	j := b.tried(b.must(doc{"customers.csv", customers(3)}))
	must(t, b.Imports.Write(t.Context(), 1, j.N))
	b.work()
	_, err := b.office.Central.Act(t.Context(), rows.Actor{}, func(a *rows.Act) error {
		party, _, err := a.Tx.Int(`SELECT id FROM party WHERE key='1001'`)
		id, minted := a.Mint()
		a.Add(crdt.Op{Kind: crm.Interaction, ID: id, Set: []crdt.FieldSet{{Field: crm.InteractionParty, Value: crdt.RefValue(crdt.ID(party))}}})
		return errors.Join(err, minted)
	})
	must(t, err)
	would, err := b.WouldUndo(t.Context())
	must(t, err)
	must(t, b.Imports.Undo(t.Context(), 1, j.N))
	b.work()
	j = b.get(j.N)
	for _, back := range []*Back{would, j.Back} {
		if back.Removed != 2 || len(back.Kept) != 1 || back.Kept[0] != (corefeed.Kept{Kind: "party", Key: "1001", ID: back.Kept[0].ID, Work: 1}) {
			t.Errorf("%+v", back)
		}
	}
}

func TestAFileInChineseIsUnderstood(t *testing.T) {
	text := "客户号;姓名;性别;出生日期;网点号;证件号码\n" + strings.Repeat("8801;王小明;男;1980年3月4日;1;110101198003040011\n", 1) + "8802;欧阳娜娜;女;1991年12月24日;2;\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	must(t, err)
	b := newBench(t)
	j := b.must(doc{"客户.csv", []byte(gbk)})
	f := j.Files[0]
	if f.Encoding != "gb18030" || f.Delimiter != "semicolon" || f.Kind != "party" || f.Key != "客户号" || f.Columns[3].How != "YYYY年M月D日" || f.Columns[2].How != "男 = m; 女 = f" {
		t.Fatalf("%+v", f)
	}
	if j = b.tried(j); j.Sum().New != 2 || j.Sum().Refused != 0 {
		t.Errorf("%s %+v %+v", j.Fault, j.Sum(), j.View)
	}
}

func TestWhatIsNoTableIsRefusedWithTheReason(t *testing.T) {
	b := newBench(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(customers(2000)); err != nil {
		t.Fatal(err)
	}
	must(t, z.Close())
	for name, c := range map[string]struct {
		text []byte
		code string
	}{
		"empty": {nil, "import_empty"}, "workbook": {[]byte("PK\x03\x04xl"), "import_zip"}, "picture": {[]byte("\x89PNG\x00\x00"), "import_binary"},
		"truncated": {packed.Bytes()[:packed.Len()/2], "import_truncated"}, "no gzip": {[]byte("\x1f\x8b"), "import_truncated"},
	} {
		if _, err := b.upload(doc{name, c.text}); codeOfError(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := os.ReadDir(b.o.Dir); len(left) > 0 {
		t.Errorf("what was refused stays: %v", left)
	}
	if _, err := b.upload(); codeOfError(err) != "import_no_file" {
		t.Errorf("nothing: %v", err)
	}
	if j := b.must(doc{"customers.csv.gz", packed.Bytes()}); j.Files[0].SizeBytes != int64(len(customers(2000))) || j.Files[0].Path != "customers.csv" {
		t.Errorf("%+v", j.Files[0])
	}
	wide := append([]byte{0xff, 0xfe}, []byte("i\x00d\x00,\x00n\x00a\x00m\x00e\x00\n\x001\x00,\x00\x29\x59\n\x00")...)
	if j := b.must(doc{"wide.csv", wide}); j.Files[0].Encoding != "utf-8" || j.Files[0].Columns[1].Field != "name" {
		t.Errorf("%+v", j.Files[0])
	}
}

func TestFaultsOfFilesStopTheDryRunAndThoseOfLinesAreListed(t *testing.T) {
	b := newBench(t)
	j := b.must(doc{"customers.csv", customers(20)})
	missing := Choices{Name: "x", Files: j.Files, Map: "name = 'x'\n[file.a]\npath = 'customers.csv'\n[rows.a]\nkind = 'party'\nkey = '{nothing}'\n"}
	must(t, b.Choose(t.Context(), 1, j.N, missing))
	if j = b.tried(j); j.State != Mapping || j.Fault != "" || !strings.Contains(j.Bad.Error(), `there is no column "nothing"`) {
		t.Errorf("%s %s %v", j.State, j.Fault, j.Bad)
	}
	missing.Map = "name = 'x'\n[rows.a]\nbad = 1"
	must(t, b.Choose(t.Context(), 1, j.N, missing))
	if j = b.tried(j); j.State != Mapping || j.Bad != nil || !strings.Contains(j.Fault, "line 2") {
		t.Errorf("%s %s", j.State, j.Fault)
	}
	twice := append(customers(5), []byte("1001,Twice,01.01.1990,male,1\nshort line\n1,Latin \xe9,01.01.1990,male,1\n")...)
	j = b.must(doc{"twice.csv", twice})
	c := Choices{Files: j.Files}
	c.Files[0].Encoding = "utf-8"
	must(t, b.Choose(t.Context(), 1, j.N, c))
	j = b.tried(j)
	refused, err := b.FirstRefused(t.Context(), j.N, 10)
	must(t, err)
	if len(refused) != 3 || !strings.Contains(refused[0].Reason, "already") || !strings.Contains(refused[1].Reason, "1 of 5 columns") || !strings.Contains(refused[2].Reason, "not UTF-8") || j.Sum().New != 5 {
		t.Errorf("%s %+v %+v", j.Fault, refused, j.Sum())
	}
}

func TestAMapThatIsKeptFitsNextMonthsFile(t *testing.T) {
	b := newBench(t)
	plain := doc{"october.csv", []byte("a,b,c\n1,Anna,1\n2,Eva,2\n")}
	j := b.must(plain)
	if j.Files[0].Kind != "" {
		t.Fatalf("guessed %+v", j.Files[0])
	}
	c := Choices{Files: j.Files}
	c.Files[0].Kind = "party"
	must(t, b.Choose(t.Context(), 1, j.N, c))
	c.Files = b.get(j.N).Files
	c.Files[0].Key, c.Files[0].Columns[1].Field, c.Files[0].Columns[2].Field = "a", "name", "home"
	must(t, b.Choose(t.Context(), 1, j.N, c))
	must(t, b.KeepMap(t.Context(), 1, j.N, "our customers"))
	plain.name = "november.csv"
	next := b.must(plain)
	must(t, b.UseMap(t.Context(), 1, next.N, "our customers"))
	if next = b.tried(next); next.Sum().New != 2 {
		t.Errorf("%s %+v", next.Fault, next.Files)
	}
	must(t, b.ForgetMap(t.Context(), 1, "our customers"))
	if own, builtin, err := b.Maps(t.Context()); len(own) != 0 || len(builtin) == 0 || err != nil {
		t.Errorf("%v %v %v", own, builtin, err)
	}
	must(t, b.Drop(t.Context(), 1, next.N))
	if _, err := b.Get(t.Context(), next.N); codeOfError(err) != "import" {
		t.Errorf("%v", err)
	}
}

func TestWhatIsKeptIsEncryptedAndCannotBeCutShort(t *testing.T) {
	b := newBench(t)
	j := b.must(doc{"customers.csv", customers(9000)})
	path := b.spool(j.N).path(0)
	raw, err := os.ReadFile(path)
	must(t, err)
	if bytes.Contains(raw, []byte("Customer 1")) {
		t.Error("the file lies there in clear")
	}
	whole := func() error {
		in, err := folder{b.spool(j.N), j.Files}.Open("customers.csv")
		must(t, err)
		_, err = io.Copy(io.Discard, in)
		return errors.Join(err, in.Close())
	}
	must(t, whole())
	first := 4 + int(raw[0])<<24 + int(raw[1])<<16 + int(raw[2])<<8 + int(raw[3])
	for what, bytes := range map[string][]byte{"its last piece is missing": raw[:first], "it is cut within a piece": raw[:len(raw)-9], "nothing is left": nil, "its first piece is missing": raw[first:]} {
		must(t, os.WriteFile(path, bytes, 0o600))
		if err := whole(); err == nil {
			t.Errorf("a file reads as if it were whole: %s", what)
		}
	}
}

func TestTheFilesOfAWholeBankAreImportedByTheMapThatComesAlong(t *testing.T) {
	folder := filepath.Join(require.Data(t), "berka")
	b := newBench(t)
	b.o.Rows = partRows
	b.Imports = New(b.office, b.o)
	var docs []doc
	for _, name := range []string{"account.asc", "card.asc", "client.asc", "disp.asc", "district.asc", "loan.asc", "order.asc", "trans.asc"} {
		text, err := os.ReadFile(filepath.Join(folder, name))
		must(t, err)
		docs = append(docs, doc{name, text})
	}
	j := b.must(docs...)
	for i, want := range []string{"holding", "card", "party", "role", "branch", "loan", "standing_order"} {
		if f := j.Files[i]; f.Delimiter != "semicolon" || !f.Header || i != 4 && f.Kind != want {
			t.Errorf("%s is taken for %s, %s", f.Path, f.Kind, f.Delimiter)
		}
	}
	must(t, b.UseMap(t.Context(), 1, j.N, "berka"))
	if j = b.tried(j); j.State != Tried || j.Sum().Refused != 1 || j.Sum().New < 20_000 {
		t.Fatalf("%s %s %+v", j.State, j.Fault, j.Sum())
	}
}

func TestAHundredThousandCustomersAreTried(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 lines are read and compared")
	}
	b := newBench(t)
	j := b.tried(b.must(doc{"customers.csv", customers(100_000, 5, 50_000)}))
	if sum := j.Sum(); sum.New != 99_998 || sum.Refused != 2 {
		t.Errorf("%s %+v", j.Fault, sum)
	}
}
