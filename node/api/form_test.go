package api

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
)

const noon = int64(1_790_000_000_000) // the time of these tests, ms UTC

const someStamp = "0000" + "0199e1a7b3c00000" + "00000007"

// fields of the endpoints by a short name.
func bodies() map[string][]field {
	return map[string][]field{
		"session": sessionFields(), "customer": customerFields(), "patch": patchFields(), "interaction": interactionFields(),
		"conflict": conflictFields(), "pair": pairFields(), "reach": reachFields(), "reach edit": reachEditFields(), "consent": consentFields(),
	}
}

// malformed are bodies that are refused before anything is looked up.
func malformed() []struct{ of, body, want string } {
	return []struct{ of, body, want string }{
		{"customer", ``, `400 no_body "" the body is empty; send a JSON object`},
		{"customer", ` `, `400 no_body "" the body is empty; send a JSON object`},
		{"customer", `{"name":"Ann"`, `400 bad_json "" the body is not JSON: unexpected end of JSON input at byte 13`},
		{"customer", `{"name":"Ann"} x`, `400 bad_json "" the body is not JSON: invalid character 'x' after top-level value at byte 16`},
		{"customer", `{name:1}`, `400 bad_json "" the body is not JSON: invalid character 'n' looking for beginning of object key string at byte 2`},
		{"customer", `[]`, `400 wrong_type "" the body must be a JSON object`},
		{"customer", `null`, `400 wrong_type "" the body must be a JSON object`},
		{"customer", "{\"name\":\"\xff\"}", `400 bad_utf8 "" the body is not valid UTF-8`},
		{"customer", `{"name":"a\ud800b"}`, `400 bad_utf8 "name" name has half a surrogate pair, which is no character`},
		{"customer", `{"name":"a\udc00\ud800"}`, `400 bad_utf8 "name" name has half a surrogate pair, which is no character`},
		{"customer", `{"name":"a\u0000b"}`, `400 bad_text "name" name has the control character U+0000`},
		{"customer", `{"name":"a","name":"b"}`, `400 duplicate_field "name" name is there twice`},
		{"customer", `{"name":7}`, `400 wrong_type "name" name must be a string`},
		{"customer", `{"phone":["1"]}`, `400 wrong_type "phone" phone must be a string`},
		{"customer", `{"type":"robot"}`, `422 bad_word "type" type cannot be "robot": it is one of person, organisation`},
		{"customer", `{"archived":"1"}`, `400 wrong_type "archived" archived must be a whole number`},
		{"customer", `{"archived":1.5}`, `400 wrong_type "archived" archived must be a whole number`},
		{"patch", `{"name":"A","saw":"x"}`, `400 wrong_type "saw" saw must be an object`},
		{"patch", `{"name":"A","saw":{"name":"x"}}`, `400 bad_stamp "saw.name" saw.name is not a stamp: 28 hex digits, as stamps gives it`},
		{"patch", `{"name":"A","saw":{"name":7}}`, `400 wrong_type "saw.name" saw.name must be a stamp or a list of stamps`},
		{"patch", `{"name":"A","saw":{"name":[]}}`, `422 bad_stamp "saw.name" saw.name must name between 1 and 64 stamps`},
		{"patch", `{"name":"A","saw":{"name":["` + someStamp + `",null]}}`, `400 wrong_type "saw.name" saw.name must be a stamp or a list of stamps`},
		{"interaction", `{}`, `422 missing "channel" channel is needed: one of counter, call_in, call_out, meeting, email, letter, visit`},
		{"interaction", `{"channel":null}`, `422 missing "channel" channel is needed: one of counter, call_in, call_out, meeting, email, letter, visit`},
		{"interaction", `{"channel":"pigeon"}`, `422 bad_word "channel" channel cannot be "pigeon": it is one of counter, call_in, call_out, meeting, email, letter, visit`},
		{"interaction", `{"channel":"email!","text":"x"}`, `422 bad_word "channel" channel cannot be "email!": it is one of counter, call_in, call_out, meeting, email, letter, visit`},
		{"interaction", `{"channel":"counter","happened":"yesterday"}`, `400 bad_time "happened" happened must be milliseconds since 1970 UTC as a whole number, or a time such as 2026-03-31T14:05:00Z`},
		{"interaction", `{"channel":"counter","happened":1.5}`, `400 bad_time "happened" happened must be milliseconds since 1970 UTC as a whole number, or a time such as 2026-03-31T14:05:00Z`},
		{"interaction", `{"channel":"counter","happened":"2026-03-31"}`, `400 bad_time "happened" happened must be milliseconds since 1970 UTC as a whole number, or a time such as 2026-03-31T14:05:00Z`},
		{"interaction", `{"channel":"counter","happened":99999999999999999999}`, `400 bad_time "happened" happened must be milliseconds since 1970 UTC as a whole number, or a time such as 2026-03-31T14:05:00Z`},
		{"interaction", `{"channel":"counter","happened":0}`, `400 bad_time "happened" happened is 0, which is no time; leave it out when it is now`},
		{"interaction", `{"channel":"counter","happened":1790000300001}`, `422 time_ahead "happened" happened is in the future; what has not happened yet is a task or a promise`},
		{"interaction", `{"channel":"counter","happened":"1899-12-31T23:59:59Z"}`, `422 time_too_old "happened" happened is before 1900`},
		{"interaction", `{"channel":"counter","holding":12}`, `400 wrong_type "holding" holding must be an id: a decimal number in a string`},
		{"interaction", `{"channel":"counter","holding":"-1"}`, `400 bad_id "holding" holding is not an id: a positive decimal number of at most 63 bits`},
		{"interaction", `{"channel":"counter","holding":"9223372036854775808"}`, `400 bad_id "holding" holding is not an id: a positive decimal number of at most 63 bits`},
		{"interaction", `{"channel":"counter","promise":"call"}`, `400 wrong_type "promise" promise must be an object`},
		{"interaction", `{"channel":"counter","promise":{"text":"call"}}`, `422 missing "promise.due" promise.due is needed`},
		{"interaction", `{"channel":"counter","promise":{"text":"call","due":"9000-01-01T00:00:00Z"}}`, `422 time_ahead "promise.due" promise.due is more than a hundred years ahead`},
		{"conflict", `{"keep":"both"}`, `422 bad_word "keep" keep cannot be "both": it is one of current, losing`},
		{"reach", `{"channel":"phone","value":""}`, `422 missing "value" value is needed`},
		{"reach", `{"channel":"phone","value":"1","preferred":"yes"}`, `400 wrong_type "preferred" preferred must be true or false`},
		{"consent", `{"purpose":"marketing","channel":"phone","act":"maybe"}`, `422 bad_word "act" act cannot be "maybe": it is one of grant, withdraw`},
		{"session", `{"login":"ann"}`, `422 missing "password" password is needed`},
	}
}

