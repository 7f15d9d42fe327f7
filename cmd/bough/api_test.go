package main

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// said are the texts, names and codes in an answer of the API; id is the first
// id in it.
var (
	said = regexp.MustCompile(`"(?:text|name|code)":\s*"([^"]*)"`)
	id   = regexp.MustCompile(`"id":\s*"(\d+)"`)
)

// api asks a process over its API: "PROCESS TOKEN METHOD PATH [BODY]". It says
// the status, then the texts, names and codes in the answer.
func (s *session) api(rest string) string {
	s.t.Helper()
	status, body, _ := strings.Cut(s.whole(rest), "\n")
	out := []string{status}
	for _, m := range said.FindAllStringSubmatch(body, -1) {
		out = append(out, m[1])
	}
	return strings.Join(out, "\n")
}

// whole is the status and the whole answer.
func (s *session) whole(rest string) string {
	s.t.Helper()
	parts := strings.SplitN(rest, " ", 5)
	for i := range parts {
		parts[i] = os.Expand(parts[i], func(name string) string { return s.words[name] })
	}
	body := ""
	if len(parts) > 4 {
		body = parts[4]
	}
	r, err := http.NewRequestWithContext(s.t.Context(), parts[2], s.words[parts[0]]+"/api/v1"+parts[3], strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+parts[1])
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return "no answer"
	}
	defer w.Body.Close()
	answer, err := io.ReadAll(w.Body)
	if err != nil {
		return "no answer"
	}
	return strconv.Itoa(w.StatusCode) + "\n" + string(answer)
}

// found finds a party by name: "WORD PROCESS TOKEN NAME"; $WORD is its id.
func (s *session) found(rest string) string {
	s.t.Helper()
	words := strings.Fields(rest)
	answer := s.whole(words[1] + " " + words[2] + " GET /customers?q=" + words[3])
	m := id.FindStringSubmatch(answer)
	if m == nil {
		s.t.Fatalf("%s is not found: %s", words[3], answer)
	}
	s.words[words[0]] = m[1]
	return ""
}
