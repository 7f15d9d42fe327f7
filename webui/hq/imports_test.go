package hq

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"bough/crdt"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/office/corefeed"
	"bough/node/office/corefeed/mapping"
	"bough/node/office/imports"
	"bough/webui"
	"bough/webui/pagetest"

	"github.com/labstack/echo/v4"
)

// importPages are literal views of the pages of imports.
func importPages() []pagetest.Page {
	people := map[crdt.ID]string{7: "Petr Malý", 8: "李娜"}
	at := pagetest.NowMS
	file := imports.File{Path: "客户-2026-11.csv", SizeBytes: 18_400_000, Encoding: "gb18030", Delimiter: "comma", Decimal: "1,234.56", Header: true, Kind: "party", Key: "客户号",
		Columns:   []imports.Column{{Name: "客户号"}, {Name: "姓名", Field: "name"}, {Name: "性别", Field: "sex", How: "男 = m; 女 = f"}, {Name: "出生日期", Field: "birth", How: "YYYY年M月D日"}, {Name: "网点号", Field: "home"}, {Unusable: true}},
		Constants: []string{"type = person", "status = customer"}}
	head := &corefeed.Head{Names: []string{"客户号", "姓名", "性别", "出生日期", "网点号", ""}, Lines: []corefeed.HeadLine{
		{Line: 2, Columns: []string{"8801", "王小明", "男", "1980年3月4日", "74", ""}}, {Line: 3, Fault: mapping.NewReason("few_columns", "4", "6")}, {Line: 4, Columns: []string{"8803", "欧阳娜娜", "女", "1991年12月24日", "74", "x"}}}}
	step := func(minutes int64, step string, who crdt.ID) imports.Step {
		return imports.Step{AtMS: at - minutes*minuteMS, Step: step, Person: who}
	}
	mapped := &imports.Import{N: at - 9*minuteMS, State: imports.Mapping, Name: "客户-2026-11", Date: "2026-11-21", Files: []imports.File{file, {Path: "notes.txt", SizeBytes: 912, Encoding: "utf-8", Delimiter: "comma", Header: true}}, Steps: []imports.Step{step(9, "upload", 7)}}
	tried := *mapped
	tried.State, tried.Kept, tried.Steps = imports.Tried, 38, append(tried.Steps, step(8, "try", 7), step(7, "tried", 0))
	tried.View = &corefeed.View{RefusedAll: 38, Kinds: []corefeed.KindView{{Kind: "party", New: 1204, Changed: 311, Unchanged: 98_204, Ended: 12, Refused: 38,
		Examples: []corefeed.Example{{Key: "8801", Field: "name", Old: "王晓明", New: "王小明"}, {Key: "8809", Field: "tier", New: "B"}}}, {Kind: "holding", Unchanged: 120_933, Held: true}}}
	refused := []corefeed.Refused{{File: file.Path, Line: 3, Why: mapping.NewReason("few_columns", "4", "6")}, {File: file.Path, Line: 1204, Column: "出生日期", Kind: "party", Why: mapping.NewReason("not_date", "YYYY年M月D日", `"1980年2月31日"`)},
		{File: "持有产品.csv", Line: 77, Column: "客户号", Kind: "holding", Why: &mapping.Reason{Code: "refused_too", Args: []string{`"8802"`}, Kind: "party"}}}
	writing := tried
	writing.State, writing.By, writing.Progress = imports.Writing, 7, imports.Progress{Done: 900, Total: 1527}
	waiting := tried
	waiting.State, waiting.By = imports.Waiting, 7
	halted := tried
	halted.State, halted.By, halted.Fault = imports.Halted, 7, desk.DiskFull().Code
	done := tried
	done.State, done.By, done.Latest = imports.Done, 7, true
	done.Steps = append(done.Steps, step(5, "write", 7), step(4, "done", 0))
	back := &imports.Back{Removed: 1201, Restored: 322, KeptAll: 3, LeftAll: 1, Kept: []corefeed.Kept{{Kind: "party", Key: "8801", Work: 2}, {Kind: "branch", Key: "74"}}, Left: []corefeed.Left{{Kind: "party", Key: "8805", Field: "name"}}}
	undone := done
	undone.State, undone.Back, undone.Latest = imports.Undone, back, false
	faulty := *mapped
	faulty.Map, faulty.Fault = "name = \"x\"\n[rows]\na = 1\n", "mapping: read x:\n  line 3: rows.a: must be a table"
	lost := *mapped
	lost.Bad = corefeed.BadFiles{{Path: "客户.csv", Why: &mapping.Reason{Code: "at_line", Args: []string{"1"}, Of: mapping.NewReason("no_column", `"客户号"`, "id, name, sex")}}, {Path: "accounts.csv", Why: mapping.NewReason("no_file")}}
	lines := []imports.Line{{N: at - 9*minuteMS, Name: "客户-2026-11", State: imports.Tried, AtMS: at - 9*minuteMS, By: 7, New: 1204, Changed: 323, Same: 219_137, Refused: 38},
		{N: 5, Name: "accounts", State: imports.Done, AtMS: at - 3*24*60*minuteMS, By: 8, New: 12, Changed: 90_112, Same: 30_809}, {Name: "berka", State: imports.Undone, AtMS: at - 9*24*60*minuteMS, New: 45_000}}
	mapView := func(j *imports.Import) *importView {
		return &importView{Import: j, People: people, Own: []string{"core, customers"}, Builtin: []string{"berka"}, Previews: []*imports.Preview{{Head: head}, {Head: &corefeed.Head{}, Bad: corefeed.BadFiles{{Path: "notes.txt", Why: mapping.NewReason("empty")}}}}}
	}
	view := func(j *imports.Import) *importView {
		return &importView{Import: j, People: people, First: refused, Me: 8, MayAgree: true}
	}
	would := view(&done)
	would.Would = back
	return []pagetest.Page{
		{Name: "hq-imports", Page: "imports", View: &importsView{Lines: lines, People: people, Maps: []string{"core, customers"}}},
		{Name: "hq-imports-empty", Page: "imports", View: &importsView{Form: webui.Form{Fault: &webui.Fault{Field: "files", Text: "error.import_empty"}}}},
		{Name: "hq-import-map", Page: "import", View: mapView(mapped)},
		{Name: "hq-import-text", Page: "import", View: mapView(&faulty)},
		{Name: "hq-import-files", Page: "import", View: mapView(&lost)},
		{Name: "hq-import-tried", Page: "import", View: view(&tried)},
		{Name: "hq-import-waiting", Page: "import", View: view(&waiting)},
		{Name: "hq-import-writing", Page: "import", View: view(&writing)},
		{Name: "hq-import-halted", Page: "import", View: view(&halted)},
		{Name: "hq-import-done", Page: "import", View: view(&done)},
		{Name: "hq-import-would", Page: "import", View: would},
		{Name: "hq-import-undone", Page: "import", View: view(&undone)},
	}
}

