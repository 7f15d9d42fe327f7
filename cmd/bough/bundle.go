package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
)

const bundleLong = `Carry work to central, and news back, on a USB stick while the line is down.

At a workstation 'write' puts all that central does not have into a bundle: its
own work and what it holds of its neighbours. Central alone can read it: a stick
that is lost tells nobody anything. At central 'read' takes it as if it had come
over the line, and writes the answer beside it; at the workstation 'read' takes
that answer. Everything may be done twice, and a stick that was pulled out too
early loses nothing.`

func (p *program) bundle() *cobra.Command {
	cmd := holder("bundle", "Carry work and news on a USB stick", bundleLong, groupCare)
	cmd.AddCommand(p.bundleWrite(), p.bundleRead())
	return cmd
}

func (p *program) bundleWrite() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "write --dir D PATH", Short: "Write what central does not have (at a workstation)", Args: oneArg,
		Long: "Write what central is not known to have into a bundle. PATH is a folder, where\n" +
			"the file is called bough-BRANCH-ORIGIN.bundle, or a file. The file that was there\n" +
			"stays until the new one is whole.",
		Example: "  bough bundle write --dir ./desk /media/stick",
	}
	dirFlag(cmd, &dir, "the node")
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error {
		if node.IsCentral(dir) {
			return fmt.Errorf("%s holds central: a workstation writes a bundle, and central answers it with 'bough bundle read'", dir)
		}
		return p.onPath(cmd, dir, args[0], func(a *node.Admin, in node.PathIn) error {
			var out node.WorkOut
			if err := a.Do(cmd.Context(), "/bundle/write", in, &out); err != nil {
				return err
			}
			p.say("%d changes, %d bytes. Take it to head office: 'bough bundle read' there.", out.Changes, out.Bytes)
			p.print("%s", out.Path)
			return nil
		})
	})
	return cmd
}

func (p *program) bundleRead() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use: "read --dir D PATH", Short: "Read a bundle (at central) or its answer (at a workstation)", Args: oneArg,
		Long: "At central: take the bundles of a folder, or one file, and write the answer\n" +
			"beside each (bough-BRANCH-ORIGIN.answer). What is in a bundle is checked and\n" +
			"judged as if it had come over the line.\n\n" +
			"At a workstation: take the answer from a folder or file.",
		Example: "  bough bundle read --dir /var/lib/bough /media/stick\n  bough bundle read --dir ./desk /media/stick",
	}
	dirFlag(cmd, &dir, "central or the node")
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error {
		return p.onPath(cmd, dir, args[0], func(a *node.Admin, in node.PathIn) error {
			var out node.ReadOut
			if err := a.Do(cmd.Context(), "/bundle/read", in, &out); err != nil {
				return err
			}
			for i := range out.Work {
				p.tellWork(&out.Work[i])
			}
			if out.News != nil {
				p.tellNews(out.News)
			}
			return nil
		})
	})
	return cmd
}

// onPath is on, for a command about a file.
func (p *program) onPath(cmd *cobra.Command, dir, path string, fn func(*node.Admin, node.PathIn) error) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	return p.on(cmd.Context(), dir, func(a *node.Admin) error { return fn(a, node.PathIn{Path: abs}) })
}

func (p *program) tellWork(w *node.CarriedOut) {
	p.print("%s of branch %d, origin %d: %d changes taken, %d known already, %d refused", w.Name, w.Branch, w.Origin, w.Taken-w.Refused, w.Known, w.Refused)
	if w.Missed > 0 {
		p.say("%d changes do not follow what central has: write a new bundle at the workstation.", w.Missed)
	}
	if w.Cut {
		p.say("The file ends early: the stick was pulled out too soon. What stood before was taken; write the bundle again.")
	}
	if w.Revoked {
		p.say("This workstation was revoked: what is new of it is held until head office decides, and it gets no answer.")
		return
	}
	p.say("Take the answer back: %s", w.Answer)
}

func (p *program) tellNews(n *node.NewsOut) {
	p.print("central wrote this on %s: %d of the changes taken, %d known already, %d refused; %d rows of news",
		time.UnixMilli(n.AtMS).Format("2006-01-02 15:04"), n.Taken-n.Refused, n.Known, n.Refused, n.Rows)
	if n.Cut {
		p.say("The file ends early: the stick was pulled out too soon. What stood before was taken.")
	}
}
