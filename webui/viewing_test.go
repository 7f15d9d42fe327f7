package webui_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"bough/node/office"
	"bough/sync/rows"
	"bough/webui"
)

// namedAt calls every page and call that only reads, and tells which of them
// named the customer.
func (g *gate) namedAt(table map[string]need) (named, refused []string) {
	for _, r := range g.Echo.Routes() {
		if r.Method != http.MethodGet || r.Path == "/live" || table[r.Method+" "+r.Path].open {
			continue
		}
		form := table[r.Method+" "+r.Path].form
		if strings.HasSuffix(r.Path, "/find") || r.Path == "/" || r.Path == "/api/v1/customers" {
			form = "q=mala"
		}
		a := g.ask(g.people["admin"], r.Method, r.Path, form)
		if strings.Contains(a.Body, "Malá") {
			named = append(named, r.Path)
		}
		if a.Status == http.StatusServiceUnavailable {
			refused = append(refused, r.Path)
		}
	}
	return named, refused
}

func TestNobodyIsNamedToSomebodyOfWhomThatCannotBeWrittenDown(t *testing.T) {
	for _, side := range []struct {
		name     string
		register func(*echo.Echo, webui.Options, *office.Office) error
		table    map[string]need
	}{
		{"workstation", workstation, merged(everywhere(), calls(), atBranch())},
		{"head office", headOffice(t), merged(everywhere(), calls(), atHeadOffice())},
	} {
		t.Run(side.name, func(t *testing.T) {
			g := openGate(t, side.register)
			if _, err := g.Office.Local.Index(t.Context(), 100); err != nil {
				t.Fatal(err)
			}
			g.fails(true)
			if named, refused := g.namedAt(side.table); len(named) > 0 || len(refused) < 10 {
				t.Errorf("named at %v; refused at %v", named, refused)
			}
			g.fails(false)
			named, refused := g.namedAt(side.table)
			if len(named) < 10 || len(refused) > 0 {
				t.Errorf("all is well, and named at %v; refused at %v", named, refused)
			}
			t.Logf("%d routes name the customer", len(named))
		})
	}
}

// fails makes the file refuse to note who looked, or take it again.
func (g *gate) fails(yes bool) {
	g.t.Helper()
	sql := `CREATE TRIGGER no_room BEFORE INSERT ON looked BEGIN SELECT RAISE(ABORT, 'no room'); END`
	if !yes {
		sql = `DROP TRIGGER no_room`
	}
	if err := g.Office.Central.File.Write(g.t.Context(), func(tx *rows.Tx) error { return tx.Exec(sql) }); err != nil {
		g.t.Fatal(err)
	}
}
