package proof

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"bough/node"
	invent "bough/node/sim/bank"
	"bough/node/sim/plant"
	"bough/sync/trust"
)

// town is a made-up bank with two branches, the first Western and the second
// Chinese: two workstations at the first and one at the second.
type town struct {
	*bank
	made              *invent.Bank
	planted           *plant.Planted
	front, back, away *workstation
	root              invent.Person // of head office
}

func openTown(t testing.TB) *town {
	t.Helper()
	v := &town{bank: newBank(t)}
	v.plant(invent.Generate(invent.Options{Seed: 5, Customers: 120, NowMS: time.Now().UTC().Truncate(24 * time.Hour).UnixMilli()}))
	v.open()
	v.front, v.back, v.away = v.join(1, "front"), v.join(1, "back"), v.join(2, "away")
	v.filled()
	v.root = v.who(0, "admin")
	v.central.token = v.bearer(v.central.dir, v.root)
	for _, w := range v.nodes {
		w.door().token = v.bearer(w.dir, v.who(w.branch, "manager"))
	}
	return v
}

// plant makes central's folder, and in it the bank as its people wrote it. The
// clock stands before the first act until the bank stands.
func (v *town) plant(made *invent.Bank) {
	v.t.Helper()
	var standing atomic.Bool
	since := time.UnixMilli(plant.Since(made))
	h, err := node.NewHeadOffice(context.Background(), node.Options{Dir: v.central.dir, Version: "proof", Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time {
			if standing.Load() {
				return time.Now()
			}
			return since
		},
		After: time.After, Rand: rand.Reader, Cost: trust.Cost{Time: 1, MemoryKiB: 64, Threads: 1}})
	must(v.t, err)
	v.made = made
	v.planted, err = plant.Bank(context.Background(), h.Office, made)
	must(v.t, err)
	standing.Store(true)
	must(v.t, h.Stop())
}

// who is somebody of a branch in a role.
func (v *town) who(branch int64, role string) invent.Person {
	v.t.Helper()
	i := slices.IndexFunc(v.made.People, func(p invent.Person) bool { return p.Branch == branch && p.Role == role })
	if i < 0 {
		v.t.Fatalf("nobody is %s of branch %d", role, branch)
	}
	return v.made.People[i]
}

func (v *town) bearer(dir string, p invent.Person) string {
	v.t.Helper()
	var word string
	until(v.t, fillWithin, p.Login+" can sign in", func() (bool, string) {
		out, said, code := command(v.t, p.Password, "token", "--dir", dir, "--user", p.Login, "--password-file", "-")
		word = trimmed(out)
		return code == 0, said
	})
	return word
}

// shows are the parties in which a situation can be seen, at a workstation.
func (v *town) shows(name string, at *workstation) []string {
	v.t.Helper()
	ids := v.may(name, at)
	if len(ids) == 0 {
		v.t.Fatalf("the bank shows no %q at %s", name, at.name)
	}
	return ids
}

// may is shows for a situation that not every branch has.
func (v *town) may(name string, at *workstation) (ids []string) {
	v.t.Helper()
	for _, provisional := range v.made.Find(name) {
		id := v.planted.ID(provisional).String()
		if a, err := at.door().ask(http.MethodGet, "/customers/"+id, nil, ""); err == nil && a.ok() {
			ids = append(ids, id)
		}
	}
	return ids
}
