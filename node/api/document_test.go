package api

import (
	"encoding/json"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
)

// openAPI is the document, as far as these tests look into it.
type openAPI struct {
	Paths      map[string]map[string]apiOperation `json:"paths"`
	Components struct {
		Schemas    map[string]any `json:"schemas"`
		Parameters map[string]any `json:"parameters"`
	} `json:"components"`
}

type apiOperation struct {
	OperationID string                 `json:"operationId"`
	Responses   map[string]apiResponse `json:"responses"`
	RequestBody *apiResponse           `json:"requestBody"`
}

type apiResponse struct {
	Content map[string]struct {
		Schema map[string]any `json:"schema"`
	} `json:"content"`
}

func readDocument(t *testing.T) openAPI {
	t.Helper()
	var doc openAPI
	if err := json.Unmarshal(document(endpoints()), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheDocumentNamesEachRouteAndNothingElse(t *testing.T) {
	e := echo.New()
	Register(e, Options{Log: slog.New(slog.DiscardHandler)})
	var served, documented []string
	for _, r := range e.Routes() {
		if path, ok := strings.CutPrefix(r.Path, Prefix); ok && r.Method != echo.RouteNotFound {
			served = append(served, r.Method+" "+documentPath(path))
		}
	}
	for path, item := range readDocument(t).Paths {
		for method := range item {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(served)
	slices.Sort(documented)
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Error(diff)
	}
	if len(served) != 22 {
		t.Errorf("%d routes: %v", len(served), served)
	}
}

func TestEveryReferenceOfTheDocumentLeadsSomewhere(t *testing.T) {
	raw := document(endpoints())
	doc := readDocument(t)
	for _, m := range regexp.MustCompile(`"\$ref":"#/components/(schemas|parameters)/([^"]+)"`).FindAllStringSubmatch(string(raw), -1) {
		of := doc.Components.Schemas
		if m[1] == "parameters" {
			of = doc.Components.Parameters
		}
		if of[m[2]] == nil {
			t.Errorf("%s leads nowhere", m[0])
		}
	}
	if strings.Count(string(raw), `"$ref"`) < 50 {
		t.Error("the expression above does not see the references")
	}
	ids := map[string]bool{}
	for path, item := range doc.Paths {
		for method, op := range item {
			if ids[op.OperationID] {
				t.Errorf("%s %s: operationId %s is there twice", method, path, op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
}

func TestTheDocumentIsTheSameEachTime(t *testing.T) {
	if a, b := string(document(endpoints())), string(document(endpoints())); a != b {
		t.Error("two makings differ")
	}
}
