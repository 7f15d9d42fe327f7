package webui

import (
	"html/template"

	"bough/crdt"
	"bough/node/desk"
	"bough/webui/chart"
	"bough/webui/words"
)

// around draws who stands around a customer. The page lists them beside it.
func around(l *words.Language, c *desk.Customer) template.HTML {
	met := map[crdt.ID]bool{c.ID: true}
	var others []chart.Neighbour
	for _, r := range c.Relations {
		list := "relation"
		if r.Inverse {
			list = "inverse"
		}
		role := l.Word(list, r.Type)
		if r.ShareBP > 0 {
			role += " " + l.Share(r.ShareBP)
		}
		met[r.Party] = true
		others = append(others, chart.Neighbour{Name: r.Name, Role: role, Organisation: r.PartyType == "organisation"})
	}
	for _, g := range c.Groups {
		for _, m := range g.Members {
			if !met[m.Party] {
				met[m.Party] = true
				others = append(others, chart.Neighbour{Name: m.Name, Role: l.Word("member", m.Role), Organisation: g.Type == "group"})
			}
		}
	}
	return chart.Around(l.T("around.picture", "Name", c.Name), chart.Neighbour{Name: c.Name, Organisation: c.Type == "organisation"}, others)
}

// balances draws what a holding held at the end of each month; its title says
// where it began, where it is, and the lowest and highest between.
func balances(l *words.Language, h desk.HoldingLine) template.HTML {
	if len(h.Months) < 2 {
		return ""
	}
	low, high := h.Months[0], h.Months[0]
	points := make([]chart.Point, len(h.Months))
	for i, m := range h.Months {
		points[i] = chart.Point{Label: m.Month, Value: m.BalanceMinor}
		if m.BalanceMinor < low.BalanceMinor {
			low = m
		}
		if m.BalanceMinor > high.BalanceMinor {
			high = m
		}
	}
	last := h.Months[len(h.Months)-1]
	said := l.T("holding.picture", "From", points[0].Label, "Until", last.Month, "Low", l.Money(low.BalanceMinor, h.Currency), "LowMonth", low.Month,
		"High", l.Money(high.BalanceMinor, h.Currency), "HighMonth", high.Month)
	return chart.Line(said, points) + `<p class="note-small">` + template.HTML(template.HTMLEscapeString(said)) + `</p>`
}
