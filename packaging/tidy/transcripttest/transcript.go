package transcripttest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Player does what the verbs of one story say.
type Player interface {
	// Verb does what a line says.
	Verb(line string)
	// Said returns what came out since it was last asked, lines with their ends.
	Said() string
	// End is called when the story is over.
	End()
}

// Run plays every story of testdata, each by a player of its own; with update
// it writes what came out into the files.
func Run(t *testing.T, update bool, player func(t *testing.T) Player) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(player(t), string(want))
			if update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s (- expected, + got; -update writes it anew):\n%s", file, diff)
			}
		})
	}
}

// play returns the story with what really came out.
func play(p Player, text string) string {
	var out strings.Builder
	skipping := false // over what came out the last time
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case skipping && line == "":
			skipping = false
			out.WriteString("\n")
		case skipping:
		case line == "----":
			fmt.Fprintf(&out, "----\n%s", p.Said())
			skipping = true
		default:
			if line != "" && !strings.HasPrefix(line, "#") {
				p.Verb(line)
			}
			fmt.Fprintln(&out, line)
		}
	}
	p.End()
	return out.String()
}
