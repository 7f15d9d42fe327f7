package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"bough/webui"
)

// server is one listener with its handler.
type server struct {
	http.Server
	listener net.Listener
	done     sync.WaitGroup
}

// serve listens on addr and serves h until stop; with a TLS configuration it
// speaks HTTP/2 and TLS.
func serve(network, addr string, h http.Handler, conf *tls.Config, log *slog.Logger) (*server, error) {
	l, err := net.Listen(network, addr)
	if err != nil {
		return nil, fmt.Errorf("node: listen on %s: %w; is another program using it?", addr, err)
	}
	s := &server{listener: l, Server: http.Server{Handler: h, TLSConfig: conf, ReadHeaderTimeout: headerTimeout,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}}
	s.done.Go(func() {
		var err error
		if conf != nil {
			err = s.ServeTLS(l, "", "")
		} else {
			err = s.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			log.Error("serving ended", "addr", addr, "err", err)
		}
	})
	return s, nil
}

func (s *server) addr() string { return s.listener.Addr().String() }

// stop lets requests end for a moment, then closes what is open.
func (s *server) stop(ctx context.Context) error {
	err := s.Shutdown(ctx)
	if err != nil {
		err = s.Close()
	}
	s.done.Wait()
	return err
}

// newEcho makes an echo that prints nothing and logs nothing of its own.
func newEcho() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	return e
}

// hostAllowed is the rule of the pages, for the API beside them.
func hostAllowed(hosts []string) func(string) bool {
	return func(host string) bool { return webui.HostAllowed(host, hosts) }
}

// stack undoes what was done, last first.
type stack struct{ undo []func() error }

func (s *stack) push(fn func() error) { s.undo = append(s.undo, fn) }

func (s *stack) close() error {
	var errs []error
	for i := len(s.undo) - 1; i >= 0; i-- {
		errs = append(errs, s.undo[i]())
	}
	s.undo = nil
	return errors.Join(errs...)
}

// onLoopback reports whether an address to listen on is this machine only.
func onLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
