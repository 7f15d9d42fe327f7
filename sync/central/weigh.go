package central

import (
	"slices"

	"bough/crdt"
	"bough/sync/rows"
	"bough/sync/wire"
)

// Weigh tells how many bytes it takes on a line to tell a scope of root rows
// with all that hangs on them, and that they are not held any more. At most a
// page of rows is weighed; where there are more, the rest counts alike.
func (c *Central) Weigh(tx *rows.Tx, roots []RowID) (enter, leave int64, err error) {
	b := newBatch(c, tx)
	for _, r := range roots {
		k := key{r.Kind, r.ID}
		if _, err := b.load(k); err != nil {
			return 0, 0, err
		}
		if err := b.touchHanging(k); err != nil {
			return 0, 0, err
		}
	}
	in, out := &wire.Page{}, &wire.Page{}
	for k, e := range b.rows {
		if e.cur != nil && len(in.Rows) < wire.MaxPageRows {
			in.Rows = append(in.Rows, wire.PageRow{Row: e.cur.Row, Conflicts: e.cur.Conflicts, N: e.cur.N})
			out.Rows = append(out.Rows, wire.PageRow{Row: crdt.Row{Kind: k.kind, ID: k.id}, Void: true, N: e.cur.N})
		}
	}
	if len(in.Rows) == 0 {
		return 0, 0, nil
	}
	for i, p := range []*wire.Page{in, out} {
		slices.SortFunc(p.Rows, func(x, y wire.PageRow) int { return int(x.N - y.N) })
		for j := range p.Rows {
			p.Rows[j].N = int64(j + 1)
		}
		p.Until = int64(len(p.Rows))
		p.Head = p.Until
		frame, err := c.codec.EncodePage(p)
		if err != nil {
			return 0, 0, err
		}
		size := int64(len(frame)) * int64(len(b.rows)) / int64(len(p.Rows))
		if i == 0 {
			enter = size
		} else {
			leave = size
		}
	}
	return enter, leave, nil
}
