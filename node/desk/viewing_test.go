package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/sync/rows"
)

// audited is what head office knows of who saw a party, a line each: who, how.
func (p *place) audited(party crdt.ID) string {
	p.t.Helper()
	var out []string
	must(p.t, p.Central.File.Read(ctx(), func(tx *rows.Tx) error {
		return tx.Query(`SELECT (SELECT login FROM person WHERE id=person), how FROM viewed WHERE party=?1`, func(s *rows.Stmt) error {
			out = append(out, s.ColumnText(0)+" "+s.ColumnText(1))
			return nil
		}, int64(party))
	}))
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// later lets the quarter of an hour pass and brings what it left to head office.
func (p *place) later() {
	p.t.Helper()
	p.mu.Lock()
	p.now += crm.QuarterMS
	p.mu.Unlock()
	must(p.t, p.Desk.TellViewed(ctx(), false))
	if p.till != nil {
		p.till.sync()
	}
}

func (p *place) waiting() int {
	p.t.Helper()
	local := p.Local
	if p.till != nil {
		local = p.till.Local
	}
	untold, err := local.Untold(ctx(), 1<<62)
	must(p.t, err)
	return len(untold)
}

func TestWhoSawACustomerIsKnownAtHeadOfficeAQuarterOfAnHourLater(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		teller, manager := p.signIn("teller1"), p.signIn("manager1")
		anna, eva := p.prospect(teller, "Anna"), p.prospect(teller, "Eva")
		for range 3 {
			p.customer(teller, anna)
			_, err := p.Find(ctx(), manager, "", 10)
			must(t, err)
		}
		if p.audited(anna) != "" || p.waiting() != 2 {
			t.Errorf("before: %q, %d wait", p.audited(anna), p.waiting())
		}
		p.later()
		if p.audited(anna) != "manager1 find, teller1 read" || p.audited(eva) != "manager1 find" || p.waiting() != 0 {
			t.Errorf("anna: %q, eva: %q, %d wait", p.audited(anna), p.audited(eva), p.waiting())
		}
		if p.till != nil {
			must(t, p.till.File.Read(ctx(), func(tx *rows.Tx) error {
				if n, _, err := tx.Int(`SELECT count(*) FROM viewings`); err != nil || n != 0 {
					t.Errorf("the branch still holds %d rows of who looked: %v", n, err)
				}
				return nil
			}))
		}
		p.customer(teller, anna)
		p.later()
		if p.audited(anna) != "manager1 find, teller1 read, teller1 read" {
			t.Errorf("a quarter of an hour later: %q", p.audited(anna))
		}
	})
}

func TestWhoeverSignsOutHasToldWhomTheySaw(t *testing.T) {
	p := workstation(t)
	word, teller, err := p.SignIn(ctx(), "teller1", password, false)
	must(t, err)
	anna := p.prospect(teller, "Anna")
	p.customer(teller, anna)
	must(t, p.SignOut(ctx(), word))
	p.till.sync()
	if p.audited(anna) != "teller1 read" || p.waiting() != 0 {
		t.Errorf("%q, %d wait", p.audited(anna), p.waiting())
	}
}

func TestWhatACrashLeftIsToldEvenIfItsReaderHasLeftTheBank(t *testing.T) {
	p := workstation(t)
	teller := p.signIn("teller1")
	anna := p.prospect(teller, "Anna")
	p.customer(teller, anna)
	p.till.sync()
	p.till.open() // nothing was told
	p.mu.Lock()
	p.now += 20 * dayMS
	p.mu.Unlock()
	p.act(set(crm.Person, teller.Person, crm.PersonEnded, 1))
	must(t, p.till.desk.TellViewed(ctx(), true))
	p.till.sync()
	if p.audited(anna) != "teller1 read" {
		t.Errorf("%q", p.audited(anna))
	}
	if o, err := p.till.desk.Outage(ctx()); err != nil || o.RefusedCount != 0 {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestAnErasureLeavesWhoSawTheCustomer(t *testing.T) {
	p := workstation(t)
	teller := p.signIn("teller1")
	anna := p.prospect(teller, "Anna")
	p.customer(teller, anna)
	p.later()
	p.order(t, anna)
	p.later()
	if p.audited(anna) != "teller1 read" {
		t.Errorf("%q", p.audited(anna))
	}
}

func TestNothingLeavesTheDeskThatCannotBeWrittenDown(t *testing.T) {
	everywhere(t, func(t *testing.T, p *place) {
		who := p.signIn("manager1")
		anna := p.prospect(who, "Anna")
		p.prospect(who, "Anna")
		file := p.Local.File
		if p.till != nil {
			file = p.till.File
		}
		must(t, file.Write(ctx(), func(tx *rows.Tx) error {
			return tx.Exec(`CREATE TRIGGER no_room BEFORE INSERT ON looked BEGIN SELECT RAISE(ABORT, 'no room'); END`)
		}))
		for name, read := range map[string]func() (any, error){
			"customer": func() (any, error) { return p.Customer(ctx(), who, anna) },
			"timeline": func() (any, error) { return p.Timeline(ctx(), who, anna, 9) },
			"story":    func() (any, error) { return p.Story(ctx(), who, anna, desk.StoryFilter{}, 9) },
			"find":     func() (any, error) { return p.Find(ctx(), who, "", 9) },
			"shown":    func() (any, error) { return nil, p.Shown(ctx(), who, crm.ViewExport, anna) },
		} {
			if got, err := read(); trouble(err) != " not_recorded" || strings.Contains(fmt.Sprint(got), "Anna") {
				t.Errorf("%s: %v, %q", name, got, trouble(err))
			}
		}
	})
}
