package lan

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/sync/journal"
	"bough/sync/wire"
)

// headerSelf says who speaks: origin, a word of the process, the end of the own
// chain (number and link, hex). The certificate may still name a former origin.
const headerSelf = "Bough-Self"

// maxDoubt is what a doubt may take, in bytes: a thousand links.
const maxDoubt = 128 << 10

// self is what headerSelf holds.
type self struct {
	origin crdt.Origin
	run    string
	seq    uint64
	link   journal.Hash
}

func (e *Exchange) self() string {
	seq, link := e.o.Store.Head()
	return fmt.Sprintf("%d:%s:%d:%x", e.o.Store.Origin(), e.run, seq, link)
}

// selfOf reads who speaks; false where an older release does.
func selfOf(h http.Header) (s self, known bool) {
	words := strings.Split(h.Get(headerSelf), ":")
	if len(words) != 4 {
		return s, false
	}
	origin, err1 := strconv.ParseUint(words[0], 10, 31)
	seq, err2 := strconv.ParseUint(words[2], 10, 63)
	var link []byte
	_, err3 := fmt.Sscanf(words[3], "%x", &link)
	if err1 != nil || err2 != nil || err3 != nil || origin == 0 || len(link) != len(s.link) || len(words[1]) > maxText {
		return s, false
	}
	s = self{origin: crdt.Origin(origin), run: words[1], seq: seq}
	copy(s.link[:], link)
	return s, true
}

// doubt is what is known here of a chain whose author seems to know less, or
// something else: the body of a refusal.
type doubt struct {
	Known uint64   `json:"known"` // up to here it is known that there are changes
	First uint64   `json:"first"` // number of the first link
	Links [][]byte `json:"links"`
	Twin  bool     `json:"twin"` // who answers has the same origin
}

// doubts looks whether who asks is a restored file or has a twin, as far as can
// be told here; nil: nothing speaks for it.
func (e *Exchange) doubts(ctx context.Context, s self) (*doubt, error) {
	known, doubtful, err := e.o.Store.Doubts(ctx, s.origin, s.seq, s.link)
	twin := s.origin == e.o.Store.Origin() && s.run != e.run
	if err != nil || !doubtful && !twin {
		return nil, err
	}
	d := &doubt{Known: known, Twin: twin}
	first, links, err := e.o.Store.Links(ctx, s.origin, 0)
	d.First = first
	for i := range links {
		d.Links = append(d.Links, links[i][:])
	}
	return d, err
}

// headerKnows says what is known of the asker's own chain: number and link, hex.
const headerKnows = "Bough-Knows"

// knows tells who asks what is known of its chain here.
func (e *Exchange) knows(w http.ResponseWriter, s self) {
	if seq, link, known := e.o.Store.Knows(s.origin); known {
		w.Header().Set(headerKnows, fmt.Sprintf("%d:%x", seq, link))
	}
}

// known looks whether what a neighbour knows of the own chain is this file's.
func (e *Exchange) known(ctx context.Context, p *peer, h http.Header) error {
	var seq uint64
	var hash []byte
	if n, err := fmt.Sscanf(h.Get(headerKnows), "%d:%x", &seq, &hash); n != 2 || err != nil {
		return nil //nolint:nilerr // it knows nothing, or is of an older release
	}
	var link journal.Hash
	copy(link[:], hash)
	ours, err := e.o.Store.Wrote(ctx, seq, link)
	if err != nil || ours {
		return err
	}
	e.twin(p.Origin)
	if e.o.Doubted != nil {
		e.o.Doubted(e.o.Store.Taken())
	}
	return errDoubted
}

func (e *Exchange) sendDoubt(w http.ResponseWriter, d *doubt) {
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(d) // numbers and bytes
	w.Header().Set(wire.HeaderFault, wire.FaultFork)
	w.WriteHeader(http.StatusConflict)
	_, _ = w.Write(b.Bytes()) // who went away asks again
}

// doubted takes a neighbour's doubt: it is told on with the last number that
// central is known to have, if this file is not the one that knows more.
func (e *Exchange) doubted(ctx context.Context, neighbour crdt.Origin, body io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(body, maxDoubt))
	if err != nil {
		return err
	}
	var d doubt
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("%w: a doubt", ErrMalformed)
	}
	links := make([]journal.Hash, len(d.Links))
	for i, b := range d.Links {
		copy(links[i][:], b)
	}
	common, err := e.o.Store.Common(ctx, d.First, links)
	if err != nil {
		return err
	}
	if seq, _ := e.o.Store.Head(); !d.Twin && d.Known <= seq && len(links) > 0 && common == d.First+uint64(len(links))-1 {
		return nil // it knows what was written while the ask was on its way
	}
	e.twin(neighbour)
	if e.o.Doubted != nil {
		// What both know may still not be what central took under that number.
		e.o.Doubted(e.o.Store.Taken())
	}
	return errDoubted
}
