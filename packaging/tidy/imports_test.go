package tidy

import "strings"

// joiners are the packages that put the program together from its parts.
var joiners = []string{"cmd/...", "node", "node/office", "node/sim", "sync/central"}

// knows is a row of the first table: of the project itself, the packages in
// who may import those in may, and nothing else of it.
type knows struct {
	who, may []string
	why      string
}

var knowledge = []knows{
	{[]string{"crdt/..."}, []string{"crdt/..."},
		"crdt knows nobody"},
	{[]string{"sync/..."}, []string{"crdt/...", "sync/..."},
		"sync does not know what a customer is: it is handed node/crm's table as data"},
	{[]string{"node/crm", "node/profit", "node/advise", "node/match", "node/calendar"}, []string{"crdt/..."},
		"the rules are pure: they know what merges, and nothing else"},
	{[]string{"node/clocks"}, []string{"node/calendar"},
		"the clocks of cases count by the calendar, and know nothing of rows"},
	{[]string{"node/anchor"}, nil,
		"what time it is hangs on clocks alone"},
	{[]string{"node/store/vault"}, nil,
		"the vault encrypts pages, whatever stands on them"},
}

// reserved is a row of the second table: outside packages only and below them,
// nobody imports what. Paths of the project are written without its name.
type reserved struct {
	what, only []string
	why        string
}

var reservations = []reserved{
	{[]string{"github.com/hashicorp/memberlist/..."}, []string{"sync/gossip"},
		"one adapter knows the membership library and its pitfalls"},
	{[]string{"github.com/jackc/pgx/v5/..."}, []string{"sync/central/..."},
		"PostgreSQL is central's choice alone"},
	{[]string{"zombiezen.com/go/sqlite/...", "modernc.org/sqlite/...", "modernc.org/libc/..."},
		[]string{"sync/rows", "node/store/...", "sync/central/..."},
		"the file has one keeper on each side, and sync/rows the SQL that both share"},
	{[]string{"database/sql/..."}, []string{"sync/central/..."},
		"a node speaks to SQLite directly"},
	{[]string{"github.com/labstack/echo/v4/..."}, []string{"webui/...", "node", "node/api"},
		"echo belongs to pages and servers"},
	{[]string{"github.com/klauspost/compress/..."},
		[]string{"sync/wire", "sync/bundle", "node/store/...", "node/office", "sync/central/..."},
		"zstd belongs to the wire and to backups"},
	{[]string{"github.com/spf13/cobra/...", "github.com/spf13/pflag/...", "flag"}, []string{"cmd/...", "packaging/planted"},
		"only commands read flags"},
	{[]string{"unsafe"}, []string{"node/store/vault"},
		"only the vault speaks SQLite's C interface"},
	{[]string{"sync/uplink", "sync/gossip", "sync/lan", "sync/replica"}, append([]string{"sync/..."}, joiners...),
		"only the joiners bring the lines and the data together"},
	{[]string{"sync/central/..."}, append([]string{"sync/central/..."}, joiners...),
		"central is reached over the line; only the joiners hold it in their hands"},
	{[]string{"webui/..."}, append([]string{"webui/..."}, joiners...),
		"nothing below the pages knows that there are pages"},
	{[]string{"node"}, append([]string{"node/sim"}, joiners...),
		"a whole branch process is started by a command or by the simulator"},
}

// outside is what a package without I/O leaves alone.
var outside = []string{
	"os/...", "net/...", "io/ioutil", "database/...", "syscall/...", "log",
	"golang.org/x/sys/...", "golang.org/x/net/...", "zombiezen.com/...", "modernc.org/...",
}

// pure are the packages without I/O: what they need is handed to them.
var pure = []string{
	"crdt/...", "sync/journal", "sync/replica", "sync/crowd", "node/crm", "node/profit", "node/advise", "node/match",
	"node/anchor", "node/calendar", "node/clocks", "node/directory",
}

// eachImport visits what the program itself imports; tests may join anything.
func eachImport(t tree, visit func(f goFile, path string, fault func(says string))) []finding {
	var found []finding
	for _, f := range t.goFiles {
		if f.test {
			continue
		}
		for _, spec := range f.ast.Imports {
			visit(f, importPath(spec), func(says string) {
				found = append(found, f.fault(spec, "%s imports %s: %s", f.dir, importPath(spec), says))
			})
		}
	}
	return found
}

// ours strips the module from an import path of the project.
func ours(path string) (string, bool) {
	return strings.CutPrefix(path, module+"/")
}

func strangers(t tree) []finding {
	return eachImport(t, func(f goFile, path string, fault func(string)) {
		own, is := ours(path)
		for _, row := range knowledge {
			if is && within(f.dir, row.who) && !within(own, row.may) {
				fault(row.why)
			}
		}
	})
}

func trespassers(t tree) []finding {
	return eachImport(t, func(f goFile, path string, fault func(string)) {
		if own, is := ours(path); is {
			path = own
		}
		for _, row := range reservations {
			if within(path, row.what) && !within(f.dir, row.only) {
				fault(row.why)
			}
		}
	})
}

func impurities(t tree) []finding {
	return eachImport(t, func(f goFile, path string, fault func(string)) {
		if within(f.dir, pure) && within(path, outside) {
			fault("this package does no I/O: what it needs is handed in")
		}
	})
}

// testTools are what tests work with.
var testTools = []string{
	"testing/...", "pgregory.net/rapid", "github.com/google/go-cmp/...", "github.com/chromedp/...",
}

// testsInPrograms finds test tools linked into a program. Suites that other
// packages' tests run live in packages whose names end in "test".
func testsInPrograms(t tree) []finding {
	return eachImport(t, func(f goFile, path string, fault func(string)) {
		if within(path, testTools) && !strings.HasSuffix(f.dir, "test") {
			fault("programs carry no test code; a shared suite lives in a package named …test")
		}
	})
}
