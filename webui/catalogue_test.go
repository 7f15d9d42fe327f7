package webui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
	"time"
	"unicode"

	"bough/webui/words"

	"golang.org/x/net/html"
)

// spoken are the functions of templates whose first argument is a key.
var spoken = []string{"t", "n"}

func catalogue(t *testing.T) *words.Catalogue {
	t.Helper()
	c, err := words.Load(time.UTC, func() int64 { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// templates visits every template file.
func templates(t *testing.T, visit func(name, text string)) {
	t.Helper()
	err := fs.WalkDir(files, "templates", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		visit(name, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// keysOfTemplates finds what templates say: keys, and lists of words.
func keysOfTemplates(t *testing.T) (keys, lists []string) {
	t.Helper()
	templates(t, func(name, text string) {
		trees := map[string]*parse.Tree{}
		tree := parse.New(name)
		tree.Mode = parse.SkipFuncCheck
		if _, err := tree.Parse(text, "", "", trees); err != nil {
			t.Fatal(err)
		}
		for _, one := range trees {
			walk(one.Root, func(command *parse.CommandNode) {
				name, is := command.Args[0].(*parse.IdentifierNode)
				if !is || len(command.Args) < 2 {
					return
				}
				said, is := command.Args[1].(*parse.StringNode)
				switch {
				case is && slices.Contains(spoken, name.Ident):
					keys = append(keys, said.Text)
				case is && (name.Ident == "word" || name.Ident == "list"):
					lists = append(lists, said.Text)
				}
			})
		}
	})
	return keys, lists
}

// walk visits the commands of a template, those in parentheses included.
func walk(node parse.Node, visit func(*parse.CommandNode)) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, one := range n.Nodes {
				walk(one, visit)
			}
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.TemplateNode:
		walk(n.Pipe, visit)
	case *parse.IfNode:
		branch(&n.BranchNode, visit)
	case *parse.RangeNode:
		branch(&n.BranchNode, visit)
	case *parse.WithNode:
		branch(&n.BranchNode, visit)
	case *parse.PipeNode:
		if n != nil {
			for _, command := range n.Cmds {
				visit(command)
				for _, argument := range command.Args {
					walk(argument, visit)
				}
			}
		}
	}
}

func branch(n *parse.BranchNode, visit func(*parse.CommandNode)) {
	walk(n.Pipe, visit)
	walk(n.List, visit)
	walk(n.ElseList, visit)
}

// goStrings visits the string literals of the Go code below a folder.
func goStrings(t *testing.T, folder string, visit func(text string)) {
	t.Helper()
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if literal, is := n.(*ast.BasicLit); is && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					visit(text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTemplatesSayOnlyWhatTheCataloguesKnow(t *testing.T) {
	c := catalogue(t)
	keys, lists := keysOfTemplates(t)
	for _, code := range words.Codes {
		for _, key := range keys {
			if !c.Language(code).Has(key) {
				t.Errorf("no %s in %s", key, code)
			}
		}
	}
	for _, name := range lists {
		if !slices.ContainsFunc(words.Lists(), func(l words.List) bool { return l.Name == name }) {
			t.Errorf("no list %s", name)
		}
	}
}

// errorCodes are the codes of errors for people, wherever they are made.
func errorCodes(t *testing.T) []string {
	t.Helper()
	made := regexp.MustCompile(`(?:[iI]nvalid\([^,]+, |Mistyped\([^,]+, |denied\(|Refuse\(|notFound\(|Missing\(|here\([^"\n]+|Code: |badInput\([^,]+, )"([a-z_]+)"`)
	var codes []string
	for _, folder := range []string{"../node/desk", "../node/cases", "../node/tasks", "../node/staff", "../node/moves",
		"../node/lists", "../node/branches", "../node/settings", "."} {
		err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := os.ReadFile(name)
			for _, found := range made.FindAllStringSubmatch(string(text), -1) {
				codes = append(codes, found[1])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return codes
}

func TestEveryErrorForPeopleHasItsSentence(t *testing.T) {
	c := catalogue(t)
	codes := errorCodes(t)
	if len(codes) < 20 {
		t.Fatalf("found only %d codes", len(codes))
	}
	for _, code := range codes {
		if l := c.Language("en"); !l.Has("error." + code) {
			t.Errorf("no sentence for the error %s", code)
		}
	}
}

func TestNoMessageIsUnused(t *testing.T) {
	used := map[string]bool{}
	keys, _ := keysOfTemplates(t)
	for _, key := range keys {
		used[key] = true
	}
	goStrings(t, ".", func(text string) { used[text] = true })
	goStrings(t, "../node", func(text string) { used["error."+text] = true })
	for _, code := range errorCodes(t) {
		used["error."+code] = true
	}
	for _, list := range words.Lists() {
		for _, code := range list.Codes {
			used[list.Name+"."+code] = true
		}
	}
	text, err := os.ReadFile("words/en.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range regexp.MustCompile(`(?m)^"([^"]+)" =`).FindAllStringSubmatch(string(text), -1) {
		if !used[found[1]] {
			t.Errorf("nobody says %s", found[1])
		}
	}
}

// action is what a template puts in; a lone word stands for it.
var action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// read aloud are the attributes that people read.
var readAloud = []string{"title", "placeholder", "aria-label", "alt", "label"}

func TestTemplatesCarryNoTextOfTheirOwn(t *testing.T) {
	keyCaps := []string{"Ctrl", "Enter", "Esc"} // what stands on the keyboard is the same in both languages
	templates(t, func(name, text string) {
		tokens := html.NewTokenizer(strings.NewReader(action.ReplaceAllString(text, "")))
		cap := false
		for {
			kind := tokens.Next()
			if kind == html.ErrorToken {
				return
			}
			token := tokens.Token()
			if token.Data == "kbd" {
				cap = kind == html.StartTagToken
			}
			if said := strings.TrimSpace(token.Data); kind == html.TextToken && lettered(said) && !(cap && (len(said) == 1 || slices.Contains(keyCaps, said))) {
				t.Errorf("%s says %q itself", name, said)
			}
			for _, attribute := range token.Attr {
				if slices.Contains(readAloud, attribute.Key) && lettered(attribute.Val) && !strings.HasPrefix(attribute.Val, "https://") {
					t.Errorf("%s says %s=%q itself", name, attribute.Key, attribute.Val)
				}
			}
		}
	})
}

func lettered(s string) bool { return strings.IndexFunc(s, unicode.IsLetter) >= 0 }

func TestTemplatesHaveNoScriptOrStyleOfTheirOwn(t *testing.T) {
	inline := regexp.MustCompile(`(?i)<style|<script(?:[^>]*)>[^<]|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals='js|hx-trigger="[^"]*\[[^"]*"`)
	templates(t, func(name, text string) {
		if found := inline.FindString(text); found != "" {
			t.Errorf("%s: the content security policy forbids %q", name, found)
		}
	})
}

// headed is a list with headings, which a narrow screen does not show.
var (
	headed = regexp.MustCompile(`(?s)<table class="list[^>]*><thead>.*?</table>`)
	cell   = regexp.MustCompile(`(?s)<td(?: class="[^"]*")?>(.{0,5})`)
)

func TestEveryCellOfAListSaysWhatItIsWhereAScreenIsNarrow(t *testing.T) {
	templates(t, func(name, text string) {
		for _, table := range headed.FindAllString(text, -1) {
			for _, m := range cell.FindAllStringSubmatch(table, -1) {
				if m[1] != "<form" && m[1] != "</td>" { // a button says itself
					t.Errorf("%s: %.60q has no data-label", name, m[0])
				}
			}
		}
	})
}
