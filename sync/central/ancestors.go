package central

import (
	"crypto/x509"
	"encoding/json"
	"slices"

	"zombiezen.com/go/sqlite"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/trust"
)

// ancestors are the origins that the file of a node had before, newest first: those
// that it renewed one after another, and those that certificates named where central
// was restored and knows some of them no more.
func ancestors(tx *rows.Tx, origin crdt.Origin) (out []crdt.Origin, err error) {
	known := func(o crdt.Origin) bool { return o == 0 || o == origin || slices.Contains(out, o) }
	for at := origin; len(out) < maxAncestors; at = out[len(out)-1] {
		before := len(out)
		err := tx.Query(`SELECT renews, formers FROM origin WHERE origin=?1`, func(s *sqlite.Stmt) error {
			var formers []crdt.Origin
			if err := json.Unmarshal([]byte(s.ColumnText(1)), &formers); err != nil {
				return err
			}
			for _, o := range append([]crdt.Origin{crdt.Origin(s.ColumnInt64(0))}, formers...) {
				if !known(o) {
					out = append(out, o)
				}
			}
			return nil
		}, int64(at))
		if err != nil || len(out) == before {
			return out, err
		}
	}
	return out[:maxAncestors], nil
}

// putFormers writes down what a node was before.
func putFormers(tx *rows.Tx, origin crdt.Origin, was []crdt.Origin) error {
	list, err := json.Marshal(was)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE origin SET renews=?2, formers=?3 WHERE origin=?1`, int64(origin), int64(was[0]), string(list))
}

// formersOf are the origins that a certificate names as former ones.
func formersOf(cert *x509.Certificate) (out []crdt.Origin) {
	for _, o := range trust.Formers(cert) {
		out = append(out, crdt.Origin(o))
	}
	return out
}

// Formers are what a certificate names of what the node was before.
func (n *Node) Formers() (out []uint32) {
	for _, o := range n.Was {
		out = append(out, uint32(o))
	}
	return out
}
