package corefeed

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"bough/crdt"
	"bough/node/office/corefeed/mapping"
)

// Plan is what a feed would change at central. It changes nothing by itself.
type Plan struct {
	Name    string
	Date    string
	Files   []FileInfo
	Kinds   []KindPlan // those that the feed or its mapping speaks of
	Refused Refusals
	// NeedsSecond: so many rows would end that a second person must agree.
	NeedsSecond bool

	schema  *crdt.Schema
	changes []change
	after   crdt.ID
}

// KindPlan counts what happens to the rows of one kind.
type KindPlan struct {
	Kind      *crdt.Kind
	New       int
	Changed   int
	Unchanged int
	Ended     int
	Refused   int
	Open      int // at central before
	Full      bool
	// Held: the kind is full, but a line hid its key, so that nothing ends.
	Held     bool
	Examples []Example
}

// Example is one field that would change.
type Example struct {
	ID    crdt.ID `json:"-"`
	Key   string  `json:"key"`
	Field string  `json:"field"`
	Old   string  `json:"old"`
	New   string  `json:"new"`
}

// change is one row that differs; id is 0 for a new one.
type change struct {
	kind uint8
	key  string
	id   crdt.ID
	sets []set // ascending by field
}

type set struct {
	field  uint8
	value  crdt.Value
	ref    string // key of a row that has no id yet; kind says of what
	kind   uint8
	before crdt.Value
	saw    crdt.Stamp
}

// planner compares kind after kind.
type planner struct {
	*Plan
	feed    *Feed
	ledger  Ledger
	current map[uint8]map[string]*crdt.Row
	taken   map[uint8]map[string]bool // keys of the feed that were taken
	names   map[uint8]map[crdt.ID]string
}

// NewPlan compares a feed with central. schema is node/crm's table. The feed is
// not changed; the refusals of the plan are the feed's and those of rows that
// refer to nothing.
func NewPlan(feed *Feed, schema *crdt.Schema, ledger Ledger) (*Plan, error) {
	after, _, err := ledger.LatestBatch()
	if err != nil {
		return nil, fmt.Errorf("corefeed: plan %s: read the latest batch: %w", feed.Name, err)
	}
	p := &planner{
		Plan: &Plan{Name: feed.Name, Date: feed.Date, Files: feed.Files, Refused: feed.Refused.clone(), schema: schema, after: after},
		feed: feed, ledger: ledger,
		current: map[uint8]map[string]*crdt.Row{},
		taken:   map[uint8]map[string]bool{},
		names:   map[uint8]map[crdt.ID]string{},
	}
	byKind := map[uint8][]*Record{}
	for i := range feed.Records {
		k := feed.Records[i].Kind
		byKind[k] = append(byKind[k], &feed.Records[i])
	}
	for _, k := range mapping.Kinds() {
		if _, spoken := feed.Full[k]; spoken {
			if err := p.kind(k, byKind[k]); err != nil {
				return nil, fmt.Errorf("corefeed: plan %s: %w", feed.Name, err)
			}
		}
	}
	return p.Plan, nil
}

// rowsOf reads central's rows of a kind once.
func (p *planner) rowsOf(kind uint8) (map[string]*crdt.Row, error) {
	if rows, read := p.current[kind]; read {
		return rows, nil
	}
	rows, err := p.ledger.Keyed(kind)
	if err != nil {
		return nil, fmt.Errorf("read rows of kind %d: %w", kind, err)
	}
	p.current[kind] = rows
	return rows, nil
}

func (p *planner) kind(num uint8, records []*Record) error {
	rows, err := p.rowsOf(num)
	if err != nil {
		return err
	}
	k := KindPlan{Kind: p.schema.Kind(num), Full: p.feed.Full[num]}
	for _, row := range rows {
		if !ended(row) {
			k.Open++
		}
	}
	p.taken[num] = make(map[string]bool, len(records))
	for _, r := range records {
		bad, err := p.dangling(r)
		if err != nil {
			return err
		}
		if bad != nil {
			p.Refused.row(*bad, num, r.Key)
			continue
		}
		p.taken[num][r.Key] = true
		p.compare(&k, r, rows[r.Key])
	}
	if k.Full {
		p.end(&k, rows)
	}
	k.Refused = p.Refused.ByKind[num]
	p.Kinds = append(p.Kinds, k)
	return nil
}

// dangling refuses a record that refers to a row that is nowhere.
func (p *planner) dangling(r *Record) (*Refused, error) {
	for _, ref := range r.Refs {
		rows, err := p.rowsOf(ref.Kind)
		if err != nil {
			return nil, err
		}
		if rows[ref.Key] != nil || p.taken[ref.Kind][ref.Key] {
			continue
		}
		why := &mapping.Reason{Code: "nowhere", Args: []string{mapping.Shown(ref.Key)}, Kind: p.schema.Kind(ref.Kind).Name}
		if p.Refused.Has(ref.Kind, ref.Key) {
			why.Code = "refused_too"
		}
		bad := Refused{File: r.File, Line: r.Line, Column: ref.Column, Kind: p.schema.Kind(r.Kind).Name}.because(why)
		return &bad, nil
	}
	return nil, nil
}

