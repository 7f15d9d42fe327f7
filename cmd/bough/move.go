package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
	"bough/node/desk"
	"bough/node/office"
)

const moveListBytes = 8 << 20 // of a list of customer numbers: what a command may carry

func (p *program) move() *cobra.Command {
	cmd := holder("move", "Move customers to another branch: one, or thousands", "An order to move is planned first: it says who moves, who does not and why, and what\n"+
		"it costs on the lines of the branches. Nothing moves before it is run. Central then\n"+
		"carries it out in steps, a transaction each, and goes on after it was stopped or\n"+
		"killed. What a branch wrote before it knew is taken, and both branches are told.\n"+
		"An order can be taken back: whoever is still where it put them moves home again.", groupBank)
	cmd.AddCommand(p.planMove(), p.showMove(), p.lateMoves(),
		p.decideMove(office.MoveRun, "Give a planned order", "Customers move now, in steps. See how far it is:\n  bough move status --dir %s --order %d"),
		p.decideMove(office.MovePause, "Stop an order for a while", "Paused. Those who moved stay there. Go on with: bough move resume --dir %s --order %d"),
		p.decideMove(office.MoveResume, "Go on with a paused order", "It goes on. See how far it is:\n  bough move status --dir %s --order %d"),
		p.decideMove(office.MoveUndo, "Move back whoever is still where an order put them", "They move back now, in steps. See how far it is:\n  bough move status --dir %s --order %d"),
		p.decideMove(office.MoveDrop, "Forget a planned order that was not run", ""))
	return cmd
}

func (p *program) planMove() *cobra.Command {
	var dir, list, party string
	var in node.MoveIn
	c := &in.Choice
	cmd := &cobra.Command{
		Use: "preview --dir D --to N --reason R {--from N | --list F | --customer ID}", Short: "Choose who moves, and see what it would do; nothing moves yet", Args: noArgs,
		Long: "Choose customers: all of a branch, those of a tier or type, those of a list, or one.\n" +
			"The list is a CSV file whose first column holds the core's customer numbers, or ids.\n" +
			"The number of the order goes to standard output.",
		Example: "  bough move preview --dir /var/lib/bough --from 7 --to 3 --reason 'Branch 7 closes'\n" +
			"  bough move preview --dir /var/lib/bough --list vip.csv --to 3 --reason 'New team' --leave case,conflict\n" +
			"  bough move preview --dir /var/lib/bough --customer 4294967301 --to 3 --reason 'Moved house'",
	}
	dirFlag(cmd, &dir, "central")
	f := cmd.Flags()
	f.StringVar(&in.By, "by", "", "who orders it: name to sign in with; empty: the machine's administrator")
	f.Int64Var(&c.From, "from", 0, "number of the branch they are at home at; 0: any")
	f.Int64Var(&c.To, "to", 0, "number of the branch they move to")
	f.StringVar(&c.Tier, "tier", "", "only of this value tier: A, B, C, D")
	f.StringVar(&c.Type, "type", "", "only these: person, organisation")
	f.StringVar(&list, "list", "", "CSV file of customer numbers; -: standard input")
	f.StringVar(&party, "customer", "", "one customer: the core's number, or the id in the address of their page")
	f.StringSliceVar(&c.Leave, "leave", nil, "leave those where they are who have an open one of: "+strings.Join(office.MoveLeaves, ", "))
	f.StringVar(&c.Reason, "reason", "", "why, in a sentence: customers' pages and both branches show it")
	must(cmd.MarkFlagRequired("to"))
	must(cmd.MarkFlagRequired("reason"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) (err error) {
		if c.List, err = p.moveList(list, party); err != nil {
			return err
		}
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var out node.MoveOut
			if err := a.Do(cmd.Context(), "/move/plan", in, &out); err != nil {
				return err
			}
			p.print("%d", out.Order.N)
			p.say("order %d: %s", out.Order.N, moveWords(out.Order))
			p.sayMove(out)
			p.say("Nothing has moved. Do it with:\n  bough move run --dir %s --order %d", dir, out.Order.N)
			return nil
		})
	})
	return cmd
}

func (p *program) moveList(path, one string) (list []string, err error) {
	var text []byte
	switch path {
	case "":
	case "-":
		text, err = io.ReadAll(io.LimitReader(p.in, moveListBytes))
	default:
		text, err = os.ReadFile(path)
	}
	if err == nil && len(text) >= moveListBytes {
		err = fmt.Errorf("the list has more than %d MiB", moveListBytes>>20)
	}
	if err == nil {
		list, err = office.ParseMoveList(string(text))
	}
	if one != "" {
		list = append(list, one)
	}
	return list, err
}

// sayMove tells what an order is and does.
func (p *program) sayMove(out node.MoveOut) {
	o := out.Order
	switch o.Trouble {
	case "":
	case office.MoveRestored:
		p.say("  it stopped by itself: central was restored from a backup, and what the order has done\n" +
			"  since comes back from the nodes; let them call first ('bough restored')")
	case desk.DiskFull().Code:
		p.say("  it stopped by itself: %s", desk.DiskFull().Message)
	default:
		p.say("  it stopped by itself: %s", o.Trouble)
	}
	for _, b := range o.Branches {
		p.say("  from branch %d: %d chosen, %d moved, %d passed over", b.Branch, b.All, b.Moved, b.Passed)
	}
	for _, why := range slices.Sorted(maps.Keys(o.Why)) {
		p.say("  not moved: %d, %s", o.Why[why], moveWhy[why])
	}
	if o.Chosen.Missing > 0 {
		p.say("  not known: %d of the list, like %s", o.Chosen.Missing, strings.Join(o.Chosen.Unknown, ", "))
	}
	if o.Chosen.Erased > 0 {
		p.say("  erased: %d of the list", o.Chosen.Erased)
	}
	if out.Preview == nil {
		return
	}
	for _, word := range slices.Sorted(maps.Keys(out.Preview.Flags)) {
		p.say("  of those who move, %d with %s", out.Preview.Flags[word], moveFlag[word])
	}
	for _, l := range out.Preview.Lines {
		p.say("  line of branch %d: %s", l.Branch, lineWords(l))
	}
}

