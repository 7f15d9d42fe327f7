package teller

import "bough/webui"

// unlink takes back that two records are one person.
func unlink(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	if _, err := v.Site.Desk.Unlink(v.Ctx(), v.Who, id); err != nil {
		return err
	}
	return backToParty(v, "unlink")
}