// compare plans one record; row is nil where central does not have it.
func (p *planner) compare(k *KindPlan, r *Record, row *crdt.Row) {
	c := change{kind: r.Kind, key: r.Key}
	if row == nil {
		row = &crdt.Row{}
		c.sets = append(c.sets, set{field: mapping.KeyField(k.Kind), value: crdt.TextValue(r.Key)})
	}
	c.id = row.ID
	for _, v := range r.Fields {
		c.put(row, v.Field, v.Value)
	}
	for _, ref := range r.Refs {
		if ref.Only {
			continue
		}
		if to := p.current[ref.Kind][ref.Key]; to != nil {
			c.put(row, ref.Field, crdt.RefValue(to.ID))
			continue
		}
		c.sets = append(c.sets, set{field: ref.Field, ref: ref.Key, kind: ref.Kind, before: row.Get(ref.Field), saw: row.Clocks.Of(ref.Field).Stamp})
	}
	p.reopen(k, r, row, &c)
	switch {
	case c.id == 0:
		k.New++
	case len(c.sets) == 0:
		k.Unchanged++
		return
	default:
		k.Changed++
		p.example(k, &c)
	}
	slices.SortFunc(c.sets, func(a, b set) int { return cmp.Compare(a.field, b.field) })
	p.changes = append(p.changes, c)
}

func (c *change) put(row *crdt.Row, field uint8, v crdt.Value) {
	if before := row.Get(field); before != v {
		c.sets = append(c.sets, set{field: field, value: v, before: before, saw: row.Clocks.Of(field).Stamp})
	}
}

// reopen takes back the end of a row that a full feed has again, unless the
// feed itself speaks of the end.
func (p *planner) reopen(k *KindPlan, r *Record, row *crdt.Row, c *change) {
	end, ends := mapping.EndOf(r.Kind)
	if !k.Full || !ends || end.Word != "" {
		return
	}
	if !slices.ContainsFunc(r.Fields, func(v Value) bool { return v.Field == end.Field }) {
		c.put(row, end.Field, crdt.Value{})
	}
}

func ended(row *crdt.Row) bool {
	end, ends := mapping.EndOf(row.Kind)
	if !ends {
		return false
	}
	v := row.Get(end.Field)
	return end.Word == "" && !v.IsNull() || end.Word != "" && v.S == end.Word
}

// end plans the end of every row that a full feed does not have.
func (p *planner) end(k *KindPlan, rows map[string]*crdt.Row) {
	if p.Refused.Hidden(k.Kind.Num) {
		k.Held = true
		return
	}
	end, _ := mapping.EndOf(k.Kind.Num)
	word := cmp.Or(end.Word, p.Date)
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		row := rows[key]
		if ended(row) || p.taken[k.Kind.Num][key] || p.Refused.Has(k.Kind.Num, key) {
			continue
		}
		c := change{kind: k.Kind.Num, key: key, id: row.ID}
		c.put(row, end.Field, crdt.TextValue(word))
		k.Ended++
		p.example(k, &c)
		p.changes = append(p.changes, c)
	}
	if k.Ended*secondPerson > k.Open {
		p.NeedsSecond = true
	}
}

func (p *planner) example(k *KindPlan, c *change) {
	for _, s := range c.sets {
		if len(k.Examples) == maxExamples {
			return
		}
		f := k.Kind.Field(s.field)
		e := Example{ID: c.id, Key: c.key, Field: f.Name, Old: p.show(f, s.before), New: s.ref}
		if s.ref == "" {
			e.New = p.show(f, s.value)
		}
		k.Examples = append(k.Examples, e)
	}
}

// show is a value as a person reads it: of a reference, the other row's key.
func (p *planner) show(f *crdt.Field, v crdt.Value) string {
	if f.Ref == 0 || v.IsNull() {
		return v.String()
	}
	if p.names[f.Ref] == nil {
		p.names[f.Ref] = map[crdt.ID]string{}
		for key, row := range p.current[f.Ref] {
			p.names[f.Ref][row.ID] = key
		}
	}
	return cmp.Or(p.names[f.Ref][v.ID()], v.String())
}

// Empty reports whether the feed says what central knows already.
func (p *Plan) Empty() bool { return len(p.changes) == 0 }

// The reasons not to commit.
var (
	ErrNothing     = errors.New("corefeed: there is nothing to change")
	ErrNeedsSecond = errors.New("corefeed: more than 1 % of the rows of a kind would end: a second person must approve")
	ErrSamePerson  = errors.New("corefeed: the second person must be somebody else")
	ErrStale       = errors.New("corefeed: another batch came in between: plan again")
)
