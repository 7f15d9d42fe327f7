package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"bough/node"
	"bough/node/office/corefeed"
	"bough/node/office/corefeed/mapping"
)

const importLong = `Take in the files of a core-banking feed, at central. A mapping says which
columns of which files become which fields; --map names a file, or a mapping
that comes with the program: %s.

Without --commit nothing is written: you see a table of what would change, and
each refused row with its file, line, column and reason. With --commit all of it
is written as one batch; the same files again then change nothing, and
'bough import undo' takes the batch back.

A row that is missing from a feed means nothing, unless the mapping declares the
feed full. Where more than 1 %% of the rows of a kind would end, a second person
must agree: --by and --approved-by.

Exit code 0 with refused rows listed; 1 when nothing was done.`

type importFlags struct {
	dir, mapping, date string
	commit, json       bool
	by, approved       string
}

func (p *program) importing() *cobra.Command {
	var in importFlags
	cmd := &cobra.Command{
		Use: "import --dir D --map M FOLDER", Short: "Take in the core-banking feed", GroupID: groupBank,
		Long: fmt.Sprintf(importLong, strings.Join(corefeed.BuiltinNames(), ", ")),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("give the folder of the feed: one, after the flags")
			}
			return nil
		},
		Example: "  bough import --dir /var/lib/bough --map berka ./berka             # what would change\n" +
			"  bough import --dir /var/lib/bough --map berka --commit ./berka    # do it\n" +
			"  bough import undo --dir /var/lib/bough                            # take it back",
	}
	dirFlag(cmd, &in.dir, "central")
	f := cmd.Flags()
	f.StringVar(&in.mapping, "map", "", "mapping: a .toml file, or the name of one that comes along ("+strings.Join(corefeed.BuiltinNames(), ", ")+")")
	f.StringVar(&in.date, "date", "", "date of the feed, YYYY-MM-DD; empty: as the mapping says")
	f.BoolVar(&in.commit, "commit", false, "write what would change")
	f.BoolVar(&in.json, "json", false, "print what would change, or has changed, as JSON")
	f.StringVar(&in.by, "by", "", "name of the person who imports; empty: the machine's administrator")
	f.StringVar(&in.approved, "approved-by", "", "name of the second person, where one is needed")
	must(cmd.MarkFlagRequired("map"))
	cmd.RunE = doing(func(cmd *cobra.Command, args []string) error { return p.runImport(cmd.Context(), in, args[0]) })
	cmd.AddCommand(p.undoImport())
	return cmd
}

func (p *program) runImport(ctx context.Context, in importFlags, path string) error {
	ask := node.ImportIn{Map: in.mapping, Date: in.date, Commit: in.commit, By: in.by, Approved: in.approved}
	var err error
	if ask.Folder, err = folderOf(path); err != nil {
		return err
	}
	if ask.MapText, err = mappingText(in.mapping); err != nil {
		return err
	}
	return p.onCentral(ctx, in.dir, func(a *node.Admin) error {
		bar := corefeed.NewBar(p.err, isTerminal(p.err), "reading")
		var end node.ImportOut
		err := a.Stream(ctx, "/import", ask, func(d *json.Decoder) error {
			var o node.ImportOut
			if err := d.Decode(&o); err != nil {
				return err
			}
			if o.Total > 0 {
				bar.Update(o.Done, o.Total)
			}
			end = o
			return nil
		})
		bar.Done()
		if err != nil {
			return err
		}
		return p.importDone(in, end)
	})
}

// importDone prints the end of an import.
func (p *program) importDone(in importFlags, end node.ImportOut) error {
	if in.json && end.Plan != nil {
		if err := p.printJSON(end.Plan); err != nil {
			return err
		}
	} else if end.Table != "" {
		fmt.Fprint(p.out, end.Table)
	}
	switch {
	case end.Error != "":
		return errors.New(end.Error)
	case end.Batch != "":
		p.say("\nWritten as batch %s. Take it back with: bough import undo --dir %s", end.Batch, in.dir)
	case end.Plan != nil && end.Plan.Empty:
		p.say("\nNothing was written.")
	default:
		p.say("\nNothing was written: this shows what would change. Add --commit to write it.")
	}
	return nil
}

func folderOf(path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("there is no folder %s", path)
	case err != nil:
		return "", err
	case !info.IsDir():
		return "", fmt.Errorf("%s is a file: give the folder that holds the feed", path)
	}
	return filepath.Abs(path)
}

// mappingText reads a mapping file; empty for one that comes with the program.
func mappingText(name string) (string, error) {
	if _, err := corefeed.BuiltinText(name); err == nil {
		return "", nil
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("there is no mapping file %s; mappings that come along: %s", name, strings.Join(corefeed.BuiltinNames(), ", "))
	case err != nil:
		return "", err
	case info.Size() > mapping.MaxBytes:
		return "", fmt.Errorf("the mapping %s has more than %d bytes", name, mapping.MaxBytes)
	}
	b, err := os.ReadFile(name)
	if err == nil && len(b) == 0 {
		err = fmt.Errorf("the mapping %s is empty", name)
	}
	return string(b), err
}

func isTerminal(w any) bool {
	f, is := w.(*os.File)
	return is && term.IsTerminal(int(f.Fd()))
}

func (p *program) undoImport() *cobra.Command {
	var dir string
	in := struct{ By string }{}
	cmd := &cobra.Command{
		Use: "undo --dir D", Short: "Take the latest batch back, updates included", Args: noArgs,
		Long: "Take the latest batch of an import back: rows that it made go, fields that it\n" +
			"changed get their value from before. Rows that branches have worked on since\n" +
			"stay, and so do values that somebody changed since; both are listed.\n" +
			"Exit code 1 when there is nothing to take back.",
		Example: "  bough import undo --dir /var/lib/bough",
	}
	dirFlag(cmd, &dir, "central")
	cmd.Flags().StringVar(&in.By, "by", "", "name of the person who does it; empty: the machine's administrator")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.onCentral(cmd.Context(), dir, func(a *node.Admin) error {
			var out node.UndoOut
			if err := a.Do(cmd.Context(), "/import/undo", in, &out); err != nil {
				return err
			}
			p.print("%d rows removed, %d fields restored, %d kept", out.Removed, out.Restored, len(out.Kept))
			for _, k := range out.Kept {
				p.print("  stays: %s", k)
			}
			return nil
		})
	})
	return cmd
}
