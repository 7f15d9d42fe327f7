package webui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

// assets are the static files, by their path below static/.
type assets struct{ byName map[string]asset }

type asset struct {
	content []byte
	hash    string
	media   string
}

func loadAssets(files fs.FS, root string) (*assets, error) {
	a := &assets{byName: map[string]asset{}}
	err := fs.WalkDir(files, root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		a.byName[name[len(root)+1:]] = asset{content, hex.EncodeToString(sum[:8]), mediaOf(name)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("webui: read static files: %w", err)
	}
	return a, nil
}

// mediaOf does not ask the machine for the types that pages depend on: its
// table may be wrong, and nosniff is strict.
func mediaOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// address is where the browser finds a static file; it changes with the content.
func (a *assets) address(name string) (string, error) {
	found, is := a.byName[name]
	if !is {
		return "", fmt.Errorf("webui: no static file %s", name)
	}
	return "/static/" + name + "?v=" + found.hash, nil
}

func (s *Site) static(c echo.Context) error {
	found, is := s.assets.byName[c.Param("*")]
	if !is {
		return c.String(http.StatusNotFound, "There is no such file.\n")
	}
	h := c.Response().Header()
	h.Set("Content-Type", found.media)
	h.Set("ETag", `"`+found.hash+`"`)
	h.Set("Cache-Control", "no-cache")
	if c.QueryParam("v") == found.hash {
		h.Set("Cache-Control", "public, immutable, max-age="+strconv.Itoa(int(assetAge/time.Second)))
	}
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, bytes.NewReader(found.content))
	return nil
}
