package office

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/rows"
)

// hearing is the judging of the ops of one change.
type hearing struct {
	*judge
	b     *central.Batch
	n     *central.Node
	who   *clerk
	fresh map[crdt.ID]*crdt.Op // what the change has written so far, by row
	// vouched: somebody answers for the change who may, so rights are not asked.
	vouched bool
	at      int64 // when the change was made, ms UTC by its node's clock
	// What follows if all of the change is taken.
	late   map[crdt.ID]bool // parties that left the author's branch
	served map[crdt.ID]bool // parties of other branches that were served here
	moved  []*crdt.Op
}

// verdict is a refusal on its way up.
type verdict struct{ *central.Refusal }

func (v verdict) Error() string { return v.Code + ": " + v.Message }

func no(code, format string, args ...any) error { return verdict{refuse(code, format, args...)} }

func wait(code, format string, args ...any) error { return verdict{hold(code, format, args...)} }

// missing is a change that rests on a row that is not there: it may come.
func missing(kind uint8, id crdt.ID, format string, args ...any) error {
	r := hold("missing_row", format, args...)
	if r.Missing = (central.RowID{Kind: kind, ID: id}); id <= 0 {
		r.Missing = central.RowID{}
	}
	return verdict{r}
}

// told parts a refusal from central's own trouble.
func told(err error) (*central.Refusal, error) {
	var v verdict
	if errors.As(err, &v) {
		return v.Refusal, nil
	}
	return nil, err
}

// op judges one op: kind, right, branch, fields, references.
func (h *hearing) op(op *crdt.Op) error {
	kind := h.b.Schema().Kind(op.Kind)
	row, err := h.b.Get(op.Kind, op.ID)
	if err != nil {
		return err
	}
	if op.Kind == crm.Viewings {
		return h.viewings(kind, row, op)
	}
	made := h.fresh[op.ID] != nil
	if err := h.allowed(kind, row != nil || made); err != nil {
		return err
	}
	switch {
	case made:
		return no("twice", "one change writes %s %d twice", kind.Name, op.ID)
	case row != nil && kind.Class == crdt.Event:
		return no("written_once", "a %s is written once and never changed", kind.Name)
	case len(op.Clear) > 0 && kind.Class != crdt.Set:
		return no("not_a_set", "a %s cannot be removed", kind.Name)
	case row == nil:
		err = h.makes(kind, op)
	default:
		err = h.holds(row, "this "+kind.Name)
	}
	switch {
	case err != nil:
	case kind.Num == crm.Move:
		err = h.moves(op)
	case kind.Num == crm.RefusedSignIn:
		err = h.turnedAway(op)
	case kind.Num == crm.Removal:
		err = h.takes(op)
	case kind.Num == crm.Lookup && !h.vouched && valueOf(op, crm.LookupPerson).ID() != h.who.id:
		err = no("bad_value", "a lookup is by who signed in")
	}
	for i := range op.Set {
		if err == nil {
			err = h.field(kind, row, &op.Set[i])
		}
	}
	h.fresh[op.ID] = op
	return err
}

// makes judges an op on a row that is not there: only its own node may make
// it, whole, and not after the making was refused.
func (h *hearing) makes(kind *crdt.Kind, op *crdt.Op) error {
	void, err := h.b.Void(op.Kind, op.ID)
	if err != nil {
		return err
	}
	made, perhaps, err := h.b.Awaited(op.Kind, op.ID)
	switch {
	case err != nil:
		return err
	case made:
		return missing(op.Kind, op.ID, "the %s this change is about is held back by head office", kind.Name)
	case void:
		return no("missing_row", "the making of the %s this change is about was refused", kind.Name)
	case op.ID.Origin() != h.n.Origin:
		return missing(op.Kind, op.ID, "the %s this change is about is not known to head office", kind.Name)
	}
	whole := len(op.Set) > 0
	for _, f := range append([]uint8{kind.Scope.Home}, kind.Scope.Roots...) {
		if f == 0 || !valueOf(op, f).IsNull() {
			continue
		}
		if whole = false; !perhaps && len(op.Set) > 0 {
			return no("bad_value", "a new %s says in %s where it belongs", kind.Name, kind.Field(f).Name)
		}
	}
	if !whole {
		return missing(op.Kind, op.ID, "the %s this change is about is not known to head office", kind.Name)
	}
	return nil
}

