package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"bough/node/api"
	"bough/node/desk"
	"bough/sync/lan"
	"bough/sync/rows"
)

// Limits of what the doctor finds worth telling.
const (
	trialName  = "doctor.trial" // a file that is written, made durable and removed again
	trialBytes = 4096
	lowBytes   = 256 << 20              // of a disk: the file, its log and a backup need room to grow
	slowSync   = 100 * time.Millisecond // what saving may take, as clerks feel it
	hopFor     = 5 * time.Second        // a hop of the way to central
)

// Doctor tries hop after hop what keeps this workstation from central, and
// what of its own may be wrong. It changes nothing.
func (b *Branch) Doctor(ctx context.Context) []desk.Finding {
	out := []desk.Finding{b.disk()}
	if !b.here() {
		return append(out, desk.Finding{Hop: desk.HopEnrolment, State: desk.HopWrong, Code: "enrolment_none"})
	}
	out = append(out, b.fileSound(ctx), b.enrolled())
	out = append(out, b.way(ctx)...)
	return append(out, b.besideFound())
}

// disk writes a small file and makes it durable, as saving does.
func (b *Branch) disk() desk.Finding {
	f := desk.Finding{Hop: desk.HopDisk, State: desk.HopOK, Code: "disk_ok"}
	took, err := trial(b.dir.file(trialName), b.o.Now)
	left, known := freeBytes(b.dir.path)
	if known {
		f.Detail = fmt.Sprintf("%d MB", left>>20)
	}
	full := b.dir.health.state() == api.DiskFull
	switch {
	case errors.Is(err, fs.ErrPermission):
		f.State, f.Code, f.Detail = desk.HopWrong, "disk_denied", b.dir.path
	case full || known && left < lowBytes:
		f.State, f.Code = desk.HopWrong, "disk_low"
	case err != nil:
		f.State, f.Code, f.Detail = desk.HopWrong, "disk_broken", plainPath(err)
	case took > slowSync:
		f.State, f.Code = desk.HopWarn, "disk_slow"
	}
	if err == nil {
		f.Detail += fmt.Sprintf(", fsync %.1f ms", float64(took.Microseconds())/1000)
	}
	return f
}

// plainPath is what is wrong with a file, without where it lies.
func plainPath(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

func trial(path string, now func() time.Time) (took time.Duration, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	_, err = f.Write(make([]byte, trialBytes))
	began := now()
	if err == nil {
		err = f.Sync()
	}
	took = now().Sub(began)
	return took, errors.Join(err, f.Close(), os.Remove(path))
}

// fileSound reads through the file as 'bough check' does.
func (b *Branch) fileSound(ctx context.Context) desk.Finding {
	f := desk.Finding{Hop: desk.HopFile, State: desk.HopOK, Code: "file_ok"}
	found, err := check(ctx, b.dir, b.Store.File, b.Origin(), func(*rows.Tx) (func(*rows.Stored) ([]int64, error), error) {
		return func(r *rows.Stored) ([]int64, error) { return []int64{b.Store.ScopeOf(r.Kind)}, nil }, nil
	})
	if err != nil {
		f.State, f.Code = desk.HopWrong, "file_unread"
		return f
	}
	for _, one := range found {
		if !one.OK {
			f.State, f.Code, f.Detail = desk.HopWrong, "file_damaged", one.What
		}
	}
	if p, err := b.Store.Progress(ctx); f.State == desk.HopOK && err == nil && p.Aside > 0 {
		f.State, f.Code, f.Detail = desk.HopWarn, "file_aside", fmt.Sprint(p.Aside)
	}
	return f
}

func (b *Branch) enrolled() desk.Finding {
	until := b.up().CertificateUntil()
	f := desk.Finding{Hop: desk.HopEnrolment, State: desk.HopOK, Code: "enrolment_ok", Detail: until.UTC().Format(time.DateOnly)}
	if b.expired() {
		f.State, f.Code = desk.HopWarn, "enrolment_expired"
	}
	if _, bad := b.clockSuspect(); bad && !b.validHere() {
		f.State, f.Code = desk.HopWarn, "enrolment_clock"
	}
	return f
}

// validHere reports whether the certificate of this node is valid at the time here.
func (b *Branch) validHere() bool {
	c := b.keys.cert.Load()
	return !b.now().Before(c.NotBefore) && !b.expired()
}

// besideFound is how the LAN is.
func (b *Branch) besideFound() desk.Finding {
	f := desk.Finding{Hop: desk.HopLAN, State: desk.HopOK, Code: "lan_ok", Detail: b.gossipAddress()}
	n := b.neighbours.Load()
	switch {
	case b.gossipAddress() == "":
		f.Code = "lan_off"
		return f
	case n == nil:
		f.State, f.Code = desk.HopWrong, "lan_closed"
		return f
	}
	here := 0
	if g := n.gossip.Load(); g != nil {
		for _, h := range g.Heard() {
			if h.Here {
				here++
			}
		}
	}
	answer := answering(n.lan.Peers())
	f.Detail = fmt.Sprintf("%s, %d/%d", b.gossipAddress(), answer, here)
	switch {
	case here > 0 && answer == 0 && !b.validHere():
		f.State, f.Code = desk.HopWrong, "lan_clock"
	case here > 0 && answer == 0:
		f.State, f.Code = desk.HopWrong, "lan_blocked"
	case here == 0 && answer == 0:
		f.State, f.Code = desk.HopWarn, "lan_alone"
	}
	return f
}

func answering(peers []lan.Peer) (n int) {
	for _, p := range peers {
		if p.Origin != 0 && p.Trouble == "" {
			n++
		}
	}
	return n
}
