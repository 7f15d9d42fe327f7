package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bough/node/store/vault"
)

// Verbs of transcripts that look into files and speak to the JSON API:
//
//	$ call NODE TOKEN METHOD PATH JSON  status and, of a fault, its code; $MADE is the id of what was made
//	$ await STATUS NODE TOKEN PATH      ask until it is answered so
//	$ scan WORD PATH                    whether a word stands in a directory or file, decrypted

// call asks a node's API.
func (s *session) call(rest string) string {
	s.t.Helper()
	words := strings.SplitN(rest, " ", 5)
	for len(words) < 5 {
		words = append(words, "")
	}
	status, answer := s.ask(words[0], words[1], words[2], words[3], words[4])
	if id, ok := answer["id"].(string); ok && words[2] == http.MethodPost {
		s.words["MADE"] = id
	}
	if fault, ok := answer["error"].(map[string]any); ok {
		return fmt.Sprintf("%d %v", status, fault["code"])
	}
	return fmt.Sprint(status)
}

func (s *session) ask(node, token, method, path, body string) (int, map[string]any) {
	s.t.Helper()
	known := func(name string) string { return s.words[name] }
	q, err := http.NewRequestWithContext(s.t.Context(), method, s.words[node]+"/api/v1"+os.Expand(path, known), strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	q.Header.Set("Authorization", "Bearer "+s.words[token])
	q.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		s.t.Fatal(err)
	}
	defer a.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(a.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	return a.StatusCode, answer
}

func (s *session) await(rest string) string {
	s.t.Helper()
	words := strings.SplitN(rest, " ", 4)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if status, _ := s.ask(words[1], words[2], http.MethodGet, words[3], ""); fmt.Sprint(status) == words[0] {
			return ""
		}
	}
	s.t.Fatalf("%s is never answered %s", words[3], words[0])
	return ""
}

// scan looks for a word in a database and all that lies beside it: what is sealed
// with the directory's key is opened first.
func (s *session) scan(rest string) string {
	s.t.Helper()
	word, path, _ := strings.Cut(rest, " ")
	dir, database := path, filepath.Join(path, "bough.db")
	if name, in, one := strings.Cut(path, " with "); one { // a backup opens with the key of its directory
		dir, database = in, name
	}
	key, err := vault.KeyFile{Path: filepath.Join(dir, "data.key"), Secret: filepath.Join(dir, "wrapping.key")}.Load()
	if err != nil {
		s.t.Fatal(err)
	}
	disk, err := vault.Mount("scan:"+s.dir+"/"+database, vault.OneKey(key), vault.Options{Rand: strings.NewReader(strings.Repeat("x", 1<<10))})
	if err != nil {
		s.t.Fatal(err)
	}
	defer disk.Close()
	found := 0
	err = disk.Pages(database, func(_ vault.Place, page []byte) {
		found += bytes.Count(bytes.ToLower(page), []byte(strings.ToLower(word)))
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if dir == path {
		found += s.beside(dir, word)
	}
	return map[bool]string{true: "it stands there", false: "nothing"}[found > 0]
}

// beside looks through the other files of a directory, as they lie.
func (s *session) beside(dir, word string) (found int) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		if data, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil {
			found += bytes.Count(bytes.ToLower(data), []byte(strings.ToLower(word)))
		}
	}
	return found
}

// image copies a directory that nobody works on, rights included.
func (s *session) image(rest string) string {
	s.t.Helper()
	from, to, _ := strings.Cut(rest, " ")
	err := os.CopyFS(to, os.DirFS(from))
	if err == nil {
		err = filepath.WalkDir(from, func(path string, e os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			return os.Chmod(to+strings.TrimPrefix(path, from), info.Mode())
		})
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return ""
}
