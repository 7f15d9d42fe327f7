package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed static templates
var files embed.FS

// policy is the content security policy. Forms of this page end at the
// workstations, which are at other ports of this machine.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self' http://127.0.0.1:* http://localhost:*; base-uri 'none'; frame-ancestors 'none'"

// page serves the start page.
type page struct {
	d        *Demo
	listener net.Listener
	server   http.Server
	stopping chan struct{}
	done     sync.WaitGroup
}

func newPage(d *Demo, address string) (*page, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("demo: start page: %w", err)
	}
	p := &page{d: d, listener: l, stopping: make(chan struct{})}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.show)
	mux.HandleFunc("GET /live", p.live)
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static)))
	mux.HandleFunc("POST /line", p.act(func(r *http.Request) error {
		number, err := strconv.ParseInt(r.FormValue("branch"), 10, 64)
		if err != nil {
			return errNoBranch
		}
		return d.Cut(number, r.FormValue("do") == "cut")
	}))
	mux.HandleFunc("POST /lan", p.act(func(r *http.Request) error {
		number, err := strconv.ParseInt(r.FormValue("branch"), 10, 64)
		if err != nil {
			return errNoBranch
		}
		return d.CutLAN(number, r.FormValue("do") == "cut")
	}))
	mux.HandleFunc("POST /kill", p.act(func(r *http.Request) error { return d.Kill(r.FormValue("workstation")) }))
	mux.HandleFunc("POST /revive", p.act(func(r *http.Request) error { return d.Revive(r.Context(), r.FormValue("workstation")) }))
	mux.HandleFunc("POST /trouble", p.act(func(r *http.Request) error { return d.Trouble(r.Context()) }))
	mux.HandleFunc("POST /enter", p.enter)
	p.server = http.Server{Handler: p.guarded(mux), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	p.done.Go(func() { _ = p.server.Serve(l) }) // it ends with close
	return p, nil
}

func (p *page) close() {
	close(p.stopping)
	_ = p.server.Close() // live streams have ended; nothing else is worth waiting for
	p.done.Wait()
}

// guarded lets only this machine's own pages and people in.
func (p *page) guarded(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if !slices.Contains([]string{loopback, "localhost"}, hostOf(r)) {
			http.Error(w, "This page is for this machine: open it at http://localhost with the same port.", http.StatusMisdirectedRequest)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
		next.ServeHTTP(w, r)
	})
}

// hostOf is what a browser calls this machine: cookies belong to that name.
func hostOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		return r.Host
	}
	return host
}

func (p *page) show(w http.ResponseWriter, r *http.Request) {
	v := p.d.view(wordsFor(r.Header.Get("Accept-Language")), hostOf(r))
	if key := r.URL.Query().Get("fault"); strings.HasPrefix(key, "fault") {
		v.Fault = v.say(key)
	}
	p.render(w, "page", v)
}

func (p *page) render(w http.ResponseWriter, name string, v *view) {
	out, err := render(name, v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(out) // a browser that went away cannot be told
}

// act does what a switch is for and shows the page again.
func (p *page) act(do func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p.back(w, r, do(r))
	}
}

func (p *page) back(w http.ResponseWriter, r *http.Request, err error) {
	to := "/"
	if err != nil {
		key := faultKey(err)
		if key == "fault" {
			p.d.note(key, err.Error())
		}
		to = "/?" + url.Values{"fault": {key}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// enter signs a person in and sends the browser to the workstation. With "to",
// a customer's page, whoever is signed in there already stays so.
func (p *page) enter(w http.ResponseWriter, r *http.Request) {
	who, err := p.d.personOf(r.FormValue("login"))
	if err != nil {
		p.back(w, r, err)
		return
	}
	to := r.FormValue("to")
	if !strings.HasPrefix(to, "/customers/") {
		to = "/"
	} else if at, err := p.d.placeOf(who); err == nil && p.d.isIn(r.Context(), at, "/", r) {
		http.Redirect(w, r, at.url(hostOf(r), to), http.StatusSeeOther)
		return
	}
	in, err := p.d.signIn(r.Context(), who, r)
	if err != nil {
		p.back(w, r, err)
		return
	}
	for _, c := range in.cookies {
		w.Header().Add("Set-Cookie", c)
	}
	http.Redirect(w, r, in.at.url(hostOf(r), to), http.StatusSeeOther)
}

// live streams the map: whole, whenever it changes.
func (p *page) live(w http.ResponseWriter, r *http.Request) {
	words := wordsFor(r.Header.Get("Accept-Language"))
	w.Header().Set("Content-Type", "text/event-stream")
	stream := http.NewResponseController(w)
	for {
		news := p.d.news()
		out, err := render("live", p.d.view(words, hostOf(r)))
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", strings.ReplaceAll(string(out), "\n", "\ndata: ")); err != nil || stream.Flush() != nil {
			return
		}
		select {
		case <-news:
		case <-r.Context().Done():
			return
		case <-p.stopping:
			return
		}
	}
}
