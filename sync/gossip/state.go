package gossip

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"bough/crdt"
)

// Limits of a state: it travels in one UDP packet, beside what the library says.
const (
	maxStateBytes = 900
	maxFrontier   = 64  // origins of a frontier; more are left out, and asked for over TLS all the same
	maxStates     = 256 // nodes that are remembered: a branch, with room
	maxName       = 60  // bytes of a workstation's name and of an address
	stateVersion  = 1
)

// State is how a node says that it stands. Receivers believe the one with the
// greatest Order of an origin.
type State struct {
	Origin   crdt.Origin
	Order    uint64 // ascends; near the time in ms UTC
	Name     string // of the workstation
	LAN      string // where it listens for data, host:port; an empty host: where it gossips
	Line     bool   // it has the line to central
	Person   crdt.ID
	Unsent   uint64
	OldestMS int64 // stamp of the oldest unsent change, ms UTC; 0: none
	// Frontier tells, by origin, up to which number it holds changes durably that
	// central is not known to have.
	Frontier map[crdt.Origin]uint64
}

// ErrMalformed is a state that cannot be read.
var ErrMalformed = errors.New("gossip: a state cannot be read")

// encode gives the bytes of a state: version byte, order, origin, flags byte,
// person, unsent, oldest, name, LAN address, frontier ascending by origin; every
// number a uvarint, every text after its length. A frontier that does not fit
// loses its end.
func (s *State) encode() []byte {
	flags := byte(0)
	if s.Line {
		flags = 1
	}
	b := []byte{stateVersion}
	b = binary.AppendUvarint(b, s.Order)
	b = binary.AppendUvarint(b, uint64(s.Origin))
	b = append(b, flags)
	b = binary.AppendUvarint(b, uint64(s.Person))
	b = binary.AppendUvarint(b, s.Unsent)
	b = binary.AppendUvarint(b, uint64(max(s.OldestMS, 0)))
	b = appendText(b, s.Name)
	b = appendText(b, s.LAN)
	var tail []byte
	count := 0
	for _, origin := range sortedOrigins(s.Frontier) {
		next := binary.AppendUvarint(tail, uint64(origin))
		next = binary.AppendUvarint(next, s.Frontier[origin])
		if count == maxFrontier || len(b)+2+len(next) > maxStateBytes {
			break
		}
		tail, count = next, count+1
	}
	b = binary.AppendUvarint(b, uint64(count))
	return append(b, tail...)
}

func appendText(b []byte, s string) []byte {
	s = s[:min(len(s), maxName)]
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func sortedOrigins(m map[crdt.Origin]uint64) []crdt.Origin {
	out := make([]crdt.Origin, 0, len(m))
	for o := range m {
		out = append(out, o)
	}
	slices.Sort(out)
	return out
}

// decodeState reads what encode wrote, all of b.
func decodeState(b []byte) (*State, error) {
	if len(b) > maxStateBytes {
		return nil, fmt.Errorf("%w: %d bytes", ErrMalformed, len(b))
	}
	d := crdt.Decoder{B: b}
	version := d.Byte()
	s := &State{Order: d.Uvarint(), Origin: crdt.Origin(d.Count(int(crdt.MaxOrigin)))}
	flags := d.Byte()
	s.Line = flags == 1
	s.Person, s.Unsent, s.OldestMS = crdt.ID(d.Uvarint()), d.Uvarint(), int64(d.Uvarint())
	s.Name, s.LAN = string(d.Take(d.Count(maxName))), string(d.Take(d.Count(maxName)))
	n := d.Count(maxFrontier)
	last := crdt.Origin(0)
	for range n {
		o, seq := crdt.Origin(d.Count(int(crdt.MaxOrigin))), d.Uvarint()
		if d.Err != nil || o <= last {
			return nil, fmt.Errorf("%w: its frontier", ErrMalformed)
		}
		if s.Frontier == nil {
			s.Frontier = map[crdt.Origin]uint64{}
		}
		s.Frontier[o], last = seq, o
	}
	if d.Err != nil || len(d.B) != 0 || version != stateVersion || flags > 1 || s.Origin == 0 || s.Person < 0 || s.OldestMS < 0 {
		return nil, fmt.Errorf("%w: version %d, %d bytes left", ErrMalformed, version, len(d.B))
	}
	return s, nil
}

// encodeStates puts states one after the other, each after its length.
func encodeStates(list [][]byte) (out []byte) {
	for _, b := range list {
		out = binary.AppendUvarint(out, uint64(len(b)))
		out = append(out, b...)
	}
	return out
}

// decodeStates reads what encodeStates wrote, as far as it can be read.
func decodeStates(b []byte) (out []*State) {
	for len(b) > 0 && len(out) < maxStates {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > maxStateBytes || n > uint64(len(b)-size) {
			return out
		}
		if s, err := decodeState(b[size : size+int(n)]); err == nil {
			out = append(out, s)
		}
		b = b[size+int(n):]
	}
	return out
}
