package node

import (
	"context"
	"errors"
	"net/http"

	"bough/crdt"
	"bough/node/desk"
	"bough/node/office"
	"bough/sync/rows"
	"bough/webui/hq"
)

// ErasureIn orders, confirms or drops an erasure: Party, Basis and Reference of
// an order; N, its number, of the others. By is who does it.
type ErasureIn struct {
	By               string // login
	Party            crdt.ID
	Basis, Reference string
	N                int64
}

// ErasureOut is one order, for the command line.
type ErasureOut struct {
	N, Party  int64
	Basis     string
	Confirmed bool
	Done, All int
	Away      []string // workstations whose receipt is missing
}

func (h *HeadOffice) erasureCommands(mux *http.ServeMux) {
	command(mux, "/erasure/order", func(ctx context.Context, in ErasureIn) (int64, error) {
		by, err := h.Office.PersonID(ctx, in.By)
		if err != nil {
			return 0, err
		}
		return h.Office.OrderErasure(ctx, by, in.Party, in.Basis, in.Reference)
	})
	command(mux, "/erasure/confirm", func(ctx context.Context, in ErasureIn) (None, error) {
		by, err := h.Office.PersonID(ctx, in.By)
		if err != nil {
			return None{}, err
		}
		return None{}, h.Office.ConfirmErasure(ctx, by, in.N)
	})
	command(mux, "/erasure/drop", func(ctx context.Context, in ErasureIn) (None, error) {
		return None{}, h.Office.DropErasure(ctx, in.N)
	})
	command(mux, "/erasure/list", func(ctx context.Context, _ None) (out []ErasureOut, err error) {
		lines, err := h.erasures(ctx)
		for _, l := range lines {
			o := ErasureOut{N: l.N, Party: int64(l.Party), Basis: l.Basis, Confirmed: l.ConfirmedMS > 0, Done: l.Done, All: l.All}
			for _, a := range l.Away {
				o.Away = append(o.Away, a.Name)
			}
			out = append(out, o)
		}
		return out, err
	})
}

// erasures lists the orders for the page.
func (h *HeadOffice) erasures(ctx context.Context) (out []hq.ErasureLine, err error) {
	orders, err := h.Office.Erasures(ctx)
	if err != nil {
		return nil, err
	}
	nodes, err := h.Office.Central.Nodes(ctx)
	if err != nil {
		return nil, err
	}
	names := map[crdt.Origin]string{}
	for _, n := range nodes {
		names[n.Origin] = n.Name
	}
	for i := range orders {
		o := &orders[i]
		line := hq.ErasureLine{N: o.N, Party: o.Party, Basis: o.Basis, Reference: o.Reference, ConfirmedMS: o.AtMS, Done: o.Done()}
		if line.By, line.ByID, err = h.person(ctx, o.Ordered), o.Ordered, nil; o.Confirmed > 0 {
			line.Second = h.person(ctx, o.Confirmed)
		}
		for _, r := range o.Receipts {
			if r.Revoked && r.DoneMS == 0 {
				continue // it will never say so: what it holds is a matter of its wiping
			}
			if line.All++; r.DoneMS == 0 {
				line.Away = append(line.Away, hq.AwayLine{Name: names[r.Origin], SeenMS: r.SeenMS})
			}
		}
		out = append(out, line)
	}
	return out, nil
}

// person is the name of somebody at the bank; empty where nobody is known.
func (h *HeadOffice) person(ctx context.Context, id crdt.ID) (name string) {
	err := h.Office.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT name FROM person WHERE id=?1`, func(s *rows.Stmt) error {
			name = s.ColumnText(0)
			return nil
		}, int64(id))
	})
	if err != nil {
		h.o.Log.Warn("the name of a person cannot be read", "err", err)
	}
	return name
}

// erasurePanels are the acts of the page.
func (h *HeadOffice) erasurePanels() hq.Erasures {
	return hq.Erasures{
		List: h.erasures,
		Order: func(ctx context.Context, who *desk.Who, party crdt.ID, basis, reference string) error {
			_, err := h.Office.OrderErasure(ctx, who.Person, party, basis, reference)
			return forPeople(err)
		},
		Confirm: func(ctx context.Context, who *desk.Who, n int64) error {
			return forPeople(h.Office.ConfirmErasure(ctx, who.Person, n))
		},
		Drop: func(ctx context.Context, n int64) error { return forPeople(h.Office.DropErasure(ctx, n)) },
	}
}

// forPeople gives an error of an erasure the code of its sentence.
func forPeople(err error) error {
	for _, known := range []struct {
		err         error
		code, field string
	}{
		{office.ErrBasis, "erasure_basis", "basis"}, {office.ErrReference, "erasure_reference", "reference"}, {office.ErrNoParty, "erasure_party", "party"},
		{office.ErrNoOrder, "erasure_order", ""}, {office.ErrSecond, "erasure_second", ""}, {office.ErrHold, "erasure_hold", ""}, {office.ErrOrdered, "erasure_ordered", ""},
	} {
		if errors.Is(err, known.err) {
			return &desk.Error{Reason: desk.Invalid, Code: known.code, Field: known.field, Message: err.Error()}
		}
	}
	return err
}
