package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
	"bough/node/desk"
	catalogue "bough/webui/words"
)

func (p *program) doctor() *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor --dir D", Short: "Tell what keeps a workstation from head office", GroupID: groupCare, Args: noArgs,
		Long: "Try hop after hop what keeps a workstation from head office: its disk and file,\n" +
			"its enrolment, the name of central, the proxy, the port, TLS and whose certificate\n" +
			"answers, central's own answer, the clock, and the neighbours. The first hop that\n" +
			"is wrong is what to mend. Nothing is changed, and nothing of a customer is told.\n" +
			"Exit code 1 when a hop is wrong.",
		Example: "  bough doctor --dir ./desk",
	}
	dirFlag(cmd, &dir, "the node")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		if node.IsCentral(dir) {
			return fmt.Errorf("%s holds central: give the directory of a node", dir)
		}
		return p.on(cmd.Context(), dir, func(a *node.Admin) error {
			var found []desk.Finding
			if err := a.Do(cmd.Context(), "/doctor", node.None{}, &found); err != nil {
				return err
			}
			if asJSON {
				if err := p.printJSON(found); err != nil {
					return err
				}
			}
			return p.tellHops(found, asJSON)
		})
	})
	return cmd
}

// tellHops prints how each hop is, unless that was done; a wrong one is not so.
func (p *program) tellHops(found []desk.Finding, told bool) error {
	known, err := catalogue.Load(time.UTC, func() int64 { return wall().UnixMilli() })
	if err != nil {
		return err
	}
	english := known.Language("en")
	first := ""
	for _, f := range found {
		says := english.Word("finding", f.Code)
		if f.Detail != "" {
			says += " (" + f.Detail + ")"
		}
		if !told {
			p.print("%-10s %-11s %s", english.Word("hopstate", f.State), english.Word("hop", f.Hop), says)
		}
		if f.State == desk.HopWrong && first == "" {
			first = fmt.Sprintf("%s: %s", english.Word("hop", f.Hop), says)
		}
	}
	if first == "" {
		p.say("Nothing is wrong between this workstation and head office.")
		return nil
	}
	p.say("This is wrong: %s", first)
	return notSo
}
