package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bough/crdt"
	"bough/node"
	"bough/node/crm"
)

func (p *program) erasure() *cobra.Command {
	cmd := holder("erasure", "Erase a customer everywhere, for good", "An erasure takes two people of head office. Once confirmed, the customer and all\n"+
		"that hangs on them go from central and from every workstation that hears of it,\n"+
		"out of rows, histories and indexes; each workstation says when nothing is left.\n"+
		"One that is away still holds what it held until it has the line again. Backups\n"+
		"made before are not changed: the ledger beside the database sees to it that what\n"+
		"comes back from one is erased again before anybody is served.", groupBank)
	cmd.AddCommand(p.orderErasure(), p.confirmErasure(), p.listErasures())
	return cmd
}

func (p *program) orderErasure() *cobra.Command {
	var dir string
	var in node.ErasureIn
	cmd := &cobra.Command{
		Use: "order --dir D --by N --party ID --basis B --reference R", Short: "Ask for an erasure; a second person confirms it", Args: noArgs,
		Example: "  bough erasure order --dir /var/lib/bough --by anna --party 4294967301 --basis request --reference 'file 2026/17'",
	}
	dirFlag(cmd, &dir, "central")
	f := cmd.Flags()
	f.StringVar(&in.By, "by", "", "who orders it: name to sign in with")
	party := f.Int64("party", 0, "id of the customer, as in the address of their page")
	f.StringVar(&in.Basis, "basis", "", strings.Join(crm.ErasureBases, ", "))
	f.StringVar(&in.Reference, "reference", "", "where the case is kept; no names")
	for _, name := range []string{"by", "party", "basis", "reference"} {
		must(cmd.MarkFlagRequired(name))
	}
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var n int64
			in.Party = crdt.ID(*party)
			if err := a.Do(cmd.Context(), "/erasure/order", in, &n); err != nil {
				return err
			}
			p.print("%d", n)
			p.say("Nothing is erased before somebody else confirms order %d.", n)
			return nil
		})
	})
	return cmd
}

func (p *program) confirmErasure() *cobra.Command {
	var dir string
	var in node.ErasureIn
	cmd := &cobra.Command{
		Use: "confirm --dir D --by N --order NUMBER", Short: "Confirm an erasure as the second person; there is no way back", Args: noArgs,
		Example: "  bough erasure confirm --dir /var/lib/bough --by boris --order 1795270800000",
	}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().StringVar(&in.By, "by", "", "who confirms it: not who ordered it")
	cmd.Flags().Int64Var(&in.N, "order", 0, "number of the order")
	must(cmd.MarkFlagRequired("by"))
	must(cmd.MarkFlagRequired("order"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			if err := a.Do(cmd.Context(), "/erasure/confirm", in, &node.None{}); err != nil {
				return err
			}
			p.say("Erased at central. Each workstation says so when it has heard of it:\n  bough erasure list --dir %s", dir)
			return nil
		})
	})
	return cmd
}

func (p *program) listErasures() *cobra.Command {
	var dir string
	cmd := &cobra.Command{Use: "list --dir D", Short: "List the orders, with their receipts and who is away", Args: noArgs}
	dirFlag(cmd, &dir, "central")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var list []node.ErasureOut
			if err := a.Do(cmd.Context(), "/erasure/list", node.None{}, &list); err != nil {
				return err
			}
			for _, o := range list {
				state := "waits for a second person"
				if o.Confirmed {
					state = fmt.Sprintf("%d of %d receipts", o.Done, o.All)
				}
				if len(o.Away) > 0 {
					state += "; away: " + strings.Join(o.Away, ", ")
				}
				p.print("%d  party %d  %s  %s  %s", o.N, o.Party, o.Basis, time.UnixMilli(o.N).Format("2006-01-02"), state)
			}
			return nil
		})
	})
	return cmd
}
