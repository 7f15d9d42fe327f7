package hq

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/desk"
	"bough/webui"
)

// maxBundle is how large a bundle may be that is brought to this page, in bytes:
// years of work of a branch.
const maxBundle = 1 << 30

// LeaseLine is a workstation whose lease runs out.
type LeaseLine struct {
	Origin     crdt.Origin
	Branch     int64
	BranchName string
	Name       string
	SeenMS     int64 // ms UTC; 0: never
	UntilMS    int64 // as far as is known here, ms UTC
	LeftMS     int64 // 0: it is over
	CodeMS     int64 // when the last code was given, ms UTC; 0: none was
}

// StickLine is a bundle that was brought to head office.
type StickLine struct {
	Origin     crdt.Origin
	Branch     int64
	BranchName string
	Name       string
	AtMS       int64 // when it was brought, ms UTC
	By         string
	Taken      int
	Known      int
	Refused    int
	Missed     int  // do not follow what is known here
	Cut        bool // the stick was pulled out too soon
	Revoked    bool // the workstation was: what is new is held, and there is no answer
	Answer     string
	SizeBytes  int64 // of the answer
}

// Absence is what head office does for workstations without a line.
type Absence struct {
	Leases func(ctx context.Context) ([]LeaseLine, error) // those that run out, the first first
	// Code makes a code that extends the lease of a workstation once.
	Code func(ctx context.Context, who *desk.Who, origin crdt.Origin) (code string, of LeaseLine, err error)
	// Take takes a bundle and writes its answer.
	Take   func(ctx context.Context, who *desk.Who, r io.Reader) (StickLine, error)
	Sticks func(ctx context.Context) ([]StickLine, error) // newest first
	// Answer is the file of an answer, and the name that it has on a stick.
	Answer func(id string) (path, name string, err error)
}

// absence are the pages for workstations without a line.
func (p Panels) absence(s *webui.Site) {
	s.Signed(http.MethodGet, "/leases", p.leases)
	s.Signed(http.MethodPost, "/leases", p.leaseCode)
	s.Signed(http.MethodGet, "/sticks", p.sticks)
	s.Upload("/sticks", maxBundle, p.takeStick)
	s.Signed(http.MethodGet, "/sticks/:answer", p.stickAnswer)
}

type leasesView struct {
	Leases []LeaseLine
	May    bool // give codes
	Origin string
	Code   string    // made just now, told once
	Of     LeaseLine // whose it is
	Form   webui.Form
}

// leases lists the workstations whose lease runs out.
func (p Panels) leases(v *webui.Visit) error {
	view, err := p.leasesView(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "leases", view)
}

func (p Panels) leasesView(v *webui.Visit) (*leasesView, error) {
	if !v.May(crm.ActFleet) {
		return nil, errDenied
	}
	lines, err := p.Absence.Leases(v.Ctx())
	return &leasesView{Leases: lines, May: v.May(crm.ActOperate)}, err
}

// leaseCode makes a code to be read over the phone, and shows it once.
func (p Panels) leaseCode(v *webui.Visit) error {
	view, err := p.leasesView(v)
	if err != nil {
		return err
	}
	if !view.May {
		return errDenied
	}
	view.Origin = strings.TrimSpace(v.FormValue("origin"))
	origin, err := strconv.ParseUint(view.Origin, 10, 31)
	if err != nil {
		return v.Again("leases", view, &view.Form, errNoStation)
	}
	if view.Code, view.Of, err = p.Absence.Code(v.Ctx(), v.Who, crdt.Origin(origin)); err != nil {
		return v.Again("leases", view, &view.Form, err)
	}
	view.Origin = ""
	return v.Show(http.StatusOK, "leases", view)
}

var errNoStation = &desk.Error{Reason: desk.Invalid, Field: "origin", Code: "no_station", Message: "There is no workstation of this number."}

type sticksView struct {
	Sticks []StickLine
	May    bool
	New    *StickLine
	Form   webui.Form
}

// sticks lists what was brought, with the answers to take back.
func (p Panels) sticks(v *webui.Visit) error {
	view, err := p.sticksView(v)
	if err != nil {
		return err
	}
	for i := range view.Sticks {
		if view.Sticks[i].Answer == v.QueryParam("new") {
			view.New = &view.Sticks[i]
		}
	}
	return v.Show(http.StatusOK, "sticks", view)
}

func (p Panels) sticksView(v *webui.Visit) (*sticksView, error) {
	if !v.May(crm.ActFleet) {
		return nil, errDenied
	}
	lines, err := p.Absence.Sticks(v.Ctx())
	return &sticksView{Sticks: lines, May: v.May(crm.ActOperate)}, err
}

// takeStick takes a bundle as if it had come over the line.
func (p Panels) takeStick(v *webui.Visit) error {
	view, err := p.sticksView(v)
	if err != nil {
		return err
	}
	if !view.May {
		return errDenied
	}
	file, err := uploaded(v.Request())
	if err != nil {
		return v.Again("sticks", view, &view.Form, err)
	}
	line, err := p.Absence.Take(v.Ctx(), v.Who, file)
	if err != nil {
		return v.Again("sticks", view, &view.Form, err)
	}
	return v.Go("/sticks?new=" + line.Answer)
}

// uploaded is the file in a form, read as it comes.
func uploaded(r *http.Request) (io.Reader, error) {
	missing := &desk.Error{Reason: desk.Invalid, Field: "bundle", Code: "no_file", Message: "Choose the file on the stick."}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, missing
	}
	for {
		part, err := parts.NextPart()
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			return nil, err
		case err != nil:
			return nil, missing
		case part.FormName() == "bundle" && part.FileName() != "":
			return part, nil
		}
	}
}

// stickAnswer gives an answer to be saved on the stick.
func (p Panels) stickAnswer(v *webui.Visit) error {
	if !v.May(crm.ActFleet) {
		return errDenied
	}
	path, name, err := p.Absence.Answer(v.Param("answer"))
	if err != nil {
		return err
	}
	v.Response().Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	v.Response().Header().Set("Content-Type", "application/octet-stream")
	return v.File(path)
}
