package central

import (
	"cmp"
	"context"
	"errors"

	"bough/crdt"
	"bough/sync/rows"
)

// factRestored is when the backup last heard a node, ms UTC, in a database that
// was restored; of several, one after another, the first that did. Who joined then
// may have called at none of the databases since.
const factRestored = "restored from"

// factRestoredAt is when it was restored last, ms UTC.
const factRestoredAt = "restored at"

// readmitSlackMS: the certificate of a workstation that joined just after the
// backup is dated an hour back, to the second.
const readmitSlackMS = 2 * 60 * 60 * 1000

// noteRestored keeps the earliest time.
func noteRestored(tx *rows.Tx, fromMS int64) error {
	before, err := tx.FactInt(factRestored)
	if err != nil || before > 0 && before < fromMS {
		return err
	}
	return tx.SetFact(factRestored, fromMS)
}

// Readmit takes in a workstation that joined after the backup from which this
// database was restored: it proves itself by a certificate that central issued
// then, at issuedMS, and which names what it was before (n.Was; none in one of an
// earlier release). ErrUnknownNode where that cannot be. Who was revoked after
// the backup has to be revoked again.
func (c *Central) Readmit(ctx context.Context, n Node, issuedMS int64, row func(*rows.Act, Node) error) (*Node, error) {
	if known, err := c.Node(ctx, n.Origin); !errors.Is(err, ErrUnknownNode) {
		return known, err
	}
	if revoked, err := c.writer(ctx, n.Origin); err != nil || revoked != nil {
		return nil, cmp.Or(err, ErrUnknownNode)
	}
	var from int64
	err := c.File.Read(ctx, func(tx *rows.Tx) (err error) {
		from, err = tx.FactInt(factRestored)
		return err
	})
	if err != nil {
		return nil, err
	}
	if from == 0 || issuedMS < from-readmitSlackMS || n.Origin == c.Origin() || n.Origin == crdt.Origin(0) {
		return nil, ErrUnknownNode
	}
	n.Joined = c.o.NowMS()
	if err := c.Join(ctx, n, func(a *rows.Act) error { return row(a, n) }); err != nil {
		return nil, err
	}
	return c.Node(ctx, n.Origin)
}
