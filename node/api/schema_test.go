package api

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// validator holds JSON values against the schemas of the document: the part
// of JSON Schema 2020-12 that it uses, and it refuses any other word.
type validator struct{ schemas map[string]any }

// check says what is wrong with value, or nothing.
func (v validator) check(value any, schema map[string]any, at string) error {
	for word, of := range schema {
		if err := v.word(word, of, value, at); err != nil {
			return err
		}
	}
	if object, ok := value.(map[string]any); ok {
		return v.object(object, schema, at)
	}
	return nil
}

func (v validator) word(word string, of, value any, at string) error {
	switch word {
	case "$ref":
		name := strings.TrimPrefix(of.(string), "#/components/schemas/")
		return v.check(value, v.schemas[name].(map[string]any), at)
	case "anyOf":
		return v.any(of.([]any), value, at)
	case "type":
		return checkType(of, value, at)
	case "enum":
		if !slices.Contains(of.([]any), value) {
			return fmt.Errorf("%s: %v is not one of %v", at, value, of)
		}
	case "pattern":
		if s, ok := value.(string); ok && !regexp.MustCompile(of.(string)).MatchString(s) {
			return fmt.Errorf("%s: %q does not match %s", at, s, of)
		}
	case "minimum":
		if n, ok := value.(float64); ok && n < of.(float64) {
			return fmt.Errorf("%s: %v is below %v", at, n, of)
		}
	case "items":
		list, _ := value.([]any)
		for i, item := range list {
			if err := v.check(item, of.(map[string]any), fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case "minItems", "maxItems":
		if list, ok := value.([]any); ok && (word == "minItems" && float64(len(list)) < of.(float64) || word == "maxItems" && float64(len(list)) > of.(float64)) {
			return fmt.Errorf("%s: %d items", at, len(list))
		}
	case "properties", "required", "additionalProperties", "description", "format":
	default:
		return fmt.Errorf("%s: the schema uses %s, which this test does not know", at, word)
	}
	return nil
}

func (v validator) any(of []any, value any, at string) error {
	var all []string
	for _, schema := range of {
		err := v.check(value, schema.(map[string]any), at)
		if err == nil {
			return nil
		}
		all = append(all, err.Error())
	}
	return fmt.Errorf("%s: fits none of %d: %s", at, len(of), strings.Join(all, "; "))
}

// object also refuses members that the schema does not know: answers hold
// nothing that is not documented.
func (v validator) object(object, schema map[string]any, at string) error {
	properties, _ := schema["properties"].(map[string]any)
	rest, open := schema["additionalProperties"].(map[string]any)
	for name, value := range object {
		of, known := properties[name].(map[string]any)
		switch {
		case known:
		case open:
			of = rest
		case properties == nil:
			continue
		default:
			return fmt.Errorf("%s.%s is not documented", at, name)
		}
		if err := v.check(value, of, at+"."+name); err != nil {
			return err
		}
	}
	required, _ := schema["required"].([]any)
	for _, name := range required {
		if _, there := object[name.(string)]; !there {
			return fmt.Errorf("%s.%s is missing", at, name)
		}
	}
	return nil
}

func checkType(of, value any, at string) error {
	types, many := of.([]any)
	if !many {
		types = []any{of}
	}
	got := "null"
	switch n := value.(type) {
	case string:
		got = "string"
	case bool:
		got = "boolean"
	case float64:
		if got = "number"; n == math.Trunc(n) {
			got = "integer"
		}
	case []any:
		got = "array"
	case map[string]any:
		got = "object"
	}
	if !slices.Contains(types, any(got)) {
		return fmt.Errorf("%s: %s, not %v", at, got, types)
	}
	return nil
}

// holds checks raw against a schema of the document.
func (v validator) holds(raw []byte, schema map[string]any) error {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	return v.check(value, schema, "$")
}
