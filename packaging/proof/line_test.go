package proof

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// condition is how a line is.
type condition uint8

const (
	open    condition = iota
	refused           // connections break, and new ones are refused at once
	silent            // connections stand, and nothing comes through
)

// line carries TCP from a branch to central, as long as it is open.
type line struct {
	t        testing.TB
	listener net.Listener
	wait     sync.WaitGroup

	carried atomic.Int64 // bytes, both ways
	most    atomic.Int64 // after so many of them nothing comes through; 0: no end

	mu      sync.Mutex // guards the rest
	to      string
	is      condition
	changed chan struct{} // closed when is changes
	conns   map[net.Conn]bool
	closed  bool
}

func newLine(t testing.TB, to string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	l := &line{t: t, listener: listener, to: to, changed: make(chan struct{}), conns: map[net.Conn]bool{}}
	l.wait.Go(l.accept)
	t.Cleanup(l.end)
	return l
}

// url is what the nodes of the branch know as central.
func (l *line) url() string { return "https://" + l.listener.Addr().String() }

// set changes the condition of the line.
func (l *line) set(is condition) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.is = is
	close(l.changed)
	l.changed = make(chan struct{})
	if is == refused {
		l.drop()
	}
}

// lead makes new connections go elsewhere.
func (l *line) lead(to string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.to = to
}

// drop breaks every connection; l.mu is held.
func (l *line) drop() {
	for c := range l.conns {
		_ = c.Close() // it may be closed already
	}
}

func (l *line) end() {
	l.mu.Lock()
	l.closed = true
	l.drop()
	close(l.changed)
	l.changed = make(chan struct{})
	l.mu.Unlock()
	_ = l.listener.Close() // there is nothing to lose
	l.wait.Wait()
}

func (l *line) accept() {
	for {
		c, err := l.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			l.t.Errorf("the line accepts no connection: %v", err)
			return
		}
		l.wait.Go(func() { l.carry(c) })
	}
}

// pass waits until something may come through; it never may when the answer is
// false.
func (l *line) pass() bool {
	for {
		l.mu.Lock()
		is, changed, closed := l.is, l.changed, l.closed
		l.mu.Unlock()
		switch {
		case closed || is == refused:
			return false
		case is == open:
			return true
		}
		<-changed
	}
}

// hold counts a connection among those that a cut breaks.
func (l *line) hold(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.is == refused {
		return false
	}
	l.conns[c] = true
	return true
}

func (l *line) let(c net.Conn) {
	l.mu.Lock()
	delete(l.conns, c)
	l.mu.Unlock()
	_ = c.Close() // it may be closed already
}

func (l *line) carry(near net.Conn) {
	defer l.let(near)
	if !l.hold(near) || !l.pass() {
		return
	}
	l.mu.Lock()
	to := l.to
	l.mu.Unlock()
	far, err := net.Dial("tcp", to)
	if err != nil {
		return // central is down
	}
	defer l.let(far)
	if !l.hold(far) {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { l.pump(near, far) })
	l.pump(far, near)
	back.Wait()
}

func (l *line) pump(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }() // either end breaks both
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if all, most := l.carried.Add(int64(n)), l.most.Load(); most > 0 && all > most && l.most.CompareAndSwap(most, 0) {
				l.set(silent)
			}
			if !l.pass() {
				return
			}
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
