package node

import (
	"context"
	"net/http"

	"bough/node/desk"
	"bough/webui/hq"
)

func (h *HeadOffice) fleet(ctx context.Context) ([]hq.NodeLine, error) {
	nodes, err := h.Office.Central.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	branches, err := h.Desk.Branches(ctx)
	if err != nil {
		return nil, err
	}
	purges, err := h.Office.Central.Outstanding(ctx)
	if err != nil {
		return nil, err
	}
	held, err := h.Desk.Held(ctx)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, b := range branches {
		names[b.Number] = b.Name
	}
	renewals, err := h.wentOn(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]hq.NodeLine, len(nodes))
	for i, n := range nodes {
		lag, err := h.Office.Central.Lag(ctx, n.Branch, n.Feed)
		if err != nil {
			return nil, err
		}
		line := hq.NodeLine{Origin: n.Origin, Branch: n.Branch, BranchName: names[n.Branch], Name: n.Name, LastSeenMS: n.SeenMS,
			Unsent: int(n.Unsent), Version: n.Version, Lag: lag, Revoked: n.Revoked, Clock: n.Clock, AheadMS: n.AheadMS, Held: int64(held[n.Origin]), Aside: n.Aside}
		if p := purges[n.Origin]; p.Count > 0 {
			line.Purges, line.PurgesMS = p.Count, max(0, h.nowMS()-p.OldestMS)
		}
		if n.OldestMS > 0 {
			line.OldestMS = max(0, h.nowMS()-n.OldestMS)
		}
		for _, r := range renewals {
			if r.Now == n.Origin {
				line.Was, line.Why = r.Was, r.Reason
			}
			if c := (desk.Copy{Renewal: r}); r.Was == n.Origin {
				line.Next, line.Twin = r.Now, line.Twin || c.Twins()
			}
		}
		out[i] = line
	}
	return out, nil
}

// fleetCommand lists the workstations, those that need somebody first.
func (h *HeadOffice) fleetCommand(mux *http.ServeMux) {
	command(mux, "/fleet", func(ctx context.Context, _ None) ([]hq.NodeLine, error) {
		lines, err := h.fleet(ctx)
		hq.ByNeed(lines)
		return lines, err
	})
}
