package tidy

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// linked finds where a page in Markdown points to: [words](here/there.md#part).
var linked = regexp.MustCompile(`\]\(([^)#]+)(?:#[^)]*)?\)`)

// deadLinks finds links of pages to files of the tree that are not there.
func deadLinks(t tree) (out []finding) {
	for _, page := range t.texts {
		if path.Ext(page.path) != ".md" {
			continue
		}
		for i, line := range page.lines {
			for _, m := range linked.FindAllStringSubmatch(line, -1) {
				to := path.Join(path.Dir(page.path), m[1])
				if strings.Contains(m[1], ":") || slices.ContainsFunc(t.paths, func(p string) bool { return p == to || strings.HasPrefix(p, to+"/") }) {
					continue
				}
				out = append(out, finding{page.path, i + 1, "a link to " + m[1] + ", which is not there"})
			}
		}
	}
	return out
}
