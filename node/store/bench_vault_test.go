package store_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/node/store/vault"
	"bough/sync/rows"
)

// sealedStore is openStore on an encrypted file.
func sealedStore(b testing.TB, branch int64) *store.Store {
	b.Helper()
	key, err := vault.NewDataKey(rand.Reader)
	must(b, err)
	path := filepath.Join(b.TempDir(), "bough.db")
	disk, err := vault.Mount("bench:"+path, vault.OneKey(key), vault.Options{Rand: rand.Reader})
	must(b, err)
	s, err := store.Open(context.Background(), store.Options{Path: path, Schema: crm.Table(), Origin: 7, Branch: branch, Rand: rand.Reader,
		NowMS: func() int64 { return time.Now().UnixMilli() }, Disk: disk})
	must(b, err)
	b.Cleanup(func() {
		_ = s.File.Close()
		_ = disk.Close()
	})
	return s
}

// fed takes pages of a feed into a store.
func fed(b testing.TB, s *store.Store, pageRows int) func(n int) {
	at := int64(0)
	return func(n int) {
		for range n / pageRows {
			must(b, s.Apply(context.Background(), feedPage(&at, pageRows)))
		}
	}
}

// BenchmarkSealedBulk: feed pages of 10,000 rows, encrypted against not. Bar 1.15.
func BenchmarkSealedBulk(b *testing.B) {
	compare(b, 20000, fed(b, sealedStore(b, 1), 10000), fed(b, openStore(b, 1), 10000))
}

// BenchmarkSealedCommit: one interaction, durable. Bar 1.35.
func BenchmarkSealedCommit(b *testing.B) {
	saving := func(s *store.Store) func(n int) {
		parties := seedParties(b, s, 1000)
		return func(n int) {
			for i := range n {
				act(b, s, func(a *rows.Act) error {
					id, err := a.Mint()
					a.Add(crdt.Op{Kind: crm.Interaction, ID: id, Set: interactionSet(parties[i%len(parties)], 1e12)})
					return err
				})
			}
		}
	}
	compare(b, 500, saving(sealedStore(b, 1)), saving(openStore(b, 1)))
}

// BenchmarkSealedCold: rows read at random through a cache that holds a small
// part of the file. Bar 1.5.
func BenchmarkSealedCold(b *testing.B) {
	const total = 200000
	reading := func(s *store.Store) func(n int) {
		fed(b, s, 10000)(total)
		must(b, s.File.Checkpoint(context.Background()))
		seed := uint64(1)
		return func(n int) {
			must(b, s.File.Read(context.Background(), func(tx *rows.Tx) error {
				for range n {
					seed = seed*6364136223846793005 + 1442695040888963407
					if r, err := tx.Get(crm.Interaction, crdt.MakeID(9, uint32(seed>>33%total)+1)); err != nil || r == nil {
						b.Fatal(r, err)
					}
				}
				return nil
			}))
		}
	}
	compare(b, 10000, reading(sealedStore(b, 1)), reading(openStore(b, 1)))
}
