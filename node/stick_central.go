package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"bough/crdt"
)

// CarriedOut tells what a bundle brought to central.
type CarriedOut struct {
	Path    string
	Answer  string // file of the answer; empty: none was written
	Origin  crdt.Origin
	Branch  int64
	Name    string
	Taken   int
	Known   int
	Refused int
	Missed  int
	Cut     bool
	Revoked bool // the workstation was: what is new is held, and no answer was written
}

// ReadOut is what reading a bundle did: at central, or at a node.
type ReadOut struct {
	Work []CarriedOut `json:",omitempty"`
	News *NewsOut     `json:",omitempty"`
}

// errNoAnswer: the bundle was taken, and its workstation was revoked.
var errNoAnswer = errors.New("node: who was revoked gets no answer")

// ReadWork takes a bundle of a node and writes the answer to it; errNoAnswer where
// there is none.
func (h *HeadOffice) ReadWork(ctx context.Context, r io.Reader, answer io.Writer) (out CarriedOut, err error) {
	work, err := h.Office.Central.ReadWork(ctx, r, h.authority)
	if work != nil && work.Node != nil {
		out = CarriedOut{Origin: work.Node.Origin, Branch: work.Node.Branch, Name: work.Node.Name,
			Taken: work.Taken, Known: work.Known, Refused: work.Refused, Missed: work.Missed, Cut: work.Cut, Revoked: work.Node.Revoked}
	}
	switch {
	case err != nil:
		return out, err
	case out.Revoked:
		return out, errNoAnswer
	}
	return out, h.Office.Central.WriteNews(ctx, answer, h.authority, work)
}

// readStick takes a bundle from a file, and puts the answer beside it.
func (h *HeadOffice) readStick(ctx context.Context, path string) (out CarriedOut, err error) {
	f, err := os.Open(path)
	if err != nil {
		return out, fmt.Errorf("node: read bundle: %w", err)
	}
	defer f.Close() // read only: nothing can be lost
	answer := strings.TrimSuffix(path, workTail) + newsTail
	_, err = writeWhole(answer, func(w io.Writer) (err error) {
		out, err = h.ReadWork(ctx, f, w)
		return err
	})
	out.Path = path
	switch {
	case errors.Is(err, errNoAnswer):
		return out, nil
	case err == nil:
		out.Answer = answer
	}
	return out, err
}

// stickCommands are the commands of a machine about bundles, at central.
func (h *HeadOffice) stickCommands(mux *http.ServeMux) {
	command(mux, "/bundle/read", func(ctx context.Context, in PathIn) (out ReadOut, err error) {
		paths := []string{in.Path}
		if info, err := os.Stat(in.Path); err == nil && info.IsDir() {
			if paths, err = filepath.Glob(filepath.Join(in.Path, "bough-*"+workTail)); err != nil || len(paths) == 0 {
				return out, errors.Join(err, ErrNoBundle)
			}
		}
		for _, path := range paths {
			one, err := h.readStick(ctx, path)
			if err != nil {
				return out, fmt.Errorf("%s: %w", filepath.Base(path), err)
			}
			out.Work = append(out.Work, one)
		}
		return out, nil
	})
}
