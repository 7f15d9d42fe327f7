package api

type conflictsView struct {
	Conflicts []conflictView `json:"conflicts"`
}

func getConflicts(k *call) (any, error) {
	list, err := k.Desk.Conflicts(k.ctx, k.who, k.limit)
	if err != nil {
		return nil, err
	}
	return conflictsView{each(list, viewConflict)}, nil
}

func postConflict(k *call) (any, error) {
	saved, err := k.Desk.Settle(k.ctx, k.who, k.id, k.form.text("keep") == keepLosing, k.form.saw("current")...)
	if err != nil {
		return nil, err
	}
	return viewSaved(saved), nil
}
