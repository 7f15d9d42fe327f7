package main

import (
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"bough/crdt"
	"bough/node"
	"bough/node/api"
)

const leaseLong = `A workstation may work for some days without hearing from central: its lease, 14
days unless head office says otherwise. Past it nobody can sign in there; what
was saved stays, and can be carried to head office ('bough bundle'). The line
renews it, or a code that head office reads over the phone.`

func (p *program) lease() *cobra.Command {
	cmd := holder("lease", "How long a workstation may work by itself", leaseLong, groupCare)
	cmd.AddCommand(p.leaseCode(), p.leaseExtend(), p.leaseDays())
	return cmd
}

func (p *program) leaseCode() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "code --dir D ORIGIN", Short: "Make a code that extends a workstation's lease once (at central)", Args: oneArg,
		Long: "Make a code to be read over the phone. ORIGIN is the number of the workstation,\n" +
			"as its page and 'bough status' say. Be sure who is on the phone: the code lets\n" +
			"the branch work for another lease. It works once, there alone.",
		Example: "  bough lease code --dir /var/lib/bough 719242342",
	}
	dirFlag(cmd, &dir, "central")
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error {
		origin, err := strconv.ParseUint(args[0], 10, 31)
		if err != nil {
			return usagef("the origin of a workstation is a number, not %q", args[0])
		}
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var out node.TokenOut
			if err := a.Do(cmd.Context(), "/lease/code", node.LeaseIn{Origin: crdt.Origin(origin)}, &out); err != nil {
				return err
			}
			p.print("%s", out.Token)
			p.say("Read it over the phone. It is typed in on the workstation's page, once.")
			return nil
		})
	})
	return cmd
}

func (p *program) leaseExtend() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "extend --dir D CODE", Short: "Type in a code of head office (at a workstation)", Args: oneArg,
		Example: "  bough lease extend --dir ./desk 3K7M-Q2XW-0FHT",
	}
	dirFlag(cmd, &dir, "the node")
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error {
		return p.on(cmd.Context(), dir, func(a *node.Admin) error {
			var l api.Lease
			if err := a.Do(cmd.Context(), "/lease/extend", node.CodeIn{Code: args[0]}, &l); err != nil {
				return err
			}
			p.say("Work goes on, without the line until %s.", time.UnixMilli(l.UntilMS).Format("2006-01-02 15:04"))
			return nil
		})
	})
	return cmd
}

func (p *program) leaseDays() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "days --dir D DAYS", Short: "Say how long the lease is, 1 to 30 days (at central)", Args: oneArg,
		Example: "  bough lease days --dir /var/lib/bough 10",
	}
	dirFlag(cmd, &dir, "central")
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error {
		days, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return usagef("a lease has 1 to 30 days, not %q", args[0])
		}
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			if err := a.Do(cmd.Context(), "/lease/days", node.DaysIn{Days: days}, &node.None{}); err != nil {
				return err
			}
			p.say("A workstation may work for %d days by itself from its next contact on.", days)
			return nil
		})
	})
	return cmd
}
