package teller

import (
	"net/http"

	"bough/node/desk"
	"bough/webui"
)

type boardView struct {
	Lines []desk.BoardLine
	OOB   bool // a refresh: htmx puts it in its place
}

// board shows how the workstations of the branch stand.
func board(v *webui.Visit) error {
	lines, err := v.Site.Desk.Board(v.Ctx())
	if err != nil {
		return err
	}
	if v.QueryParam("parts") != "" {
		return v.Block("board", "part-board", boardView{lines, true})
	}
	return v.Show(http.StatusOK, "board", boardView{lines, false})
}
