package rows

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"zombiezen.com/go/sqlite"
)

// connection is one open connection with the statements it has prepared.
type connection struct {
	*sqlite.Conn
	statements
}

// Close finalizes what was prepared, and closes.
func (c *connection) Close() error {
	c.finalize()
	return c.Conn.Close()
}

func (f *File) tx(c *connection) *Tx { return &Tx{file: f, conn: c.Conn, st: &c.statements} }

// readers are the connections for reading. One is opened when it is first
// needed, and the one used last goes first: its statements are prepared and its
// pages warm.
type readers struct {
	connect func() (*connection, error)
	free    chan struct{} // a token for each that may be used; closed with the file

	mu   sync.Mutex // guards idle
	idle []*connection
}

func newReaders(n int, connect func() (*connection, error)) *readers {
	r := &readers{connect: connect, free: make(chan struct{}, n)}
	for range n {
		r.free <- struct{}{}
	}
	return r
}

// take waits for a connection; back gives it back.
func (r *readers) take(ctx context.Context) (*connection, error) {
	select {
	case _, ok := <-r.free:
		if !ok {
			return nil, ErrClosed
		}
	case <-ctx.Done():
		return nil, fmt.Errorf("rows: read: %w", ctx.Err())
	}
	if c := r.pop(); c != nil {
		return c, nil
	}
	c, err := r.connect()
	if err != nil {
		r.free <- struct{}{}
	}
	return c, err
}

func (r *readers) pop() *connection {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(r.idle)
	if n == 0 {
		return nil
	}
	c := r.idle[n-1]
	r.idle = r.idle[:n-1]
	return c
}

func (r *readers) back(c *connection) {
	r.mu.Lock()
	r.idle = append(r.idle, c)
	r.mu.Unlock()
	r.free <- struct{}{}
}

// close waits for who reads, and closes every connection.
func (r *readers) close() error {
	for range cap(r.free) {
		<-r.free
	}
	close(r.free)
	var errs []error
	for c := r.pop(); c != nil; c = r.pop() {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