func TestAMalformedBodyIsRefusedWithAClearError(t *testing.T) {
	fields := bodies()
	for _, c := range malformed() {
		_, err := reader{noon}.body([]byte(c.body), fields[c.of])
		if got := told(err); got != c.want {
			t.Errorf("%s %s\n got %s\nwant %s", c.of, c.body, got, c.want)
		}
	}
}

// told is an error as the tables of these tests write it.
func told(err error) string {
	r, internal := failure(err)
	if internal {
		return "internal: " + err.Error()
	}
	return tell(r.status, r.view.(errorView).Error)
}

func TestABodyIsReadByTypeAndUnknownFieldsAreIgnored(t *testing.T) {
	body := `{"channel":"call_in","text":"\ud83d\ude00 a\\u0000\nb","happened":"2026-03-31T14:05:00.250+02:00","holding":"4294967297",
		"promise":{"text":"ring back","due":1790000000001,"by":"me"},"reason":null,"Channel":"visit","colour":{"a":[1,2]}}`
	got, err := reader{noon}.body([]byte(body), interactionFields())
	if err != nil {
		t.Fatal(err)
	}
	want := form{
		"channel": "call_in", "text": "😀 a\\u0000\nb", "happened": time.Date(2026, 3, 31, 12, 5, 0, 250e6, time.UTC).UnixMilli(),
		"holding": crdt.ID(4294967297), "promise": form{"text": "ring back", "due": noon + 1}, "reason": nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got.has("outcome") || !got.has("reason") || got.text("reason") != "" || got.object("promise").ms("due") != noon+1 {
		t.Error("the form does not tell what was sent")
	}
}

func TestSawTakesOneStampOrMany(t *testing.T) {
	upper := strings.ToUpper(someStamp)
	got, err := reader{noon}.body([]byte(`{"name":"A","saw":{"name":"`+upper+`","phone":["","`+someStamp+`"],"memo":null,"other":""}}`), patchFields())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{someStamp}, got.saw("name")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"", someStamp}, got.saw("phone")); diff != "" {
		t.Error(diff)
	}
	if got.saw("memo") != nil || got.saw("email") != nil {
		t.Error("a field that names no stamp has one")
	}
}

func TestLimitsAndQueries(t *testing.T) {
	for values, want := range map[string]int{"": defaultLimit, "1": 1, "1000": 1000, "0": 0, "1001": 0, "-1": 0, "x": 0, "1,2": 0, "+5": 0, "1e2": 0} {
		var list []string
		if values != "" {
			list = strings.Split(values, ",")
		}
		got, err := readLimit(list)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("limit %q: %d, %v", values, got, err)
		}
	}
	for _, c := range []struct{ q, want string }{
		{"\xff", `400 bad_utf8 "q" q is not valid UTF-8`},
		{strings.Repeat("x", 201), `400 bad_query "q" q has more than 200 characters`},
		{"a\x00", `400 bad_text "q" q has a control character`},
	} {
		if _, err := readQuery([]string{c.q}); told(err) != c.want {
			t.Errorf("%q: %s", c.q, told(err))
		}
	}
	if q, err := readQuery([]string{strings.Repeat("王", 200)}); err != nil || len(q) != 600 {
		t.Error(err)
	}
}

func FuzzBody(f *testing.F) {
	for _, c := range malformed() {
		f.Add([]byte(c.body))
	}
	f.Add([]byte(`{"channel":"phone","value":"1","saw":{"value":["` + someStamp + `"]},"happened":"2026-01-01T00:00:00Z","promise":{"text":"a","due":5}}`))
	all := bodies()
	f.Fuzz(func(t *testing.T, raw []byte) {
		for name, fields := range all {
			got, err := reader{noon}.body(raw, fields)
			if err != nil {
				var refused *fault
				if !errors.As(err, &refused) {
					t.Errorf("%s: an error that is not for the caller: %v", name, err)
				}
				continue
			}
			checkForm(t, got, fields)
		}
	})
}
