package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"bough/crdt"
)

// form is a request's body after reading: only known fields, each of its type.
// A field that was null is there with a nil value.
type form map[string]any

// has reports whether the field was sent, be it as null.
func (f form) has(name string) bool { _, ok := f[name]; return ok }

// text is a text, word or whole number as text; empty when absent or null.
func (f form) text(name string) string { s, _ := f[name].(string); return s }

// flag is a flag; false when absent or null.
func (f form) flag(name string) bool { b, _ := f[name].(bool); return b }

// ms is an instant; 0 when absent or null.
func (f form) ms(name string) int64 { n, _ := f[name].(int64); return n }

// id is an id; 0 when absent or null.
func (f form) id(name string) crdt.ID { id, _ := f[name].(crdt.ID); return id }

// object is a nested object; nil when absent or null.
func (f form) object(name string) form { o, _ := f[name].(form); return o }

// saw are the stamps seen of a field; nil when none were named. A stamp that
// is empty says that nothing was there.
func (f form) saw(name string) []string {
	all, _ := f["saw"].(map[string][]string)
	return all[name]
}

// reader reads bodies; its time bounds what may have happened.
type reader struct{ nowMS int64 }

// body reads a whole body by the list of its fields.
func (r reader) body(raw []byte, fields []field) (form, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, bad("", "no_body", "the body is empty; send a JSON object")
	}
	if !utf8.Valid(raw) {
		return nil, bad("", "bad_utf8", "the body is not valid UTF-8")
	}
	if err := wellFormed(raw); err != nil {
		return nil, err
	}
	return r.object(raw, "", fields)
}

func wellFormed(raw []byte) error {
	if json.Valid(raw) {
		return nil
	}
	var ignored any
	err := json.Unmarshal(raw, &ignored)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return bad("", "bad_json", "the body is not JSON: %v at byte %d", syntax, syntax.Offset)
	}
	return bad("", "bad_json", "the body is not JSON")
}

func (r reader) object(raw json.RawMessage, at string, fields []field) (form, error) {
	values, err := members(raw, at)
	if err != nil {
		return nil, err
	}
	out := form{}
	for i := range fields {
		f := &fields[i]
		value, ok := values[f.name]
		if ok && isNull(value) {
			out[f.name] = nil
		} else if ok {
			if out[f.name], err = r.value(value, at+f.name, f); err != nil {
				return nil, err
			}
		}
	}
	for i := range fields {
		if f := &fields[i]; f.need && (out[f.name] == nil || out[f.name] == "") {
			return nil, unfit(at+f.name, "missing", "%s is needed%s", at+f.name, choices(f.words))
		}
	}
	return out, nil
}

func choices(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return ": one of " + strings.Join(words, ", ")
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// members splits an object into its members; a name that comes twice is an
// error, because readers differ in which of the two they take.
func members(raw json.RawMessage, at string) (map[string]json.RawMessage, error) {
	name := strings.TrimSuffix(at, ".")
	if first := bytes.TrimSpace(raw); len(first) == 0 || first[0] != '{' {
		if name == "" {
			return nil, bad("", "wrong_type", "the body must be a JSON object")
		}
		return nil, bad(name, "wrong_type", "%s must be an object", name)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return nil, fmt.Errorf("api: read object: %w", err)
	}
	out := map[string]json.RawMessage{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("api: read member name: %w", err)
		}
		member := key.(string) // in an object the decoder gives names as strings only
		if _, twice := out[member]; twice {
			return nil, bad(at+clip(member), "duplicate_field", "%s is there twice", at+clip(member))
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("api: read member: %w", err)
		}
		out[member] = value
	}
	return out, nil
}

// clip keeps what the caller sent from filling our answer.
func clip(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

func (r reader) value(raw json.RawMessage, at string, f *field) (any, error) {
	switch f.shape {
	case text:
		return readText(raw, at)
	case word:
		return readWord(raw, at, f.words)
	case flag:
		return readFlag(raw, at)
	case whole:
		return readWhole(raw, at)
	case rowID:
		return readID(raw, at)
	case past:
		return r.happened(raw, at)
	case due:
		return r.due(raw, at)
	case stamps:
		return readSaw(raw, at)
	case object:
		return r.object(raw, at+".", f.fields)
	}
	return nil, fmt.Errorf("api: field %s has no shape", at)
}

func readText(raw json.RawMessage, at string) (string, error) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", bad(at, "wrong_type", "%s must be a string", at)
	}
	if loneSurrogate(raw) {
		return "", bad(at, "bad_utf8", "%s has half a surrogate pair, which is no character", at)
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("api: read string: %w", err)
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if i := strings.IndexFunc(s, isControl); i >= 0 {
		return "", bad(at, "bad_text", "%s has the control character U+%04X", at, s[i])
	}
	return s, nil
}

// isControl: line breaks and tabs are text, other control characters are not.
func isControl(r rune) bool {
	return r < 0x20 && r != '\n' && r != '\t' || r == 0x7f
}

// loneSurrogate looks for \uD800–\uDFFF that does not come as a pair: the
// standard decoder replaces it in silence. raw is a valid JSON string.
func loneSurrogate(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		unit, isUnit := codeUnit(raw[i:])
		switch {
		case !isUnit:
			i++ // the escaped character
		case unit < 0xD800 || unit > 0xDFFF:
			i += 5
		default:
			low, paired := codeUnit(raw[i+6:])
			if unit > 0xDBFF || !paired || low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 11
		}
	}
	return false
}

// codeUnit reads \uXXXX at the start of b.
func codeUnit(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return n, err == nil
}