// importCounter is head office whose imports are carried out when work is called.
func importCounter(t *testing.T) (c *pagetest.Counter, work func()) {
	t.Helper()
	var im *imports.Imports
	c = pagetest.OpenOffice(t, func(e *echo.Echo, o webui.Options, f *office.Office) error {
		im = pagetest.Imports(t, f, o.Now)
		return Register(e, o, Panels{Imports: im, Fleet: func(context.Context) ([]NodeLine, error) { return nil, nil }})
	})
	c.SignIn("root")
	return c, func() {
		t.Helper()
		for {
			did, err := im.Work(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			if !did {
				return
			}
		}
	}
}

// customerFile is a file of n customers; line 3 has a day that does not exist.
func customerFile(n int) string {
	var b strings.Builder
	b.WriteString("customer id;full name;date of birth;branch\n")
	for i := range n {
		day := i%28 + 1
		if i == 1 {
			day = 32
		}
		fmt.Fprintf(&b, "%d;Customer %d;1970-05-%02d;1\n", 500+i, i, day)
	}
	return b.String()
}

func TestAFileIsUploadedMappedTriedWrittenAndTakenBackWithoutJavaScript(t *testing.T) {
	c, work := importCounter(t)
	c.Get("/imports").Says(t, "Nothing was imported yet.", `enctype="multipart/form-data"`)
	sent := c.Send("/imports", "files", "customers.csv", customerFile(250))
	if sent.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", sent.Status, sent.Body)
	}
	page := sent.Location
	c.Get(page).Says(t, "being mapped", `value="YYYY-MM-DD"`, "Customer 0", `<option value="semicolon" selected>`, `<option value="party" selected>`)
	form := []string{"name", "customers", "date", "2026-11-21", "f0_encoding", "utf-8", "f0_delimiter", "semicolon", "f0_decimal", "1234.56", "f0_header", "on", "f0_kind", "party",
		"f0_key", "customer id", "f0_c1", "name", "f0_c2", "birth", "f0_h2", "YYYY-MM-DD", "f0_c3", "home", "f0_constants", "type = person\r\nstatus = customer", "act", "try"}
	broken := append([]string{}, form...)
	broken[15] = ""
	if a := c.Post(page, broken...); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Choose the column that tells the rows apart.") {
		t.Errorf("%d", a.Status)
	}
	c.Post(page, form...).Leads(t, page)
	c.Get(page).Says(t, "dry run under way", "<progress", `hx-get="`+page+`?parts=1"`, "Look again")
	work()
	c.Get(page).Says(t, "nothing written", "<dd>249</dd>", "1970-05-32", "Download the list")
	c.Get("/language?to=zh")
	c.Get(page).Says(t, "不是 YYYY-MM-DD 格式的日期：", "1970-05-32")
	c.Get("/language?to=en")
	if a := c.Get(page + "/refused"); a.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(a.Body, "customers.csv,3,date of birth,Customer,") {
		t.Errorf("%v %s", a.Header, a.Body)
	}
	if how := c.Value(`SELECT group_concat(how) FROM looked WHERE party=0`); how != "export,read" {
		t.Errorf("it is noted that lines of a file were shown: %q", how)
	}
	c.Post(page, "act", "write").Leads(t, page)
	c.Get(page).Says(t, "being written", "Stop here")
	work()
	a := c.Get(page + "?parts=1")
	a.Says(t, `hx-swap-oob="true"`, "See what taking it back would do")
	if strings.Contains(a.Body, "every 2s") {
		t.Error("a page whose import is at its end looks again and again")
	}
	c.Get("/imports").Says(t, "customers", "Head Office", "written", "249")
	c.Get(page+"?undo=1").Says(t, "249 rows that it made go.", "nothing stays", "Take it back")
	c.Post(page, "act", "undo").Leads(t, page)
	work()
	c.Get(page).Says(t, "taken back", "249 rows")
}

