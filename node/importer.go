package node

import (
	"context"
	"sync"
	"time"

	"bough/node/office/imports"
)

// Names and pace of imports of the screen.
const (
	importsName = "imports"   // folder of the files, until an import is at its end
	importEvery = time.Second // how often is looked for an import that somebody wants
)

// newImports makes the import of files: what is uploaded lies sealed in the
// directory.
func (h *HeadOffice) newImports() *imports.Imports {
	return imports.New(h.Office, imports.Options{Dir: h.dir.file(importsName), Vault: h.dir.vault, NowMS: h.nowMS})
}

// importer carries out what was asked of imports until it is stopped. There is
// nothing to resume: an import that is under way is in the database.
func (h *HeadOffice) importer() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for ctx.Err() == nil {
			did, err := h.Imports.Work(ctx)
			if err != nil && ctx.Err() == nil {
				h.o.Log.Error("an import cannot go on", "error", err)
			}
			if did && err == nil {
				continue
			}
			select {
			case <-ctx.Done():
			case <-h.o.After(importEvery):
			}
		}
	})
	return func() error {
		cancel()
		work.Wait()
		return nil
	}
}
