package wire

import (
	"errors"
	"fmt"
)

// Version is the greatest version of the protocol that this package writes. A
// frame is written in the lowest version that can say it.
const Version = versionOpaque

// What came with which version.
const (
	versionFirst  = 1
	versionOpaque = 2 // ops that their sender could not read; additions behind the sections
)

// Versions is a range of protocol versions that a program can read and write.
type Versions struct{ Min, Max uint8 }

// Supported is the range of this program.
func Supported() Versions { return Versions{Min: versionFirst, Max: Version} }

// ErrVersion is a peer whose versions do not meet ours, or a frame in a version
// that we do not read.
var ErrVersion = errors.New("wire: no common protocol version")

// Meet is the greatest version that both sides speak; v is our side.
func (v Versions) Meet(peer Versions) (uint8, error) {
	if !v.valid() || !peer.valid() {
		return 0, fmt.Errorf("%w: a range is min-max from 1 up: ours %s, the peer's %s", ErrVersion, v, peer)
	}
	switch {
	case peer.Max < v.Min:
		return 0, fmt.Errorf("%w: the peer speaks %s, we speak %s: upgrade the peer", ErrVersion, peer, v)
	case peer.Min > v.Max:
		return 0, fmt.Errorf("%w: the peer speaks %s, we speak %s: upgrade this program", ErrVersion, peer, v)
	}
	return min(v.Max, peer.Max), nil
}

func (v Versions) valid() bool { return v.Min > 0 && v.Min <= v.Max }

func (v Versions) holds(version uint8) bool { return v.Min <= version && version <= v.Max }

// String is the form that stands in headers: "1-3".
func (v Versions) String() string { return fmt.Sprintf("%d-%d", v.Min, v.Max) }

// ParseVersions reads what String wrote.
func ParseVersions(s string) (Versions, error) {
	var v Versions
	if n, err := fmt.Sscanf(s, "%d-%d", &v.Min, &v.Max); n != 2 || err != nil || !v.valid() || v.String() != s {
		return Versions{}, fmt.Errorf("%w: %.20q is not a range like 1-3", ErrVersion, s)
	}
	return v, nil
}

// Peer reads from the front of a frame which versions its sender speaks,
// whatever version the frame is in.
func Peer(frame []byte) (Versions, error) {
	if len(frame) < preambleSize || string(frame[:len(magic)]) != magic {
		return Versions{}, fmt.Errorf("%w: it does not begin with the magic of bough", ErrMalformed)
	}
	v := Versions{Min: frame[atMin], Max: frame[atMax]}
	if !v.valid() {
		return Versions{}, fmt.Errorf("%w: the sender's versions are %s", ErrMalformed, v)
	}
	return v, nil
}