func TestAMapIsKeptUsedAndForgotten(t *testing.T) {
	c, _ := importCounter(t)
	first := c.Send("/imports", "files", "a.csv", customerFile(3)).Location
	c.Post(first, "act", "keep", "keep", "customers, monthly").Leads(t, first+"?saved=importmap")
	second := c.Send("/imports", "files", "b.csv", customerFile(3)).Location
	c.Get(second).Says(t, "customers, monthly", "berka")
	c.Post(second, "act", "use", "use", "customers, monthly").Leads(t, second+"?saved=importmap_used")
	c.Post(second, "act", "use", "use", "berka").Leads(t, second+"?saved=importmap_used")
	c.Get(second).Says(t, "[rows.standing_order]")
	c.Post("/imports/maps", "name", "customers, monthly").Leads(t, "/imports?saved=importmap_gone")
	c.Post(second, "act", "drop").Leads(t, "/imports")
	if a := c.Get(second); a.Status != http.StatusNotFound {
		t.Errorf("a forgotten import is shown: %d", a.Status)
	}
}

func TestAnUploadThatIsNoTableIsRefusedOnThePage(t *testing.T) {
	c, _ := importCounter(t)
	for text, says := range map[string]string{"PK\x03\x04": "Save the sheet as CSV", "": "This file is empty.", "\x1f\x8b\x08\x00": "did not arrive whole"} {
		if a := c.Send("/imports", "files", "x", text); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, says) {
			t.Errorf("%q: %d", text, a.Status)
		}
	}
	if a := c.Send("/imports", "files"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "Choose the files") {
		t.Errorf("%d", a.Status)
	}
	c.SignIn("jana")
	if a := c.Get("/imports"); a.Status != http.StatusForbidden {
		t.Errorf("a teller at the imports: %d", a.Status)
	}
}
