package node

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"bough/crdt"
	"bough/node/api"
	"bough/node/desk"
	"bough/node/office"
	"bough/node/office/imports"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/trust"
	"bough/sync/wire"
	"bough/webui"
	"bough/webui/hq"
)

// HeadOffice is the process of central.
type HeadOffice struct {
	Office  *office.Office
	Desk    *desk.Desk
	Imports *imports.Imports

	o         Options
	dir       *dir
	authority *trust.Authority
	open      stack // what New opened
	running   stack // what Start started
	stopping  chan struct{}
	prover    *office.Prover
	ending    context.Context // done when Stop begins
	end       context.CancelFunc
	sync      *server
	pages     *server
}

// centralFile is what central.json holds.
type centralFile struct {
	Office string `json:"office"` // id of the installation, in the name of its authority
}

// NewHeadOffice opens central in a directory; an empty one becomes a new
// central with its identity and a first administrator.
func NewHeadOffice(ctx context.Context, o Options) (*HeadOffice, error) {
	h := &HeadOffice{o: o, stopping: make(chan struct{})}
	h.ending, h.end = context.WithCancel(context.Background())
	if err := h.load(ctx); err != nil {
		return nil, errors.Join(err, h.open.close())
	}
	return h, nil
}

func (h *HeadOffice) load(ctx context.Context) (err error) {
	if h.o.Pages != "" && !onLoopback(h.o.Pages) {
		return fmt.Errorf("node: pages without TLS are served on loopback only, not on %s", h.o.Pages)
	}
	if h.dir, err = openDir(h.o); err != nil {
		return err
	}
	h.open.push(h.dir.Close)
	defer func() { err = h.dir.health.explain(err) }()
	if h.dir.has(nodeName) {
		return fmt.Errorf("node: %s holds a workstation; central needs a directory of its own", h.o.Dir)
	}
	if !h.dir.has(centralName) {
		if err := h.found(); err != nil {
			return err
		}
	}
	pem, err := h.dir.read(authorityName)
	if err != nil {
		return err
	}
	if h.authority, err = trust.ParseAuthority(pem); err != nil {
		return err
	}
	origin, err := freshOrigin(h.o.Rand)
	if err != nil {
		return err
	}
	if h.dir.has(databaseName) {
		origin = 0 // the file says
	}
	h.Office, err = office.Open(ctx, office.Options{Path: h.dir.file(databaseName), Erasures: h.dir.file(erasuresName), Authority: h.authority, Origin: origin,
		Rand: h.o.Rand, NowMS: h.nowMS, Cost: h.o.Cost, Disk: h.dir.vault, Halt: h.dir.health.halt})
	if err != nil {
		return err
	}
	h.open.push(h.Office.Close)
	h.prover = office.NewProver(h.Office, func(err error) { h.o.Log.Error("the proof of the histories was not finished", "err", err) })
	h.open.push(h.prover.Stop)
	h.Desk = desk.New(desk.Options{Local: h.Office.Local, Ledger: h.Office.Central, NowMS: h.nowMS, Rand: h.o.Rand, Renewals: h.wentOn,
		IdleMS: h.o.IdleLock.Milliseconds(), ChangePassword: h.Office.ChangePassword, Trouble: h.dir.health.trouble})
	h.Office.Central.OnChange(h.Desk.Tell)
	h.Imports = h.newImports()
	return h.firstAdministrator(ctx)
}

// firstAdministrator makes the first administrator of a new bank, where there
// is somebody to be told their password.
func (h *HeadOffice) firstAdministrator(ctx context.Context) error {
	if h.o.FirstAdmin == nil {
		return nil
	}
	login, password, err := h.Office.FirstAdministrator(ctx)
	if err == nil && login != "" {
		h.o.FirstAdmin(login, password)
	}
	return err
}

// found makes the identity of a new central.
func (h *HeadOffice) found() error {
	id := make([]byte, 6)
	if _, err := io.ReadFull(h.o.Rand, id); err != nil {
		return err
	}
	f := centralFile{Office: fmt.Sprintf("%x", id)}
	a, err := trust.NewAuthority(f.Office, h.o.Now(), h.o.Rand)
	if err != nil {
		return err
	}
	pem, err := a.EncodePEM()
	if err != nil {
		return err
	}
	if err := h.dir.write(authorityName, pem); err != nil {
		return err
	}
	return h.dir.writeJSON(centralName, f)
}

// freshOrigin draws a random origin.
func freshOrigin(random io.Reader) (crdt.Origin, error) {
	var b [4]byte
	for {
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, fmt.Errorf("node: draw an origin: %w", err)
		}
		if o := crdt.Origin(binary.BigEndian.Uint32(b[:])) & crdt.MaxOrigin; o != 0 {
			return o, nil
		}
	}
}

func (h *HeadOffice) nowMS() int64 { return h.o.Now().UnixMilli() }

// Start listens: sync, pages and API over TLS on Listen, pages and API also
// without TLS on Pages, which must be loopback; commands on the admin socket.
func (h *HeadOffice) Start(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, h.running.close())
		}
	}()
	cert, err := h.authority.IssueServer(h.hosts(), h.o.Now(), rand.Reader)
	if err != nil {
		return err
	}
	h.running.push(indexer(h.Office.Local, h.o, h.dir.health.halt))
	h.running.push(visits(h.Office.Central, h.o))
	h.running.push(h.mover())
	h.running.push(h.importer())
	h.running.push(h.dir.health.watch(h.o, func() { h.Desk.Tell(nil) }))
	h.running.push(h.trimmer())
	h.running.push(tellViewed(h.Desk, h.o))
	secure, err := h.echo(true)
	if err != nil {
		return err
	}
	conf := trust.ServerConfig(h.authority.Root(), trust.Fixed(cert), h.o.Now)
	if h.sync, err = serve("tcp", h.o.Listen, h.mux(secure), conf, h.o.Log); err != nil {
		return err
	}
	h.running.push(func() error { return stopServer(h.sync) })
	if h.o.Pages != "" {
		plain, err := h.echo(false)
		if err != nil {
			return err
		}
		if h.pages, err = serve("tcp", h.o.Pages, plain, nil, h.o.Log); err != nil {
			return err
		}
		h.running.push(func() error { return stopServer(h.pages) })
	}
	return h.serveAdmin()
}

