package rowstest

import (
	"fmt"
	"testing"

	"bough/crdt"
)

// noted takes down what Expand finds.
type noted struct {
	testing.TB
	found []string
}

func (n *noted) Errorf(format string, args ...any) {
	n.found = append(n.found, fmt.Sprintf(format, args...))
}

func TestStepsThatOnlyExpandAreTakenAndOthersAreFound(t *testing.T) {
	schema, err := crdt.NewSchema()
	if err != nil {
		t.Fatal(err)
	}
	first := "CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT NOT NULL DEFAULT '') STRICT"
	for step, expands := range map[string]bool{
		"CREATE TABLE b (x INTEGER PRIMARY KEY, y TEXT NOT NULL) STRICT": true,
		"ALTER TABLE a ADD COLUMN z INTEGER NOT NULL DEFAULT 0":          true,
		"ALTER TABLE a ADD COLUMN z INTEGER":                             true,
		"CREATE INDEX a_y ON a (y)":                                      true,
		"CREATE UNIQUE INDEX a_y ON a (y)":                               false,
		"ALTER TABLE a DROP COLUMN y":                                    false,
		"ALTER TABLE a RENAME COLUMN y TO z":                             false,
		"DROP TABLE a":                                                   false,
		"CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END":    false,
		"DROP TABLE a; CREATE TABLE a (x INTEGER PRIMARY KEY, y TEXT NOT NULL DEFAULT '', z TEXT NOT NULL) STRICT": false,
	} {
		n := &noted{TB: t}
		Expand(n, schema, []string{first, step}, 0)
		if (len(n.found) == 0) != expands {
			t.Errorf("%s: %q", step, n.found)
		}
		after := &noted{TB: t}
		Expand(after, schema, []string{first, step}, 2)
		if len(after.found) > 0 {
			t.Errorf("%s, after which no older reader is named: %q", step, after.found)
		}
	}
}
