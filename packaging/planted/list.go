package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/BurntSushi/toml"
)

// fault is one change of the program that some proof must notice.
type fault struct {
	Name    string
	Promise int
	File    string
	Old     string
	New     string
	Finds   []string // one of them is in what the proof prints; none: whatever it prints
	Panics  bool     // the proof may notice it by a panic

	Seeds   int
	Faults  string
	Test    string
	Command string

	area string
}

// load reads the list, area by area.
func load(dir string) (out []fault, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.toml"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		var file struct{ Fault []fault }
		meta, err := toml.DecodeFile(path, &file)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		if strange := meta.Undecoded(); len(strange) > 0 {
			return nil, fmt.Errorf("read %s: what is %v?", path, strange[0])
		}
		for _, f := range file.Fault {
			f.area = strings.TrimSuffix(filepath.Base(path), ".toml")
			out = append(out, f)
		}
	}
	return out, nil
}

// check tells what is wrong with an entry; empty when nothing is.
func (f *fault) check() string {
	proofs := 0
	for _, named := range []bool{f.Seeds > 0, f.Test != "", f.Command != ""} {
		if named {
			proofs++
		}
	}
	switch {
	case f.Name == "" || strings.ContainsAny(f.Name, "|\n"):
		return "a fault needs a name of one line"
	case f.Promise < 1 || f.Promise > 9:
		return "a fault breaks one of the promises 1 to 9"
	case proofs != 1:
		return "a fault has one proof: seeds, test or command"
	case f.Old == "" || f.Old == f.New:
		return "a fault changes something"
	case f.Test != "" && len(strings.SplitN(f.Test, " ", 2)) != 2:
		return "a test is a package and a pattern"
	}
	return ""
}

// mutate makes the text of the file with the fault in it.
func (f *fault) mutate(root string) ([]byte, error) {
	if wrong := f.check(); wrong != "" {
		return nil, fmt.Errorf("%s", wrong)
	}
	text, err := os.ReadFile(filepath.Join(root, f.File))
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(text, []byte(f.Old)); n != 1 {
		return nil, fmt.Errorf("the text to replace occurs %d times in %s, not once", n, f.File)
	}
	return bytes.Replace(text, []byte(f.Old), []byte(f.New), 1), nil
}

// by names the proof.
func (f *fault) by() string {
	switch {
	case f.Test != "":
		return "go test " + strings.Replace(f.Test, " ", " -run ", 1)
	case f.Command != "":
		return f.Command
	case f.Faults != "":
		return "simulator, " + f.Faults
	}
	return "simulator"
}
