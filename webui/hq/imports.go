package hq

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/node/office/corefeed"
	"bough/node/office/imports"
	"bough/webui"
)

// Limits of the pages of imports.
const (
	previewLines = 5       // of a file that are shown beside its map
	refusedShown = 20      // the others are in the list to be downloaded
	maxMapBytes  = 1 << 19 // of a map typed as text: a form has more than that to carry
)

// nobody is whom lines of a file are about that became no customer yet: nobody in
// particular, as the audit calls it.
const nobody crdt.ID = 0

// importsView is the list of imports, and the form of a new one.
type importsView struct {
	Lines  []imports.Line
	People map[crdt.ID]string
	Maps   []string
	Form   webui.Form
}

// importView is one import.
type importView struct {
	*imports.Import
	Previews     []*imports.Preview // of the files, while they are mapped
	Own, Builtin []string           // maps that can be used
	First        []corefeed.Refused
	People       map[crdt.ID]string
	Would        *imports.Back // what taking it back would do
	Me           crdt.ID
	MayAgree     bool
	OOB          bool // a refresh: htmx puts the part in its place
	Form         webui.Form
}

// Kinds, Encodings, Delimiters and Decimals are what can be chosen of a file.
func (importView) Kinds() []string { return imports.Kinds() }

// Encodings are those that can be read.
func (importView) Encodings() []string { return imports.Encodings() }

// Delimiters are what may stand between two columns.
func (importView) Delimiters() []string { return imports.Delimiters() }

// Decimals are how amounts may be written.
func (importView) Decimals() []string { return imports.Decimals() }

// Fields are those of a kind.
func (importView) Fields(kind string) []string { return imports.Fields(kind) }

// Samples are what stands in a column in the first lines.
func (v importView) Samples(file, column int) string {
	var out []string
	for _, l := range v.Previews[file].Lines {
		if l.Fault == nil && column < len(l.Columns) {
			out = append(out, l.Columns[column])
		}
	}
	return strings.Join(out, " · ")
}

// Joined are the lines of a text field.
func (importView) Joined(lines []string) string { return strings.Join(lines, "\n") }

// importer lets those in who may import.
func importer(page func(*webui.Visit) error) webui.Act {
	return func(v *webui.Visit) error {
		if !v.May(crm.ActImport) {
			return errDenied
		}
		return page(v)
	}
}

func (p Panels) importPages(s *webui.Site) {
	s.Signed(http.MethodGet, "/imports", importer(p.imports))
	s.Upload("/imports", imports.MaxUpload, importer(p.upload))
	s.Signed(http.MethodPost, "/imports/maps", importer(p.forgetMap))
	s.Signed(http.MethodGet, "/imports/:n", importer(p.showImport))
	s.Signed(http.MethodPost, "/imports/:n", importer(p.actOnImport))
	s.Signed(http.MethodGet, "/imports/:n/refused", importer(p.refusedLines))
}

func (p Panels) imports(v *webui.Visit) error {
	view, err := p.importsView(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "imports", view)
}

func (p Panels) importsView(v *webui.Visit) (view *importsView, err error) {
	view = &importsView{}
	if view.Lines, err = p.Imports.List(v.Ctx()); err != nil {
		return nil, err
	}
	if view.Maps, _, err = p.Imports.Maps(v.Ctx()); err != nil {
		return nil, err
	}
	view.People, err = peopleNames(v)
	return view, err
}

func peopleNames(v *webui.Visit) (map[crdt.ID]string, error) {
	people, err := v.Site.Desk.People(v.Ctx())
	names := map[crdt.ID]string{}
	for _, one := range people {
		names[one.ID] = one.Name
	}
	return names, err
}

// upload takes files as they come, and shows how they were understood.
func (p Panels) upload(v *webui.Visit) error {
	n, err := p.take(v)
	if err != nil {
		view, fault := p.importsView(v)
		if fault != nil {
			return fault
		}
		return v.Again("imports", view, &view.Form, err)
	}
	return v.Go("/imports/" + strconv.FormatInt(n, 10))
}

func (p Panels) take(v *webui.Visit) (int64, error) {
	parts, err := v.Request().MultipartReader()
	if err != nil {
		return 0, errNoFiles
	}
	return p.Imports.Upload(v.Ctx(), v.Who.Person, func() (string, io.Reader, error) {
		for {
			part, err := parts.NextPart()
			switch {
			case errors.Is(err, io.ErrUnexpectedEOF):
				return "", nil, errNoFiles
			case err != nil:
				return "", nil, err
			case part.FormName() == "files" && part.FileName() != "":
				return part.FileName(), part, nil
			}
		}
	})
}

