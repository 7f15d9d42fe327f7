package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
	"bough/node/api"
	"bough/node/desk"
)

// joinErrors keeps the first error's words first.
func joinErrors(errs ...error) error { return errors.Join(errs...) }

func (p *program) printJSON(v any) error {
	e := json.NewEncoder(p.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (p *program) status() *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status --dir D", Short: "Tell how a node or central is, and its line", GroupID: groupCare, Args: noArgs,
		Long: "Tell how a node or central is: whether the line is up, what exists only here and\n" +
			"since when, how far each scope is and its digest. --json prints what the JSON\n" +
			"API answers to GET /api/v1/status.",
		Example: "  bough status --dir ./desk\n  bough status --dir ./desk --json | jq .unsent",
	}
	dirFlag(cmd, &dir, "the node or central")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.on(cmd.Context(), dir, func(a *node.Admin) error {
			var s api.Status
			if err := a.Do(cmd.Context(), "/status", node.None{}, &s); err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(s)
			}
			p.tellStatus(s, a.Running)
			return nil
		})
	})
	return cmd
}

func (p *program) tellStatus(s api.Status, running bool) {
	line := func(name, format string, args ...any) { p.print("%-12s %s", name, fmt.Sprintf(format, args...)) }
	what := "central"
	if s.Branch != 0 {
		what = fmt.Sprintf("%s, branch %d", s.Name, s.Branch)
	}
	line("this is", "%s, origin %s", what, s.Origin)
	line("version", "%s", s.Version)
	switch {
	case !running:
		line("running", "no; the directory was read as it lies")
	case s.Branch != 0 && s.Online:
		line("line", "up")
	case s.Branch != 0:
		line("line", "down; work goes on, and is sent when the line is back")
	}
	if s.Branch != 0 {
		if s.Unsent == 0 {
			line("only here", "nothing")
		} else {
			line("only here", "%d changes, the oldest %s old", s.Unsent, desk.Rough(s.OldestUnsentMS))
		}
		if s.Aside > 0 {
			line("unread", "%d rows of the feeds cannot be read by this release and are missing here", s.Aside)
		}
		line("proof", "%d written, %d accepted, %d refused, %d held, %d missing", s.Written, s.Accepted, s.Refused, s.Held, s.Missing)
		line("lease", "%s", leaseWords(s.Lease))
		if words := clockWords(s.Clock); words != "" {
			line("clock", "%s", words)
		}
		if !s.Bootstrapped {
			line("feed", "has not reached its head yet")
		}
	}
	for _, name := range sortedScopes(s.Scopes) {
		line("scope "+name, "feed %d, digest %.16s…", s.Scopes[name].Feed, s.Scopes[name].Digest)
	}
	line("at rest", "%s", atRestWords(s))
}

// atRestWords says what the encryption is worth, as it is set up.
func atRestWords(s api.Status) string {
	if s.WrappingKey == api.KeyApart {
		return "encrypted; the wrapping key lies apart from the directory"
	}
	return "encrypted; the wrapping key lies in the directory: this guards backups and copies of the file, not a stolen disk (see --key-file)"
}

func leaseWords(l api.Lease) string {
	switch {
	case l.UntilMS == 0:
		return "central has not been heard yet"
	case l.State == api.LeaseOver:
		return "over: reach central, then work goes on"
	}
	words := "until " + time.UnixMilli(l.UntilMS).Format("2006-01-02 15:04")
	if l.State == api.LeaseAmber {
		words += ", more than half of it is over"
	}
	return words
}

func sortedScopes(scopes map[string]api.ScopeStatus) []string {
	var names []string
	for name := range scopes {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		x, _ := strconv.ParseInt(a, 10, 64) // names are numbers; others come first
		y, _ := strconv.ParseInt(b, 10, 64)
		return int(min(max(x-y, -1), 1))
	})
	return names
}

func (p *program) check() *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "check --dir D", Short: "Check the file: SQLite, hash chain, digests", GroupID: groupCare, Args: noArgs,
		Long: "Check that the file is sound: SQLite's own check, every link of the journal's\n" +
			"hash chain, and that the rows add up to the digest of each scope. Exit code 1\n" +
			"when anything is wrong.",
		Example: "  bough check --dir ./desk",
	}
	dirFlag(cmd, &dir, "the node or central")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		return p.on(cmd.Context(), dir, func(a *node.Admin) error {
			var found []node.Finding
			if err := a.Do(cmd.Context(), "/check", node.None{}, &found); err != nil {
				return err
			}
			if asJSON {
				if err := p.printJSON(found); err != nil {
					return err
				}
			}
			return p.tellFindings(found, asJSON)
		})
	})
	return cmd
}

// tellFindings prints findings, unless that was done; a fault is not so.
func (p *program) tellFindings(found []node.Finding, told bool) error {
	faults := 0
	for _, f := range found {
		word := "ok"
		if !f.OK {
			word, faults = "WRONG", faults+1
		}
		if !told {
			p.print("%-6s %-10s %s", word, f.What, f.Words)
		}
	}
	if faults == 0 {
		p.say("Nothing is wrong.")
		return nil
	}
	p.say("%d of %d are wrong. Keep a copy of the directory, then restore a backup ('bough restore') or enrol anew.", faults, len(found))
	return notSo
}

func (p *program) backup() *cobra.Command {
	var dir string
	var in node.BackupIn
	cmd := &cobra.Command{
		Use: "backup --dir D", Short: "Copy the file while work goes on", GroupID: groupCare, Args: noArgs,
		Long: "Write a consistent copy of the database while work goes on, by default into\n" +
			"backups below the directory, and print its path. The copy is encrypted. Nodes\n" +
			"keep their own journals until the oldest of the last seven backups of central\n" +
			"covers them, so that a restored central can be made whole. --mark tells central\n" +
			"that a copy made by other means, and taken before, covers all it holds.\n\n" +
			"The keys of the directory (*.pem, *.key) are not in the copy, and it cannot be\n" +
			"read without data.key and the wrapping key: keep them apart, in a safe place.",
		Example: "  bough backup --dir /var/lib/bough\n  bough backup --dir /var/lib/bough --to /mnt/backup/bough-monday.db",
	}
	dirFlag(cmd, &dir, "the node or central")
	cmd.Flags().StringVar(&in.Path, "to", "", "file to write; empty: a new one in backups below the directory")
	cmd.Flags().BoolVar(&in.Mark, "mark", false, "only note that a copy made by other means covers all that central holds")
	cmd.RunE = doing(func(cmd *cobra.Command, _ []string) error {
		if in.Path != "" && in.Mark {
			return usagef("--mark writes no file: leave --to out")
		}
		return p.on(cmd.Context(), dir, func(a *node.Admin) (err error) {
			if in.Path != "" {
				if in.Path, err = filepath.Abs(in.Path); err != nil {
					return err
				}
			}
			var out node.BackupOut
			if err := a.Do(cmd.Context(), "/backup", in, &out); err != nil {
				return err
			}
			if in.Mark {
				p.say("Marked: all that central holds now is covered.")
				return nil
			}
			p.print("%s", out.Path)
			return nil
		})
	})
	return cmd
}
