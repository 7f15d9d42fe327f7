package tidy

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// rule is one habit: what it is called, why it is kept, what breaks it.
type rule struct {
	name, why string
	check     func(tree) []finding
}

var rules = []rule{
	{"knowledge", "a part that knows little can be understood alone", strangers},
	{"reservation", "what has one place can be found, measured and replaced", trespassers},
	{"purity", "what does no I/O can be simulated and replayed", impurities},
	{"test code", "a program carries what it needs", testsInPrograms},
	{"function length", "a function is read at one sight", longFunctions},
	{"file length", "a file holds one thing", longFiles},
	{"parameters", "beyond five nobody remembers the order", manyParameters},
	{"clock", "time is handed in, or nothing can be replayed", reaching(wallClock)},
	{"chance", "randomness is an io.Reader handed in", reaching(chance)},
	{"environment", "only cmd reads the environment and the arguments", reaching(environment)},
	{"exit", "only cmd ends the process; everything else returns an error", reaching(exits)},
	{"init", "nothing happens because a package was imported", initFunctions},
	{"package state", "two nodes live in one process when the bank is simulated", packageState},
	{"SQL in pages", "pages call the desk; the store knows the tables", sqlInPages},
	{"SQL parameters", "$1 is bound in order of appearance: silently wrong", dollarParameters},
	{"marks", "what is not done is an issue or a line in the README, not a mark", marks},
	{"home paths", "the tree speaks of no machine", homePaths},
	{"links", "a page that is no longer true is a bug", deadLinks},
	{"top level", "a newcomer sees from the street what the program does", strayEntries},
	{"folders", "a package is named after what it holds", folders},
	{"package comment", "doc.go says what a package is, is not, and promises", packageComments},
}

// project surveys the checkout in which the test runs.
func project(t *testing.T) tree {
	t.Helper()
	whole, err := survey(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func TestTheHouseKeepsItsHabits(t *testing.T) {
	whole := project(t)
	needed := make([]bool, len(exceptions))
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, f := range r.check(whole) {
				i := slices.IndexFunc(exceptions, func(e exception) bool { return e.excuses(r.name, f) })
				if i < 0 {
					t.Errorf("%s\n\t(%s)", f, r.why)
				} else {
					needed[i] = true
				}
			}
		})
	}
	for i, e := range exceptions {
		if !needed[i] {
			t.Logf("nobody needs this exception now: %s in %s", e.rule, e.where)
		}
	}
}

func TestWhatIsNoFaultYetIsPrinted(t *testing.T) {
	whole := project(t)
	for title, list := range map[string][]string{
		"wants splitting by noun or by audience": wide(whole),
		"exported and without a comment":         undocumented(whole),
	} {
		slices.Sort(list)
		if len(list) > 0 {
			t.Logf("%s:\n\t%s", title, strings.Join(list, "\n\t"))
		}
	}
}
