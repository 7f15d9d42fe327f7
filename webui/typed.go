package webui

import (
	"regexp"
	"strconv"
	"strings"

	"bough/webui/words"
)

// typedLine begins a value in what a refused change set; every other line
// goes on with the value above it.
var typedLine = regexp.MustCompile(`^([a-z][a-z_]*|[0-9]+(?:\.[0-9]+)?)=`)

// typedIn are the names and values of what a refused change set, name=value a
// line, with moments as people read them.
func typedIn(l *words.Language, typed string) (out []Pair) {
	var name, value string
	end := func() {
		if name == "" {
			return
		}
		if ms, err := strconv.ParseInt(value, 10, 64); err == nil && (name == "happened" || name == "due" || name == "remind") {
			value = l.Moment(ms)
		}
		out = append(out, Pair{name, value})
	}
	for _, line := range strings.Split(strings.TrimSuffix(typed, "\n"), "\n") {
		m := typedLine.FindStringSubmatch(line)
		if m == nil {
			value += "\n" + line
			continue
		}
		end()
		name, value = m[1], line[len(m[0]):]
	}
	end()
	return out
}
