package tidy

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// world is a row of the table of things that are handed in: selecting one of
// names from an import outside cmd and tests is a fault. No names: all of it.
type world struct {
	from  string
	names []string
}

var (
	wallClock = []world{{"time", []string{
		"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker",
	}}}
	chance      = []world{{"math/rand", nil}, {"math/rand/v2", nil}}
	environment = []world{{"os", []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Setenv", "Args"}}}
	exits       = []world{
		{"os", []string{"Exit"}},
		{"log", []string{"Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln"}},
	}
)

// reaching finds selections from the tables above.
func reaching(rows []world) func(tree) []finding {
	return func(t tree) []finding {
		return inspect(t, func(f goFile, n ast.Node, fault faulter) {
			selected, is := n.(*ast.SelectorExpr)
			if !is || f.test || within(f.dir, []string{"cmd/..."}) {
				return
			}
			from, is := selected.X.(*ast.Ident)
			if !is || from.Obj != nil { // Obj: a variable that shadows the import
				return
			}
			for _, row := range rows {
				named := row.names == nil || slices.Contains(row.names, selected.Sel.Name)
				if f.knownAs()[from.Name] == row.from && named {
					fault(n, "%s.%s", from.Name, selected.Sel.Name)
				}
			}
		})
	}
}

func initFunctions(t tree) []finding {
	return inspect(t, func(_ goFile, n ast.Node, fault faulter) {
		if f, is := n.(*ast.FuncDecl); is && f.Recv == nil && f.Name.Name == "init" {
			fault(n, "an init function")
		}
	})
}

// packageState finds assignments to package variables.
func packageState(t tree) []finding {
	var found []finding
	for _, files := range t.packages() {
		shared := packageVariables(files)
		for _, f := range files {
			found = append(found, assignments(f, shared)...)
		}
	}
	return found
}

// packageVariables gathers the variables that a package declares outside its
// functions.
func packageVariables(files []goFile) map[string]bool {
	shared := map[string]bool{}
	for _, f := range files {
		for _, declaration := range f.ast.Decls {
			variables, is := declaration.(*ast.GenDecl)
			if !is || variables.Tok != token.VAR {
				continue
			}
			for _, spec := range variables.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					shared[name.Name] = name.Name != "_"
				}
			}
		}
	}
	return shared
}

func assignments(f goFile, shared map[string]bool) []finding {
	elsewhere := map[*ast.Ident]bool{} // names that no scope of this file declares
	for _, name := range f.ast.Unresolved {
		elsewhere[name] = true
	}
	var found []finding
	judge := func(target ast.Expr) {
		name := root(target)
		if name == nil || !shared[name.Name] {
			return
		}
		if elsewhere[name] || name.Obj != nil && f.ast.Scope.Lookup(name.Name) == name.Obj {
			found = append(found, f.fault(target, "assigns to the package variable %s", name.Name))
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, target := range n.Lhs {
					judge(target)
				}
			}
		case *ast.IncDecStmt:
			judge(n.X)
		}
		return true
	})
	return found
}

// root is the variable at the bottom of a.b[c].d, or nil.
func root(e ast.Expr) *ast.Ident {
	for {
		switch at := e.(type) {
		case *ast.Ident:
			return at
		case *ast.SelectorExpr:
			e = at.X
		case *ast.IndexExpr:
			e = at.X
		case *ast.StarExpr:
			e = at.X
		case *ast.ParenExpr:
			e = at.X
		default:
			return nil
		}
	}
}

var (
	// statement is how SQL begins; words of SQL are written upper-case.
	statement = regexp.MustCompile(`^\s*(--.*\s+)*(SELECT|INSERT INTO|INSERT OR|UPDATE|DELETE FROM|REPLACE INTO|CREATE|DROP|ALTER|WITH|PRAGMA|BEGIN|COMMIT)\s`)
	dollar    = regexp.MustCompile(`\$[0-9]`)
)

func sqlInPages(t tree) []finding {
	return eachString(t, func(f goFile, value string) string {
		if !f.test && within(f.dir, []string{"webui/..."}) && statement.MatchString(value) {
			return "an SQL statement"
		}
		return ""
	})
}

func dollarParameters(t tree) []finding {
	return eachString(t, func(f goFile, value string) string {
		if statement.MatchString(value) && dollar.MatchString(value) {
			return "a parameter written $1: write ?1"
		}
		return ""
	})
}

// eachString judges every string literal; an empty verdict is no fault.
func eachString(t tree, judge func(f goFile, value string) string) []finding {
	return inspect(t, func(f goFile, n ast.Node, fault faulter) {
		literal, is := n.(*ast.BasicLit)
		if !is || literal.Kind != token.STRING {
			return
		}
		value, err := strconv.Unquote(literal.Value)
		if err != nil {
			return
		}
		if verdict := judge(f, value); verdict != "" {
			fault(n, "%s", verdict)
		}
	})
}

var (
	// The marks are put together here, so that this file carries none.
	leftovers = regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"}, "|") + `)\b`)
	homes     = regexp.MustCompile(`(^|[\s"'` + "`" + `=(:])(/(home|root|work|Users)/|[A-Za-z]:\\Users\\)[A-Za-z0-9._-]+`)
)

func marks(t tree) []finding {
	return eachLine(t, leftovers, "a leftover mark")
}

func homePaths(t tree) []finding {
	return eachLine(t, homes, "a path of somebody's own machine")
}

func eachLine(t tree, pattern *regexp.Regexp, says string) []finding {
	var found []finding
	for _, page := range t.texts {
		for i, line := range page.lines {
			if hit := pattern.FindString(line); hit != "" {
				found = append(found, finding{page.path, i + 1, says + ": " + strings.TrimSpace(hit)})
			}
		}
	}
	return found
}
