package node

import (
	"context"
	"fmt"
	"net/http"

	"bough/crdt"
	"bough/node/office"
)

// ProofOut is what is proven of the history of one workstation, or of central.
type ProofOut struct {
	Origin  crdt.Origin
	Branch  int64 // 0: central itself
	Name    string
	Changes int64
	Looks   int64  // entries of who saw whom
	Head    string // hex
	Unsent  int64  // changes that it said it still has
	Signed  bool
	Faults  []string // in words; none: all of it stands
}

// faultWords say what is wrong, for whoever reads the command's answer.
func faultWords(code string) string {
	return map[string]string{"missing": "missing", "chain": "not what was chained", "signature": "not signed by its author",
		"unreadable": "cannot be read", "head": "another end than was noted", office.FaultUntold: "looks are missing before it"}[code]
}

// auditCommands let the machine's administrator prove the histories.
func (h *HeadOffice) auditCommands(mux *http.ServeMux) {
	command(mux, "/audit/prove", func(ctx context.Context, _ None) ([]ProofOut, error) {
		proofs, err := h.Office.Prove(ctx, nil)
		if err != nil {
			return nil, err
		}
		out := make([]ProofOut, len(proofs))
		for i, p := range proofs {
			out[i] = ProofOut{Origin: p.Origin, Branch: p.Branch, Name: p.Name, Changes: p.Changes, Looks: p.Looks, Head: fmt.Sprintf("%x", p.Head), Unsent: p.Unsent, Signed: p.Signed}
			for _, f := range p.Faults {
				out[i].Faults = append(out[i].Faults, fmt.Sprintf("changes %d to %d: %s", f.First, f.Last, faultWords(f.Code)))
			}
		}
		return out, nil
	})
}
