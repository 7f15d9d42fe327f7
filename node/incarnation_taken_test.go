package node

import (
	"crypto/rand"
	"encoding/binary"
	"io"
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/node/store"
	"bough/sync/rows"
)

// unlucky draws one number that somebody has, then others.
type unlucky struct {
	io.Reader
	origin crdt.Origin
}

func (u *unlucky) Read(b []byte) (int, error) {
	if len(b) == 4 && u.origin != 0 {
		binary.BigEndian.PutUint32(b, uint32(u.origin))
		u.origin = 0
		return 4, nil
	}
	return u.Reader.Read(b)
}

func TestAWorkstationWhoseNewNumberIsSomebodysDrawsAnotherAndWorksOn(t *testing.T) {
	h := bank(t)
	a, somebody := station(t, h, "till"), station(t, h, "counter")
	walkIn(t, a, signedIn(t, a), "Ada before the copy")
	meet(t, h, a, somebody)
	stopped(t, a.Stop)
	twinDir := filepath.Join(t.TempDir(), "twin")
	copyDir(t, a.o.Dir, twinDir)
	addr := h.Addr()
	stopped(t, h.Stop)

	o := a.o
	o.Rand = &unlucky{rand.Reader, somebody.Origin()}
	twin := again(t, o, twinDir)
	if twin.Origin() != somebody.Origin() {
		t.Fatal("it drew a number that is free: the test proves nothing")
	}
	signed := signedIn(t, twin)
	walkIn(t, twin, signed, "Bea under a number that is somebody's")

	ho := h.o
	ho.Listen = addr
	h = startCentral(t, ho)
	soon(t, "central holds what was written in a session that it cannot place", func() bool { return len(held(t, h)) == 2 })
	if was := reasons(t, twin); twin.Origin() == somebody.Origin() || len(was) != 2 || was[0] != store.Copied {
		t.Errorf("the copy is %d, somebody %d; it went on because of %v", twin.Origin(), somebody.Origin(), was)
	}
	meet(t, h, somebody, twin)
	stopped(t, twin.Stop)
	twin = again(t, o, twinDir)
	walkIn(t, twin, signedIn(t, twin), "Dan after another start")
	meet(t, h, somebody, twin)
	for _, f := range []*rows.File{h.Office.Central.File, somebody.Store.File, twin.Store.File} {
		if ada, dan := namedAt(t, f, "Ada before the copy"), namedAt(t, f, "Dan after another start"); ada != 1 || dan != 1 {
			t.Errorf("Ada is there %d times, Dan %d times", ada, dan)
		}
	}
	if n := namedAt(t, h.Office.Central.File, "Bea under a number that is somebody's"); n != 0 || len(held(t, h)) != 2 {
		t.Errorf("what is held counts %d times, %d changes are held", n, len(held(t, h)))
	}
}

// held lists what central holds, in the order in which it was written.
func held(t *testing.T, h *HeadOffice) (ids []crdt.ID) {
	t.Helper()
	err := h.Office.Central.File.Read(t.Context(), func(tx *rows.Tx) (err error) {
		ids, err = tx.IDs(`SELECT id FROM held ORDER BY stamp`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}