// holds judges whether the node's branch holds a row.
func (h *hearing) holds(row *rows.Stored, what string) error {
	scopes, err := h.b.Scopes(row)
	if err != nil || slices.Contains(scopes, h.n.Branch) {
		return err
	}
	if late, err := h.isLate(row); err != nil || late {
		return err
	}
	if h.at < h.b.RestoredMS()+central.LeaseMS {
		left, err := h.hadLeft(row)
		if err != nil || left {
			return err
		}
		return h.comes(row, what)
	}
	return no("other_branch", "%s does not belong to the branch", what)
}

// comes is a row that the author's branch may have held before central was
// restored, by what another workstation has yet to send again.
func (h *hearing) comes(row *rows.Stored, what string) error {
	r := hold("other_branch", "%s does not belong to the branch; head office was restored from a backup, and why it did may still come", what)
	r.Comes = []central.RowID{{Kind: row.Kind, ID: row.ID}}
	kind := h.b.Schema().Kind(row.Kind)
	for _, f := range kind.Scope.Roots {
		if v := row.Get(f); !v.IsNull() {
			r.Comes = append(r.Comes, central.RowID{Kind: kind.Field(f).Ref, ID: v.ID()})
		}
	}
	return verdict{r}
}

// allowed checks the role × act table.
func (h *hearing) allowed(kind *crdt.Kind, exists bool) error {
	act, ok := crm.ActOf(kind.Num, exists)
	if kind.CentralOnly || !ok {
		return no("central_only", "only head office writes %s rows", kind.Name)
	}
	yes, err := h.may(act)
	if err == nil && !yes {
		err = wait("not_allowed", "the role %s may not do this (%s)", h.who.role, act)
	}
	return err
}

func (h *hearing) may(act crm.Act) (yes bool, err error) {
	if h.vouched {
		return true, nil
	}
	g := crm.Grant{Role: h.who.role, Act: act}
	if yes, asked := h.rights[g]; asked {
		return yes, nil
	}
	n, _, err := h.b.Tx.Int(`SELECT count(*) FROM access_right WHERE role=?1 AND act=?2 AND allowed=1`, g.Role, string(g.Act))
	if err != nil {
		return false, fmt.Errorf("office: right of %s: %w", g.Role, err)
	}
	h.rights[g] = n > 0
	return n > 0, nil
}

// barred reports whether the author's role may not write a field.
func (h *hearing) barred(kind *crdt.Kind, f *crdt.Field) (bool, error) {
	if h.vouched {
		return false, nil
	}
	role := h.who.role
	if h.fields[role] == nil {
		found := map[crm.FieldName]bool{}
		err := h.b.Tx.Query(`SELECT kind, field, sees=1 AND edits=1 FROM field_right WHERE role=?1 ORDER BY id`, func(s *rows.Stmt) error {
			found[crm.FieldName{Kind: s.ColumnText(0), Field: s.ColumnText(1)}] = s.ColumnInt64(2) == 0
			return nil
		}, role)
		if err != nil {
			return false, fmt.Errorf("office: fields of %s: %w", role, err)
		}
		h.fields[role] = found
	}
	return h.fields[role][crm.FieldName{Kind: kind.Name, Field: f.Name}], nil
}

