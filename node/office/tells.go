package office

import "bough/node/crm"

// tells reports whether rows of a kind only tell what central did, or follow from
// others: a restored central writes its own. Its author sends what was refused
// again; the ledger has who was erased; an order to move customers is given anew
// where it did not end; a workstation is taken in by its
// certificate.
func tells(kind uint8) bool {
	switch kind {
	case crm.Refusal, crm.Erasure, crm.Node, crm.Directory, crm.MoveOrder:
		return true
	}
	return false
}
