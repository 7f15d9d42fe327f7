package uplink

import (
	"net"
	"sync"
	"testing"
)

// relay is a TCP line that can be cut.
type relay struct {
	t       testing.TB
	to      string
	address string
	wait    sync.WaitGroup

	mu       sync.Mutex // guards the rest
	listener net.Listener
	conns    map[net.Conn]bool
	silent   bool // swallow what comes
}

func newRelay(t testing.TB, to string) *relay {
	t.Helper()
	r := &relay{t: t, to: to, conns: map[net.Conn]bool{}}
	r.listen("127.0.0.1:0")
	t.Cleanup(r.cut)
	return r
}

func (r *relay) listen(address string) {
	r.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.mu.Lock()
	r.listener, r.address = l, l.Addr().String()
	r.mu.Unlock()
	r.wait.Add(1)
	go func() {
		defer r.wait.Done()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r.wait.Add(1)
			go r.carry(c)
		}
	}()
}

// cut closes every connection and refuses new ones.
func (r *relay) cut() {
	r.mu.Lock()
	if r.listener != nil {
		_ = r.listener.Close()
		r.listener = nil
	}
	r.mu.Unlock()
	r.drop()
	r.wait.Wait()
}

// drop closes every connection.
func (r *relay) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.conns {
		_ = c.Close()
	}
}

// restore listens again where it did.
func (r *relay) restore() {
	r.t.Helper()
	r.listen(r.address)
}

// swallow lets connections stand but nothing through, or ends that. What was
// swallowed is lost, so the connections it was lost from are closed.
func (r *relay) swallow(on bool) {
	r.mu.Lock()
	r.silent = on
	r.mu.Unlock()
	if !on {
		r.drop()
	}
}

func (r *relay) keep(c net.Conn, on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if on {
		r.conns[c] = true
	} else {
		delete(r.conns, c)
		_ = c.Close()
	}
}

func (r *relay) carry(near net.Conn) {
	defer r.wait.Done()
	r.keep(near, true)
	defer r.keep(near, false)
	far, err := net.Dial("tcp", r.to)
	if err != nil {
		return
	}
	r.keep(far, true)
	defer r.keep(far, false)
	back := make(chan struct{})
	go func() { defer close(back); r.pump(near, far) }()
	r.pump(far, near)
	<-back
}

func (r *relay) pump(to, from net.Conn) {
	defer func() { _ = to.Close(); _ = from.Close() }()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		r.mu.Lock()
		silent := r.silent
		r.mu.Unlock()
		if n > 0 && !silent {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
