package teller

import (
	"net/http"
	"strconv"

	"bough/node/cases"
	"bough/webui"
	"bough/webui/words"
)

// letterView is a letter on A4, or as a slip.
type letterView struct {
	*cases.Letter
	Slip bool
	Tag  string // language of the letter
}

// voice writes values of a letter in its own language, whatever the clerk reads.
type voice struct{ l *words.Language }

func (s voice) Day(ms int64) string                       { return s.l.Day(ms) }
func (s voice) Money(minor int64, currency string) string { return s.l.Money(minor, currency) }
func (s voice) CaseType(code string) string               { return s.l.Word("case", code) }

func (p casePages) letter(v *webui.Visit) error {
	id, err := v.ID("id")
	if err != nil {
		return err
	}
	which, err := strconv.Atoi(v.Param("which"))
	if err != nil {
		which = -1
	}
	letter, err := p.book.Letter(v.Ctx(), v.Who, id, which, func(language string) cases.Voice { return voice{v.Site.Language(language)} })
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, "letter", letterView{letter, v.QueryParam("slip") != "", letter.Language})
}
