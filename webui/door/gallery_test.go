package door

import (
	"testing"

	"bough/node/desk"
	"bough/webui"
	"bough/webui/pagetest"
)

func TestScreensRenderInBothLanguages(t *testing.T) {
	people := []desk.PersonLine{{Login: "jana", Name: "Jana Dvořáková", Role: "teller"}, {Login: "petr", Name: "Petr Malý", Role: "banker"}, {Login: "li", Name: "李伟", Role: "manager"}}
	wrong := webui.Form{Fault: &webui.Fault{Status: 422, Field: "password", Text: "error.wrong_password"}}
	pagetest.Check(t, webui.Plan{Home: "/", Find: "/"}, []pagetest.Page{
		{Name: "signin", Page: "signin", View: &signInView{People: people, Back: "/"}, Out: true},
		{Name: "signin-wrong", Page: "signin", View: &signInView{People: people, Login: "jana", Back: "/", Form: wrong}, Out: true},
		{Name: "signin-over", Page: "signin", View: &signInView{People: people, Back: "/", Over: true}, Out: true},
		{Name: "signin-central", Page: "signin", View: &signInView{}, Out: true},
		{Name: "password", Page: "password", View: &passwordView{Login: "jana", Back: "/"}, Out: true},
		{Name: "locked", Page: "locked", View: &lockedView{Name: "Jana Dvořáková", Back: "/", AfterMS: 5 * 60 * 1000}, Out: true},
	})
}