var errNoFiles = desk.Mistyped("files", "import_no_file", "choose the files to import")

func (p Panels) forgetMap(v *webui.Visit) error {
	if err := p.Imports.ForgetMap(v.Ctx(), v.Who.Person, v.FormValue("name")); err != nil {
		return err
	}
	return v.GoSaved("/imports", "importmap_gone")
}

func importNumber(v *webui.Visit) (int64, error) {
	n, err := strconv.ParseInt(v.Param("n"), 10, 64)
	if err != nil {
		return 0, desk.Missing("import", "there is no such import")
	}
	return n, nil
}

// showImport shows an import: its map, what would change, how far it is, or what
// it did.
func (p Panels) showImport(v *webui.Visit) error {
	view, err := p.importView(v)
	if err != nil {
		return err
	}
	if v.QueryParam("parts") != "" {
		view.OOB = true
		return v.Block("import", "part-import", view)
	}
	return v.Show(http.StatusOK, "import", view)
}

func (p Panels) importView(v *webui.Visit) (*importView, error) {
	n, err := importNumber(v)
	if err != nil {
		return nil, err
	}
	view := &importView{Me: v.Who.Person, MayAgree: v.May(crm.ActApprove)}
	if view.Import, err = p.Imports.Get(v.Ctx(), n); err != nil {
		return nil, err
	}
	if view.People, err = peopleNames(v); err != nil {
		return nil, err
	}
	if err := v.Site.Desk.Shown(v.Ctx(), v.Who, crm.ViewRead, view.Shown...); err != nil {
		return nil, err
	}
	switch view.State {
	case imports.Mapping:
		return view, p.mapView(v, view)
	case imports.Done:
		if view.Latest && v.QueryParam("undo") != "" {
			view.Would, err = p.Imports.WouldUndo(v.Ctx())
		}
	}
	if err != nil {
		return view, err
	}
	if view.First, err = p.Imports.FirstRefused(v.Ctx(), n, refusedShown); err != nil || len(view.First) == 0 {
		return view, err
	}
	return view, v.Site.Desk.Shown(v.Ctx(), v.Who, crm.ViewRead, nobody)
}

func (p Panels) mapView(v *webui.Visit, view *importView) (err error) {
	for i := range view.Files {
		preview, err := p.Imports.Preview(view.Import, i, previewLines)
		if err != nil {
			return err
		}
		view.Previews = append(view.Previews, preview)
	}
	if view.Own, view.Builtin, err = p.Imports.Maps(v.Ctx()); err != nil {
		return err
	}
	return v.Site.Desk.Shown(v.Ctx(), v.Who, crm.ViewRead, nobody)
}

// actOnImport does what a button of an import says.
func (p Panels) actOnImport(v *webui.Visit) error {
	n, err := importNumber(v)
	if err != nil {
		return err
	}
	act, saved := v.FormValue("act"), ""
	switch act {
	case "agree":
		if !v.May(crm.ActApprove) {
			return errDenied
		}
		err = p.Imports.Agree(v.Ctx(), v.Who.Person, n)
	case "keep":
		saved, err = "importmap", p.Imports.KeepMap(v.Ctx(), v.Who.Person, n, v.FormValue("keep"))
	case "use":
		saved, err = "importmap_used", p.Imports.UseMap(v.Ctx(), v.Who.Person, n, v.FormValue("use"))
	case "look", "try":
		err = p.mapImport(v, n, act == "try")
	default:
		err = p.turnImport(v, n, act)
	}
	if err != nil {
		return p.againImport(v, err)
	}
	path := "/imports/" + strconv.FormatInt(n, 10)
	switch {
	case act == "drop":
		return v.Go("/imports")
	case saved != "":
		return v.GoSaved(path, saved)
	}
	return v.Go(path)
}

// turnImport takes an import a step on.
func (p Panels) turnImport(v *webui.Visit, n int64, act string) error {
	do := map[string]func() error{
		"change": func() error { return p.Imports.Change(v.Ctx(), v.Who.Person, n) },
		"write":  func() error { return p.Imports.Write(v.Ctx(), v.Who.Person, n) },
		"resume": func() error { return p.Imports.Resume(v.Ctx(), v.Who.Person, n) },
		"stop":   func() error { return p.Imports.Stop(v.Ctx(), v.Who.Person, n) },
		"undo":   func() error { return p.Imports.Undo(v.Ctx(), v.Who.Person, n) },
		"drop":   func() error { return p.Imports.Drop(v.Ctx(), v.Who.Person, n) },
	}[act]
	if do == nil {
		return desk.Mistyped("", "import_state", "this cannot be done with the import now")
	}
	return do()
}

