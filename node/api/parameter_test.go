package api

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzParameters(f *testing.F) {
	for _, s := range []string{"", "50", "1001", "王小明", "\xff", "Bearer abc", "bearer  x y", "k-1", "a\x00b", "18446744073709551616"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := readLimit([]string{s}); err == nil && (n < 1 || n > maxLimit) {
			t.Errorf("limit %q is %d", s, n)
		}
		if q, err := readQuery([]string{s}); err == nil && (q != s || !utf8.ValidString(q) || utf8.RuneCountInString(q) > maxQueryRunes) {
			t.Errorf("q %q is %q", s, q)
		}
		if id, err := parseID(s, "id"); err == nil && (id <= 0 || strings.TrimLeft(s, "0") != id.String()) {
			t.Errorf("id %q is %d", s, id)
		}
		if isKey(s) && (len(s) > maxKeyBytes || strings.ContainsAny(s, " \n\x00")) {
			t.Errorf("key %q", s)
		}
		if token, err := bearer(&http.Request{Header: http.Header{"Authorization": {s}}}); err == nil && (token == "" || !strings.HasSuffix(strings.TrimSpace(s), token)) {
			t.Errorf("%q gives the token %q", s, token)
		}
	})
}
