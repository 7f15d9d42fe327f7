package crm

// ListNames are the lists that head office keeps: reasons and outcomes of
// interactions, and texts of warnings to pick from.
var ListNames = []string{"reason", "outcome", "warning"}

// ListCodes are the codes of a list that come with bough.
func ListCodes(list string) []string {
	switch list {
	case "reason":
		return Reasons
	case "outcome":
		return Outcomes
	}
	return nil
}
