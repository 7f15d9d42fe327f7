package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
	"bough/node/desk"
	"bough/node/store"
	"bough/webui/hq"
)

func (p *program) fleet() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "fleet --dir D", Short: "Tell how the workstations are, as they said last (at central)", GroupID: groupCare, Args: noArgs,
		Long: "Tell of each workstation when it called last, what existed only there and how old\n" +
			"that is, how its clock stood, and its release; those that need somebody first.\n" +
			"The fleet page says more.",
		Example: "  bough fleet --dir /var/lib/bough",
	}
	dirFlag(cmd, &dir, "central")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var lines []hq.NodeLine
			if err := a.Do(cmd.Context(), "/fleet", node.None{}, &lines); err != nil {
				return err
			}
			for i := range lines {
				p.tellWorkstation(&lines[i])
			}
			if len(lines) == 0 {
				p.say("No workstation has joined yet.")
			}
			return nil
		})
	})
	return cmd
}

func (p *program) tellWorkstation(n *hq.NodeLine) {
	line := func(name, format string, args ...any) { p.print("  %-10s %s", name, fmt.Sprintf(format, args...)) }
	p.print("%s, branch %d, origin %d", n.Name, n.Branch, n.Origin)
	switch {
	case n.Revoked:
		line("revoked", "it does not sync any more")
	case n.LastSeenMS == 0:
		line("called", "never")
	default:
		line("called", "%s", time.UnixMilli(n.LastSeenMS).Format("2006-01-02 15:04"))
	}
	switch {
	case n.Twin:
		line("twins", "a file went on from it as %d, and yet somebody calls under this number: two are alive", n.Next)
	case n.Next != 0:
		line("went on", "as %d; nobody is expected under this number", n.Next)
	}
	if n.Was != 0 {
		line("was", "%d%s", n.Was, whyCopied(n.Why))
	}
	if n.Unsent > 0 {
		line("only there", "%d changes, the oldest %s old", n.Unsent, desk.Rough(n.OldestMS))
	}
	if words := toldClock(n); words != "" {
		line("clock", "%s", words)
	}
	if n.Version != "" {
		line("version", "%s", n.Version)
	}
}

// toldClock says how the clock of a workstation stood when it called last; empty:
// it never said.
func toldClock(n *hq.NodeLine) string {
	words := "right"
	switch {
	case n.AheadMS > 0:
		words = desk.Rough(n.AheadMS) + " fast"
	case n.AheadMS < 0:
		words = desk.Rough(-n.AheadMS) + " slow"
	}
	switch n.Clock {
	case "":
		return ""
	case desk.ClockUnsure:
		words += "; it does not know what time it is"
	case desk.ClockSet:
		words += "; somebody set it while it ran"
	case desk.ClockOff:
		words += "; central's time counts there, but it is to be set"
	}
	return words
}

// whyCopied says why a file goes on under another number; nothing where a restored
// central does not know.
func whyCopied(why string) string {
	switch store.Reason(why) {
	case store.Restored:
		why = "an older backup was put back"
	case store.Copied:
		why = "its directory was copied"
	case store.Forked:
		why = "another file of this workstation had gone on"
	case store.Clock:
		why = "its clock had been far off"
	case store.Followed:
		why = "what it wrote about got other numbers"
	case "":
		return ""
	}
	return "; it has another number because " + why
}
