package office

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/trust"
)

// clockSlackMS is how far a change may lie outside its session: the session is
// stamped by the same clock, so this only covers rounding.
const clockSlackMS = 60 * 1000

// judge decides what nodes may write. Central calls it under its write lock,
// batch by batch: what it remembers is of the batch at hand.
type judge struct {
	root *trust.Root
	veto func(*central.Node, uint64) *central.Refusal

	batch  *central.Batch
	rights map[crm.Grant]bool
}

// Judge implements central.Judge.
func (j *judge) Judge(b *central.Batch, n *central.Node, c *journal.Change) (crdt.ID, *central.Refusal, error) {
	if j.batch != b {
		j.batch, j.rights = b, map[crm.Grant]bool{}
	}
	if j.veto != nil {
		if r := j.veto(n, c.Seq); r != nil {
			return 0, r, nil
		}
	}
	who, refusal, err := j.person(b, n, c)
	if err != nil || refusal != nil {
		return 0, refusal, err
	}
	fresh := map[crdt.ID]*crdt.Op{}
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		refusal, err := j.op(b, n, who, op, fresh)
		if err != nil || refusal != nil {
			return 0, refusal, err
		}
		if fresh[op.ID] == nil {
			fresh[op.ID] = op
		}
	}
	return who.id, nil, nil
}

// clerk is the person behind a change.
type clerk struct {
	id   crdt.ID
	role string
}

