package main

import (
	"time"

	"github.com/spf13/cobra"

	"bough/node"
	"bough/node/office"
)

const restoredLong = `Tell what came back since central was restored: how many changes each node sent
again, what nodes keep of central's own pages from after the backup, and what
waits for a node that has not called. What no node had read is lost, and nobody
knows of it any more.

--take stops waiting: what other nodes keep of the missing work is taken as
central once had it. A node that calls after all is still heard.`

func (p *program) restored() *cobra.Command {
	var dir string
	var asJSON, take bool
	cmd := &cobra.Command{
		Use: "restored --dir D", Short: "Tell what came back since central was restored", Long: restoredLong, GroupID: groupCare, Args: noArgs,
		Example: "  bough restored --dir /var/lib/bough\n  bough restored --dir /var/lib/bough --take",
	}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	cmd.Flags().BoolVar(&take, "take", false, "wait no longer for who has not called")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			if take {
				var n int
				if err := a.Do(cmd.Context(), "/restored/take", node.None{}, &n); err != nil {
					return err
				}
				p.say("Taken as they were: %d rows.", n)
			}
			var r office.Restored
			if err := a.Do(cmd.Context(), "/restored", node.None{}, &r); err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(r)
			}
			p.tellRestored(r)
			return nil
		})
	})
	return cmd
}

func (p *program) tellRestored(r office.Restored) {
	if r.AtMS == 0 {
		p.print("central was never restored")
		return
	}
	at := func(ms int64) string { return time.UnixMilli(ms).Format("2006-01-02 15:04") }
	p.print("restored     %s, from a backup that last heard a node at %s", at(r.AtMS), at(r.BackupMS))
	p.print("by id        %d rows from after it, %d with what only central wrote, %d wait for a node", r.Asked, r.Back, r.Waiting)
	for _, n := range r.Nodes {
		switch {
		case n.SeenMS == 0:
			p.print("branch %-5d %s (%d): has not called yet", n.Branch, n.Name, n.Origin)
		case n.ToldMS == 0:
			p.print("branch %-5d %s (%d): sent %d changes again, has not told what it keeps", n.Branch, n.Name, n.Origin, n.Sent)
		default:
			p.print("branch %-5d %s (%d): sent %d changes again, %d rows came back from it", n.Branch, n.Name, n.Origin, n.Sent, n.Brought)
		}
	}
}
