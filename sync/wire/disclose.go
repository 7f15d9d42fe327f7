package wire

import (
	"encoding/json"
	"errors"
	"fmt"

	"bough/crdt"
	"bough/sync/journal"
)

// PathDisclose opens envelopes for the node that enclosed them.
const PathDisclose = "/sync/v1/disclose"

// MaxDisclosed is how many envelopes one request carries.
const MaxDisclosed = 100

// EnvelopeHead is the size of what stands before the bodies of an opened envelope:
// origin and number, so that it stands for no other change.
const EnvelopeHead = 12

// Envelope holds the bodies of one change of the asking node, enclosed for
// central (trust.Root.Enclose): origin (u32), number (u64), bodies as the journal
// writes them.
type Envelope struct {
	Origin  uint32 `json:"origin"` // the asking node's, or one that it had
	Seq     uint64 `json:"seq"`
	Content []byte `json:"content"` // enclosed; opened in the answer
}

// ReadEnvelope reads an envelope as it travels in a bundle, JSON before the frame
// that has its change; false where b is something else, as a frame is.
func ReadEnvelope(b []byte) (e *Envelope, is bool) {
	if len(b) == 0 || b[0] != '{' {
		return nil, false
	}
	err := json.Unmarshal(b, &e)
	return e, err == nil
}

// Disclose asks for changes that central does not have any more; those that it
// has it does not open.
type Disclose struct {
	Envelopes []Envelope `json:"envelopes"`
}

// Disclosed is the answer: those that were opened.
type Disclosed struct {
	Envelopes []Envelope `json:"envelopes"`
}

// Closed are the changes of ranges whose bodies are not there.
func Closed(ranges []journal.Range) (out []*journal.Change) {
	for i := range ranges {
		for k := range ranges[i].Changes {
			c := &ranges[i].Changes[k]
			if len(c.Bodies) > 0 && c.Bodies[0].Erased {
				out = append(out, c)
			}
		}
	}
	return out
}

// PutBack puts bodies that central opened back into ranges.
func PutBack(ranges []journal.Range, opened []Envelope) error {
	type number struct {
		origin crdt.Origin
		seq    uint64
	}
	by := map[number][]byte{}
	for i := range opened {
		by[number{crdt.Origin(opened[i].Origin), opened[i].Seq}] = opened[i].Content
	}
	for _, c := range Closed(ranges) {
		content, there := by[number{c.Origin, c.Seq}]
		if !there {
			continue
		}
		bodies, err := journal.DecodeOps(content[min(len(content), EnvelopeHead):])
		if err != nil || len(bodies) != len(c.Bodies) {
			return fmt.Errorf("wire: change %d as it was opened: %w", c.Seq, errors.Join(err, journal.ErrBadChange))
		}
		c.Bodies = bodies
	}
	return nil
}
