package tidy

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the path that go.mod gives the project.
const module = "bough"

// unread are folders that hold nothing of ours to judge: git's own, what make
// made, and test data, which may be wrong on purpose.
var unread = []string{".git", "bin", "screenshots", "testdata", "node_modules"}

// prose are the names and endings of the files whose words are judged.
var prose = []string{
	".go", ".md", ".html", ".css", ".js", ".sql", ".sh", ".toml", ".mod", ".conf",
	".service", ".yaml", ".yml", ".json", ".py", "Makefile", ".ci/run", ".gitignore", ".gitattributes",
}

// tree is the project as the rules see it.
type tree struct {
	paths   []string // every file
	entries []string // names at the top level
	goFiles []goFile
	texts   []text
}

// text is one file that people read, by its path with slashes.
type text struct {
	path  string
	lines []string
}

// goFile is one parsed Go file.
type goFile struct {
	text
	dir  string // folder, "." for the root
	test bool
	ast  *ast.File
	fset *token.FileSet
}

// finding is one fault at one place.
type finding struct {
	path string
	line int
	says string
}

func (f finding) String() string { return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.says) }

// survey reads and parses a whole project.
func survey(files fs.FS) (tree, error) {
	var t tree
	top, err := fs.ReadDir(files, ".")
	if err != nil {
		return t, fmt.Errorf("tidy: list top level: %w", err)
	}
	for _, entry := range top {
		t.entries = append(t.entries, entry.Name())
	}
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(unread, entry.Name()):
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		t.paths = append(t.paths, name)
		if !isProse(name) {
			return nil
		}
		return t.read(files, name)
	})
	if err != nil {
		return t, fmt.Errorf("tidy: survey: %w", err)
	}
	return t, nil
}

func isProse(name string) bool {
	return slices.ContainsFunc(prose, func(end string) bool { return strings.HasSuffix(name, end) })
}

func (t *tree) read(files fs.FS, name string) error {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	page := text{path: name, lines: strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")}
	t.texts = append(t.texts, page)
	if path.Ext(name) != ".go" {
		return nil
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, name, content, parser.ParseComments)
	if err != nil {
		return err
	}
	t.goFiles = append(t.goFiles, goFile{
		text: page, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), ast: parsed, fset: fset,
	})
	return nil
}

// packages groups the files that are no tests by folder.
func (t tree) packages() map[string][]goFile {
	byDir := map[string][]goFile{}
	for _, f := range t.goFiles {
		if !f.test {
			byDir[f.dir] = append(byDir[f.dir], f)
		}
	}
	return byDir
}

func (f goFile) line(p token.Pos) int { return f.fset.Position(p).Line }

// span is the number of lines from a node's first to its last.
func (f goFile) span(n ast.Node) int { return f.line(n.End()) - f.line(n.Pos()) + 1 }

func (f goFile) fault(n ast.Node, format string, args ...any) finding {
	return finding{f.path, f.line(n.Pos()), fmt.Sprintf(format, args...)}
}

// importPath is what an import names, without its quotes.
func importPath(spec *ast.ImportSpec) string {
	name, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value
	}
	return name
}

// knownAs maps the names under which a file knows its imports to their paths.
func (f goFile) knownAs() map[string]string {
	known := map[string]string{}
	for _, spec := range f.ast.Imports {
		name := path.Base(importPath(spec))
		if name == "v2" { // math/rand/v2 is known as rand
			name = path.Base(path.Dir(importPath(spec)))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		known[name] = importPath(spec)
	}
	return known
}

// within says whether a slashed path is one of the patterns or lies below one
// that ends in "/...".
func within(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		root, open := strings.CutSuffix(pattern, "/...")
		return name == root || open && strings.HasPrefix(name, root+"/")
	})
}