// field judges one field of an op on row (nil: it is being made).
func (h *hearing) field(kind *crdt.Kind, row *rows.Stored, set *crdt.FieldSet) error {
	f := kind.Field(set.Field)
	if f == nil {
		return nil // a field of a newer version: kept and passed on
	}
	if barred, err := h.barred(kind, f); err != nil || barred {
		return cmp.Or(err, wait("not_allowed", "the role %s may not change %s.%s", h.who.role, kind.Name, f.Name))
	}
	home := f.Num == kind.Scope.Home
	switch {
	case set.Value.T != crdt.Null && set.Value.T != f.Type:
		return no("bad_value", "%s.%s holds a value of the wrong type", kind.Name, f.Name)
	case home && row == nil && set.Value.I != h.n.Branch:
		return no("other_branch", "%s.%s names another branch", kind.Name, f.Name)
	case f.Owner.Replaces() && !(home && row == nil):
		return no("core_field", "%s.%s is written by core banking or head office only", kind.Name, f.Name)
	case home && set.Value.I != h.n.Branch:
		return no("other_branch", "%s.%s names another branch", kind.Name, f.Name)
	case row != nil && slices.Contains(kind.Scope.Roots, f.Num) && set.Value != row.Get(f.Num):
		return no("written_once", "%s.%s says where the row belongs and is written once", kind.Name, f.Name)
	case f.Owner == crdt.Guarded && row != nil:
		return h.guarded(kind, row, set)
	case f.Ref == 0 || set.Value.IsNull():
		return nil
	}
	return h.reference(kind, f, set.Value.ID())
}

// guarded judges the change of a guarded field: not once the core knows the
// row, except to end a conflict with the value that stands, and conflicts are
// settled by a second person who may.
func (h *hearing) guarded(kind *crdt.Kind, row *rows.Stored, set *crdt.FieldSet) error {
	if crm.CoreKnows(&row.Row) && set.Value != row.Get(set.Field) {
		return no("core_field", "%s.%s belongs to core banking, which knows this party", kind.Name, kind.Field(set.Field).Name)
	}
	if len(set.Saw) <= 1 {
		return nil
	}
	if yes, err := h.may(crm.ActSettle); err != nil || !yes {
		return cmp.Or(err, wait("not_allowed", "the role %s may not do this (%s)", h.who.role, crm.ActSettle))
	}
	if slices.Contains(authors(row, set), h.who.id) {
		return no("settle_second", "somebody other than the authors of the values settles a conflict of %s.%s", kind.Name, kind.Field(set.Field).Name)
	}
	return nil
}

// authors are those who wrote the values that a write names.
func authors(row *rows.Stored, set *crdt.FieldSet) (out []crdt.ID) {
	if w := row.Clocks.Of(set.Field); slices.Contains(set.Saw, w.Stamp) {
		out = append(out, w.By)
	}
	for i := range row.Conflicts {
		if c := &row.Conflicts[i]; c.Field == set.Field && slices.Contains(set.Saw, c.Stamp) {
			out = append(out, c.By)
		}
	}
	return out
}

// reference checks that the row a field names exists and, where the row hangs
// on it, that the branch holds it.
func (h *hearing) reference(kind *crdt.Kind, f *crdt.Field, id crdt.ID) error {
	if made := h.fresh[id]; made != nil && made.Kind == f.Ref {
		return nil
	}
	row, err := h.b.Get(f.Ref, id)
	switch {
	case err != nil:
		return err
	case row == nil:
		return h.nowhere(kind, f, id)
	case slices.Contains(kind.Scope.Roots, f.Num) && f.Ref == crm.Party && crm.ServesStrangers(kind.Num):
		return h.serves(kind, row)
	case slices.Contains(kind.Scope.Roots, f.Num):
		return h.holds(row, fmt.Sprintf("what %s.%s names", kind.Name, f.Name))
	}
	return nil
}

// nowhere judges a reference to a row that is not there: final where the making of
// that row was refused.
func (h *hearing) nowhere(kind *crdt.Kind, f *crdt.Field, id crdt.ID) error {
	void, err := h.b.Void(f.Ref, id)
	switch {
	case err != nil:
		return err
	case void:
		return no("missing_row", "%s.%s names a row that head office refused", kind.Name, f.Name)
	}
	return missing(f.Ref, id, "%s.%s names a row that head office does not know", kind.Name, f.Name)
}
