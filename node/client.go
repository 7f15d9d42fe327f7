package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// adminError is how a command says that it failed.
type adminError struct {
	Error string `json:"error"`
}

func (a *Admin) send(ctx context.Context, path string, in any) (*http.Response, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://bough"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := a.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("node: command %s: %w", path, err)
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	defer res.Body.Close()
	var fault adminError
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(&fault); err != nil || fault.Error == "" {
		return nil, fmt.Errorf("node: command %s: the process answered %s", path, res.Status)
	}
	return nil, errors.New(fault.Error)
}

// direct answers requests by a handler of this program, streaming.
type direct struct{ h http.Handler }

// RoundTrip implements http.RoundTripper.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	pr, pw := io.Pipe()
	w := &pipeWriter{header: http.Header{}, body: pw, ready: make(chan struct{}), status: http.StatusOK}
	go func() {
		d.h.ServeHTTP(w, r)
		w.start()
		_ = pw.Close() // a pipe closes without fail
	}()
	select {
	case <-w.ready:
		return &http.Response{StatusCode: w.status, Status: http.StatusText(w.status), Header: w.header, Body: pr, Request: r}, nil
	case <-r.Context().Done():
		return nil, errors.Join(r.Context().Err(), pr.Close())
	}
}

// pipeWriter is a ResponseWriter into a pipe.
type pipeWriter struct {
	header  http.Header
	body    *io.PipeWriter
	ready   chan struct{}
	status  int
	started bool
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	if !w.started {
		w.status = status
	}
	w.start()
}

func (w *pipeWriter) Write(b []byte) (int, error) {
	w.start()
	return w.body.Write(b)
}

// Flush does nothing: a pipe holds nothing back.
func (w *pipeWriter) Flush() {}

func (w *pipeWriter) start() {
	if !w.started {
		w.started = true
		close(w.ready)
	}
}
