package office_test

import (
	"path/filepath"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/office"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/wire"
)

// kept is a page as a workstation of branch 1 keeps it, with some rows of central.
func (c *court) kept(list ...*rows.Stored) []byte {
	c.t.Helper()
	return c.keptAt(1, list...)
}

func (c *court) keptAt(branch int64, list ...*rows.Stored) []byte {
	c.t.Helper()
	codec, err := wire.NewCodec()
	must(c.t, err)
	page := &wire.Page{Scope: branch, Epoch: c.Central.Epoch()}
	for _, r := range list {
		page.Rows = append(page.Rows, wire.PageRow{Row: r.Row, Conflicts: r.Conflicts, N: r.N})
		page.Until, page.Head = r.N, r.N
	}
	frame, err := codec.EncodePage(page)
	must(c.t, err)
	header, err := c.Central.SealBeside(ctx(), frame, c.authority)
	must(c.t, err)
	proof, err := wire.ReadProof(header, frame)
	must(c.t, err)
	envelope, err := c.authority.Root().Enclose(proof.Sealed)
	must(c.t, err)
	return envelope
}

// afterRestore loses central's disk, puts a backup in its place, and hands pages over
// that a workstation keeps, one after another.
func (c *court) afterRestore(backup string, pages ...[]byte) {
	c.t.Helper()
	must(c.t, c.Close())
	c.path, c.origin = backup, 901
	_, err := central.Restore(ctx(), central.Restoring{Path: c.path, Schema: crm.Table(), Migrations: store.LocalTables(), Origin: c.origin, NowMS: c.now})
	must(c.t, err)
	c.open()
	c.recall(pages...)
}

// recall hands pages over that a workstation keeps.
func (c *court) recall(pages ...[]byte) {
	c.t.Helper()
	n, err := c.Central.Node(ctx(), c.here.origin)
	must(c.t, err)
	for _, page := range pages {
		_, err := c.Central.Recall(ctx(), c.authority, n, wire.Recall{Pages: [][]byte{page}})
		must(c.t, err)
	}
}

func TestHalfAMoveThatComesBackIsNone(t *testing.T) {
	type halves struct{ home, account, told []byte }
	for name, story := range map[string]struct {
		pages                 func(h halves) [][]byte
		home, branch, waiting int64
	}{
		"a home and an account wait for the move":       {func(h halves) [][]byte { return [][]byte{h.home, h.account} }, 1, 1, 2},
		"a home and an account come with the move":      {func(h halves) [][]byte { return [][]byte{h.home, h.account, h.told} }, 2, 2, 0},
		"a home and an account come after the move":     {func(h halves) [][]byte { return [][]byte{h.told, h.account, h.home} }, 2, 2, 0},
		"a move brings along the home that is not kept": {func(h halves) [][]byte { return [][]byte{h.told} }, 2, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCourt(t)
			c.act(set(crm.Role, 0, crm.RoleParty, c.core, crm.RoleHolding, c.holding, crm.RoleRole, "owner"))
			backup := filepath.Join(t.TempDir(), "backup.db")
			must(t, c.Central.Backup(ctx(), backup))
			_, err := c.Move(ctx(), rows.Actor{}, office.Moving{Parties: []crdt.ID{c.core}, To: 2, Reason: "moved house"})
			must(t, err)
			move := crdt.ID(c.count(`SELECT id FROM move WHERE party=?1`, int64(c.core)))
			pages := story.pages(halves{c.kept(c.row(crm.Party, c.core)), c.kept(c.row(crm.Holding, c.holding)), c.kept(c.row(crm.Move, move))})
			c.afterRestore(backup, pages...)
			stands := func(when string, home, branch, waiting int64) {
				t.Helper()
				r, err := c.Restored(ctx())
				must(t, err)
				if h, b := c.row(crm.Party, c.core).Get(crm.PartyHome).I, c.row(crm.Holding, c.holding).Get(crm.HoldingBranch).I; h != home || b != branch || int64(r.Waiting) != waiting {
					t.Errorf("%s: at home at %d, the account at %d, %d rows wait", when, h, b, r.Waiting)
				}
			}
			stands("when the pages are back", story.home, story.branch, story.waiting)
			if story.waiting > 0 {
				chief := c.person("manager1")
				_, err := c.TakeRest(ctx(), rows.Actor{Person: chief})
				must(t, err)
				c.answer(office.AuditQuestion{Branch: -1, Person: chief, Sort: office.AuditWrite}, "write manager1  0 parameter")
				stands("when head office waits no more", 2, 2, 0)
			}
		})
	}
}

func TestAnAccountThatWentAlongComesBackWhereverTheCustomerIsAtHome(t *testing.T) {
	for name, since := range map[string]bool{"again where they were at home before": false, "where a later move brought them, which came first": true} {
		t.Run(name, func(t *testing.T) {
			c := newCourt(t)
			c.act(set(crm.Role, 0, crm.RoleParty, c.core, crm.RoleHolding, c.holding, crm.RoleRole, "owner"), set(crm.Holding, c.holding, crm.HoldingBranch, 2))
			backup := filepath.Join(t.TempDir(), "backup.db")
			must(t, c.Central.Backup(ctx(), backup))
			move := func(to int64) []byte {
				_, err := c.Move(ctx(), rows.Actor{}, office.Moving{Parties: []crdt.ID{c.core}, To: to, Reason: "moved house"})
				must(t, err)
				return c.kept(c.row(crm.Move, crdt.ID(c.count(`SELECT max(id) FROM move WHERE party=?1`, int64(c.core)))))
			}
			move(2)
			back := move(1) // with the account that was there
			account, home := c.row(crm.Holding, c.holding), c.row(crm.Party, c.core)
			if account.Get(crm.HoldingBranch).I != 1 {
				t.Fatalf("the account is at %d", account.Get(crm.HoldingBranch).I)
			}
			pages := [][]byte{c.kept(account), c.kept(home), back}
			if since {
				pages = append([][]byte{move(2)}, pages...)
			}
			c.afterRestore(backup, pages...)
			r, err := c.Restored(ctx())
			must(t, err)
			if at := c.row(crm.Holding, c.holding).Get(crm.HoldingBranch).I; at != 1 || r.Waiting != 0 {
				t.Errorf("the account is at %d, %d rows wait", at, r.Waiting)
			}
		})
	}
}

func TestWhereNothingWasRestoredNobodyIsWaitedFor(t *testing.T) {
	c := newCourt(t)
	if n, err := c.TakeRest(ctx(), rows.Actor{}); n != 0 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	if n := c.count(`SELECT count(*) FROM parameter WHERE name=?1`, crm.SettingRest); n != 0 {
		t.Error("it was noted that nobody is waited for")
	}
}
