package api

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"bough/crdt"
)

func readWord(raw json.RawMessage, at string, words []string) (string, error) {
	s, err := readText(raw, at)
	if err != nil {
		return "", err
	}
	if s != "" && !slices.Contains(words, s) {
		return "", unfit(at, "bad_word", "%s cannot be %q: it is one of %s", at, clip(s), strings.Join(words, ", "))
	}
	return s, nil
}

func readFlag(raw json.RawMessage, at string) (bool, error) {
	switch string(raw) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, bad(at, "wrong_type", "%s must be true or false", at)
}

// readWhole gives the decimal text of a whole number: desk takes values as text.
func readWhole(raw json.RawMessage, at string) (string, error) {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return "", bad(at, "wrong_type", "%s must be a whole number", at)
	}
	return strconv.FormatInt(n, 10), nil
}

func readID(raw json.RawMessage, at string) (any, error) {
	if len(raw) == 0 || raw[0] != '"' {
		return nil, bad(at, "wrong_type", "%s must be an id: a decimal number in a string", at)
	}
	s, err := readText(raw, at)
	if err != nil || s == "" {
		return nil, err
	}
	id, err := parseID(s, at)
	if err != nil {
		return nil, err
	}
	return id, nil
}

func parseID(s, at string) (crdt.ID, error) {
	id, err := crdt.ParseID(s)
	if err != nil {
		return 0, bad(at, "bad_id", "%s is not an id: a positive decimal number of at most 63 bits", at)
	}
	return id, nil
}

func (r reader) happened(raw json.RawMessage, at string) (int64, error) {
	ms, err := readInstant(raw, at)
	switch {
	case err != nil:
		return 0, err
	case ms > r.nowMS+maxAheadMS:
		return 0, unfit(at, "time_ahead", "%s is in the future; what has not happened yet is a task or a promise", at)
	case ms < oldestMS:
		return 0, unfit(at, "time_too_old", "%s is before 1900", at)
	}
	return ms, nil
}

func (r reader) due(raw json.RawMessage, at string) (int64, error) {
	ms, err := readInstant(raw, at)
	switch {
	case err != nil:
		return 0, err
	case ms > r.nowMS+maxDueMS:
		return 0, unfit(at, "time_ahead", "%s is more than a hundred years ahead", at)
	case ms < oldestMS:
		return 0, unfit(at, "time_too_old", "%s is before 1900", at)
	}
	return ms, nil
}

// readInstant reads milliseconds UTC or RFC 3339. Zero is refused: it is what
// a program sends that forgot to set its time, and desk reads it as now.
func readInstant(raw json.RawMessage, at string) (int64, error) {
	ms, err := strconv.ParseInt(string(raw), 10, 64)
	if len(raw) > 0 && raw[0] == '"' {
		var s string
		if s, err = readText(raw, at); err != nil {
			return 0, err
		}
		var t time.Time
		t, err = time.Parse(time.RFC3339, s)
		ms = t.UnixMilli()
	}
	if err != nil {
		return 0, bad(at, "bad_time", "%s must be milliseconds since 1970 UTC as a whole number, or a time such as 2026-03-31T14:05:00Z", at)
	}
	if ms == 0 {
		return 0, bad(at, "bad_time", "%s is 0, which is no time; leave it out when it is now", at)
	}
	return ms, nil
}

// readSaw reads {"field": "stamp"} and {"field": ["stamp", …]}.
func readSaw(raw json.RawMessage, at string) (map[string][]string, error) {
	values, err := members(raw, at+".")
	if err != nil {
		return nil, err
	}
	out := make(map[string][]string, len(values))
	for name, value := range values {
		if isNull(value) {
			continue
		}
		if out[name], err = readStamps(value, at+"."+clip(name)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readStamps(raw json.RawMessage, at string) ([]string, error) {
	list := []json.RawMessage{raw}
	if len(raw) > 0 && raw[0] == '[' {
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, bad(at, "wrong_type", "%s must be a stamp or a list of stamps", at)
		}
	}
	if len(list) == 0 || len(list) > maxSaw {
		return nil, unfit(at, "bad_stamp", "%s must name between 1 and %d stamps", at, maxSaw)
	}
	out := make([]string, 0, len(list))
	for _, item := range list {
		if len(item) == 0 || item[0] != '"' {
			return nil, bad(at, "wrong_type", "%s must be a stamp or a list of stamps", at)
		}
		s, err := readText(item, at)
		if err != nil {
			return nil, err
		}
		stamp, err := crdt.ParseStamp(s)
		if err != nil {
			return nil, bad(at, "bad_stamp", "%s is not a stamp: 28 hex digits, as stamps gives it", at)
		}
		out = append(out, stamp.String())
	}
	return out, nil
}
