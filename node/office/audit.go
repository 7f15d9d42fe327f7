package office

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/journal"
	"bough/sync/rows"
)

// Sorts of acts that the audit knows besides those of crm.Views.
const (
	AuditWrite  = "write"           // a change in a journal
	AuditSignIn = "sign_in"         // somebody signed in
	AuditTurned = "sign_in_refused" // somebody tried to, in vain
	AuditDecide = "decide"          // a change that was held was applied or dropped
	AuditErase  = "erase"           // an erasure was ordered, or confirmed by the second
)

// AuditSorts are all of them, as they are offered.
func AuditSorts() []string {
	return append(slices.Clone(crm.Views), AuditWrite, AuditSignIn, AuditTurned, AuditDecide, AuditErase)
}

// MaxAudit is how many lines of an answer can be paged through: who gets more
// asks for less.
const MaxAudit = 10_000

// AuditQuestion is what is looked up in the audit.
type AuditQuestion struct {
	Party, Person crdt.ID // 0: anybody
	Branch        int64   // where it was done; 0: at head office; -1: anywhere
	Sort          string  // AuditSorts; empty: every
	Own           bool    // also what the program wrote by itself
	central.Span
	Skip, Limit int
}

// AuditLine is one thing that somebody did.
type AuditLine struct {
	AtMS      int64 // of a look: when its quarter of an hour began
	Sort      string
	Person    crdt.ID
	Name      string
	Party     crdt.ID // 0: nobody in particular
	PartyName string  // empty: the party is gone
	Branch    int64   // 0: head office
	What      string  // kinds of rows that were written, separated by spaces; a word of a decision; how often
	Origin    crdt.Origin
	Seq       uint64 // number of the change; 0: there is none
}

// Kinds are the kinds of rows that were written.
func (l AuditLine) Kinds() []string {
	if l.Sort != AuditWrite {
		return nil
	}
	return strings.Fields(l.What)
}

// Decided is the word of a decision; empty: it is none.
func (l AuditLine) Decided() string {
	if l.Sort != AuditDecide && l.Sort != AuditErase {
		return ""
	}
	return l.What
}

// Times is how often somebody tried in vain to sign in; 0: they did not.
func (l AuditLine) Times() int64 {
	if l.Sort != AuditTurned {
		return 0
	}
	n, err := strconv.ParseInt(l.What, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// inquiry is the answering of a question.
type inquiry struct {
	f       *Office
	q       AuditQuestion
	ids     []crdt.ID // the party by all its ids
	enough  int
	people  map[crdt.ID]crdt.ID // by session
	lines   []AuditLine
	origins map[crdt.Origin]*central.Node
}

// Audit answers a question, the newest first; more: there is more after it.
func (f *Office) Audit(ctx context.Context, q AuditQuestion) (lines []AuditLine, more bool, err error) {
	in := inquiry{f: f, q: q, enough: q.Skip + q.Limit + 1, people: map[crdt.ID]crdt.ID{}, origins: map[crdt.Origin]*central.Node{}}
	if in.enough > MaxAudit {
		return nil, false, fmt.Errorf("office: an answer of the audit has at most %d lines", MaxAudit)
	}
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return cmp.Or(in.party(tx), in.views(tx), in.acts(tx))
	})
	if err == nil && slices.Contains([]string{"", AuditWrite, AuditSignIn}, q.Sort) {
		err = in.writes(ctx)
	}
	if err != nil {
		return nil, false, fmt.Errorf("office: audit: %w", err)
	}
	slices.SortStableFunc(in.lines, func(a, b AuditLine) int {
		return cmp.Or(cmp.Compare(b.AtMS, a.AtMS), cmp.Compare(a.Origin, b.Origin), cmp.Compare(b.Seq, a.Seq))
	})
	lines = in.lines[min(q.Skip, len(in.lines)):]
	more = len(lines) > q.Limit
	lines = lines[:min(len(lines), q.Limit)]
	return lines, more, f.Central.File.Read(ctx, func(tx *rows.Tx) error { return nameAll(tx, lines) })
}

// party finds under which ids somebody was known: of all who are one, and those
// that rows had before their workstation went on as another origin.
func (in *inquiry) party(tx *rows.Tx) error {
	if in.q.Party == 0 {
		return nil
	}
	group, err := store.Linked(tx, in.q.Party)
	in.ids = append(group, in.q.Party)
	for _, id := range group {
		was, err := tx.IDs(`SELECT was FROM alias WHERE now=?1`, int64(id))
		if err != nil {
			return err
		}
		in.ids = append(in.ids, was...)
	}
	slices.Sort(in.ids)
	in.ids = slices.Compact(in.ids)
	return err
}

