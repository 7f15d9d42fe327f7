package bundle

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"bough/crdt"
	"bough/sync/trust"
)

// Context is what signatures inside containers are made in.
const Context trust.Context = "bough bundle v1"

// Cursor is how far a node has read the feed of a scope.
type Cursor struct {
	Scope int64  `json:"scope"`
	Feed  int64  `json:"feed"`
	Epoch uint64 `json:"epoch"`
	Whole int64  `json:"whole,omitempty"` // while it reads from 0 (sync/rows, Reading)
	Sweep bool   `json:"sweep,omitempty"`
	From0 bool   `json:"from0,omitempty"`
}

// WorkLetter is the first chunk of a bundle for central: who sends it, and what
// the answer is to be.
type WorkLetter struct {
	Origin   crdt.Origin `json:"origin"`
	Branch   int64       `json:"branch"`
	AtMS     int64       `json:"at"`    // ms UTC when it was written
	Reply    []byte      `json:"reply"` // public key of the reply box
	Cursors  []Cursor    `json:"cursors"`
	Unsent   uint64      `json:"unsent"`
	OldestMS int64       `json:"oldest"` // stamp of the oldest unsent change, ms UTC
	Version  string      `json:"version"`
	// Credential is what neighbours are shown: the certificate, and the renewals
	// that central has not certified yet; Reason is why there are any.
	Credential []byte `json:"credential,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

// NewsLetter is the first chunk of an answer.
type NewsLetter struct {
	Origin  crdt.Origin `json:"origin"` // whom it is for
	AtMS    int64       `json:"at"`     // central's time, ms UTC
	Answers []byte      `json:"answers"`
	Seq     uint64      `json:"seq"`   // central has the node's changes up to here
	Hash    []byte      `json:"hash"`  // link of the chain there
	Taken   int         `json:"taken"` // of the bundle that it answers
	Known   int         `json:"known"`
	Refused int         `json:"refused"`
	LeaseMS int64       `json:"lease,omitempty"` // for how long the node may work by itself, ms
}

// Sign makes the chunk of something that is signed: the signature with its
// length before it, then the bytes.
func Sign(h *Header, index uint64, b []byte, sign func(trust.Context, []byte) ([]byte, error)) ([]byte, error) {
	signature, err := sign(Context, statement(h, index, b))
	if err != nil {
		return nil, fmt.Errorf("bundle: sign: %w", err)
	}
	out := append([]byte{byte(len(signature))}, signature...)
	return append(out, b...), nil
}

// Signed splits a chunk that Sign made. check tells whether the signature is of
// whom it should be.
func Signed(h *Header, index uint64, chunk []byte, check func(c trust.Context, message, signature []byte) error) ([]byte, error) {
	if len(chunk) == 0 || len(chunk) < 1+int(chunk[0]) {
		return nil, fmt.Errorf("%w: in part %d", ErrDamaged, index)
	}
	signature, b := chunk[1:1+int(chunk[0])], chunk[1+int(chunk[0]):]
	if err := check(Context, statement(h, index, b), signature); err != nil {
		return nil, fmt.Errorf("bundle: part %d: %w", index, err)
	}
	return b, nil
}

func statement(h *Header, index uint64, b []byte) []byte {
	out := binary.BigEndian.AppendUint64(h.Info(), index)
	return append(out, b...)
}

// Letter makes a signed chunk of a letter, the first of its container.
func Letter(h *Header, letter any, sign func(trust.Context, []byte) ([]byte, error)) ([]byte, error) {
	b, err := json.Marshal(letter)
	if err != nil {
		return nil, fmt.Errorf("bundle: letter: %w", err)
	}
	return Sign(h, 0, b, sign)
}
