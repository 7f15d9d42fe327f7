package api

import (
	"fmt"
	"slices"
	"testing"
	"unicode/utf8"

	"bough/crdt"
)

// checkForm holds a form that was accepted against the list of its fields.
func checkForm(t *testing.T, got form, fields []field) {
	t.Helper()
	for name, value := range got {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			t.Fatalf("%s is not in the list", name)
		}
		if value != nil {
			checkValue(t, value, &fields[i])
		}
	}
	for _, f := range fields {
		if f.need && (got[f.name] == nil || got[f.name] == "") {
			t.Errorf("%s is needed and missing", f.name)
		}
	}
}

func checkValue(t *testing.T, value any, f *field) {
	t.Helper()
	ok := false
	switch v := value.(type) {
	case string:
		ok = f.shape == text && utf8.ValidString(v) || f.shape == whole || f.shape == word && (v == "" || slices.Contains(f.words, v))
	case bool:
		ok = f.shape == flag
	case crdt.ID:
		ok = f.shape == rowID && v > 0
	case int64:
		ok = v >= oldestMS && v != 0 && (f.shape == past && v <= noon+maxAheadMS || f.shape == due && v <= noon+maxDueMS)
	case map[string][]string:
		ok = f.shape == stamps && soundStamps(v)
	case form:
		ok = f.shape == object
		checkForm(t, v, f.fields)
	}
	if !ok {
		t.Errorf("%s was accepted as %#v", f.name, value)
	}
}

func soundStamps(saw map[string][]string) bool {
	for _, list := range saw {
		if len(list) == 0 || len(list) > maxSaw {
			return false
		}
		for _, s := range list {
			if stamp, err := crdt.ParseStamp(s); err != nil || stamp.String() != s {
				return false
			}
		}
	}
	return true
}

// tell writes an error as the tables of these tests have it.
func tell(status int, e errorBody) string {
	return fmt.Sprintf("%d %s %q %s", status, e.Code, e.Field, e.Message)
}