// where writes the conditions of the question on columns of these names.
func (in *inquiry) where(at, person, party, branch string) string {
	out := []string{fmt.Sprintf("%s BETWEEN %d AND %d", at, in.q.FromMS, in.q.UntilMS)}
	if in.q.Person != 0 {
		out = append(out, fmt.Sprintf("%s=%d", person, in.q.Person))
	}
	if in.q.Party != 0 {
		ids := make([]string, len(in.ids))
		for i, id := range in.ids {
			ids[i] = id.String()
		}
		out = append(out, party+" IN ("+strings.Join(ids, ", ")+")")
	}
	if in.q.Branch >= 0 {
		out = append(out, fmt.Sprintf("%s=%d", branch, in.q.Branch))
	}
	return strings.Join(out, " AND ")
}

// views answers from whom people saw.
func (in *inquiry) views(tx *rows.Tx) error {
	if in.q.Sort != "" && !slices.Contains(crm.Views, in.q.Sort) {
		return nil
	}
	from := in.q.FromMS
	in.q.FromMS -= in.q.FromMS % crm.QuarterMS // the quarter of an hour that is under way then
	where := in.where("quarter", "person", "party", "branch")
	in.q.FromMS = from
	return tx.Query(`SELECT quarter, how, person, party, branch, told FROM viewed WHERE (?1='' OR how=?1) AND `+where+` ORDER BY quarter DESC, person, party, how LIMIT ?2`, func(s *rows.Stmt) error {
		in.lines = append(in.lines, AuditLine{AtMS: s.ColumnInt64(0), Sort: s.ColumnText(1), Person: crdt.ID(s.ColumnInt64(2)), Party: crdt.ID(s.ColumnInt64(3)),
			Branch: s.ColumnInt64(4), Origin: crdt.ID(s.ColumnInt64(5)).Origin()})
		return nil
	}, in.q.Sort, in.enough)
}

// acts answers from what head office decided and keeps elsewhere.
func (in *inquiry) acts(tx *rows.Tx) error {
	return tx.Query(`SELECT at, sort, person, party, branch, what, origin, seq FROM (
			SELECT decided AS at, 'decide' AS sort, coalesce(decider, 0) AS person, CASE kind WHEN ?3 THEN row_id ELSE 0 END AS party, 0 AS branch, state AS what, origin, seq FROM refusal WHERE decided>0
			UNION ALL SELECT id, 'erase', ordered, party, 0, 'ordered', 0, 0 FROM erasure_order
			UNION ALL SELECT at, 'erase', confirmed, party, 0, 'confirmed', 0, 0 FROM erasure_order WHERE confirmed>0
			UNION ALL SELECT quarter, 'sign_in_refused', coalesce(person, 0), 0, coalesce(branch, 0), cast(times AS TEXT), id>>32, 0 FROM refused_sign_in)
		WHERE (?1='' OR sort=?1) AND `+in.where("at", "person", "party", "branch")+` ORDER BY at DESC LIMIT ?2`, func(s *rows.Stmt) error {
		in.lines = append(in.lines, AuditLine{AtMS: s.ColumnInt64(0), Sort: s.ColumnText(1), Person: crdt.ID(s.ColumnInt64(2)), Party: crdt.ID(s.ColumnInt64(3)),
			Branch: s.ColumnInt64(4), What: s.ColumnText(5), Origin: crdt.Origin(s.ColumnInt64(6)), Seq: uint64(s.ColumnInt64(7))})
		return nil
	}, in.q.Sort, in.enough, int64(crm.Party))
}