func refuse(code, format string, args ...any) *central.Refusal {
	return &central.Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// person finds who wrote a change: its session must stand, belong to the node
// and cover the change's time.
func (j *judge) person(b *central.Batch, n *central.Node, c *journal.Change) (*clerk, *central.Refusal, error) {
	opening := c.Bodies[0].Op.Kind == crm.Session && c.Bodies[0].Op.ID == c.Session
	row, err := b.Get(crm.Session, c.Session)
	if err != nil {
		return nil, nil, err
	}
	var get func(field uint8) crdt.Value
	switch {
	case row != nil:
		get = row.Get
	case opening:
		op := &c.Bodies[0].Op
		get = func(field uint8) crdt.Value { return valueOf(op, field) }
	default:
		return nil, refuse("no_session", "the session of this change is not known: nobody signed in for it"), nil
	}
	if get(crm.SessionOrigin).I != int64(n.Origin) {
		return nil, refuse("session_elsewhere", "the session of this change was opened at another workstation"), nil
	}
	since, until := get(crm.SessionSince).I, get(crm.SessionUntil).I
	if at := c.Stamp.Millis(); at < since-clockSlackMS || at > until+clockSlackMS {
		return nil, refuse("session_over", "the change was made outside the time of its session"), nil
	}
	person, err := b.Get(crm.Person, get(crm.SessionPerson).ID())
	if err != nil {
		return nil, nil, err
	}
	if person == nil || !person.Get(crm.PersonEnded).IsNull() {
		return nil, refuse("person_ended", "this person may no longer sign in"), nil
	}
	if home := person.Get(crm.PersonBranch).I; home != 0 && home != n.Branch {
		return nil, refuse("person_elsewhere", "this person belongs to another branch"), nil
	}
	if row == nil {
		if r := j.signed(person.Get, get, c.Session); r != nil {
			return nil, r, nil
		}
	}
	return &clerk{person.ID, person.Get(crm.PersonRole).S}, nil, nil
}

// signed checks that the person's own key, certified by central, signed the session.
func (j *judge) signed(person, session func(uint8) crdt.Value, id crdt.ID) *central.Refusal {
	unsigned := refuse("session_unsigned", "the session is not signed by the key of its person")
	b, err := base64.RawURLEncoding.DecodeString(person(crm.PersonCertificate).S)
	if err != nil {
		return unsigned
	}
	cert, err := trust.ParsePersonCertificate(b)
	if err != nil {
		return unsigned
	}
	signature, err := base64.RawURLEncoding.DecodeString(session(crm.SessionSignature).S)
	if err != nil {
		return unsigned
	}
	s := trust.SignedSession{Signature: signature, Session: trust.Session{ID: int64(id), Person: session(crm.SessionPerson).I,
		Origin: uint32(session(crm.SessionOrigin).I), SinceMS: session(crm.SessionSince).I, UntilMS: session(crm.SessionUntil).I}}
	if err := j.root.CheckSession(cert, s); err != nil {
		return unsigned
	}
	return nil
}

func valueOf(op *crdt.Op, field uint8) crdt.Value {
	for i := range op.Set {
		if op.Set[i].Field == field {
			return op.Set[i].Value
		}
	}
	return crdt.Value{}
}

// op judges one op: kind, right, branch, fields, references.
func (j *judge) op(b *central.Batch, n *central.Node, who *clerk, op *crdt.Op, fresh map[crdt.ID]*crdt.Op) (*central.Refusal, error) {
	kind := b.Schema().Kind(op.Kind)
	if kind == nil {
		return refuse("unknown_kind", "head office does not know rows of kind %d; its version is older than the workstation's", op.Kind), nil
	}
	row, err := b.Get(op.Kind, op.ID)
	if err != nil {
		return nil, err
	}
	made := fresh[op.ID] != nil
	if r := j.allowed(b, who, kind, row != nil || made); r != nil {
		return r, nil
	}
	switch {
	case made:
		return refuse("twice", "one change writes %s %d twice", kind.Name, op.ID), nil
	case row != nil && kind.Class == crdt.Event:
		return refuse("written_once", "a %s is written once and never changed", kind.Name), nil
	case len(op.Clear) > 0 && kind.Class != crdt.Set:
		return refuse("not_a_set", "a %s cannot be removed", kind.Name), nil
	case row == nil:
		r, err := missing(b, n, kind, op)
		if err != nil || r != nil {
			return r, err
		}
	}
	if row != nil {
		scopes, err := b.Scopes(row)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(scopes, n.Branch) {
			return refuse("other_branch", "this %s does not belong to the branch", kind.Name), nil
		}
	}
	locked := row != nil && coreKnows(kind, row.Get)
	for i := range op.Set {
		r, err := j.field(b, n, kind, &op.Set[i], fieldCase{fresh: fresh, creating: row == nil, locked: locked})
		if err != nil || r != nil {
			return r, err
		}
	}
	return nil, nil
}

// missing judges an op on a row that is not there: only its own node may make
// it, whole, and not after the making was refused.
func missing(b *central.Batch, n *central.Node, kind *crdt.Kind, op *crdt.Op) (*central.Refusal, error) {
	void, err := b.Void(op.Kind, op.ID)
	switch {
	case err != nil:
		return nil, err
	case void:
		return refuse("missing_row", "the making of the %s this change is about was refused", kind.Name), nil
	case op.ID.Origin() != n.Origin:
		return refuse("missing_row", "the %s this change is about is not known to head office", kind.Name), nil
	case len(op.Set) == 0:
		return refuse("missing_row", "the %s this change removes is not known to head office", kind.Name), nil
	}
	return nil, nil
}

// allowed checks the role × act table.
func (j *judge) allowed(b *central.Batch, who *clerk, kind *crdt.Kind, exists bool) *central.Refusal {
	act, ok := crm.ActOf(kind.Num, exists)
	if kind.CentralOnly || !ok {
		return refuse("central_only", "only head office writes %s rows", kind.Name)
	}
	g := crm.Grant{Role: who.role, Act: act}
	yes, asked := j.rights[g]
	if !asked {
		n, _, err := b.Tx.Int(`SELECT count(*) FROM access_right WHERE role=?1 AND act=?2 AND allowed=1`, g.Role, string(g.Act))
		yes = err == nil && n > 0
		j.rights[g] = yes
	}
	if !yes {
		return refuse("not_allowed", "the role %s may not do this (%s)", who.role, act)
	}
	return nil
}

// coreKnows reports whether the core-banking feed wrote the row: its guarded
// fields are the core's then.
func coreKnows(kind *crdt.Kind, get func(uint8) crdt.Value) bool {
	for i := range kind.Fields {
		f := &kind.Fields[i]
		if f.Owner == crdt.Core && f.Num != kind.Scope.Home && !get(f.Num).IsNull() {
			return true
		}
	}
	return false
}

type fieldCase struct {
	fresh    map[crdt.ID]*crdt.Op
	creating bool
	locked   bool
}

// field judges one field of an op.
func (j *judge) field(b *central.Batch, n *central.Node, kind *crdt.Kind, set *crdt.FieldSet, c fieldCase) (*central.Refusal, error) {
	f := kind.Field(set.Field)
	if f == nil {
		return nil, nil // a field of a newer version: kept and passed on
	}
	home := f.Num == kind.Scope.Home && c.creating && set.Value.I == n.Branch
	switch {
	case set.Value.T != crdt.Null && set.Value.T != f.Type:
		return refuse("bad_value", "%s.%s holds a value of the wrong type", kind.Name, f.Name), nil
	case f.Owner.Replaces() && !home:
		return refuse("core_field", "%s.%s is written by core banking or head office only", kind.Name, f.Name), nil
	case f.Owner == crdt.Guarded && c.locked:
		return refuse("core_field", "%s.%s belongs to core banking, which knows this party", kind.Name, f.Name), nil
	case f.Num == kind.Scope.Home && kind.Num != crm.Party && set.Value.I != n.Branch:
		return refuse("other_branch", "%s.%s names another branch", kind.Name, f.Name), nil
	case f.Ref == 0 || set.Value.IsNull():
		return nil, nil
	}
	return j.reference(b, n, kind, f, set.Value.ID(), c.fresh)
}

// reference checks that the row a field names exists and, where the row hangs
// on it, that the branch holds it.
func (j *judge) reference(b *central.Batch, n *central.Node, kind *crdt.Kind, f *crdt.Field, id crdt.ID, fresh map[crdt.ID]*crdt.Op) (*central.Refusal, error) {
	if made := fresh[id]; made != nil && made.Kind == f.Ref {
		return nil, nil
	}
	row, err := b.Get(f.Ref, id)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return refuse("missing_row", "%s.%s names a row that head office does not know or refused", kind.Name, f.Name), nil
	}
	if !slices.Contains(kind.Scope.Roots, f.Num) {
		return nil, nil
	}
	scopes, err := b.Scopes(row)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(scopes, n.Branch) {
		return refuse("other_branch", "%s.%s names a row of another branch", kind.Name, f.Name), nil
	}
	return nil, nil
}

