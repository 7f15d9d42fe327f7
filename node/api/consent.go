package api

import (
	"cmp"
	"strings"

	"bough/node/desk"
)

type consentActView struct {
	ID       idText `json:"id"`
	Purpose  string `json:"purpose" words:"purposes"`
	Channel  string `json:"channel"`
	Act      string `json:"act" words:"acts"`
	Evidence string `json:"evidence"`
	Happened int64  `json:"happened" doc:"ms UTC"`
	State    string `json:"state" words:"states"`
}

func postConsent(k *call) (any, error) {
	act := desk.ConsentAct{
		Purpose: k.form.text("purpose"), Channel: k.form.text("channel"), Withdraw: k.form.text("act") == actWithdraw,
		Evidence: strings.TrimSpace(k.form.text("evidence")), HappenedMS: cmp.Or(k.form.ms("happened"), k.Now()),
	}
	saved, err := k.Desk.RecordConsent(k.ctx, k.who, k.id, act)
	if err != nil {
		return nil, err
	}
	return consentActView{
		ID: textOf(saved.ID), Purpose: act.Purpose, Channel: act.Channel, Act: k.form.text("act"), Evidence: act.Evidence,
		Happened: act.HappenedMS, State: saved.State.String(),
	}, nil
}
