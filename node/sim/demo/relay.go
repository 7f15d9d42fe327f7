package demo

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// relay is the line of a branch: it carries connections to central, or none.
type relay struct {
	listener net.Listener
	target   string
	done     sync.WaitGroup // the accepting goroutine and one a connection

	mu    sync.Mutex // guards cut, open
	cut   bool
	open  map[net.Conn]bool // both ends of each connection
	ended bool
}

// newRelay listens on an address and carries what comes there to target.
func newRelay(address, target string) (*relay, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("demo: relay: %w", err)
	}
	r := &relay{listener: l, target: target, open: map[net.Conn]bool{}}
	r.done.Go(r.accept)
	return r, nil
}

func (r *relay) address() string { return r.listener.Addr().String() }

func (r *relay) accept() {
	for {
		in, err := r.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // that caller is gone; the next may be more lucky
		}
		r.done.Go(func() { r.carry(in) })
	}
}

// carry joins a connection to central until either end, or the line, is gone.
func (r *relay) carry(in net.Conn) {
	if !r.hold(in) {
		return
	}
	defer r.drop(in)
	out, err := net.Dial("tcp", r.target)
	if err != nil || !r.hold(out) {
		return
	}
	defer r.drop(out)
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(in, out) // an end that is gone ends the other
		r.drop(in)
	})
	_, _ = io.Copy(out, in) // likewise
	r.drop(out)
	back.Wait()
}

// hold takes a connection into account; where the line is cut it is dropped.
func (r *relay) hold(c net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cut || r.ended {
		reset(c)
		return false
	}
	r.open[c] = true
	return true
}

func (r *relay) drop(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[c] {
		delete(r.open, c)
		_ = c.Close() // the other end may have closed it first
	}
}

// reset closes a connection at once, without saying goodbye.
func reset(c net.Conn) {
	if tcp, is := c.(*net.TCPConn); is {
		_ = tcp.SetLinger(0) // a hint
	}
	_ = c.Close() // the other end may have closed it first
}

// set cuts the line or brings it back. Cut, all connections are dropped and new
// ones refused.
func (r *relay) set(cut bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = cut
	if cut {
		r.dropAll()
	}
}

// dropAll is called with mu held.
func (r *relay) dropAll() {
	for c := range r.open {
		reset(c)
	}
	clear(r.open)
}

func (r *relay) isCut() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cut
}

// close ends the relay and waits for its goroutines.
func (r *relay) close() error {
	err := r.listener.Close()
	r.mu.Lock()
	r.ended = true
	r.dropAll()
	r.mu.Unlock()
	r.done.Wait()
	return err
}
