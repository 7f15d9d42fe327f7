package api

import (
	"fmt"

	"bough/node/desk"
)

type boardView struct {
	Workstations []workstationView `json:"workstations"`
}

// workstationView is a workstation of the branch, as it says of itself.
type workstationView struct {
	Origin   string `json:"origin" doc:"decimal"`
	Name     string `json:"name" doc:"of the workstation"`
	Person   string `json:"person" doc:"name of who is signed in; empty: nobody, or not known"`
	Unsent   uint64 `json:"unsent" doc:"changes that central has not taken"`
	Held     uint64 `json:"held" doc:"changes that head office holds, and has yet to decide"`
	OldestMS int64  `json:"oldest_unsent_ms" doc:"age of the oldest of them in ms; 0 when there is none"`
	HeardMS  int64  `json:"heard_ms" doc:"when it was last heard, ms UTC; 0: never"`
	Here     bool   `json:"here" doc:"it can be reached over the LAN now"`
	Line     bool   `json:"line" doc:"it has the line to central"`
	Self     bool   `json:"self" doc:"the workstation that answers"`
	Known    bool   `json:"known" doc:"it said how it stands"`
}

func getBoard(k *call) (any, error) {
	list, err := k.Desk.Board(k.ctx)
	if err != nil {
		return nil, err
	}
	return boardView{each(list, viewWorkstation)}, nil
}

func viewWorkstation(l desk.BoardLine) workstationView {
	return workstationView{Origin: fmt.Sprint(l.Origin), Name: l.Workstation, Person: l.Person, Unsent: l.Unsent, Held: l.Held, OldestMS: l.OldestMS,
		HeardMS: l.HeardMS, Here: l.Here, Line: l.Line, Self: l.Self, Known: !l.Unknown}
}
