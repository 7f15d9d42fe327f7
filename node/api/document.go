package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
)

// node is a piece of the OpenAPI document; maps encode with sorted names, so
// that the document is the same each time.
type node = map[string]any

// document makes the OpenAPI 3.1 document of the list.
func document(list []endpoint) json.RawMessage {
	s := newSchemas()
	paths := node{}
	for i := range list {
		ep := &list[i]
		path := documentPath(ep.path)
		item, ok := paths[path].(node)
		if !ok {
			item = node{}
			paths[path] = item
		}
		item[strings.ToLower(ep.method)] = operation(s, ep)
	}
	raw, err := json.Marshal(node{
		"openapi": "3.1.0",
		"info": node{
			"title": "bough", "version": "1",
			"description": "The JSON API of a node and of central. Ids are decimal strings, times milliseconds UTC. Unknown fields of a body are ignored.",
		},
		"servers":  []any{node{"url": Prefix}},
		"security": []any{node{"bearer": []any{}}},
		"paths":    paths,
		"components": node{
			"schemas":         s.named,
			"parameters":      parameters(),
			"securitySchemes": node{"bearer": node{"type": "http", "scheme": "bearer", "description": "The token of POST /session, or of bough token."}},
		},
	})
	if err != nil {
		panic(fmt.Errorf("api: make document: %w", err)) // made of maps, texts and numbers only
	}
	return raw
}

// documentPath turns /customers/:id into /customers/{id}.
func documentPath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func operation(s *schemas, ep *endpoint) node {
	responses := node{strconv.Itoa(ep.status): answer(http.StatusText(ep.status), successSchema(s, ep))}
	problem := s.of(errorView{})
	for _, status := range failures(ep) {
		responses[strconv.Itoa(status)] = answer(http.StatusText(status), problem)
	}
	op := node{"summary": ep.summary, "operationId": operationID(ep), "responses": responses}
	if refs := parameterRefs(ep); len(refs) > 0 {
		op["parameters"] = refs
	}
	if ep.body != nil {
		op["requestBody"] = node{"required": true, "content": content(bodySchema(ep))}
	}
	switch ep.access {
	case open:
		op["security"] = []any{}
	case onLoopback:
		op["security"] = []any{node{}, node{"bearer": []any{}}}
	}
	return op
}

func successSchema(s *schemas, ep *endpoint) node {
	of := s.of(ep.answer)
	if _, page := ep.answer.(customerView); page && ep.once {
		// What is saved may not be readable, see written.
		return node{"anyOf": []any{of, s.of(savedView{})}}
	}
	return of
}

// operationID is such as post_customers_interactions.
func operationID(ep *endpoint) string {
	words := strings.FieldsFunc(ep.path, func(r rune) bool { return r == '/' || r == '.' })
	var kept []string
	for _, w := range words {
		if w == ":id" {
			w = "one"
		}
		kept = append(kept, w)
	}
	return strings.ToLower(ep.method) + "_" + strings.Join(kept, "_")
}

// failures are the statuses an endpoint may answer beside success.
func failures(ep *endpoint) []int {
	set := map[int]bool{http.StatusInternalServerError: true, http.StatusServiceUnavailable: true}
	add := func(when bool, statuses ...int) {
		for _, s := range statuses {
			set[s] = set[s] || when
		}
	}
	add(ep.access != open, http.StatusUnauthorized, http.StatusLocked)
	add(ep.access == signedIn, http.StatusForbidden, http.StatusNotFound, http.StatusUnprocessableEntity)
	add(strings.Contains(ep.path, ":id") || ep.lists || ep.once, http.StatusBadRequest)
	add(ep.once, http.StatusConflict)
	add(ep.body != nil, http.StatusBadRequest, http.StatusLocked, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity)
	add(ep.method != http.MethodGet, http.StatusBadRequest, http.StatusRequestEntityTooLarge)
	add(ep.access == open && ep.body != nil, http.StatusUnauthorized, http.StatusForbidden)
	var out []int
	for status, may := range set {
		if may {
			out = append(out, status)
		}
	}
	sort.Ints(out)
	return out
}

func parameterRefs(ep *endpoint) []any {
	var out []any
	ref := func(when bool, name string) {
		if when {
			out = append(out, node{"$ref": "#/components/parameters/" + name})
		}
	}
	ref(strings.Contains(ep.path, ":id"), "id")
	ref(ep.finds, "q")
	ref(ep.lists, "limit")
	ref(ep.once, "key")
	return out
}

func parameters() node {
	return node{
		"id": node{"name": "id", "in": "path", "required": true, "schema": idSchema()},
		"q": node{"name": "q", "in": "query", "description": "what was typed",
			"schema": node{"type": "string", "maxLength": maxQueryRunes}},
		"limit": node{"name": "limit", "in": "query", "description": "at most so many",
			"schema": node{"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit}},
		"key": node{"name": "Idempotency-Key", "in": "header",
			"description": "The same key with the same request is done once and answered alike for 24 hours; with another request it is refused. A refused act keeps no answer and may be tried again. 409: the program was stopped in the middle.",
			"schema":      node{"type": "string", "pattern": "^[!-~]{1,200}$"}},
	}
}

func answer(description string, schema node) node {
	return node{"description": description, "content": content(schema)}
}

func content(schema node) node { return node{"application/json": node{"schema": schema}} }