func (h *HeadOffice) serveAdmin() error {
	s, err := serveSocket(h.o.Dir, h.Admin(), h.o.Log)
	if err != nil {
		return err
	}
	h.running.push(s)
	return nil
}

func stopServer(s *server) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	return s.stop(ctx)
}

// hosts are the names that central's certificate carries.
func (h *HeadOffice) hosts() []string {
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, h.o.Hosts...)
	if host, _, err := net.SplitHostPort(h.o.Listen); err == nil && host != "" && net.ParseIP(host) != nil && !net.ParseIP(host).IsUnspecified() {
		hosts = append(hosts, host)
	}
	return hosts
}

func (h *HeadOffice) mux(pages http.Handler) http.Handler {
	syncs := h.Office.Central.Handler(central.HTTPOptions{Authority: h.authority,
		Now: h.o.Now, Rand: h.o.Rand, Log: h.o.Log, Shelf: h.shelf(), Line: h.line, Rate: h.rate, After: h.o.After})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/sync/") {
			ctx, done := h.untilStopped(r)
			defer done()
			syncs.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		pages.ServeHTTP(w, r)
	})
}

// untilStopped ends what waits for news when central stops; what writes goes on
// to its end.
func (h *HeadOffice) untilStopped(r *http.Request) (ctx context.Context, done func()) {
	if r.URL.Path != wire.PathWatch {
		return r.Context(), func() {}
	}
	ctx, cancel := context.WithCancel(r.Context())
	forget := context.AfterFunc(h.ending, cancel)
	return ctx, func() {
		forget()
		cancel()
	}
}

func (h *HeadOffice) echo(secure bool) (*echo.Echo, error) {
	e := newEcho()
	err := hq.Register(e, webui.Options{Desk: h.Desk, Log: h.o.Log, Now: h.nowMS, Name: "central", Cookie: fmt.Sprintf("bough_%d", h.Office.Central.Origin()),
		Version: h.o.Version, Secure: secure, IdleLock: h.o.IdleLock, Hosts: h.o.Hosts, Stop: h.stopping}, hq.Panels{Fleet: h.fleet, Refused: h.refused, Decide: h.decide, Erasures: h.erasurePanels(), Absence: h.absencePanels(), Moves: h.Office, Imports: h.Imports, Prover: h.prover, Setup: hq.NewSetup(h.Desk, h.Office)})
	if err != nil {
		return nil, err
	}
	api.Register(e, api.Options{Desk: h.Desk, Status: h.Status, Now: h.nowMS, Log: h.o.Log, Idempotency: h.Office.Local, HostAllowed: hostAllowed(h.o.Hosts)})
	return e, nil
}

func (h *HeadOffice) refused(ctx context.Context) ([]desk.RefusedLine, error) {
	return h.Desk.RefusedAll(ctx)
}

// decide applies or drops a held change, and tells people what hinders it.
func (h *HeadOffice) decide(ctx context.Context, who *desk.Who, id crdt.ID, d hq.Decision) error {
	err := h.Office.Decide(ctx, rows.Actor{Session: who.Session, Person: who.Person}, id, office.Verdict{Apply: d.Apply, Mine: d.Mine, Why: d.Why})
	switch {
	case errors.Is(err, office.ErrWhy):
		return &desk.Error{Reason: desk.Invalid, Field: "why", Code: "decision_why", Message: "Say why, in a sentence or two."}
	case errors.Is(err, central.ErrDecided):
		return &desk.Error{Reason: desk.Invalid, Code: "decided", Message: "This change was decided meanwhile."}
	case errors.Is(err, central.ErrStuck):
		return &desk.Error{Reason: desk.Invalid, Code: "cannot_apply", Message: "This change cannot be applied as it is. It can be taken on by yourself, dropped, or wait."}
	}
	return err
}

// Status is what central knows of itself.
func (h *HeadOffice) Status(ctx context.Context) (api.Status, error) {
	s := api.Status{Name: "central", Origin: fmt.Sprint(h.Office.Central.Origin()), Version: h.o.Version, Online: true, Bootstrapped: true, Clock: h.Desk.Clock(),
		Lease: api.Lease{State: api.LeaseOK}, Encrypted: true, WrappingKey: keyPlace(h.o), Disk: h.dir.health.state()}
	var err error
	s.Scopes, err = scopes(ctx, h.Office.Central.File)
	return s, err
}

// Addr is where central listens for nodes.
func (h *HeadOffice) Addr() string { return h.sync.addr() }

// PagesAddr is where the pages are served without TLS; empty when they are not.
func (h *HeadOffice) PagesAddr() string {
	if h.pages == nil {
		return ""
	}
	return h.pages.addr()
}

// Stop ends what Start began and closes the directory. Twice is harmless.
func (h *HeadOffice) Stop() error {
	select {
	case <-h.stopping:
		return nil
	default:
		close(h.stopping)
		h.end()
	}
	return errors.Join(h.running.close(), h.open.close())
}
