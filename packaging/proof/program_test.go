package proof

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startWithin   = 30 * time.Second // a process on a busy machine
	commandWithin = 2 * time.Minute  // an import on a busy machine
	stopWithin    = 20 * time.Second
	shownOnFault  = 4000 // bytes of what a process said
)

// program is a process of bough that goes on until it is stopped.
type program struct {
	t    testing.TB
	name string // for people
	bin  string // the program; empty: the one to be tried
	net  string // network namespace it runs in; empty: the tests' own
	args []string

	mu   sync.Mutex // guards the rest
	cmd  *exec.Cmd
	in   io.Closer // ends the process with the test
	out  tail
	err  tail
	over chan struct{} // closed when the process has ended
}

// tail keeps what a process says.
type tail struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (w *tail) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *tail) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// launch starts a process that lives as long as the test.
func launch(t testing.TB, name string, args ...string) *program {
	t.Helper()
	return (&program{t: t, name: name}).begin(args)
}

// launchAs is launch of another program; empty: of the one to be tried.
func launchAs(t testing.TB, bin, name string, args ...string) *program {
	t.Helper()
	return (&program{t: t, name: name, bin: bin}).begin(args)
}

// launchIn is launch in a network namespace.
func launchIn(t testing.TB, net, name string, args ...string) *program {
	t.Helper()
	return (&program{t: t, name: name, net: net}).begin(args)
}

func (p *program) begin(args []string) *program {
	p.t.Helper()
	p.args = append(args, "--stop-with-stdin")
	p.t.Cleanup(p.end)
	p.start()
	return p
}

// start runs the process anew, on the same arguments.
func (p *program) start() {
	p.t.Helper()
	bin := cmp.Or(p.bin, os.Getenv(binVariable))
	cmd := exec.Command(bin, p.args...)
	if p.net != "" {
		cmd = exec.Command("ip", append([]string{"netns", "exec", p.net, bin}, p.args...)...)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	in, err := cmd.StdinPipe()
	must(p.t, err)
	p.out, p.err = tail{}, tail{}
	cmd.Stdout, cmd.Stderr = &p.out, &p.err
	must(p.t, cmd.Start())
	over := make(chan struct{})
	p.cmd, p.in, p.over = cmd, in, over
	go func() {
		_ = cmd.Wait() // a killed process ends with an error
		close(over)
	}()
}

// said waits for a line of standard output and returns the group of pattern.
func (p *program) said(pattern string) string {
	p.t.Helper()
	want := regexp.MustCompile("(?m)" + pattern)
	var found []string
	until(p.t, startWithin, p.name+" says "+pattern, func() (bool, string) {
		found = want.FindStringSubmatch(p.out.String())
		if found == nil && p.ended() {
			p.t.Fatalf("%s ended:\n%s%s", p.name, p.out.String(), p.err.String())
		}
		return found != nil, p.out.String() + p.err.String()
	})
	return found[1]
}

func (p *program) ended() bool {
	select {
	case <-p.running():
		return true
	default:
		return false
	}
}

func (p *program) running() chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.over
}

// kill ends the process as a power switch does: SIGKILL.
func (p *program) kill() {
	p.t.Helper()
	p.mu.Lock()
	err := p.cmd.Process.Kill()
	over := p.over
	p.mu.Unlock()
	must(p.t, err)
	<-over
}

// stop ends the process as a service manager does, and wants exit code 0.
func (p *program) stop() {
	p.t.Helper()
	p.mu.Lock()
	cmd, over := p.cmd, p.over
	p.mu.Unlock()
	must(p.t, cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-over:
	case <-time.After(stopWithin):
		p.t.Fatalf("%s did not stop within %s:\n%s", p.name, stopWithin, p.err.String())
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("%s stopped with exit code %d:\n%s", p.name, code, p.err.String())
	}
}

// end takes the process down after its test, and tells what it said if that
// failed.
func (p *program) end() {
	p.mu.Lock()
	cmd, in, over := p.cmd, p.in, p.over
	p.mu.Unlock()
	if cmd == nil || cmd.Process == nil {
		return
	}
	_ = in.Close() // it may have ended already
	select {
	case <-over:
	case <-time.After(stopWithin):
		p.t.Errorf("%s outlived its standard input", p.name)
		_ = cmd.Process.Kill()
		<-over
	}
	if said := p.err.String(); p.t.Failed() && said != "" {
		p.t.Logf("%s said: %s", p.name, said[max(0, len(said)-shownOnFault):])
	}
}

// faults are the lines of the log that tell of an error.
func (p *program) faults() (lines []string) {
	s := bufio.NewScanner(strings.NewReader(p.err.String()))
	for s.Scan() {
		if strings.Contains(s.Text(), "level=ERROR") {
			lines = append(lines, s.Text())
		}
	}
	return lines
}

// command runs a command of bough to its end; in is its standard input.
func command(t testing.TB, in string, args ...string) (out, said string, code int) {
	t.Helper()
	cmd := exec.Command(os.Getenv(binVariable), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &stdout, &stderr
	must(t, cmd.Start())
	timer := time.AfterFunc(commandWithin, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	_ = cmd.Wait() // the exit code tells
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// done is command for commands that must succeed; it returns their output.
func done(t testing.TB, in string, args ...string) string {
	t.Helper()
	out, said, code := command(t, in, args...)
	if code != 0 {
		t.Fatalf("bough %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, said)
	}
	return strings.TrimSpace(out)
}
