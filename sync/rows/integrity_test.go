package rows

import (
	"fmt"
	"testing"
)

func TestACheckIsNotMisledByAConnectionThatSearchedBefore(t *testing.T) {
	f := bank(t, Options{Readers: 1, Migrations: []string{`CREATE VIRTUAL TABLE find USING fts5(names, content='', contentless_delete=1)`}})
	add := func(from, until int) {
		for i := from; i < until; i++ {
			write(t, f, func(tx *Tx) error {
				return tx.Exec(`INSERT INTO find (rowid, names) VALUES (?1, ?2)`, i, fmt.Sprintf("word%d other", i))
			})
		}
	}
	add(1, 100)
	read(t, f, func(tx *Tx) error {
		_, err := tx.IDs(`SELECT rowid FROM find WHERE find MATCH ?1`, "other")
		return err
	})
	add(100, 200)
	if faults, err := f.Integrity(ctx()); err != nil || len(faults) != 0 {
		t.Errorf("a sound file: %v, %v", faults, err)
	}
}
