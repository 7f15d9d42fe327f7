package office

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
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
	fields map[string]map[crm.FieldName]bool // which a role may not write
}

// Judge implements central.Judge.
func (j *judge) Judge(b *central.Batch, n *central.Node, c *journal.Change) (crdt.ID, *central.Refusal, error) {
	if j.batch != b {
		j.batch, j.rights, j.fields = b, map[crm.Grant]bool{}, map[string]map[crm.FieldName]bool{}
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
	refusal, err = j.hear(&hearing{judge: j, b: b, n: n, who: who}, c)
	return who.id, refusal, err
}

func (j *judge) hear(h *hearing, c *journal.Change) (*central.Refusal, error) {
	h.at, h.fresh, h.late, h.served = c.Stamp.Millis(), map[crdt.ID]*crdt.Op{}, map[crdt.ID]bool{}, map[crdt.ID]bool{}
	for i := range c.Bodies {
		if c.Bodies[i].Erased {
			continue // central ordered it away
		}
		refusal, err := told(h.op(&c.Bodies[i].Op))
		if err != nil || refusal != nil {
			return refusal, err
		}
	}
	return nil, h.follows(c)
}

// Content implements central.Judge: somebody who may has looked at who wrote the
// change, so only what it says is judged.
func (j *judge) Content(b *central.Batch, n *central.Node, c *journal.Change, as crdt.ID) (crdt.ID, *central.Refusal, error) {
	if j.batch != b {
		j.batch, j.rights, j.fields = b, map[crm.Grant]bool{}, map[string]map[crm.FieldName]bool{}
	}
	if opens(c) { // nobody can vouch that another signed in
		if _, refusal, err := j.person(b, n, c); err != nil || refusal != nil {
			return 0, refusal, err
		}
	}
	if as == 0 {
		session, err := b.Get(crm.Session, c.Session)
		if err != nil {
			return 0, nil, err
		}
		if session == nil || !ofNode(n, session.Get(crm.SessionOrigin).I) {
			return 0, hold("no_session", "nobody signed in for this change, so it cannot be applied as its author's; somebody has to take it on"), nil
		}
		as = session.Get(crm.SessionPerson).ID()
	}
	refusal, err := j.hear(&hearing{judge: j, b: b, n: n, who: &clerk{id: as}, vouched: true}, c)
	return as, refusal, err
}

// Decided implements central.Judge: what became of a change that was held.
func (j *judge) Decided(id crdt.ID, o central.Outcome, nowMS int64) crdt.Op {
	op := crdt.Op{Kind: crm.Refusal, ID: id, Set: []crdt.FieldSet{}}
	if o.Refusal != nil {
		op.Set = append(op.Set, crdt.FieldSet{Field: crm.RefusalCode, Value: crdt.TextValue(o.Refusal.Code)},
			crdt.FieldSet{Field: crm.RefusalMessage, Value: crdt.TextValue(o.Refusal.Message)})
	}
	op.Set = append(op.Set, crdt.FieldSet{Field: crm.RefusalState, Value: crdt.TextValue(o.State)})
	if o.State != central.StateHeld {
		op.Set = append(op.Set, present(
			crdt.FieldSet{Field: crm.RefusalDecided, Value: crdt.IntValue(nowMS)},
			crdt.FieldSet{Field: crm.RefusalDecider, Value: crdt.RefValue(o.By)},
			crdt.FieldSet{Field: crm.RefusalWhy, Value: crdt.TextValue(clip(o.Why))})...)
	}
	return op
}

// clerk is the person behind a change.
type clerk struct {
	id   crdt.ID
	role string
}

func refuse(code, format string, args ...any) *central.Refusal {
	return &central.Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// hold is for what may be right, so that a person has to look.
func hold(code, format string, args ...any) *central.Refusal {
	r := refuse(code, format, args...)
	r.Hold = true
	return r
}

// person finds who wrote a change: its session must stand, belong to the node
// and cover the change's time.
func (j *judge) person(b *central.Batch, n *central.Node, c *journal.Change) (*clerk, *central.Refusal, error) {
	opening := opens(c)
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
		return nil, noSession(c.Session), nil
	}
	if !ofNode(n, get(crm.SessionOrigin).I) {
		return nil, hold("session_elsewhere", "the session of this change was opened at another workstation"), nil
	}
	if row != nil && looks(c) {
		return &clerk{id: get(crm.SessionPerson).ID()}, nil, nil
	}
	former, err := store.FormerOf(c)
	if err != nil {
		return nil, hold("bad_value", "what the change says of its former self cannot be read"), nil
	}
	if !b.Ahead(c.Stamp) && !covers(get(crm.SessionSince).I, get(crm.SessionUntil).I, c, former) {
		return nil, hold("session_over", "the change was made outside the time of its session"), nil
	}
	person, err := b.Get(crm.Person, get(crm.SessionPerson).ID())
	if err != nil {
		return nil, nil, err
	}
	if person == nil || !person.Get(crm.PersonEnded).IsNull() {
		return nil, hold("person_ended", "this person may no longer sign in"), nil
	}
	if home := person.Get(crm.PersonBranch).I; home != 0 && home != n.Branch {
		return nil, hold("person_elsewhere", "this person belongs to another branch"), nil
	}
	if row == nil {
		if r := j.signed(person.Get, get, signedIDs(c, former)); r != nil {
			return nil, r, nil
		}
	}
	return &clerk{person.ID, person.Get(crm.PersonRole).S}, nil, nil
}

// covers reports whether a change was made in the time of its session. One that
// was stamped anew was made when its first stamp says: by the same clock as the
// session.
func covers(since, until int64, c *journal.Change, former *journal.Former) bool {
	in := func(at int64) bool { return at >= since-clockSlackMS && at <= until+clockSlackMS }
	return in(c.Stamp.Millis()) || former != nil && (in(former.Stamp.Millis()) || in(former.First.Millis()))
}

// signedIDs are the ids that the person may have signed for the session: the one
// it has, and those it had before it was written again, perhaps more than once.
func signedIDs(c *journal.Change, former *journal.Former) []crdt.ID {
	ids := []crdt.ID{c.Session}
	if former != nil {
		for was, is := range former.IDs {
			if is == c.Session {
				ids = append(ids, was)
			}
		}
	}
	return ids
}

// ofNode reports whether an origin is a node's, or was.
func ofNode(n *central.Node, origin int64) bool {
	return origin == int64(n.Origin) || slices.Contains(n.Was, crdt.Origin(origin))
}

// opens reports whether a change opens the session that it names.
func opens(c *journal.Change) bool {
	return c.Bodies[0].Op.Kind == crm.Session && c.Bodies[0].Op.ID == c.Session
}

// noSession: whoever it was may have signed in by a change that is held.
func noSession(id crdt.ID) *central.Refusal {
	r := hold("no_session", "the session of this change is not known: nobody signed in for it")
	if id > 0 {
		r.Missing = central.RowID{Kind: crm.Session, ID: id}
	}
	return r
}

// signed checks that the person's own key, certified by central, signed the
// session under one of the ids.
func (j *judge) signed(person, session func(uint8) crdt.Value, ids []crdt.ID) *central.Refusal {
	unsigned := hold("session_unsigned", "the session is not signed by the key of its person")
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
	s := trust.SignedSession{Signature: signature, Session: trust.Session{Person: session(crm.SessionPerson).I,
		Origin: uint32(session(crm.SessionOrigin).I), SinceMS: session(crm.SessionSince).I, UntilMS: session(crm.SessionUntil).I}}
	for _, id := range ids {
		if s.Session.ID = int64(id); j.root.CheckSession(cert, s) == nil {
			return nil
		}
	}
	return unsigned
}

func valueOf(op *crdt.Op, field uint8) crdt.Value {
	for i := range op.Set {
		if op.Set[i].Field == field {
			return op.Set[i].Value
		}
	}
	return crdt.Value{}
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
		crdt.FieldSet{Field: crm.RefusalState, Value: crdt.TextValue(stateOf(r))},
	)
	return op
}

func stateOf(r *central.Refusal) string {
	if r.Hold {
		return central.StateHeld
	}
	return central.StateRefused
}

// typed are the values of a refused change as its author typed them.
func typed(c *journal.Change) string {
	table := crm.Table()
	var b strings.Builder
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		if b.Len() > crdt.MaxText {
			break
		}
		if raw := c.Bodies[i].Opaque; raw != nil {
			fmt.Fprintf(&b, "%d=%q\n", len(raw), clip(string(raw)))
		}
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
