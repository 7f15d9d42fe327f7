package wire

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// PathRecall is where a node tells a restored central which pages it keeps, and
// hands over those that central asks for.
const PathRecall = "/sync/v1/recall"

// Headers of it.
const (
	// HeaderKeeps is of a push or pull: what the node Keeps. A central that was
	// restored asks for it first (FaultRecall).
	HeaderKeeps = "Bough-Keeps"
	// HeaderSeal is beside a page: up to which number of the feeds the oldest backup
	// that central keeps covers it, a colon, and central's seal over the frame
	// (what stands before the frame in a sealed page) in base64.
	HeaderSeal = "Bough-Seal"
)

// Keeps is what a node says of the pages that it keeps.
type Keeps string

// What a node may keep.
const (
	KeepsNothing Keeps = ""
	KeepsPages   Keeps = "1"
	KeepsUntold  Keeps = "untold" // some of an earlier feed epoch came after it had told which
)

// Limits of one request to PathRecall.
const (
	MaxRecallPages = 200    // offered, or handed over
	MaxRecallRows  = 50_000 // named by what is offered: about 2 MB
)

// Proof is what makes that a page was central's provable later.
type Proof struct {
	Sealed  []byte // the page as central sealed it (Unseal)
	Covered int64  // up to which number of the feeds the oldest backup covers them
}

// AppendProof makes the header of a sealed page.
func AppendProof(sealed, frame []byte, covered int64) string {
	return strconv.FormatInt(covered, 10) + ":" + base64.StdEncoding.EncodeToString(sealed[:len(sealed)-len(frame)])
}

// ReadProof reads the header that came with a frame; nil for an empty one. What
// the seal is worth is for central to say, should it ever ask.
func ReadProof(header string, frame []byte) (*Proof, error) {
	if header == "" {
		return nil, nil
	}
	covered, seal, _ := strings.Cut(header, ":")
	n, err := strconv.ParseInt(covered, 10, 64)
	b, err2 := base64.StdEncoding.DecodeString(seal)
	if err != nil || err2 != nil || n < 0 || len(b) == 0 {
		return nil, fmt.Errorf("%w: the seal beside a page", ErrMalformed)
	}
	return &Proof{Sealed: append(b, frame...), Covered: n}, nil
}

// Keepsake is a page that a node keeps for a central that may have to be
// restored: closed for central, so the node says which rows are in it.
type Keepsake struct {
	ID    int64   `json:"id"`    // the node's
	Epoch uint64  `json:"epoch"` // of the feeds
	Rows  []RowAt `json:"rows"`
}

// RowAt names a row under the number that it had in the feed.
type RowAt struct {
	Kind uint8 `json:"kind"`
	ID   int64 `json:"id"`
	N    int64 `json:"n"`
}

// Recall offers pages, hands over those that were asked for, or says that this
// was all.
type Recall struct {
	Offers []Keepsake `json:"offers,omitempty"`
	Pages  [][]byte   `json:"pages,omitempty"` // sealed pages, each enclosed for central (trust.Root.Enclose)
	Last   bool       `json:"last,omitempty"`
}

// Recalled is the answer: which of the offered pages central wants.
type Recalled struct {
	Want []int64 `json:"want"`
}