// nameAll looks up who the people and parties of lines are.
func nameAll(tx *rows.Tx, lines []AuditLine) error {
	for i := range lines {
		l := &lines[i]
		for _, who := range []struct {
			id   crdt.ID
			kind string
			to   *string
		}{{l.Person, "person", &l.Name}, {l.Party, "party", &l.PartyName}} {
			err := tx.Query(`SELECT coalesce(name, '') FROM `+who.kind+` WHERE id=?1`, func(s *rows.Stmt) error {
				*who.to = s.ColumnText(0)
				return nil
			}, int64(who.id))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// writes answers from the journals themselves, origin by origin.
func (in *inquiry) writes(ctx context.Context) error {
	nodes, err := in.f.Central.Nodes(ctx)
	if err != nil {
		return err
	}
	for _, n := range append(nodes, &central.Node{Origin: in.f.Central.Origin()}) {
		if in.q.Branch < 0 || in.q.Branch == n.Branch {
			in.origins[n.Origin] = n
		}
	}
	if err := in.narrow(ctx); err != nil {
		return err
	}
	for origin, n := range in.origins {
		found := 0
		err := in.f.Central.History(ctx, origin, in.q.Span, func(c *journal.Change) (bool, error) {
			line, fits, err := in.line(ctx, n, c)
			if fits {
				in.lines = append(in.lines, line)
				found++
			}
			return found < in.enough, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// narrow leaves those workstations out where the person never signed in.
func (in *inquiry) narrow(ctx context.Context) error {
	if in.q.Person == 0 {
		return nil
	}
	keep := map[crdt.Origin]bool{in.f.Central.Origin(): true}
	err := in.f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Query(`SELECT DISTINCT origin FROM session WHERE person=?1`, func(s *rows.Stmt) error {
			keep[crdt.Origin(s.ColumnInt64(0))] = true
			return nil
		}, int64(in.q.Person))
	})
	for origin := range in.origins {
		if !keep[origin] {
			delete(in.origins, origin)
		}
	}
	return err
}

// line tells of a change, if it is asked for.
func (in *inquiry) line(ctx context.Context, n *central.Node, c *journal.Change) (l AuditLine, fits bool, err error) {
	l = AuditLine{AtMS: c.Stamp.Millis(), Sort: AuditWrite, Branch: n.Branch, Origin: c.Origin, Seq: c.Seq}
	if opens(c) {
		l.Sort = AuditSignIn
	}
	if looks(c) || in.q.Sort != "" && in.q.Sort != l.Sort {
		return l, false, nil
	}
	about := map[crdt.ID]bool{}
	err = in.f.Central.File.Read(ctx, func(tx *rows.Tx) (err error) {
		if l.Person, err = in.author(tx, c); err != nil || in.q.Person != 0 && in.q.Person != l.Person {
			return err
		}
		var kinds []string
		for i := range c.Bodies {
			op := &c.Bodies[i].Op
			if k := in.f.Central.File.Held().Kind(op.Kind); k != nil && !slices.Contains(kinds, k.Name) {
				kinds = append(kinds, k.Name)
			}
			party, err := concerns(tx, in.f.Central.File.Held(), op)
			if err != nil {
				return err
			}
			if party != 0 {
				l.Party = cmp.Or(l.Party, party)
				about[party] = true
			}
		}
		l.What = strings.Join(kinds, " ")
		return nil
	})
	if err != nil || in.q.Person != 0 && in.q.Person != l.Person || l.Person == 0 && !in.q.Own {
		return l, false, err
	}
	if in.q.Party != 0 {
		i := slices.IndexFunc(in.ids, func(id crdt.ID) bool { return about[id] })
		if i < 0 {
			return l, false, nil
		}
		l.Party = in.ids[i]
	}
	return l, true, nil
}

// author is who wrote a change: the person of its session, else, as of an import
// of head office, whom the first row that it wrote still names.
func (in *inquiry) author(tx *rows.Tx, c *journal.Change) (crdt.ID, error) {
	if id, known := in.people[c.Session]; known {
		return id, nil
	}
	id, found, err := tx.Int(`SELECT person FROM session WHERE id=?1 OR id IN (SELECT now FROM renamed_id WHERE was=?1) LIMIT 1`, int64(c.Session))
	if err != nil {
		return 0, err
	}
	if found {
		in.people[c.Session] = crdt.ID(id)
		return crdt.ID(id), nil
	}
	for i := range c.Bodies {
		op := &c.Bodies[i].Op
		row, err := tx.Get(op.Kind, op.ID)
		if err != nil || row == nil {
			return 0, err
		}
		for _, f := range op.Set {
			if w := row.Clocks.Of(f.Field); w.Stamp == c.Stamp {
				return w.By, nil
			}
		}
	}
	return 0, nil
}

// concerns is the party that an op is about; 0: none is known.
func concerns(tx *rows.Tx, schema *crdt.Schema, op *crdt.Op) (crdt.ID, error) {
	kind := schema.Kind(op.Kind)
	switch {
	case kind == nil:
		return 0, nil
	case op.Kind == crm.Party:
		return op.ID, nil
	}
	get := func(field uint8) crdt.Value { return valueOf(op, field) }
	for range 2 {
		for i := range kind.Fields {
			if f := &kind.Fields[i]; f.Ref == crm.Party && !get(f.Num).IsNull() {
				return get(f.Num).ID(), nil
			}
		}
		row, err := tx.Get(op.Kind, op.ID)
		if err != nil || row == nil {
			return 0, err
		}
		get = row.Get
	}
	return 0, nil
}
