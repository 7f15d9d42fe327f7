package office

import (
	"context"

	"bough/crdt"
	"bough/sync/rows"
)

// LateEdit is a change that came after its customer had left its branch, and
// that nobody has settled.
type LateEdit struct {
	Party     crdt.ID
	Kinds     string // of the rows that it wrote
	Branch    int64  // of the author
	By        string
	WrittenMS int64 // by the workstation's clock
	Home      int64 // now; 0: the customer was erased
}

// lateListed is how many late changes a list shows: the oldest.
const lateListed = 200

// LateEdits lists the late changes that nobody has settled, oldest first.
func (f *Office) LateEdits(ctx context.Context) (out []LateEdit, err error) {
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT party, late_edit.kind, late_edit.branch, coalesce(person.name, ''), written, coalesce((SELECT home FROM party WHERE id=party), 0)
			FROM late_edit LEFT JOIN person ON person.id=late_edit.person
			WHERE NOT EXISTS (SELECT 1 FROM late_settled s WHERE s.late=late_edit.id) ORDER BY late_edit.id LIMIT ?1`, func(s *rows.Stmt) error {
			out = append(out, LateEdit{Party: crdt.ID(s.ColumnInt64(0)), Kinds: s.ColumnText(1), Branch: s.ColumnInt64(2), By: s.ColumnText(3),
				WrittenMS: s.ColumnInt64(4), Home: s.ColumnInt64(5)})
			return nil
		}, lateListed)
	})
	return out, err
}
