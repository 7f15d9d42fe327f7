package store

import (
	"fmt"
	"testing"

	"bough/crdt"
)

func TestWhoeverIsTypedInFullIsFoundAmongManyWhoseNamesBeginSo(t *testing.T) {
	l := open(t)
	ops := []crdt.Op{party(0, "Ann Li"), party(0, "Client 2")}
	for i := range candidates + 50 {
		ops = append(ops, party(0, fmt.Sprintf("Anna Lind %d", i)), party(0, fmt.Sprintf("Client 2%03d", i)))
	}
	for _, op := range ops {
		l.act(op)
	}
	l.index()
	for typed, want := range map[string]string{"ann li": "Ann Li", "Client 2": "Client 2"} {
		if names := l.find(typed); len(names) == 0 || names[0] != want {
			t.Errorf("found %q, want %s first", names, want)
		}
	}
}
