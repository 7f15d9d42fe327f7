package rows

import (
	"context"
	"fmt"
	"sync"
	"testing"
)

func TestParametersAreHiddenFromThePlanner(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT a FROM b WHERE c=?1 ORDER BY d LIMIT ?12": "SELECT a FROM b WHERE c=+?1 ORDER BY d LIMIT +?12",
		"INSERT INTO b VALUES (?1, ?2)":                   "INSERT INTO b VALUES (+?1, +?2)",
		"SELECT a FROM b WHERE c LIKE ?1 AND d=+?2":       "SELECT a FROM b WHERE c LIKE ?1 AND d=+?2",
	} {
		if got := opaque(sql); got != want {
			t.Errorf("%s became %s, not %s", sql, got, want)
		}
	}
}

func TestMoreReadersThanConnectionsTakeTurns(t *testing.T) {
	f, err := Open(Options{Path: t.TempDir() + "/a.db", Schema: kinds(t)})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 3 * defaultReaders {
		all.Go(func() {
			for range 20 {
				err := f.Read(context.Background(), func(tx *Tx) error {
					n, found, err := tx.Int(`SELECT ?1 ORDER BY 1 LIMIT ?2`, int64(7), int64(1))
					if err == nil && (!found || n != 7) {
						t.Errorf("read %d, %t", n, found)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := len(f.readers.idle); n == 0 || n > defaultReaders {
		t.Errorf("%d connections were opened", n)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err := f.Read(context.Background(), func(*Tx) error { return nil }); err != ErrClosed {
		t.Errorf("reading a closed file: %v", err)
	}
}

func BenchmarkReadingOnAConnectionThatHasPreparedMuch(b *testing.B) {
	f, err := Open(Options{Path: b.TempDir() + "/a.db", Schema: kinds(b), NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	err = f.Read(b.Context(), func(tx *Tx) error {
		for i := range 300 {
			if _, _, err := tx.Int(fmt.Sprintf("SELECT %d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := f.Read(b.Context(), func(tx *Tx) error { _, err := tx.FactInt("x"); return err }); err != nil {
			b.Fatal(err)
		}
	}
}
