package terms

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"bough/packaging/tidy/require"
)

// chinese reads one of the name lists beside the module, as rows by column
// name. Without the data it skips or fails as package require says.
func chinese(t testing.TB, file string) []map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(require.Data(t), "chinese", file))
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, field := range record {
			row[records[0][i]] = field
		}
		rows = append(rows, row)
	}
	return rows
}

func TestEveryRealSurnameIsFoundByItsCharactersAndItsInitial(t *testing.T) {
	x := newIndex(t)
	x.exec(t, "BEGIN")
	for _, row := range chinese(t, "familyname.csv") {
		surname := row["surname"]
		d := named(surname + "小明")
		id := x.put(t, d)
		rs := []rune(surname)
		initials := row["initial"]
		if row["compound"] == "1" {
			if surnameLength([]rune(surname+"小明")) != 2 {
				t.Errorf("%s is not known as a surname of two characters", surname)
			}
			initials += readings(rs[1])[0][:1]
		}
		for _, typed := range []string{surname, string(rs[0]), surname + "小明", initials + "xm", initials + "xiaoming", "xiaoming"} {
			if !x.finds(t, Match(typed), id) {
				t.Errorf("%s is not found by %q", surname+"小明", typed)
			}
		}
	}
	x.exec(t, "COMMIT")
}

// unknownReadings are readings that the pinyin dictionary lacks.
func unknownReadings() map[string]bool {
	return map[string]bool{"骞jian": true}
}

func TestEveryRealGivenNameCharacterIsFoundByItsReading(t *testing.T) {
	x := newIndex(t)
	x.exec(t, "BEGIN")
	for _, row := range chinese(t, "givenname.csv") {
		character := row["character"]
		reading := strings.TrimRightFunc(row["pinyin"], unicode.IsDigit)
		if unknownReadings()[character+reading] {
			continue
		}
		d := named("欧阳" + character)
		id := x.put(t, d)
		for _, typed := range []string{character, "阳" + character, reading, "ouyang" + reading, "oy" + reading} {
			if !x.finds(t, Match(typed), id) {
				t.Errorf("欧阳%s is not found by %q", character, typed)
			}
		}
	}
	x.exec(t, "COMMIT")
}
