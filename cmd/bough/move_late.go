package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
)

func (p *program) lateMoves() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "late --dir D", Short: "What came of customers after they had left, and who still holds them", Args: noArgs,
		Long: "List the changes that came from a branch after the customer had left it, because\n" +
			"the workstation was away or did not know. They were taken; somebody of the home\n" +
			"branch settles them on its page. Then the workstations that have not said yet that\n" +
			"customers who left are deleted there.",
	}
	dirFlag(cmd, &dir, "central")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var out node.LateOut
			if err := a.Do(cmd.Context(), "/move/late", node.None{}, &out); err != nil {
				return err
			}
			for _, l := range out.Late {
				p.print("%s  %s, branch %d: %s of customer %d, who is at home at branch %d", time.UnixMilli(l.WrittenMS).Format("2006-01-02 15:04"), l.By, l.Branch,
					strings.ReplaceAll(l.Kinds, " ", ", "), l.Party, l.Home)
			}
			if len(out.Late) == 0 {
				p.print("no late change waits for anybody")
			}
			for _, o := range out.Owing {
				p.print("%s, branch %d, still holds rows that left: %d", o.Name, o.Branch, o.Rows)
			}
			if len(out.Owing) == 0 {
				p.print("every workstation is rid of who left")
			}
			return nil
		})
	})
	return cmd
}
