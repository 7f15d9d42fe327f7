package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
)

const nodeLong = `Run the node of a workstation: its pages and its JSON API on loopback, and the
line to central. It works the same with and without the line.

A directory that has not joined yet serves one page, where the enrolment code is
typed in; 'bough join' does the same from here.`

func (p *program) node() *cobra.Command {
	var s serving
	var backoff time.Duration
	var lan, lanAs, proxy string
	var peers []string
	cmd := &cobra.Command{
		Use: "node --dir D", Short: "Run the node of a workstation", Long: nodeLong, GroupID: groupRun, Args: noArgs,
		Example: "  bough node --dir ./desk\n  bough node --dir ./desk --listen 127.0.0.1:8471 --idle-lock 10m",
	}
	s.flags(cmd, "the node; made if it does not exist", "127.0.0.1:8470")
	cmd.Flags().StringVar(&s.name, "name", "", "name of the workstation while it has not joined; empty: the machine's")
	cmd.Flags().StringVar(&lan, "lan", "", "address to listen on for the other workstations of the branch, such as 0.0.0.0:8471; empty: as 'bough join' was told, or none")
	cmd.Flags().StringVar(&lanAs, "lan-as", "", "address at which they reach it, IP:port, where that is not --lan: a port that is passed on")
	cmd.Flags().StringSliceVar(&peers, "peer", nil, "address of such a workstation, host:port, besides those that are found; may be repeated")
	proxyFlag(cmd, &proxy)
	cmd.Flags().DurationVar(&backoff, "backoff", 5*time.Second, "longest pause between tries to reach central")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		o, err := s.options(p)
		if err != nil {
			return err
		}
		if backoff < time.Millisecond {
			return usagef("--backoff is 1ms and more, not %s", backoff)
		}
		if o.Proxy, err = proxyOf(proxy); err != nil {
			return err
		}
		o.Bootstrap, o.Progress = true, p.progress()
		o.BackoffMS, o.LAN, o.LANAs, o.Peers = backoff.Milliseconds(), lan, lanAs, peers
		return p.serve(s.until(cmd.Context(), p.in), func(ctx context.Context) (process, error) {
			b, err := node.NewBranch(ctx, o)
			if err != nil {
				return process{}, err
			}
			return process{start: b.Start, stop: b.Stop, tell: func() {
				p.print("pages and API: http://%s/", b.Addr())
				if !b.Joined() {
					p.say("This workstation belongs to no branch yet: open the page and type in the enrolment code.")
					return
				}
				select {
				case <-b.Ready():
				case <-ctx.Done():
				}
				if at := b.LANAddr(); at != "" {
					p.print("neighbours: %s", at)
				}
			}}, nil
		})
	})
	return cmd
}

const joinLong = `Make a directory the node of a workstation: its keys are made here, central
certifies them in return for a one-time enrolment code ('bough code'), which
also proves that the other end is central. Run it once, then 'bough node'.`

func (p *program) join() *cobra.Command {
	var dir, url, code, name, lan, proxy string
	cmd := &cobra.Command{
		Use: "join --dir D --central URL --code C", Short: "Enrol a workstation in its branch", Long: joinLong, GroupID: groupRun, Args: noArgs,
		Example: "  bough join --dir ./desk --central https://central.example:8443 --code \"$CODE\" --name 'Counter 2'",
	}
	dirFlag(cmd, &dir, "the node; made if it does not exist")
	f := cmd.Flags()
	f.StringVar(&url, "central", "", "address of central, https://host:port")
	f.StringVar(&code, "code", "", "the enrolment code ('-': read it from standard input)")
	f.StringVar(&name, "name", "", "name of the workstation; empty: the machine's")
	f.StringVar(&lan, "lan", "", "address to listen on for the other workstations of the branch, such as 0.0.0.0:8471; empty: none")
	proxyFlag(cmd, &proxy)
	must(cmd.MarkFlagRequired("central"))
	must(cmd.MarkFlagRequired("code"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		o, err := p.options(dir)
		if err != nil {
			return err
		}
		if code == "-" {
			if code, err = p.password("-"); err != nil {
				return err
			}
		}
		if o.Proxy, err = proxyOf(proxy); err != nil {
			return err
		}
		o.Name, o.LAN = name, lan
		if err := node.Join(cmd.Context(), o, url, code); err != nil {
			return err
		}
		p.say("Joined. Start it with: bough node --dir %s", dir)
		return nil
	})
	return cmd
}
