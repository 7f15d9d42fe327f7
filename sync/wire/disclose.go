package wire

// PathDisclose opens envelopes for the node that enclosed them.
const PathDisclose = "/sync/v1/disclose"

// MaxDisclosed is how many envelopes one request carries.
const MaxDisclosed = 100

// Envelope holds the bodies of one change of the asking node, enclosed for
// central (trust.Root.Enclose): origin (u32), number (u64), bodies as the journal
// writes them.
type Envelope struct {
	Origin  uint32 `json:"origin"` // the asking node's, or one that it had
	Seq     uint64 `json:"seq"`
	Content []byte `json:"content"` // enclosed; opened in the answer
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
