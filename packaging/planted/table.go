package main

import (
	"fmt"
	"os"
	"strings"
)

// The table stands between these lines of the page.
const (
	tableBegin = "<!-- planted: the table below is written by make planted -->\n"
	tableEnd   = "<!-- planted ends -->\n"
	tableHead  = "| fault | promise | in | caught by | seeds needed |\n|---|---|---|---|---|\n"
)

// writeDown puts the outcome of one fault into the table of the page, in the
// order of the list; rows of faults that are not in the list any more go.
func writeDown(page string, list []fault, f *fault, o outcome) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), tableBegin)
	table, after, ended := strings.Cut(rest, tableEnd)
	if !found || !ended {
		return fmt.Errorf("%s has no place for the table of planted faults", page)
	}
	rows := map[string]string{}
	for row := range strings.Lines(table) {
		if name, _, is := strings.Cut(strings.TrimPrefix(row, "| "), " | "); is {
			rows[name] = row
		}
	}
	rows[f.Name] = f.row(o)
	out := before + tableBegin + tableHead
	for i := range list {
		out += rows[list[i].Name]
	}
	return os.WriteFile(page, []byte(out+tableEnd+after), 0o644)
}

// row is a line of the table.
func (f *fault) row(o outcome) string {
	by, seeds := f.by(), "-"
	switch {
	case !o.caught:
		by = "**missed** by " + by
	case o.seeds > 0:
		seeds = fmt.Sprint(o.seeds)
	}
	return fmt.Sprintf("| %s | %d | %s | %s | %s |\n", f.Name, f.Promise, f.File, strings.ReplaceAll(by, "|", `\|`), seeds)
}