func lineWords(l office.MoveLine) string {
	verb := "leave"
	if l.Enter {
		verb = "come"
	}
	words := fmt.Sprintf("%d %s, about %s for each of %d workstations", l.Customers, verb, sizeWords(l.Bytes), l.Nodes)
	if l.Seconds > 0 {
		words += fmt.Sprintf(", %s at a quarter of %d kbit/s", time.Duration(l.Seconds)*time.Second, l.Kbit)
	}
	if l.Unsent > 0 && !l.Enter {
		words += fmt.Sprintf("; %d changes there are not at head office yet and may come late", l.Unsent)
	}
	return words
}

func sizeWords(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d bytes", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}

// moveWhy says why somebody was not moved, or not moved back.
var moveWhy = map[string]string{
	"home":     "at home there already",
	"erasure":  "an erasure is ordered",
	"case":     "a case is open",
	"conflict": "a value is contested",
	"late":     "a late change is not settled",
	"erased":   "erased meanwhile",
	"moved_on": "moved elsewhere meanwhile",
	"undone":   "the order was taken back before",
}

var moveFlag = map[string]string{
	"case":     "an open case",
	"conflict": "a contested value",
	"late":     "a late change that nobody has settled",
	"erasure":  "an erasure that waits for a second person",
}

func moveWords(o *office.MoveOrder) string {
	to := fmt.Sprintf("to branch %d, %q", o.To, o.Reason)
	switch o.State {
	case office.MovePlanned:
		return fmt.Sprintf("%d of %d chosen would move %s", o.Waits, o.All, to)
	case office.MoveUndoing:
		return fmt.Sprintf("moving back, %d%%: %d back, %d still %s", o.Percent(), o.Back, o.Moved, to)
	case office.MoveUndone:
		return fmt.Sprintf("taken back: %d moved back, %d stay: %s", o.Back, o.Stays, to)
	}
	return fmt.Sprintf("%s, %d%%: %d of %d moved %s", o.State, o.Percent(), o.Moved, o.All-o.Passed, to)
}

func (p *program) decideMove(act office.MoveAct, short, says string) *cobra.Command {
	var dir string
	in := node.MoveIn{Act: act}
	cmd := &cobra.Command{Use: string(act) + " --dir D --order N", Short: short, Args: noArgs}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().Int64Var(&in.N, "order", 0, "number of the order")
	cmd.Flags().StringVar(&in.By, "by", "", "who does it: name to sign in with; empty: the machine's administrator")
	must(cmd.MarkFlagRequired("order"))
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			if err := a.Do(cmd.Context(), "/move/decide", in, &node.MoveOut{}); err != nil {
				return err
			}
			if says != "" {
				p.say(says, dir, in.N)
			}
			return nil
		})
	})
	return cmd
}

func (p *program) showMove() *cobra.Command {
	var dir string
	var in node.MoveIn
	cmd := &cobra.Command{Use: "status --dir D [--order N]", Short: "How far the orders are; of one, who did what", Args: noArgs}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().Int64Var(&in.N, "order", 0, "number of the order; none: a line for each")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			if in.N == 0 {
				var list []*office.MoveOrder
				err := a.Do(cmd.Context(), "/move/list", node.None{}, &list)
				for _, o := range list {
					p.print("%d  %s", o.N, moveWords(o))
				}
				return err
			}
			var out node.MoveOut
			if err := a.Do(cmd.Context(), "/move/show", in, &out); err != nil {
				return err
			}
			p.print("%s", moveWords(out.Order))
			out.Preview = nil
			p.sayMove(out)
			for _, s := range out.Order.Steps {
				p.say("  %s  %s", time.UnixMilli(s.AtMS).Format("2006-01-02 15:04"), s.Step)
			}
			return nil
		})
	})
	return cmd
}

func (p *program) served() *cobra.Command {
	var dir string
	var months int64
	cmd := &cobra.Command{
		Use: "served --dir D [--months M]", Short: "How long a customer who was served elsewhere is held there", GroupID: groupBank, Args: noArgs,
		Long: "Whoever is served at a branch that is not theirs is held there for some months from\n" +
			"the last service on, so that the next visit finds them, also in an outage. Then they\n" +
			"leave its workstations. A change counts for services from then on.",
	}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().Int64Var(&months, "months", 0, "months of 30 days, 0 to 120; 0: not at all; without this flag it is only told")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		var in struct{ Months *int64 }
		if cmd.Flags().Changed("months") {
			in.Months = &months
		}
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var is int64
			if err := a.Do(cmd.Context(), "/served", in, &is); err != nil {
				return err
			}
			p.print("%d months", is)
			return nil
		})
	})
	return cmd
}
