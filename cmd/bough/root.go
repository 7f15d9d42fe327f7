package main

import (
	"fmt"
	"log/slog"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// Groups of the help.
const (
	groupTry  = "try"
	groupRun  = "run"
	groupBank = "bank"
	groupCare = "care"
)

const rootLong = `bough is a branch CRM that keeps working when the line is down.

Every workstation of a branch runs one node: its own file, its own pages on
localhost, its own copy of the branch's customers. Central, at head office,
gathers what the nodes write and tells each branch what is true.

Look at it first:

    bough demo

Then a bank of your own, central on one machine:

    bough central --dir /var/lib/bough --listen :8443
    bough import  --dir /var/lib/bough --map berka --commit FOLDER
    bough person add --dir /var/lib/bough --name jana --role teller --branch 1 --password-file F
    bough code    --dir /var/lib/bough --branch 1

and on each workstation, once with that code and then every day:

    bough join --dir ./desk --central https://central.example:8443 --code CODE
    bough node --dir ./desk

Exit codes: 0 done; 1 not done, or what was asked is not so; 2 the command line
was wrong. Words for programs go to standard output, everything else to
standard error. Files at rest are encrypted: see --key-file.`

// program is what the commands share.
type program struct {
	streams
	level   string // of the log
	keyFile string // that the data key is wrapped under; empty: see wrappingKey
}

func newRoot(s streams) *cobra.Command {
	p := &program{streams: s}
	root := &cobra.Command{
		Use:           "bough",
		Short:         "A branch CRM that keeps working when the line is down",
		Long:          rootLong,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(cmd, args[0])
			}
			return cmd.Help()
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return usagef("%s", goWords.ReplaceAllString(err.Error(), ""))
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.PersistentFlags().StringVar(&p.level, "log-level", "warn", "log to standard error from this level: debug, info, warn, error")
	root.PersistentFlags().StringVar(&p.keyFile, "key-file", "", "file with the wrapping key; empty: BOUGH_KEY_FILE, systemd's credential bough.key, or wrapping.key in the directory")
	root.AddGroup(
		&cobra.Group{ID: groupTry, Title: "Look at it:"},
		&cobra.Group{ID: groupRun, Title: "Run it:"},
		&cobra.Group{ID: groupBank, Title: "Set up a bank (at central):"},
		&cobra.Group{ID: groupCare, Title: "Look after it:"},
	)
	root.AddCommand(
		p.demo(),
		p.central(), p.node(), p.join(),
		p.person(), p.branch(), p.code(), p.revoke(), p.importing(), p.erasure(), p.move(), p.served(),
		p.fleet(), p.clock(), p.status(), p.doctor(), p.check(), p.audit(), p.backup(), p.restore(), p.restored(), p.bundle(), p.lease(), p.key(), p.token(), p.version(),
	)
	root.SetHelpCommandGroupID(groupCare)
	root.SetHelpCommand(&cobra.Command{Use: "help [command]", Short: "Help about a command", RunE: helpOn})
	return root
}

func helpOn(cmd *cobra.Command, args []string) error {
	at, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return unknown(cmd.Root(), strings.Join(args, " "))
	}
	return at.Help()
}

func unknown(cmd *cobra.Command, word string) error {
	says := fmt.Sprintf("there is no command %q", word)
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(word); len(near) > 0 {
		says += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return usagef("%s", says)
}

// group makes a command that only holds others.
func holder(use, short, long, group string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Long: long, GroupID: group, Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknown(cmd, args[0])
			}
			return usagef("%s needs a command after it", cmd.CommandPath())
		},
	}
}

// log is the log of a process.
func (p *program) log() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(p.level)); err != nil {
		return nil, usagef("--log-level is debug, info, warn or error, not %q", p.level)
	}
	return slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: level})), nil
}

// say tells people something.
func (p *program) say(format string, args ...any) { fmt.Fprintf(p.err, format+"\n", args...) }

// print tells whoever reads standard output.
func (p *program) print(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }

// inside are the names of packages that begin our errors: for logs, not people.
var inside = regexp.MustCompile(`(^|\n|: )((node|office|crm|central|store|rows|trust|corefeed|uplink|desk|journal|wire|bank|plant|demo|vault|stick): )+`)

// plain is an error for people: without the packages that it passed.
func plain(err error) string {
	lines := strings.Split(inside.ReplaceAllString(err.Error(), "$1"), "\n")
	return strings.Join(lines, "\n  ")
}

func versionWord() string {
	if version == "" {
		return "unversioned"
	}
	return version
}

func (p *program) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Tell version, platform and how files are encrypted", GroupID: groupCare, Args: noArgs,
		Run: func(*cobra.Command, []string) {
			p.print("bough %s, %s, %s/%s", versionWord(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			p.print("Files at rest: encrypted, AES-256-GCM")
		},
	}
}

// goWords is what the parsers of the standard library add for programmers.
var goWords = regexp.MustCompile(`: (strconv|time)[.:].*$`)

// noArgs is for commands that take flags only.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes flags only, not %q", cmd.CommandPath(), args[0])
	}
	return nil
}

// wall is the machine's clock.
func wall() time.Time { return time.Now() }

// oneArg is for commands that take one thing besides their flags.
func oneArg(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("%s takes one argument besides its flags, not %d", cmd.CommandPath(), len(args))
	}
	return nil
}
