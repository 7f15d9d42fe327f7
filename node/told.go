package node

import (
	"fmt"
	"strings"

	"bough/node/office/corefeed"
)

// tell is what a plan would change, for people and programs.
func tell(p *corefeed.Plan) ImportOut {
	var table strings.Builder
	_ = p.Table(&table) // a builder takes everything
	view := p.View()
	return ImportOut{Table: table.String(), Plan: &view, NeedsSecond: p.NeedsSecond}
}

// told is what taking a batch back did.
func told(p *corefeed.UndoPlan) UndoOut {
	out := UndoOut{Restored: p.Restored}
	for _, n := range p.Removed {
		out.Removed += n
	}
	for _, k := range p.Kept {
		why := fmt.Sprintf("%d rows of branches refer to it", k.Work)
		if k.Work == 0 {
			why = "a row that stays needs it"
		}
		out.Kept = append(out.Kept, fmt.Sprintf("%s %s: %s", k.Kind, k.Key, why))
	}
	for _, l := range p.Left {
		out.Kept = append(out.Kept, fmt.Sprintf("%s %s: %s was changed since", l.Kind, l.Key, l.Field))
	}
	return out
}
