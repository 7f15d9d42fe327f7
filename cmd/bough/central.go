package main

import (
	"context"
	"io"
	"net"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
)

// serving are the flags that central and node share.
type serving struct {
	dir, listen, name string
	hosts             []string
	idle              time.Duration
	withStdin         bool
}

func (s *serving) flags(cmd *cobra.Command, what, listen string) {
	dirFlag(cmd, &s.dir, what)
	f := cmd.Flags()
	f.StringVar(&s.listen, "listen", listen, "address to listen on, host:port; port 0 takes a free one")
	f.StringSliceVar(&s.hosts, "host", nil, "name, besides localhost, by which it is reached (repeatable)")
	f.DurationVar(&s.idle, "idle-lock", 5*time.Minute, "lock a sign-in after this long without work, 1m to 15m")
	f.BoolVar(&s.withStdin, "stop-with-stdin", false, "stop when standard input ends")
	must(f.MarkHidden("stop-with-stdin"))
}

func (s *serving) options(p *program) (node.Options, error) {
	o, err := p.options(s.dir)
	if s.idle < time.Minute || s.idle > 15*time.Minute {
		return o, usagef("--idle-lock is 1m to 15m, not %s", s.idle)
	}
	o.Listen, o.Name, o.Hosts, o.IdleLock = s.listen, s.name, s.hosts, s.idle
	return o, err
}

// until returns a context that ends with ctx, or with standard input if that
// was asked for: then a process does not outlive whoever started it.
func (s *serving) until(ctx context.Context, in io.Reader) context.Context {
	if !s.withStdin {
		return ctx
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() { // ends with standard input or with the process
		_, _ = io.Copy(io.Discard, in) // how it ended does not matter
		cancel()
	}()
	return ctx
}

const centralLong = `Run central. An empty directory becomes a new central: it gets its identity, an
SQLite database, and a first administrator whose name and one-time password are
printed once; choose an own password at the first sign-in.

One TLS port serves the nodes (by certificate) and the pages of head office (by
sign-in). Browsers do not know central's certificate; on the machine itself
--pages serves the same pages without TLS, on loopback only.

Stop it with Ctrl-C or SIGTERM. Every other command on the directory works while
it runs.`

func (p *program) central() *cobra.Command {
	var s serving
	var pages string
	cmd := &cobra.Command{
		Use: "central --dir D", Short: "Run central, at head office", Long: centralLong, GroupID: groupRun, Args: noArgs,
		Example: "  bough central --dir /var/lib/bough --listen :8443 --host central.example\n" +
			"  bough central --dir ./central --listen 127.0.0.1:0 --pages 127.0.0.1:8480",
	}
	s.flags(cmd, "central; made if it does not exist", ":8443")
	cmd.Flags().StringVar(&pages, "pages", "", "loopback address that serves the pages without TLS, host:port; empty: none")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		o, err := s.options(p)
		if err != nil {
			return err
		}
		o.Pages = pages
		o.FirstAdmin = func(login, password string) {
			p.print("first administrator: %s", login)
			p.print("one-time password: %s", password)
			p.say("This is shown once. Choose an own password at the first sign-in.")
		}
		return p.serve(s.until(cmd.Context(), p.in), func(ctx context.Context) (process, error) {
			h, err := node.NewHeadOffice(ctx, o)
			if err != nil {
				return process{}, err
			}
			return process{start: h.Start, stop: h.Stop, tell: func() {
				p.print("central for nodes and pages: https://%s", reachable(h.Addr()))
				if at := h.PagesAddr(); at != "" {
					p.print("pages on this machine: http://%s/", reachable(at))
				}
			}}, nil
		})
	})
	return cmd
}

// process is a central or node that is open.
type process struct {
	start func(context.Context) error
	stop  func() error
	tell  func() // where it listens, once it does
}

// serve runs a process until ctx ends.
func (p *program) serve(ctx context.Context, open func(context.Context) (process, error)) error {
	it, err := open(ctx)
	if err != nil {
		return err
	}
	if err := it.start(ctx); err != nil {
		return joinErrors(err, it.stop())
	}
	it.tell()
	<-ctx.Done()
	p.say("stopping")
	return it.stop()
}

// reachable is an address as somebody on this machine would write it.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return addr
}
