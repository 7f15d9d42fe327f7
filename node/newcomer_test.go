package node

import (
	"slices"
	"testing"

	"bough/sync/rows"
	"bough/webui/join"
)

// besideOne is a branch with one workstation on the LAN that holds all, and a new
// one that knows where it is.
func besideOne(t *testing.T) (h *HeadOffice, near *Branch, o Options) {
	t.Helper()
	h = bigBank(t)
	first := newcomer(t, h)
	first.Bootstrap, first.LAN = false, "127.0.0.1:0"
	near = arrives(t, first)
	meet(t, h, near)
	o = newcomer(t, h)
	o.LAN, o.Peers = "127.0.0.1:0", []string{near.LANAddr()}
	meet(t, h, near) // it has heard of the newcomer
	soon(t, "the neighbour has nothing to purge: copies go before that", func() bool {
		n := int64(1)
		err := near.Store.File.Read(t.Context(), func(tx *rows.Tx) (err error) {
			n, _, err = tx.Int(`SELECT count(*) FROM receipt`)
			return err
		})
		return err == nil && n == 0
	})
	return h, near, o
}

func TestANewWorkstationBeginsWithACopyOfItsNeighbour(t *testing.T) {
	h, near, o := besideOne(t)
	b := arrived(t, o)
	if v := b.arriving.stand(); v.Source != join.Neighbour || v.Done != v.Total || len(v.Past) > 0 {
		t.Errorf("it came otherwise: %+v", v)
	}
	prospect(t, b, "Bo")
	meet(t, h, b, near)
	if token, _, err := b.Desk.SignIn(t.Context(), "jana", "correct horse", false); err != nil || token == "" {
		t.Errorf("signing in: %v", err)
	}
}

func TestACopyThatWasCutIsGoneOnWithAlsoAfterARestartOfTheNeighbour(t *testing.T) {
	h, near, o := besideOne(t)
	begins(t, o, 2)
	again := near.o
	again.LAN = near.LANAddr()
	stopped(t, near.Stop)
	arrives(t, again)
	first := firstOf(&o)
	hasAll(t, h, o, join.Neighbour)
	if *first < 3 {
		t.Errorf("it began with part %d again", *first)
	}
}

func TestWhenTheNeighbourIsGoneForGoodCentralGivesTheFile(t *testing.T) {
	h, near, o := besideOne(t)
	begins(t, o, 2)
	stopped(t, near.Stop)
	hasAll(t, h, o, join.Central)
}

func TestANeighbourWhoseRowsAreNotThoseOfCentralIsNotBelieved(t *testing.T) {
	h, near, o := besideOne(t)
	err := near.Store.File.Write(t.Context(), func(tx *rows.Tx) error {
		return tx.Exec(`UPDATE party SET name='Eve' WHERE id=(SELECT min(id) FROM party)`)
	})
	if err != nil {
		t.Fatal(err)
	}
	b := arrived(t, o)
	v := b.arriving.stand()
	if v.Source != join.Central || !slices.ContainsFunc(v.Past, func(p join.Past) bool { return p.Source == join.Neighbour && p.Why == join.Lies }) {
		t.Errorf("%+v", v)
	}
	meet(t, h, b)
}

func TestACopyThatCentralHasNotConfirmedNeverServes(t *testing.T) {
	h, _, o := besideOne(t)
	address := h.Addr()
	stopped(t, h.Stop)
	b := arrives(t, o)
	soon(t, "it says that nobody confirms the copy", func() bool { return b.arriving.stand().Trouble == join.Unproved })
	if b.here() || b.dir.has(databaseName) {
		t.Error("it serves")
	}
	again := h.o
	again.Listen = address
	h = startCentral(t, again)
	ready(t, b)
	meet(t, h, b)
}
