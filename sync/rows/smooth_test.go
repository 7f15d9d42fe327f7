package rows

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// What moved to another page when pages were divided, and was deleted there, must
// not stay in the page that it was in before.
func TestWhatWasDeletedStaysInTheMiddleOfNoPage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	f := bank(t, Options{Path: path, NoSync: true,
		Migrations: []string{`CREATE TABLE long (a INTEGER, b INTEGER, data BLOB, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID`}})
	write := func(fn func(tx *Tx) error) {
		t.Helper()
		if err := f.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 100 { // in an order that divides pages everywhere
		write(func(tx *Tx) error {
			for j := range 10 {
				at := int64(10*i+j) * 7919 % 1000
				err := tx.Exec(`INSERT INTO long (a, b, data) VALUES (?1, ?2, ?3)`, at%13, at, bytes.Repeat(fmt.Appendf(nil, "secret %03d;", at), 12+int(at%25)))
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	write(func(tx *Tx) error { return tx.Exec(`DELETE FROM long WHERE b%2=0`) })
	deleted := regexp.MustCompile(`secret \d\d[02468];`)
	lies := func() int {
		if err := f.Scrub(t.Context()); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return len(deleted.FindAll(data, -1))
	}
	before := lies()
	n, err := f.Smooth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if after := lies(); before == 0 || n == 0 || after != 0 {
		t.Errorf("%d traces of deleted rows were on the disk, %d pages were smoothed, %d are still there", before, n, after)
	}
	if n, err = f.Smooth(t.Context()); err != nil || n != 0 {
		t.Errorf("smoothed again: %d pages, %v", n, err)
	}
	if faults, err := f.Integrity(t.Context()); err != nil || len(faults) > 0 {
		t.Error(faults, err)
	}
	write(func(tx *Tx) error {
		n, _, err := tx.Int(`SELECT count(*) FROM long WHERE instr(data, 'secret ' || printf('%03d', b))=1`)
		if n != 500 {
			t.Errorf("%d of 500 rows are whole", n)
		}
		return err
	})
}