// Refused implements central.Judge: the row that tells the branch.
func (j *judge) Refused(id crdt.ID, n *central.Node, c *journal.Change, r *central.Refusal, nowMS int64) crdt.Op {
	op := crdt.Op{Kind: crm.Refusal, ID: id}
	op.Set = present(
		crdt.FieldSet{Field: crm.RefusalBranch, Value: crdt.IntValue(n.Branch)},
		crdt.FieldSet{Field: crm.RefusalOrigin, Value: crdt.IntValue(int64(n.Origin))},
		crdt.FieldSet{Field: crm.RefusalSeq, Value: crdt.IntValue(int64(c.Seq))},
		crdt.FieldSet{Field: crm.RefusalSession, Value: crdt.IntValue(int64(c.Session))},
		crdt.FieldSet{Field: crm.RefusalCode, Value: crdt.TextValue(r.Code)},
		crdt.FieldSet{Field: crm.RefusalMessage, Value: crdt.TextValue(r.Message)},
		crdt.FieldSet{Field: crm.RefusalKind, Value: crdt.IntValue(int64(c.Bodies[0].Op.Kind))},
		crdt.FieldSet{Field: crm.RefusalRow, Value: crdt.RefValue(c.Bodies[0].Op.ID)},
		crdt.FieldSet{Field: crm.RefusalTyped, Value: crdt.TextValue(typed(c))},
		crdt.FieldSet{Field: crm.RefusalAt, Value: crdt.IntValue(nowMS)},
	)
	return op
}

// typed are the values of a refused change as its author typed them.
func typed(c *journal.Change) string {
	table := crm.Table()
	var b strings.Builder
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		kind := table.Kind(op.Kind)
		for _, f := range op.Set {
			name := fmt.Sprintf("%d.%d", op.Kind, f.Field)
			if kind != nil {
				if fd := kind.Field(f.Field); fd != nil {
					name = fd.Name
				}
			}
			fmt.Fprintf(&b, "%s=%s\n", name, f.Value)
		}
	}
	return clip(b.String())
}

// clip cuts a text to what a field may hold, between characters.
func clip(s string) string {
	if len(s) <= crdt.MaxText {
		return s
	}
	return strings.ToValidUTF8(s[:crdt.MaxText-4], "") + "…"
}