// againImport shows an import once more, with what is wrong.
func (p Panels) againImport(v *webui.Visit, err error) error {
	view, fault := p.importView(v)
	if fault != nil {
		return fault
	}
	return v.Again("import", view, &view.Form, err)
}

// mapImport keeps what was chosen, and begins the dry run. Where a file is read
// anew, or gives something else, its columns were guessed: somebody looks first.
func (p Panels) mapImport(v *webui.Visit, n int64, try bool) error {
	was, err := p.Imports.Get(v.Ctx(), n)
	if err != nil {
		return err
	}
	c := imports.Choices{Name: v.FormValue("name"), Date: v.FormValue("date"), Files: make([]imports.File, len(was.Files))}
	if text := v.FormValue("map"); v.FormValue("astext") != "" {
		if c.Map = strings.ReplaceAll(text, "\r\n", "\n"); len(c.Map) > maxMapBytes || strings.TrimSpace(c.Map) == "" {
			return desk.Mistyped("map", "import_map_text", "a map of at most 512 KB")
		}
		copy(c.Files, was.Files)
	} else {
		for i := range was.Files {
			c.Files[i] = chosen(v, i, was.Files[i])
			try = try && c.Files[i].Encoding == was.Files[i].Encoding && c.Files[i].Delimiter == was.Files[i].Delimiter &&
				c.Files[i].Header == was.Files[i].Header && c.Files[i].Kind == was.Files[i].Kind
		}
	}
	if err := p.Imports.Choose(v.Ctx(), v.Who.Person, n, c); err != nil || !try {
		return err
	}
	return p.Imports.Try(v.Ctx(), v.Who.Person, n)
}

// chosen is what the form says of a file.
func chosen(v *webui.Visit, i int, was imports.File) imports.File {
	name := func(field string) string { return "f" + strconv.Itoa(i) + "_" + field }
	f := imports.File{Encoding: v.FormValue(name("encoding")), Delimiter: v.FormValue(name("delimiter")), Decimal: v.FormValue(name("decimal")),
		Header: v.FormValue(name("header")) != "", Kind: v.FormValue(name("kind")), Key: v.FormValue(name("key")), Full: v.FormValue(name("full")) != ""}
	for at := range was.Columns {
		f.Columns = append(f.Columns, imports.Column{Field: v.FormValue(name("c" + strconv.Itoa(at))), How: v.FormValue(name("h" + strconv.Itoa(at)))})
	}
	for line := range strings.Lines(v.FormValue(name("constants"))) {
		if line = strings.TrimSpace(line); line != "" {
			f.Constants = append(f.Constants, line)
		}
	}
	return f
}

// refusedLines is the list of lines that were not taken, as CSV.
func (p Panels) refusedLines(v *webui.Visit) error {
	n, err := importNumber(v)
	if err != nil {
		return err
	}
	if _, err := p.Imports.Get(v.Ctx(), n); err != nil {
		return err
	}
	if err := v.Site.Desk.Shown(v.Ctx(), v.Who, crm.ViewExport, nobody); err != nil {
		return err
	}
	head := v.Response().Header()
	head.Set("Content-Type", "text/csv; charset=utf-8")
	head.Set("Content-Disposition", `attachment; filename="refused-`+strconv.FormatInt(n, 10)+`.csv"`)
	w := csv.NewWriter(v.Response())
	err = w.Write([]string{v.L.T("import.file"), v.L.T("import.line"), v.L.T("import.column"), v.L.T("import.kind"), v.L.T("import.reason")})
	if err == nil {
		err = p.Imports.Refused(v.Ctx(), n, func(r corefeed.Refused) error {
			return w.Write([]string{cell(r.File), strconv.Itoa(r.Line), cell(r.Column), v.L.Word("importkind", r.Kind), cell(cmp.Or(v.L.Because(r.Why), r.Reason))})
		})
	}
	w.Flush()
	return errors.Join(err, w.Error())
}

// cell keeps a sheet from taking a text for a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t", rune(text[0])) {
		return "'" + text
	}
	return text
}
