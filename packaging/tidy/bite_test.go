package tidy

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// sample is a file that breaks a rule.
type sample struct{ rule, path, content string }

var samples = []sample{
	{"knowledge", "crdt/a.go", "package crdt\nimport _ \"bough/node/crm\""},
	{"knowledge", "sync/replica/a.go", "package replica\nimport _ \"bough/node/crm\""},
	{"knowledge", "node/profit/a.go", "package profit\nimport _ \"bough/node/store\""},
	{"reservation", "node/desk/a.go", "package desk\nimport _ \"zombiezen.com/go/sqlite/sqlitex\""},
	{"reservation", "webui/teller/a.go", "package teller\nimport _ \"bough/sync/central\""},
	{"reservation", "node/desk/a.go", "package desk\nimport _ \"github.com/labstack/echo/v4\""},
	{"reservation", "sync/uplink/a.go", "package uplink\nimport _ \"github.com/hashicorp/memberlist\""},
	{"reservation", "node/store/a.go", "package store\nimport _ \"github.com/jackc/pgx/v5/pgxpool\""},
	{"reservation", "sync/journal/a.go", "package journal\nimport _ \"github.com/klauspost/compress/zstd\""},
	{"reservation", "node/a.go", "package node\nimport _ \"github.com/spf13/cobra\""},
	{"reservation", "node/desk/a.go", "package desk\nimport _ \"bough/sync/uplink\""},
	{"reservation", "node/desk/a.go", "package desk\nimport _ \"bough/webui\""},
	{"purity", "node/match/a.go", "package match\nimport _ \"net/http\""},
	{"purity", "sync/replica/a.go", "package replica\nimport _ \"os\""},
	{"test code", "node/a.go", "package node\nimport _ \"testing\""},
	{"function length", "crdt/a.go", "package crdt\nfunc f() {" + strings.Repeat("\n", 70) + "}"},
	{"function length", "crdt/a.go", "package crdt\nvar f = func() {" + strings.Repeat("\n", 70) + "}"},
	{"function length", "crdt/a_test.go", "package crdt\nfunc f() {" + strings.Repeat("\n", 70) + "}"},
	{"file length", "crdt/a.go", "package crdt" + strings.Repeat("\n//", 500)},
	{"file length", "crdt/a_test.go", "package crdt" + strings.Repeat("\n//", 800)},
	{"parameters", "crdt/a.go", "package crdt\nfunc f(a, b, c int, d, e, g string) {}"},
	{"clock", "node/a.go", "package node\nimport \"time\"\nvar now = time.Now"},
	{"clock", "node/a.go", "package node\nimport t \"time\"\nfunc f() { <-t.After(1) }"},
	{"chance", "node/a.go", "package node\nimport \"math/rand/v2\"\nvar n = rand.Int()"},
	{"environment", "node/a.go", "package node\nimport \"os\"\nvar e = os.Getenv(\"X\")"},
	{"exit", "node/a.go", "package node\nimport \"os\"\nfunc f() { os.Exit(1) }"},
	{"exit", "node/a.go", "package node\nimport \"log\"\nfunc f() { log.Fatalf(\"\") }"},
	{"init", "crdt/a.go", "package crdt\nfunc init() {}"},
	{"package state", "crdt/a.go", "package crdt\nvar n int\nfunc f() { n++ }"},
	{"package state", "crdt/a.go", "package crdt\nvar m = map[int]int{}\nfunc f() { m[1] = 2 }"},
	{"SQL in pages", "webui/a.go", "package webui\nconst q = `\n SELECT 1`"},
	{"SQL parameters", "node/store/a.go", "package store\nconst q = `SELECT a FROM b WHERE c = $1`"},
	{"marks", "sync/wire/PROTOCOL.md", "Later. (TO" + "DO)"},
	{"home paths", "README.md", "run it in /ho" + "me/ann/bough"},
	{"links", "packaging/doc/a.md", "see [the other](b.md#part)"},
	{"top level", "scripts/a.sh", "echo"},
	{"folders", "sync/a.go", "package sync"},
	{"folders", "node/helpers/a.go", "package helpers"},
	{"folders", "node/time/a.go", "package time"},
	{"folders", "node/desk/a.go", "package bureau"},
	{"package comment", "node/desk/a.go", "// Package desk has its comment in the wrong file.\npackage desk"},
	{"package comment", "node/desk/doc.go", "// It is a desk.\npackage desk"},
	{"package comment", "node/desk/doc.go", "package desk"},
}

// virtues look like faults and are none.
var virtues = []struct{ path, content string }{
	{"sync/central/doc.go", "// Package central joins.\npackage central\nimport (\n_ \"bough/crdt\"\n_ \"github.com/jackc/pgx/v5\"\n)"},
	{"cmd/bough/doc.go", "// Command bough is it.\npackage main\nimport (\n\"os\"\n\"time\"\n)\nvar t, e = time.Now(), os.Getenv(\"X\")"},
	{"node/a_test.go", "package node\nimport (\n\"time\"\n_ \"testing\"\n_ \"bough/sync/central\"\n)\nvar t = time.Now()"},
	{"node/doc.go", "// Package node is one.\npackage node\nimport \"time\"\nvar d = time.Second\nfunc f() { d := 1; d++; _ = d }"},
	{"webui/doc.go", "// Package webui shows\n// pages.\npackage webui\nconst q = `Select a customer`"},
	{"packaging/doc/a.md", "see [this](a.md#part), [all](../doc), [elsewhere](https://example.com/b.md)"},
	{"sync/wire/PROTOCOL.md", "see /status and /api/v1/" + "work/1; fifty-two weeks"},
}

func TestEveryRuleCanBite(t *testing.T) {
	for _, s := range samples {
		t.Run(s.rule, func(t *testing.T) {
			i := slices.IndexFunc(rules, func(r rule) bool { return r.name == s.rule })
			if i < 0 {
				t.Fatal("no rule of this name")
			}
			if len(rules[i].check(plant(t, s.path, s.content))) == 0 {
				t.Errorf("finds no fault with %s:\n%s", s.path, s.content)
			}
		})
	}
	for _, r := range rules {
		if !slices.ContainsFunc(samples, func(s sample) bool { return s.rule == r.name }) {
			t.Errorf("rule %q has no sample that proves it can fail", r.name)
		}
	}
}

func TestNoRuleBitesTheInnocent(t *testing.T) {
	for _, v := range virtues {
		whole := plant(t, v.path, v.content)
		for _, r := range rules {
			for _, f := range r.check(whole) {
				t.Errorf("%s: %s", r.name, f)
			}
		}
	}
}

// plant surveys a project of one file.
func plant(t *testing.T, path, content string) tree {
	t.Helper()
	whole, err := survey(fstest.MapFS{path: {Data: []byte(content)}})
	if err != nil {
		t.Fatal(err)
	}
	return whole
}
