package corefeed

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"bough/node/crm"
	"bough/node/office/corefeed/mapping"
	"bough/packaging/tidy/require"
)

func mappingOf(t *testing.T, name string, edit ...string) *mapping.Mapping {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse(name, strings.NewReplacer(edit...).Replace(string(text)), crm.Table())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func statements(t *testing.T) fs.FS {
	t.Helper()
	return os.DirFS(filepath.Join(require.Data(t), "statements"))
}

func TestAStatementWithAPreambleBecomesAnAccountAndItsMonths(t *testing.T) {
	folder := statements(t)
	l := newMemory(t)
	p := commit(t, load(t, folder, mappingOf(t, "boc.toml")), l)
	rows, _ := l.Keyed(crm.Figure)
	if l.count(crm.Holding) != 1 || len(rows) != 1 || p.Refused.Total != 0 {
		t.Fatalf("%d accounts, %d months, refused %+v", l.count(crm.Holding), len(rows), p.Refused.Listed)
	}
	// Each line gives its amount and the balance after it, the newest first:
	// credits less debits must be the way from the oldest to the newest.
	for key, f := range rows {
		net := f.Get(crm.FigureCreditMinor).I - f.Get(crm.FigureDebitMinor).I
		before := f.Get(crm.FigureBalanceMinor).I - net
		if f.Get(crm.FigureCount).I != 17 || before != 3813_58-1000_00 {
			t.Errorf("%s: %v lines, the balance before the first is %d", key, f.Get(crm.FigureCount), before)
		}
	}
}

func TestTheSameStatementInGBKGivesTheSameRecords(t *testing.T) {
	folder := statements(t)
	const name = "example-boc-records.csv"
	text, err := fs.ReadFile(folder, name)
	if err != nil {
		t.Fatal(err)
	}
	gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes(text)
	if err != nil {
		t.Fatal(err)
	}
	want := load(t, folder, mappingOf(t, "boc.toml"))
	other := fstest.MapFS{name: {Data: gbk}}
	got := load(t, other, mappingOf(t, "boc.toml", `"utf-8"`, `"gbk"`))
	if diff := cmp.Diff(want.Records, got.Records, cmp.AllowUnexported(Record{})); diff != "" {
		t.Errorf("records (-UTF-8 +GBK):\n%s", diff)
	}
	if _, err := Load(t.Context(), Options{Folder: other, Mapping: mappingOf(t, "boc.toml")}); err == nil || !strings.Contains(err.Error(), "line 2: not UTF-8: byte 1") {
		t.Errorf("GBK read as UTF-8: %v", err)
	}
}

func TestAStatementWithALineOfTotalsRefusesThatLineOnly(t *testing.T) {
	feed := load(t, statements(t), mappingOf(t, "icbc.toml"))
	l := newMemory(t)
	commit(t, feed, l)
	var credit, debit, count int64
	rows, _ := l.Keyed(crm.Figure)
	for _, f := range rows {
		credit, debit, count = credit+f.Get(crm.FigureCreditMinor).I, debit+f.Get(crm.FigureDebitMinor).I, count+f.Get(crm.FigureCount).I
	}
	if count != 11 || credit != 2*1234_56+341_58+30_00+1_04 || debit != 13_40+3*1234_56+500_00+24_00 {
		t.Errorf("%d lines, credits %d, debits %d", count, credit, debit)
	}
	if r := feed.Refused.Listed; len(r) != 1 || r[0].Line != 20 || !strings.Contains(r[0].Reason, "of 13 columns") {
		t.Errorf("refused %+v", r)
	}
}

func TestADamagedExportIsRefusedRowByRow(t *testing.T) {
	folder := statements(t)
	text, err := fs.ReadFile(folder, "churn.csv")
	if err != nil {
		t.Fatal(err)
	}
	damaged := map[int]bool{}
	for i, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, "?") {
			damaged[i+1] = true
		}
	}
	l := newMemory(t)
	p := commit(t, load(t, folder, mappingOf(t, "churn.toml")), l)
	if l.count(crm.Holding) != 10000 || l.count(crm.Party) != 10000-len(damaged) || l.count(crm.Role) != 10000-len(damaged) {
		t.Errorf("%d accounts, %d parties, %d roles, %d damaged lines", l.count(crm.Holding), l.count(crm.Party), l.count(crm.Role), len(damaged))
	}
	for _, r := range p.Refused.Listed {
		if !damaged[r.Line] {
			t.Errorf("refused without a reason: %+v", r)
		}
	}
	if p.Refused.Total != 2*len(damaged) {
		t.Errorf("%d refused, want party and role of %d lines", p.Refused.Total, len(damaged))
	}
}
