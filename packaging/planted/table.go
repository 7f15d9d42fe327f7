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
	missedMark = "**missed** by "
	notRun     = "| not run |"
)

// cutTable splits the page around the table.
func cutTable(page string) (before, table, after string, err error) {
	text, err := os.ReadFile(page)
	if err != nil {
		return "", "", "", err
	}
	before, rest, found := strings.Cut(string(text), tableBegin)
	table, after, ended := strings.Cut(rest, tableEnd)
	if !found || !ended {
		return "", "", "", fmt.Errorf("%s has no place for the table of planted faults", page)
	}
	return before, table, after, nil
}

// rowsOf are the rows of a table, by the name of the fault.
func rowsOf(table string) map[string]string {
	rows := map[string]string{}
	for row := range strings.Lines(table) {
		if name, _, is := strings.Cut(strings.TrimPrefix(row, "| "), " | "); is {
			rows[name] = row
		}
	}
	return rows
}

func readRows(page string) (map[string]string, error) {
	_, table, _, err := cutTable(page)
	return rowsOf(table), err
}

// writeDown puts the outcome of one fault (nil: of none) into the table of the
// page, in the order of the list. Rows of faults that are not in the list any more
// go; a fault without a row, or whose entry says something else than its row, was
// not run.
func writeDown(page string, list []fault, f *fault, o outcome) error {
	before, table, after, err := cutTable(page)
	if err != nil {
		return err
	}
	rows := rowsOf(table)
	if f != nil {
		rows[f.Name] = f.row(o)
	}
	out := before + tableBegin + tableHead
	for i := range list {
		row := rows[list[i].Name]
		if !list[i].says(row) {
			row = list[i].begin("") + notRun + "\n"
		}
		out += row
	}
	return os.WriteFile(page, []byte(out+tableEnd+after), 0o644)
}

// begin is a row up to its last column.
func (f *fault) begin(mark string) string {
	return fmt.Sprintf("| %s | %d | %s | %s%s ", f.Name, f.Promise, f.File, mark, strings.ReplaceAll(f.by(), "|", `\|`))
}

// says reports whether a row is of this entry as it is now.
func (f *fault) says(row string) bool {
	return strings.HasPrefix(row, f.begin("")+"|") || strings.HasPrefix(row, f.begin(missedMark)+"|")
}

// row is a line of the table.
func (f *fault) row(o outcome) string {
	mark, seeds := "", "-"
	switch {
	case !o.caught:
		mark = missedMark
	case o.seeds > 0:
		seeds = fmt.Sprint(o.seeds)
	}
	return f.begin(mark) + "| " + seeds + " |\n"
}
