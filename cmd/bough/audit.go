package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"bough/node"
)

func (p *program) audit() *cobra.Command {
	cmd := holder("audit", "Prove that the past is as it was written", "What people saw and wrote stands in the journals of the workstations, chained and\n"+
		"signed, as central took them. On the page Audit head office looks up who did what;\n"+
		"here the machine's administrator proves that nothing of it was changed.", groupCare)
	cmd.AddCommand(p.proveAudit())
	return cmd
}

func (p *program) proveAudit() *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "prove --dir D", Short: "Go through every history: hashes, chains, signatures, gaps", Args: noArgs,
		Long: "Hash every change anew, check each link of every chain and each signature, count\n" +
			"the looks at customers, and name what is missing. The heads that are printed are\n" +
			"worth keeping elsewhere, on paper for one: with them a later proof shows that the\n" +
			"past is still the same. Exit code 1 where something is wrong.",
		Example: "  bough audit prove --dir /var/lib/bough > heads-2026-11.txt",
	}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var list []node.ProofOut
			if err := a.Do(cmd.Context(), "/audit/prove", node.None{}, &list); err != nil {
				return err
			}
			if asJSON {
				return errorsOf(list, p.printJSON(list))
			}
			return errorsOf(list, p.tellProofs(list))
		})
	})
	return cmd
}

func (p *program) tellProofs(list []node.ProofOut) error {
	for _, o := range list {
		who := fmt.Sprintf("%s, branch %d", o.Name, o.Branch)
		if o.Branch == 0 {
			who = "central"
		}
		p.print("%s, origin %d: changes %d, looks %d", who, o.Origin, o.Changes, o.Looks)
		p.print("  head %s", o.Head)
		if o.Unsent > 0 {
			p.print("  wait there still: %d", o.Unsent)
		}
		for _, fault := range o.Faults {
			p.print("  %s", fault)
		}
	}
	return nil
}

// errorsOf counts what is wrong: a program that asks sees it from the exit code.
func errorsOf(list []node.ProofOut, err error) error {
	n := 0
	for _, o := range list {
		n += len(o.Faults)
	}
	if err == nil && n > 0 {
		err = fmt.Errorf("%d faults were found in the histories", n)
	}
	return err
}
