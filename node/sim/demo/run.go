package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

func (d *Demo) childOf(w *workstation) *child {
	d.mu.Lock()
	defer d.mu.Unlock()
	return w.child
}

// run starts the process of a workstation and waits until it says where it
// listens; the last of its n addresses is that of its pages.
func (d *Demo) run(ctx context.Context, w *workstation, args []string, n int) ([]string, error) {
	c, err := spawn{exe: d.o.Exe, log: w.log, args: append(args, "--dir", w.dir)}.start()
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	w.child, w.heard = c, false
	d.mu.Unlock()
	addresses, err := c.addresses(ctx, n, d.o.After(startFor))
	if err != nil {
		c.kill()
		return nil, fmt.Errorf("demo: %s did not start: %w: %s", w.name, err, logTail(w.log))
	}
	port, err := portOf(addresses[n-1])
	w.port.Store(int64(port))
	return addresses, err
}

func (d *Demo) runNode(ctx context.Context, w *workstation) error {
	_, err := d.run(ctx, w, []string{"node", "--listen", free(int(w.port.Load())), "--backoff", backoff, "--lan", w.lan.inside, "--lan-as", w.lan.outside}, 1)
	return err
}

// join enrols a workstation over the line of its branch. The code goes by
// standard input: arguments are seen by everybody on the machine.
func (d *Demo) join(ctx context.Context, b *branch, w *workstation, code string) error {
	cmd := exec.CommandContext(ctx, d.o.Exe, "join", "--dir", w.dir, "--central", "https://"+b.line.address(), "--name", w.name, "--code", "-")
	cmd.Stdin, cmd.SysProcAttr = strings.NewReader(code+"\n"), apart()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("demo: %s did not join: %w: %s", w.name, err, strings.TrimSpace(string(out)))
	}
	return os.WriteFile(w.log, nil, 0o600)
}

// grouped writes a number with its thousands apart.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
