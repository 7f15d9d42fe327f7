package tidy

import (
	"slices"
	"strings"
	"testing"
)

// exception lets one rule be broken in one place, for a reason that still
// holds when somebody asks in a year.
type exception struct {
	rule  string // its name in the table of rules
	where string // a file, or a folder with a slash at its end
	why   string
}

var exceptions = []exception{
	{"environment", "packaging/tidy/require/", "test support: BOUGH_REQUIRE and BOUGH_SCREENSHOTS steer tests, not programs"},
	{"test code", "packaging/tidy/require/", "test support: it skips and fails tests, and no program imports it"},
	{"chance", "node/sim/dice.go", "the simulator's one source of chance: a seeded stream, replayed exactly"},
	{"parameters", "node/store/vault/", "functions called by SQLite have the signatures of its C interface"},
	{"exit", "packaging/planted/", "a command of the build, which make runs; it tells make by its exit code"},
	{"folders", "webui/manager/", "a branch manager is one of the people of the bank (BANKING.md), not a part of the program"},
	{"exit", "packaging/tidy/testreport/", "a command of the build, which make runs; it tells make by its exit code"},
}

func (e exception) excuses(rule string, f finding) bool {
	inside := f.path == e.where || strings.HasSuffix(e.where, "/") && strings.HasPrefix(f.path, e.where)
	return e.rule == rule && inside
}

func TestEveryExceptionNamesARuleAPlaceAndAReason(t *testing.T) {
	for _, e := range exceptions {
		known := slices.ContainsFunc(rules, func(r rule) bool { return r.name == e.rule })
		if !known || e.where == "" || e.where == "/" || len(e.why) < 20 {
			t.Errorf("an exception must name a rule, a place and a reason: %+v", e)
		}
	}
}
