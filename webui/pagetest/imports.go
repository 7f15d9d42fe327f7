package pagetest

import (
	"bytes"
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"testing"

	"bough/node/office"
	"bough/node/office/imports"
	"bough/node/store/vault"
)

// Imports is the import of files at a head office, into a folder and a vault of
// its own. A hundred rows are written at a time.
func Imports(t testing.TB, f *office.Office, nowMS func() int64) *imports.Imports {
	t.Helper()
	dir := t.TempDir()
	key, err := vault.NewDataKey(rand.Reader)
	must(t, err)
	v, err := vault.Mount("imports:"+dir, vault.OneKey(key), vault.Options{Rand: rand.Reader})
	must(t, err)
	t.Cleanup(func() { must(t, v.Close()) })
	return imports.New(f, imports.Options{Dir: filepath.Join(dir, "imports"), Vault: v, NowMS: nowMS, Rows: 100})
}

// Send uploads files by the form of a page, their names and contents in turn.
func (c *Counter) Send(path, field string, files ...string) Answer {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(files); i += 2 {
		w, err := form.CreateFormFile(field, files[i])
		must(c.t, err)
		_, err = io.WriteString(w, files[i+1])
		must(c.t, err)
	}
	must(c.t, form.Close())
	r, err := http.NewRequest(http.MethodPost, c.URL+path, &body)
	must(c.t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return c.Do(r)
}
