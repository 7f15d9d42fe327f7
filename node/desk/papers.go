package desk

import (
	"bough/crdt"
	"bough/node/crm"
	"bough/node/papers"
	"bough/sync/rows"
)

// checkPapers checks the number of a party's document, where what is written
// touches it; row is the party as it is, nil for a new one.
func checkPapers(written []crdt.FieldSet, row *rows.Stored) error {
	touched := false
	for _, f := range written {
		touched = touched || f.Field == crm.PartyDocument || f.Field == crm.PartyDocumentType || f.Field == crm.PartyBirth
	}
	if !touched {
		return nil
	}
	get := func(field uint8) string {
		for _, f := range written {
			if f.Field == field {
				return f.Value.S
			}
		}
		if row == nil {
			return ""
		}
		return row.Get(field).S
	}
	number := get(crm.PartyDocument)
	if number == "" {
		return nil
	}
	switch get(crm.PartyDocumentType) {
	case "resident_id":
		verdict, birth, _ := papers.Resident(number)
		if verdict > papers.Right {
			return invalid("document", "document_digits", "the check digit of this number does not fit: a digit is wrong or two are swapped")
		}
		if said := get(crm.PartyBirth); birth != "" && said != "" && said != birth {
			return invalid("birth", "document_birth", "the document says %s: one of the two is wrong", birth)
		}
	case "credit_code":
		if papers.CreditCode(number) != papers.Right {
			return invalid("document", "document_digits", "the check digit of this code does not fit: a place is wrong or two are swapped")
		}
	}
	return nil
}

// toldByPapers is what the number of a new party's document says of birth and
// sex, where nobody typed them.
func toldByPapers(written []crdt.FieldSet) (out []crdt.FieldSet) {
	typed := map[uint8]string{}
	for _, f := range written {
		typed[f.Field] = f.Value.S
	}
	if typed[crm.PartyDocumentType] != "resident_id" {
		return nil
	}
	_, birth, sex := papers.Resident(typed[crm.PartyDocument])
	for field, value := range map[uint8]string{crm.PartyBirth: birth, crm.PartySex: sex} {
		if value != "" && typed[field] == "" {
			out = append(out, set(field, crdt.TextValue(value)))
		}
	}
	return out
}
