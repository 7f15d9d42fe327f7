package node

import (
	"context"
	"net/http"
	"sync"
	"time"

	"bough/crdt"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/rows"
)

const (
	moverEvery = time.Second            // how often is looked for an order to move
	moverRest  = 100 * time.Millisecond // between two chunks: others write, too
)

// mover carries orders to move on, chunk by chunk, until it is stopped. One that
// cannot go on is paused, and says why. There is nothing to resume: an order
// that is under way is in the database.
func (h *HeadOffice) mover() (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for ctx.Err() == nil {
			select {
			case <-ctx.Done():
			case <-h.o.After(h.moveOn(ctx)):
			}
		}
	})
	return func() error {
		cancel()
		work.Wait()
		return nil
	}
}

// moveOn does a chunk and says how long to rest.
func (h *HeadOffice) moveOn(ctx context.Context) time.Duration {
	c, err := h.Office.MoveChunk(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		h.o.Log.Error("an order to move cannot go on", "order", c.Job, "err", err)
		if c.Job != 0 {
			err = h.Office.StopMove(ctx, c.Job, desk.Told(err))
		}
		if err != nil {
			h.o.Log.Error("pausing an order to move failed", "order", c.Job, "err", err)
		}
	case c.Done:
		h.o.Log.Info("an order to move is at its end", "order", c.Job)
	case c.Job != 0:
		return max(moverRest, time.Duration(c.RestMS)*time.Millisecond)
	}
	return moverEvery
}

// MoveIn plans an order to move, or does something with one. By is who does it;
// empty: the machine's administrator.
type MoveIn struct {
	By     string // login
	N      int64
	Act    office.MoveAct
	Choice office.Choice
}

// MoveOut is an order, with its preview where it was asked for.
type MoveOut struct {
	Order   *office.MoveOrder
	Preview *office.MovePreview `json:",omitempty"`
}

func (h *HeadOffice) moveCommands(mux *http.ServeMux) {
	command(mux, "/move/plan", func(ctx context.Context, in MoveIn) (out MoveOut, err error) {
		by, err := h.by(ctx, in.By)
		if err != nil {
			return out, err
		}
		if in.N, err = h.Office.PlanMove(ctx, by, in.Choice); err != nil {
			return out, err
		}
		return h.move(ctx, in.N, true)
	})
	command(mux, "/move/show", func(ctx context.Context, in MoveIn) (MoveOut, error) { return h.move(ctx, in.N, true) })
	command(mux, "/move/list", func(ctx context.Context, _ None) ([]*office.MoveOrder, error) { return h.Office.MoveOrders(ctx) })
	command(mux, "/move/late", h.late)
	command(mux, "/move/decide", func(ctx context.Context, in MoveIn) (out MoveOut, err error) {
		by, err := h.by(ctx, in.By)
		if err == nil {
			err = h.Office.DecideMove(ctx, by, in.N, in.Act)
		}
		if err != nil {
			return out, err
		}
		return h.move(ctx, in.N, false)
	})
	command(mux, "/served", func(ctx context.Context, in struct{ Months *int64 }) (int64, error) {
		if in.Months != nil {
			if err := h.Office.SetServedMonths(ctx, rows.Actor{}, *in.Months); err != nil {
				return 0, err
			}
		}
		return h.Office.ServedMonths(ctx)
	})
}

// LateOut is what came late, and who still holds what left.
type LateOut struct {
	Late  []office.LateEdit
	Owing []Owing
}

// Owing is a workstation that has not said yet that what left it is gone.
type Owing struct {
	Name   string
	Branch int64
	Rows   int64
}

func (h *HeadOffice) late(ctx context.Context, _ None) (out LateOut, err error) {
	if out.Late, err = h.Office.LateEdits(ctx); err != nil {
		return out, err
	}
	owed, err := h.Office.Central.Outstanding(ctx)
	if err != nil {
		return out, err
	}
	nodes, err := h.Office.Central.Nodes(ctx)
	for _, n := range nodes {
		if o := owed[n.Origin]; o.Count > 0 {
			out.Owing = append(out.Owing, Owing{n.Name, n.Branch, o.Count})
		}
	}
	return out, err
}

func (h *HeadOffice) move(ctx context.Context, n int64, preview bool) (out MoveOut, err error) {
	if out.Order, err = h.Office.MoveOrder(ctx, n); err == nil && preview {
		out.Preview, err = h.Office.PreviewMove(ctx, n)
	}
	return out, err
}

// by is who somebody is by the name they sign in with; empty: the machine's
// administrator.
func (h *HeadOffice) by(ctx context.Context, login string) (crdt.ID, error) {
	if login == "" {
		return 0, nil
	}
	return h.Office.PersonID(ctx, login)
}
