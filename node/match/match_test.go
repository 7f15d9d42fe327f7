package match

import "testing"

// sounds knows how one name is spoken.
func sounds(name, other string) bool {
	return name == other || name == "Zhang Wei" && other == "张伟"
}

func TestRecordsOfOnePersonAreFoundAndOthersAreNot(t *testing.T) {
	zhang := Record{Type: "person", Name: "张伟", Birth: "1985-11-02", Document: "E 1234-56", Reaches: []string{"+8613800000000"}}
	for name, tc := range map[string]struct {
		other Record
		asked bool
	}{
		"the name in pinyin, the same birth date":    {Record{Type: "person", Name: "Zhang Wei", Birth: "1985-11-02"}, true},
		"the same document, written another way":     {Record{Type: "person", Name: "W. Z.", Document: "e123456"}, true},
		"the same phone number":                      {Record{Type: "person", Name: "Somebody", Reaches: []string{"+8613800000000"}}, true},
		"the name alone":                             {Record{Type: "person", Name: "张伟"}, false},
		"the name, and another birth date":           {Record{Type: "person", Name: "张伟", Birth: "1990-01-01"}, false},
		"the phone number, and another document":     {Record{Type: "person", Name: "李娜", Document: "F9", Reaches: []string{"+8613800000000"}}, false},
		"an organisation with the same phone number": {Record{Type: "organisation", Name: "张伟", Reaches: []string{"+8613800000000"}}, false},
		"nothing but that both are people":           {Record{Type: "person"}, false},
	} {
		there, back := Compare(zhang, tc.other, sounds), Compare(tc.other, zhang, sounds)
		if asked := there.Score >= Enough; asked != tc.asked || there.Score != back.Score {
			t.Errorf("%s: %+v, the other way %+v", name, there, back)
		}
	}
}
