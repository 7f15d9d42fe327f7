//go:build powercut

package proof

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A power cut as ext4 knows it: from now on nothing reaches the disk, not even
// its own journal. What was not synced before is lost.
const (
	ext4Shutdown      = 0x8004587d // EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32), linux/fs/ext4/ext4.h
	shutdownNoFlush   = 2          // EXT4_GOING_FLAGS_NOLOGFLUSH
	powerCycles       = 200
	imageSize         = "96M"
	unmountWithin     = 20 * time.Second // a killed process may hold its files for a moment
	directoryOnTheTop = "desk"
)

// plug is an ext4 file system on a loop device that can be cut off.
type plug struct {
	t            testing.TB
	image, mount string
	loop         string
	mounted      bool
}

func newPlug(t testing.TB) *plug {
	t.Helper()
	dir := t.TempDir()
	p := &plug{t: t, image: filepath.Join(dir, "disk.img"), mount: filepath.Join(dir, "disk")}
	must(t, os.Mkdir(p.mount, 0o700))
	t.Cleanup(p.away)
	return p
}

// renew makes an empty file system.
func (p *plug) renew() {
	p.t.Helper()
	p.away()
	tell(p.t, "truncate", "-s", "0", p.image)
	tell(p.t, "truncate", "-s", imageSize, p.image)
	tell(p.t, "mkfs.ext4", "-q", "-F", p.image)
	p.loop = trimmed(tell(p.t, "losetup", "-f", "--show", p.image))
	p.on()
}

func (p *plug) on() {
	p.t.Helper()
	tell(p.t, "mount", "-t", "ext4", p.loop, p.mount)
	p.mounted = true
}

// off unmounts; what was cut before stays as the cut left it.
func (p *plug) off() {
	p.t.Helper()
	until(p.t, unmountWithin, "the file system is let go", func() (bool, string) {
		out, err := exec.Command("umount", p.mount).CombinedOutput()
		return err == nil, string(out)
	})
	p.mounted = false
}

// cutter opens what the cut needs, before it.
func (p *plug) cutter() (cut func(), done func()) {
	p.t.Helper()
	top, err := os.Open(p.mount)
	must(p.t, err)
	return func() {
		if err := unix.IoctlSetPointerInt(int(top.Fd()), ext4Shutdown, shutdownNoFlush); err != nil {
			p.t.Errorf("EXT4_IOC_SHUTDOWN: %v\n%s", err, mounts())
		}
	}, func() { must(p.t, top.Close()) }
}

func (p *plug) away() {
	if p.mounted {
		p.off()
	}
	if p.loop != "" {
		tell(p.t, "losetup", "-d", p.loop)
		p.loop = ""
	}
}

// TestPowerCuts runs a node with clerks at work on a file system, cuts its
// power, and wants all that was acknowledged.
func TestPowerCuts(t *testing.T) {
	c := newCutBench(t)
	p := newPlug(t)
	dir := filepath.Join(p.mount, directoryOnTheTop)
	bad := 0
	for n := range cycles(t, powerCycles) {
		if n%cutRenew == 0 {
			p.renew()
			c.copyTo(dir)
			tell(t, "sync", "-f", p.mount)
		}
		cut, done := p.cutter()
		acked := c.load(n, dir, cut)
		done()
		p.off()
		p.on()
		if !c.mustHold(n, dir, acked) {
			bad++
			p.renew()
			c.copyTo(dir)
			tell(t, "sync", "-f", p.mount)
		}
	}
	t.Logf("%d power cuts, %d of them lost something; %d notes acknowledged, at most %d between two cuts", c.attempts, bad, c.acked, c.longest)
}
