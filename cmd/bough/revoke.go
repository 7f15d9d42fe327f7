package main

import (
	"github.com/spf13/cobra"

	"bough/crdt"
	"bough/node"
)

func (p *program) revoke() *cobra.Command {
	var dir string
	var in struct{ Origin crdt.Origin }
	cmd := &cobra.Command{
		Use: "revoke --dir D --origin N", Short: "End that a workstation syncs: it was lost, stolen or replaced", GroupID: groupBank, Args: noArgs,
		Long: "End that a workstation syncs, with central at once and with its neighbours as\n" +
			"soon as they hear of it. The gossip of its branch gets a new key, which it does\n" +
			"not learn. What it had not sent is held when a neighbour or a bundle of it brings\n" +
			"it, until head office decides (Refused changes). Its origin is on the fleet page, and in 'bough status' on it.",
		Example: "  bough revoke --dir /var/lib/bough --origin 1234567890",
	}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().Uint32Var((*uint32)(&in.Origin), "origin", 0, "origin of the workstation")
	must(cmd.MarkFlagRequired("origin"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			if err := a.Do(cmd.Context(), "/revoke", in, &node.None{}); err != nil {
				return err
			}
			p.say("Revoked. Its neighbours refuse it as soon as they hear of it; their gossip has a new key.")
			return nil
		})
	})
	return cmd
}
