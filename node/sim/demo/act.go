package demo

import (
	"context"
	"errors"
)

// Errors of the switches, for people.
var (
	errNoBranch      = errors.New("demo: there is no such branch")
	errNoWorkstation = errors.New("demo: there is no such workstation")
)

func (d *Demo) branch(number int64) (*branch, error) {
	for _, b := range d.list {
		if b.Number == number {
			return b, nil
		}
	}
	return nil, errNoBranch
}

// Cut cuts the line of a branch, or brings it back.
func (d *Demo) Cut(number int64, cut bool) error {
	b, err := d.branch(number)
	if err != nil || b.line.isCut() == cut {
		return err
	}
	if cut {
		d.mu.Lock()
		var now totals
		for _, w := range b.nodes {
			now.add(&w.status)
		}
		b.before, b.proof, b.due = now, nil, false
		d.mu.Unlock()
		b.line.set(true)
		d.note("cut", b.Name)
		return nil
	}
	b.line.set(false)
	d.mu.Lock()
	b.due = true
	d.mu.Unlock()
	d.note("restored", b.Name)
	return nil
}

func (d *Demo) workstation(name string) (*workstation, error) {
	for _, b := range d.list {
		for _, w := range b.nodes {
			if w.name == name {
				return w, nil
			}
		}
	}
	return nil, errNoWorkstation
}

// Kill ends a workstation as if its plug was pulled.
func (d *Demo) Kill(name string) error {
	w, err := d.workstation(name)
	if err != nil {
		return err
	}
	c := d.childOf(w)
	if !c.running() {
		return nil
	}
	c.kill()
	d.note("killed", name)
	return nil
}

// Revive starts a workstation that was killed, from its own file.
func (d *Demo) Revive(ctx context.Context, name string) error {
	w, err := d.workstation(name)
	if err != nil {
		return err
	}
	d.mu.Lock()
	busy := w.starting || w.child.running()
	w.starting = w.starting || !busy
	d.mu.Unlock()
	if busy {
		return nil
	}
	if err := d.runNode(ctx, w); err != nil {
		d.mu.Lock()
		w.starting = false
		d.mu.Unlock()
		return err
	}
	d.note("revived", name)
	return nil
}
