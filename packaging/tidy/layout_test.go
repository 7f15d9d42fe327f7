package tidy

import (
	"path"
	"slices"
	"strings"
)

// entries may stand at the top level; what make makes is not part of the tree.
var entries = []string{
	"cmd", "node", "sync", "crdt", "webui", "packaging", "go.mod", "go.sum", "Makefile",
	"README.md", "LICENSE", "CHANGELOG.md", ".ci", ".gitignore", ".gitattributes", "staticcheck.conf",
	".git", "bin", "screenshots",
}

// vague names say nothing about what lives in a package.
var vague = []string{
	"util", "utils", "common", "helper", "helpers", "base", "types", "model", "models",
	"manager", "service", "impl", "misc", "shared", "lib", "internal", "pkg",
}

// standard are the standard library's package names that one is tempted by.
var standard = []string{
	"bytes", "cmp", "context", "crypto", "csv", "embed", "errors", "flag", "hash", "heap", "html", "http",
	"io", "json", "list", "log", "maps", "math", "mime", "net", "os", "path", "plugin", "rand", "rpc",
	"runtime", "signal", "slices", "sort", "sql", "strings", "sync", "syscall", "template", "testing",
	"text", "time", "tls", "token", "trace", "unicode", "unique", "url", "user", "zip",
}

func strayEntries(t tree) []finding {
	var found []finding
	for _, name := range t.entries {
		if !slices.Contains(entries, name) {
			found = append(found, finding{name, 1, "not one of the top level's entries"})
		}
	}
	return found
}

func folders(t tree) []finding {
	var found []finding
	for dir, files := range t.packages() {
		at := func(says string) { found = append(found, finding{files[0].path, 1, says}) }
		name := files[0].ast.Name.Name
		switch {
		case dir == "." || dir == "sync":
			at("no Go files lie directly in this folder")
		case slices.Contains(vague, name) || slices.Contains(vague, path.Base(dir)):
			at("package " + name + ": a name that says nothing; name what it holds")
		case slices.Contains(standard, name):
			at("package " + name + ": the standard library has one of this name")
		case name != "main" && name != path.Base(dir):
			at("package " + name + " lives in a folder named " + path.Base(dir))
		case strings.ContainsAny(name, "_ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
			at("package " + name + ": one short lower-case word")
		}
	}
	return found
}

// packageComments wants doc.go in every package, with a comment that begins as
// go doc wants it.
func packageComments(t tree) []finding {
	var found []finding
	for dir, files := range t.packages() {
		i := slices.IndexFunc(files, func(f goFile) bool { return f.path == path.Join(dir, "doc.go") })
		if i < 0 {
			found = append(found, finding{files[0].path, 1, "the package has no doc.go"})
			continue
		}
		begin := "Package " + files[i].ast.Name.Name + " "
		if files[i].ast.Name.Name == "main" {
			begin = "Command " + path.Base(dir) + " "
		}
		if !strings.HasPrefix(strings.ReplaceAll(files[i].ast.Doc.Text(), "\n", " "), begin) {
			found = append(found, finding{files[i].path, 1, "the package comment does not begin with " + begin})
		}
	}
	return found
}
