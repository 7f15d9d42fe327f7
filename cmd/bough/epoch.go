package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
	"bough/node/desk"
)

const centralClockLong = `Tell how central's own clock stands. Every workstation takes its time from
central. When central's clock was ahead and has been set right, what was written
meanwhile bears a time that has not come; nothing is refused, but everything that is
written now is stamped after that. 'bough clock epoch' leaves it behind.`

const epochLong = `Begin a new epoch of stamps: whatever is written from now on counts as later than
everything before, whatever time that bears. Do it once central's clock is right, and
not before: look at the time that 'bough clock' shows. It cannot be taken back. Work
that workstations have not sent yet counts as written before the epoch: where
somebody else changes the same value in the new epoch, it becomes the other value of
a conflict, to be settled by people. Nothing is lost.`

var errNotSure = errors.New("is central's clock right now? Then say --sure; it cannot be taken back")

func (p *program) clock() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "clock --dir D", Short: "Tell how central's own clock stands (at central)", GroupID: groupCare, Args: noArgs, Long: centralClockLong,
		Example: "  bough clock --dir /var/lib/bough",
	}
	dirFlag(cmd, &dir, "central")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error { return p.centralClock(cmd, dir, "/clock") })
	cmd.AddCommand(p.epoch())
	return cmd
}

func (p *program) epoch() *cobra.Command {
	var dir string
	var sure bool
	cmd := &cobra.Command{
		Use: "epoch --dir D --sure", Short: "Leave behind what was stamped while central's clock was ahead", Args: noArgs, Long: epochLong,
		Example: "  bough clock epoch --dir /var/lib/bough --sure",
	}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().BoolVar(&sure, "sure", false, "central's clock is right now")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		if !sure {
			return errNotSure
		}
		return p.centralClock(cmd, dir, "/clock/epoch")
	})
	return cmd
}

// centralClock gives a command on central's clock, and says how that stands then.
func (p *program) centralClock(cmd *cobra.Command, dir, command string) error {
	return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
		var out node.ClockOut
		if err := a.Do(cmd.Context(), command, node.None{}, &out); err != nil {
			return err
		}
		p.print("central's clock: %s UTC; stamps are of epoch %d", time.UnixMilli(out.NowMS).UTC().Format("2006-01-02 15:04"), out.Epoch)
		if out.AheadMS > 0 {
			p.say("What central wrote bears times up to %s ahead of its clock: that was ahead, or is behind now.", desk.Rough(out.AheadMS))
			p.say("If the clock is right now: 'bough clock epoch'.")
		}
		return nil
	})
}
