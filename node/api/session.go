package api

import "bough/node/desk"

type sessionView struct {
	Token   string     `json:"token" doc:"to be sent as Authorization: Bearer"`
	Person  personView `json:"person"`
	UntilMS int64      `json:"until_ms" doc:"the session ends, ms UTC"`
}

type personView struct {
	ID     idText `json:"id"`
	Login  string `json:"login"`
	Name   string `json:"name"`
	Role   string `json:"role"`
	Branch int64  `json:"branch" doc:"branch number; 0: head office"`
}

type signedOutView struct {
	SignedOut bool `json:"signed_out"`
}

func postSession(k *call) (any, error) {
	token, who, err := k.Desk.SignIn(k.ctx, k.form.text("login"), k.form.text("password"), true)
	if err != nil {
		return nil, err
	}
	return sessionView{Token: token, Person: viewPerson(who), UntilMS: who.UntilMS}, nil
}

func viewPerson(w *desk.Who) personView {
	return personView{ID: textOf(w.Person), Login: w.Login, Name: w.Name, Role: w.Role, Branch: w.Branch}
}

func deleteSession(k *call) (any, error) {
	if err := k.Desk.SignOut(k.ctx, k.token); err != nil {
		return nil, err
	}
	return signedOutView{true}, nil
}
