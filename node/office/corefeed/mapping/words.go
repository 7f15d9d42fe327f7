package mapping

import (
	"slices"

	"bough/crdt"
	"bough/node/crm"
)

// Kinds returns the kinds that a core-banking feed may write, in an order in
// which every row comes after those it refers to.
func Kinds() []uint8 {
	return []uint8{
		crm.BranchKind, crm.Party, crm.Holding, crm.Role, crm.Loan,
		crm.Card, crm.Order, crm.Figure, crm.External,
	}
}

func writable(kind uint8) bool { return slices.Contains(Kinds(), kind) }

// before reports whether rows of kind a are taken before those of kind b.
func before(a, b uint8) bool {
	order := Kinds()
	i := slices.Index(order, a)
	return i >= 0 && i < slices.Index(order, b)
}

// KeyField is the number of the field that holds a kind's key in the core.
func KeyField(kind *crdt.Kind) uint8 {
	if f := kind.Named("key"); f != nil {
		return f.Num
	}
	return 0
}

// End says how a row of a kind that a full feed no longer has is ended.
type End struct {
	Field uint8
	Word  string // what is written; empty for the feed's date
}

// EndOf returns the end of a kind; false for kinds that do not end.
func EndOf(kind uint8) (End, bool) {
	switch kind {
	case crm.Party:
		return End{Field: crm.PartyStatus, Word: "former"}, true
	case crm.Holding:
		return End{Field: crm.HoldingClosed}, true
	case crm.Role:
		return End{Field: crm.RoleEnded}, true
	case crm.Loan:
		return End{Field: crm.LoanEnded}, true
	case crm.Card:
		return End{Field: crm.CardEnded}, true
	case crm.Order:
		return End{Field: crm.OrderEnded}, true
	}
	return End{}, false
}

// Usual is what a field is when the mapping does not say: dates and months by
// name, money by its unit, a reference by its kind.
func Usual(kind uint8, f *crdt.Field) As {
	switch {
	case f.Ref != 0:
		return AsKey
	case kind == crm.Figure && f.Num == crm.FigureMonth:
		return AsMonth
	case f.Type == crdt.Text && slices.Contains([]string{"birth", "since", "opened", "closed", "ended", "granted", "issued"}, f.Name):
		return AsDate
	case f.Type == crdt.Text:
		return AsText
	case f.Name == "as_of":
		return AsTime
	case len(f.Name) > 6 && f.Name[len(f.Name)-6:] == "_minor":
		return AsMoney
	}
	return AsInt
}

// WordsOf lists what a coded field may hold; nil for any text.
func WordsOf(kind, field uint8) []string {
	switch [2]uint8{kind, field} {
	case [2]uint8{crm.Party, crm.PartyType}:
		return crm.PartyTypes
	case [2]uint8{crm.Party, crm.PartyStatus}:
		return crm.PartyStatuses
	case [2]uint8{crm.Party, crm.PartySex}:
		return []string{"f", "m", "x"}
	case [2]uint8{crm.Party, crm.PartyTier}:
		return []string{"A", "B", "C", "D"}
	case [2]uint8{crm.Role, crm.RoleRole}:
		return crm.HoldingRoles
	case [2]uint8{crm.Holding, crm.HoldingType}:
		return []string{"current", "savings", "deposit", "credit_line", "mortgage", "loan"}
	case [2]uint8{crm.Holding, crm.HoldingFrequency}:
		return []string{"monthly", "weekly", "after_transaction"}
	case [2]uint8{crm.Loan, crm.LoanState}:
		return []string{"running", "finished", "in_arrears", "defaulted"}
	}
	return nil
}

// Fields are those of a kind that a feed may write, its key apart.
func Fields(kind *crdt.Kind) (out []crdt.Field) {
	for _, f := range kind.Fields {
		if f.Owner != crdt.Branch && f.Num != KeyField(kind) {
			out = append(out, f)
		}
	}
	return out
}
