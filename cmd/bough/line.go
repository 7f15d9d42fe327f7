package main

import (
	"github.com/spf13/cobra"

	"bough/node"
	"bough/node/crm"
	"bough/node/office"
)

func (p *program) branchLine() *cobra.Command {
	var dir string
	var in office.Line
	cmd := &cobra.Command{
		Use: "line --dir D --number N --kbit K", Short: "Tell how narrow the line of a branch is", Args: noArgs,
		Long: "Tell what the line of a branch carries. In business hours its workstations together\n" +
			"take at most a quarter of it for what can wait: pages of the feed, and what piled\n" +
			"up in an outage. What clerks do goes at once. Outside of these hours, and where\n" +
			"nothing was told, they take what the line carries.",
		Example: "  bough branch line --dir /var/lib/bough --number 7 --kbit 512 --hours 08:30-17:00",
	}
	dirFlag(cmd, &dir, "central")
	f := cmd.Flags()
	f.Int64Var(&in.Branch, "number", 0, "number of the branch")
	f.Int64Var(&in.Kbit, "kbit", 0, "what the line carries, kbit a second; 0: it is not to be shared")
	f.StringVar(&in.Hours, "hours", "", "business hours of working days, in the branch's time zone; 00:00-24:00: always; empty: as they are, at first "+crm.LineHours)
	must(cmd.MarkFlagRequired("number"))
	must(cmd.MarkFlagRequired("kbit"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			if err := a.Do(cmd.Context(), "/line", in, &node.None{}); err != nil {
				return err
			}
			p.say("The line of branch %d carries %d kbit a second.", in.Branch, in.Kbit)
			return nil
		})
	})
	return cmd
}
