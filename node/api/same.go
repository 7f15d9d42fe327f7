package api

import "bough/node/desk"

// sameView is what is known of who a party may also be.
type sameView struct {
	Records    []sameRecord    `json:"records" doc:"those that are one with it; empty where nobody is"`
	Links      []linkView      `json:"links" doc:"what makes them one"`
	Candidates []candidateView `json:"candidates" doc:"who may be the same, likeliest first"`
	Distinct   []distinctView  `json:"distinct" doc:"who was said to be another one"`
}

type sameRecord struct {
	ID        idText `json:"id"`
	Name      string `json:"name"`
	Canonical bool   `json:"canonical" doc:"whose values the page shows"`
	Missing   bool   `json:"missing" doc:"its row has not come here yet"`
}

type linkView struct {
	ID     idText      `json:"id" doc:"of the link, to remove it"`
	One    idText      `json:"one"`
	Other  idText      `json:"other"`
	Reason string      `json:"reason"`
	By     *authorView `json:"by"`
}

type candidateView struct {
	ID      idText   `json:"id"`
	Name    string   `json:"name"`
	Score   int      `json:"score" doc:"0 to 100"`
	Reasons []string `json:"reasons" doc:"document, reach, name, birth"`
}

type distinctView struct {
	ID     idText      `json:"id" doc:"of the pair, to take it back"`
	Party  idText      `json:"party" doc:"the other one"`
	Name   string      `json:"name"`
	Reason string      `json:"reason"`
	By     *authorView `json:"by"`
}

func getSame(k *call) (any, error) {
	c, err := k.Desk.Customer(k.ctx, k.who, k.id)
	if err != nil {
		return nil, err
	}
	candidates, err := k.Desk.Candidates(k.ctx, k.who, c.ID)
	if err != nil {
		return nil, err
	}
	others, err := k.Desk.Distinct(k.ctx, k.who, c.ID)
	return sameView{
		Records: each(c.Linked, func(l desk.LinkedLine) sameRecord {
			return sameRecord{textOf(l.ID), l.Name, l.Canonical, l.Missing}
		}),
		Links: each(c.Links, func(l desk.LinkLine) linkView {
			return linkView{textOf(l.ID), textOf(l.One), textOf(l.Other), l.Reason, viewAuthor(l.Author)}
		}),
		Candidates: each(candidates, func(l desk.Candidate) candidateView {
			return candidateView{textOf(l.ID), l.Name, l.Score, l.Reasons}
		}),
		Distinct: each(others, func(l desk.DistinctLine) distinctView {
			return distinctView{textOf(l.ID), textOf(l.Party), l.Name, l.Reason, viewAuthor(l.Author)}
		}),
	}, err
}

func postLink(k *call) (any, error) {
	return k.saved(k.Desk.Link(k.ctx, k.who, k.id, k.form.id("other"), k.form.text("reason")))
}

func deleteLink(k *call) (any, error) { return k.saved(k.Desk.Unlink(k.ctx, k.who, k.id)) }

func postDistinct(k *call) (any, error) {
	return k.saved(k.Desk.NotSame(k.ctx, k.who, k.id, k.form.id("other"), k.form.text("reason")))
}

func deleteDistinct(k *call) (any, error) { return k.saved(k.Desk.MaybeSame(k.ctx, k.who, k.id)) }

// saved answers an act that has no view of its own.
func (k *call) saved(s desk.Saved, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return viewSaved(s), nil
}
