package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
)

// maxSocketPath is what every system allows for the path of a socket.
const maxSocketPath = 100

// socketPath is where the commands of this machine reach the process of a
// directory. Where its own path is too long for a socket, a name made from it
// stands in the folder for temporary files.
func socketPath(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		abs = dir
	}
	if p := filepath.Join(abs, socketName); len(p) <= maxSocketPath {
		return p
	}
	h := sha256.Sum256([]byte(abs))
	return filepath.Join(os.TempDir(), "bough-"+hex.EncodeToString(h[:8])+".sock")
}

// serveSocket answers commands until it is stopped. The directory is locked,
// so a socket that is left over is of a process that died.
func serveSocket(dir string, h http.Handler, log *slog.Logger) (stop func() error, err error) {
	path := socketPath(dir)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("node: admin socket: %w", err)
	}
	s, err := serve("unix", path, h, nil, log)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("node: admin socket: %w", err), stopServer(s))
	}
	return func() error { return stopServer(s) }, nil
}

// Admin is a way to give commands to a directory: through the socket of the
// process that runs there, or by opening it.
type Admin struct {
	Running bool // a process runs there
	client  http.Client
	close   func() error
}

// Dial reaches the process that runs in a directory; where none does, open
// makes the handler that answers in its place, and closes it afterwards.
func Dial(ctx context.Context, dir string, open func() (http.Handler, func() error, error)) (*Admin, error) {
	path := socketPath(dir)
	var d net.Dialer
	if c, err := d.DialContext(ctx, "unix", path); err == nil {
		a := &Admin{Running: true, close: func() error { return nil }}
		a.client.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return d.DialContext(ctx, "unix", path)
		}}
		return a, c.Close()
	}
	h, closer, err := open()
	if err != nil {
		return nil, err
	}
	return &Admin{client: http.Client{Transport: direct{h}}, close: closer}, nil
}

// Close lets go of the directory.
func (a *Admin) Close() error { return a.close() }

// Do gives a command: in is sent as JSON, the answer is read into out.
func (a *Admin) Do(ctx context.Context, path string, in, out any) error {
	res, err := a.send(ctx, path, in)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return fmt.Errorf("node: answer to %s: %w", path, err)
	}
	return nil
}

// Stream gives a command whose answer comes as one JSON value after another.
func (a *Admin) Stream(ctx context.Context, path string, in any, each func(*json.Decoder) error) error {
	res, err := a.send(ctx, path, in)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	d := json.NewDecoder(res.Body)
	for d.More() {
		if err := each(d); err != nil {
			return err
		}
	}
	return nil
}
