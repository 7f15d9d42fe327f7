//go:build diskfull

package proof

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	smallDisk  = "size=48m"
	fillPoints = 100
	fillStep   = 4 << 10 // bytes of room more at each point
	fillActs   = 2000    // after as many notes a disk without room should have been noticed
	roomWithin = 20 * time.Second
)

// filler takes all the room of a file system but some bytes.
func filler(t testing.TB, path string, left int64) {
	t.Helper()
	var s unix.Statfs_t
	must(t, unix.Statfs(filepath.Dir(path), &s))
	f, err := os.Create(path)
	must(t, err)
	_, err = f.Write(make([]byte, max(0, int64(s.Bavail)*s.Bsize-left)))
	if errors.Is(err, unix.ENOSPC) {
		err = nil // the node took some of it meanwhile
	}
	must(t, errors.Join(err, f.Close()))
}

// TestAFullDisk fills a small file system at a hundred points while a node
// works on it: the note that meets it is saved, the next is refused in words,
// work goes on when there is room, and nothing acknowledged is gone.
func TestAFullDisk(t *testing.T) {
	c := newCutBench(t)
	mount := t.TempDir()
	tell(t, "mount", "-t", "tmpfs", "-o", smallDisk, "tmpfs", mount)
	t.Cleanup(func() { tell(t, "umount", mount) })
	dir, fill := filepath.Join(mount, "desk"), filepath.Join(mount, "filler")
	c.copyTo(dir)
	p := launch(t, "node", "node", "--dir", dir, "--listen", "127.0.0.1:0")
	d := newDoor(strings.TrimSuffix(p.said(`^pages and API: (http://\S+/)$`), "/"))
	d.token = trimmed(done(t, "", "token", "--dir", dir, "--user", "jana", "--password-file", c.words))
	var acked []string
	note := func(text string) (*answer, error) {
		got, err := d.ask(http.MethodPost, "/customers/"+c.party+"/interactions", map[string]any{"channel": "counter", "text": text}, "")
		if err == nil && got.ok() {
			acked = append(acked, text)
		}
		return got, err
	}
	for point := range fillPoints {
		filler(t, fill, int64(point)*fillStep)
		for n := 0; ; n++ {
			got, err := note(fmt.Sprintf("point %d, note %d", point, n))
			must(t, err)
			if got.ok() && n < fillActs {
				continue
			}
			if got.status != http.StatusServiceUnavailable || got.code() != "disk_full" || n == 0 {
				t.Fatalf("point %d, note %d: %d %s\n%s", point, n, got.status, got.raw, p.err.String())
			}
			break
		}
		must(t, os.Remove(fill))
		until(t, roomWithin, "work goes on", func() (bool, string) {
			got, err := note(fmt.Sprintf("point %d, with room", point))
			return err == nil && got.ok(), fmt.Sprint(got, err)
		})
	}
	p.stop()
	c.mustHold(fillPoints, dir, acked)
	t.Logf("%d fill points, %d notes acknowledged, all there", fillPoints, len(acked))
}
