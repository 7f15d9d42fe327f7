package store_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"testing"
	"time"

	"bough/node/crm"
	"bough/node/store"
	"bough/sync/trust"
	"bough/sync/wire"
)

// BenchmarkKeepPages: what it costs to keep the pages of a feed for a central that
// may be restored: CPU of a page of 1,000 interactions, and bytes in the file.
func BenchmarkKeepPages(b *testing.B) {
	const rowsOfPage = 1000
	authority, err := trust.NewAuthority("bench", time.Now(), rand.Reader)
	must(b, err)
	codec, err := wire.NewCodec()
	must(b, err)
	for _, kept := range []bool{false, true} {
		b.Run(map[bool]string{false: "passed", true: "kept"}[kept], func(b *testing.B) {
			s, err := store.Open(context.Background(), store.Options{Path: filepath.Join(b.TempDir(), "bough.db"), Schema: crm.Table(), Origin: 7,
				Branch: 1, Rand: rand.Reader, NowMS: func() int64 { return time.Now().UnixMilli() }, Enclose: authority.Root().Enclose})
			must(b, err)
			b.Cleanup(func() { _ = s.File.Close() })
			n, pages, used := int64(0), 0, time.Duration(0)
			for i := 0; i < b.N || pages < 30; i++ {
				page := feedPage(&n, rowsOfPage)
				if kept {
					frame, err := codec.EncodePage(page)
					must(b, err)
					page.Proof = &wire.Proof{Sealed: append(make([]byte, 120), frame...)} // a seal is as long
				}
				t := cpu()
				must(b, s.Apply(context.Background(), page))
				used += cpu() - t
				pages++
			}
			must(b, s.File.Checkpoint(context.Background()))
			b.ReportMetric(float64(used.Nanoseconds())/float64(pages), "cpu-ns/page")
			b.ReportMetric(size(b, s.File.Path())/float64(n), "file-B/row")
			b.ReportMetric(0, "ns/op")
		})
	}
}
