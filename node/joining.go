package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"

	"bough/crdt"
	"bough/node/desk"
	"bough/sync/trust"
	"bough/sync/uplink"
	"bough/webui"
	"bough/webui/join"
)

// invite serves the page to join with, which also shows how the first file comes.
func (b *Branch) invite() error {
	e := newEcho()
	name := cmp.Or(b.me.Name, b.o.Name)
	err := join.Register(e, webui.Options{Log: b.o.Log, Now: b.nowMS, Name: name, Cookie: "bough_join", Version: b.o.Version, Stop: b.stopping},
		join.Acts{Enrol: b.joinByPage, Arrival: b.arrivalNow, Choose: b.arriving.choose})
	if err != nil {
		return err
	}
	b.serve(e)
	return nil
}

// joinByPage enrols and starts to work in place.
func (b *Branch) joinByPage(ctx context.Context, url, code string) error {
	b.joining.Lock()
	defer b.joining.Unlock()
	if b.dir.has(nodeName) {
		return nil
	}
	if err := join1(ctx, b.dir, b.o, url, code); err != nil {
		return &desk.Error{Reason: desk.Invalid, Code: "join", Field: "code", Message: err.Error()}
	}
	if err := b.dir.readJSON(nodeName, &b.me); err != nil {
		return err
	}
	if b.lacksFile() {
		if err := b.loadKeys(); err != nil {
			return err
		}
		b.arrive()
		return nil
	}
	if err := b.furnish(ctx); err != nil {
		return err
	}
	return b.work()
}

// arrivalNow tells the page how the first file comes; nil: nobody has joined yet.
func (b *Branch) arrivalNow() *join.Arrival {
	if !b.dir.has(nodeName) {
		return nil
	}
	v := b.arriving.stand()
	return &v
}

// arrive gets the first file while the pages say how far it is, and then begins
// to work. Stop waits for it.
func (b *Branch) arrive() {
	b.arrived.Go(func() {
		ctx := b.arrivals
		err := b.bootstrap(ctx)
		if err == nil {
			b.arriving.set(func(v *join.Arrival) { v.Step = join.Settling })
			err = b.furnish(ctx)
		}
		if err == nil {
			err = b.work()
		}
		if err == nil || ctx.Err() != nil {
			return
		}
		b.arriving.set(func(v *join.Arrival) { v.Step = join.Failed })
		b.o.Log.Error("this workstation has its file and cannot begin to work", "error", err)
	})
}

// Join enrols the directory of o as a workstation of a branch.
func Join(ctx context.Context, o Options, url, code string) error {
	d, err := openDir(o)
	if err != nil {
		return err
	}
	if d.has(nodeName) || d.has(centralName) {
		return errors.Join(fmt.Errorf("node: %s has joined already; use another directory", o.Dir), d.Close())
	}
	return errors.Join(join1(ctx, d, o, url, code), d.Close())
}

func join1(ctx context.Context, d *dir, o Options, url, code string) error {
	name := o.Name
	if name == "" {
		if name, _ = os.Hostname(); name == "" {
			name = "workstation"
		}
	}
	identity, err := trust.NewIdentity(o.Rand)
	if err != nil {
		return err
	}
	joined, err := uplink.Join(ctx, uplink.JoinOptions{URL: url, Code: code, Name: name, Identity: identity, Proxy: o.Proxy, Rand: o.Rand, Now: func() int64 { return o.Now().UnixMilli() }})
	if err != nil {
		return err
	}
	key, err := identity.EncodePEM()
	if err != nil {
		return err
	}
	if len(joined.BranchKey) > 0 {
		if err := d.write(branchKeyName, joined.BranchKey); err != nil {
			return err
		}
	}
	// node.json last: it says that the workstation has joined.
	for _, f := range []struct {
		name string
		data []byte
	}{{identityName, key}, {certName, trust.EncodeCertificate(joined.Certificate)}, {rootName, joined.Root.EncodePEM()}} {
		if err := d.write(f.name, f.data); err != nil {
			return err
		}
	}
	return d.writeJSON(nodeName, nodeFile{Origin: crdt.Origin(joined.Origin), Branch: joined.Branch, Name: name, Central: url, LAN: o.LAN, Line: joined.Line})
}
