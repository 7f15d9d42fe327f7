package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"bough/node"
)

const maxPasswordFile = 4 << 10 // bytes; a password has at most 200

// dirFlag adds --dir, which every command on a directory needs.
func dirFlag(cmd *cobra.Command, dir *string, what string) {
	cmd.Flags().StringVar(dir, "dir", "", "directory of "+what)
	must(cmd.MarkFlagRequired("dir"))
}

// must is for errors that only a fault of this program can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// options are what every process and every command on a directory works with.
func (p *program) options(dir string) (node.Options, error) {
	if dir == "" {
		return node.Options{}, usagef("--dir is empty")
	}
	log, err := p.log()
	if err != nil {
		return node.Options{}, err
	}
	// Absolute: what a process tells of its paths is read in other directories.
	dir, err = filepath.Abs(dir)
	return node.Options{Dir: dir, KeyFile: p.wrappingKey(), Listen: "127.0.0.1:0", Version: versionWord(), Log: log, Now: p.now, After: time.After, Ticks: p.ticks, Rand: rand.Reader}, err
}

// credential is the name of the wrapping key among systemd's credentials.
const credential = "bough.key"

// wrappingKey is the file that holds the wrapping key: as the command line says,
// the environment, or systemd, which can bind a credential to the machine's TPM;
// empty: the directory's own.
func (p *program) wrappingKey() string {
	if p.keyFile != "" {
		return p.keyFile
	}
	if path := os.Getenv("BOUGH_KEY_FILE"); path != "" {
		return path
	}
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); dir != "" {
		path := filepath.Join(dir, credential)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// on gives fn a way to command the directory, whether a process runs there or not.
func (p *program) on(ctx context.Context, dir string, fn func(*node.Admin) error) error {
	o, err := p.options(dir)
	if err != nil {
		return err
	}
	a, err := node.Dial(ctx, dir, func() (http.Handler, func() error, error) { return standIn(ctx, o) })
	if err != nil {
		return err
	}
	return errors.Join(fn(a), a.Close())
}

// onCentral is on, for what only central can do.
func (p *program) onCentral(ctx context.Context, dir string, fn func(*node.Admin) error) error {
	if dir != "" && !node.IsCentral(dir) {
		return missing(dir, "central")
	}
	return p.on(ctx, dir, fn)
}

// standIn opens a directory in which no process runs.
func standIn(ctx context.Context, o node.Options) (http.Handler, func() error, error) {
	switch {
	case node.IsCentral(o.Dir):
		h, err := node.NewHeadOffice(ctx, o)
		if err != nil {
			return nil, nil, err
		}
		return h.Admin(), h.Stop, nil
	case node.IsNode(o.Dir):
		b, err := node.NewBranch(ctx, o)
		if err != nil {
			return nil, nil, err
		}
		return b.Admin(), b.Stop, nil
	}
	return nil, nil, missing(o.Dir, "central or node")
}

// missing says what is wrong with a directory and what to do.
func missing(dir, what string) error {
	switch info, err := os.Stat(dir); {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no directory %s", dir)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is a file, not a directory", dir)
	case node.IsNode(dir):
		return fmt.Errorf("%s holds a node, not central: give the directory of central", dir)
	}
	return fmt.Errorf("%s holds no %s: 'bough central' makes a central, 'bough join' a node", dir, what)
}

// password reads a password from a file; "-" is standard input. The line's end
// is no part of it.
func (p *program) password(path string) (string, error) {
	in := p.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		defer f.Close() // read only: nothing can be lost
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, maxPasswordFile))
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	word := strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r")
	if word == "" {
		return "", fmt.Errorf("read the password: %s holds none", path)
	}
	return word, nil
}

const passwordHelp = "file that holds the password ('-': standard input); the end of the line is no part of it"
