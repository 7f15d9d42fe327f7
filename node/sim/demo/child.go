package demo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// child is a process of the program that this one started. It ends when its
// standard input does, so it never outlives this one.
type child struct {
	cmd   *exec.Cmd
	stdin io.Closer
	said  chan string   // lines of standard output, until nobody listens
	deaf  chan struct{} // closed when nobody listens any more
	ended chan struct{} // closed when the process has ended
	err   error         // how it ended; to be read after ended
}

// spawn is how to start a process.
type spawn struct {
	exe, log string // log: file for its standard error, appended
	args     []string
}

// start starts a process.
func (s spawn) start() (*child, error) {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("demo: log of a process: %w", err)
	}
	defer log.Close() // the process has its own handle
	c := &child{cmd: exec.Command(s.exe, append(s.args, "--stop-with-stdin")...), said: make(chan string), deaf: make(chan struct{}), ended: make(chan struct{})}
	c.cmd.Stderr, c.cmd.SysProcAttr = log, apart()
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("demo: start %s: %w", s.args[0], err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("demo: start %s: %w", s.args[0], err)
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("demo: start %s: %w", s.args[0], err)
	}
	go c.follow(out)
	return c, nil
}

// follow reads what the process says until it ends.
func (c *child) follow(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		select {
		case c.said <- lines.Text():
		case <-c.deaf:
		}
	}
	c.err = c.cmd.Wait()
	close(c.ended)
}

// addresses waits until the process has said n lines of the form "what:
// scheme://host:port/", and returns host:port of each. Nobody listens to it
// afterwards.
func (c *child) addresses(ctx context.Context, n int, late <-chan time.Time) (out []string, err error) {
	defer close(c.deaf)
	for len(out) < n {
		select {
		case line := <-c.said:
			if _, address, found := strings.Cut(line, "://"); found {
				out = append(out, strings.TrimSuffix(address, "/"))
			}
		case <-c.ended:
			return nil, fmt.Errorf("it ended: %w", errors.Join(c.err, errEnded))
		case <-late:
			return nil, fmt.Errorf("it did not listen within %s", startFor)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return out, nil
}

var errEnded = errors.New("see its log")

// running reports whether the process is there.
func (c *child) running() bool {
	if c == nil {
		return false
	}
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// kill ends the process as a power cut would, and waits for that.
func (c *child) kill() {
	if c.running() {
		_ = c.cmd.Process.Kill() // it ended by itself just now, then
		<-c.ended
	}
}

// stop ends the process as an operator would; one that does not heed it is killed.
func (c *child) stop(after func(time.Duration) <-chan time.Time) {
	if c == nil {
		return
	}
	_ = c.stdin.Close() // it ended by itself already, then
	select {
	case <-c.ended:
	case <-after(stopFor):
		c.kill()
	}
}

// logTail is the last line of a process's log, to be shown with its failure.
func logTail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return filepath.Base(path)
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}
