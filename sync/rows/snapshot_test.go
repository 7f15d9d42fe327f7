package rows

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"
)

func TestAFileGoesOverPageByPage(t *testing.T) {
	dir := t.TempDir()
	from := Options{Path: filepath.Join(dir, "a.db"), Schema: kinds(t), NoSync: true}
	a, err := Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	to := Options{Path: filepath.Join(dir, "b.db"), Schema: kinds(t), NoSync: true}
	if err := a.Extract(t.Context(), to, func(x *Extract) error { return x.Exec(`INSERT INTO snap.fact (name, value) VALUES ('a', 7)`) }); err != nil {
		t.Fatal(err)
	}
	var parts [][]byte
	err = Pages(Platform{}, to.Path, 1, 4, func(first, total int, data []byte) error {
		if first != 1+4*len(parts) || total == 0 {
			t.Errorf("pages from %d of %d", first, total)
		}
		parts = append(parts, bytes.Clone(data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "c.db")
	err = FromPages(Platform{}, copied, func() ([]byte, error) {
		if len(parts) == 0 {
			return nil, io.EOF
		}
		p := parts[0]
		parts = parts[1:]
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(Options{Path: copied, Schema: kinds(t), NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if faults, err := c.Integrity(t.Context()); err != nil || len(faults) > 0 {
		t.Errorf("%v %v", faults, err)
	}
	err = c.Read(t.Context(), func(tx *Tx) error {
		if n, err := tx.FactInt("a"); err != nil || n != 7 {
			t.Errorf("%d %v", n, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
